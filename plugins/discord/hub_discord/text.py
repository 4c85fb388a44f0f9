"""Text as Discord counts, shows and misreads it."""

import re

ELLIPSIS = "…"
_URL = re.compile(r"https?://[^\s<>]+")
# Discord shows any punctuation behind a backslash as it is. A backslash inside a bare address would become part of it.
_MARKDOWN = re.compile(r"([\\*_~`|<\[]|@(?=everyone|here))|^(\s*)([-+](?=[\s#])|[>#])|^(\s*\d+)(\.)(?=\s)", re.MULTILINE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def length(text: str) -> int:
    """Count in UTF-16 units: never fewer than Discord counts, whichever way it does."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def clean(text: str) -> str:
    """Drop what cannot be sent or would deceive: control characters, direction overrides, half surrogates."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n"))


def escape(text: str) -> str:
    """Make markdown and mentions show as what was written; bare addresses stay links."""
    parts, end = [], 0
    for address in _URL.finditer(text):
        parts += [_escape_plain(text[end : address.start()]), address.group()]
        end = address.end()
    return "".join([*parts, _escape_plain(text[end:])])


def clip(text: str, limit: int) -> str:
    """Return at most `limit` units of the text, ending in `…` when something was left off."""
    if length(text) <= limit:
        return text
    kept = _head(text, limit - length(ELLIPSIS))
    return kept.rstrip().rstrip("\\") + ELLIPSIS


def split(text: str, limit: int) -> list[str]:
    """Cut the text into pieces of at most `limit` units, at the ends of lines or words where there are any."""
    pieces = []
    while length(text) > limit:
        head = _head(text, limit)
        cut = max(head.rfind("\n"), head.rfind(" ")) if "\n" not in head[limit // 2 :] else head.rfind("\n")
        head = head[: cut + 1] if cut > 0 else head
        pieces.append(head)
        text = text[len(head) :]
    return [piece for piece in [*pieces, text] if piece.strip()]


def _escape_plain(text: str) -> str:
    return _MARKDOWN.sub(_with_backslash, text)


def _with_backslash(match: re.Match[str]) -> str:
    letter, indent, mark, number, dot = match.groups()
    if letter:
        return f"\\{letter}"
    return f"{indent}\\{mark}" if mark else f"{number}\\{dot}"


def _head(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` units."""
    head = text[:limit]
    while length(head) > limit:
        head = head[: len(head) - max(1, (length(head) - limit) // 2)]
    return head
