"""Globs over the names of files."""

import re
import unicodedata
from collections.abc import Iterable

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_NOTHING = r"(?!)"


class Globs:
    """Several globs as one: a glob with `/` is matched to the whole relative path, another to the last name. Case counts."""

    def __init__(self, patterns: Iterable[str]) -> None:
        patterns = list(patterns)
        self._paths = _joined(pattern for pattern in patterns if "/" in pattern)
        self._names = _joined(pattern for pattern in patterns if "/" not in pattern)

    def match(self, path: str) -> bool:
        """Whether one of the globs matches."""
        if not path.isascii():
            path = unicodedata.normalize("NFC", path)  # a Mac spells ü as two letters
        return bool(self._names.fullmatch(path, path.rfind("/") + 1) or self._paths.fullmatch(path))


def _joined(patterns: Iterable[str]) -> re.Pattern[str]:
    alternatives = ["".join(_pieces(unicodedata.normalize("NFC", pattern).removeprefix("/"))) for pattern in patterns]
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives) or _NOTHING, re.DOTALL)


def _pieces(pattern: str) -> Iterable[str]:
    for piece in _TOKEN.findall(pattern):
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
