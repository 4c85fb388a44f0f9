"""Globs over the names of files."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache


def matches(pattern: str, path: str) -> bool:
    """Whether the glob matches: a pattern with `/` the whole relative path, else the last name. Case counts."""
    subject = path if "/" in pattern else path.rpartition("/")[2]
    return _compiled(pattern).fullmatch(unicodedata.normalize("NFC", subject)) is not None


def matches_any(patterns: Iterable[str], path: str) -> bool:
    """Whether one of the globs matches."""
    return any(matches(pattern, path) for pattern in patterns)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_pieces(unicodedata.normalize("NFC", pattern.removeprefix("/")))), re.DOTALL)


def _pieces(pattern: str) -> Iterable[str]:
    token = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
    for piece in token.findall(pattern):
        if piece == "**/":
            yield "(?:.*/)?"
        elif piece == "**":
            yield ".*"
        elif piece == "*":
            yield "[^/]*"
        elif piece == "?":
            yield "[^/]"
        elif len(piece) > 2 and piece.startswith("["):
            yield _class(piece)
        else:
            yield re.escape(piece)


def _class(piece: str) -> str:
    inside = piece[1:-1]
    negated = inside.startswith("!")
    letters = inside.removeprefix("!").replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]").replace("^", r"\^")
    return f"(?!/)[{'^' if negated else ''}{letters}]"
