"""Patterns that would never end: repetitions inside repetitions take time that doubles with every character."""

import re
import sys
import time
from functools import lru_cache

from hub.errors import TemplateError

_REPEATED = r"(?:[+*]|\{\d+,\})"
_NESTED = re.compile(_REPEATED + r"[?+]?[^()]*\)" + _REPEATED)
_ALTERNATIVES = re.compile(r"\([^()]*\|[^()]*\)" + _REPEATED)
_SAFE_LENGTH = 14  # characters that even a doubling pattern gets through quickly
_SHORT = 100  # up to here the beginnings grow by a few characters, then they double
_MEDIUM = 2_000  # a pattern with one repetition takes at most the square of the length
_ENDLESS = sys.maxsize
_STEP = 4
_LONG = 0.02  # seconds; four more characters take at most sixteen times as long
_TOO_LONG = 0.5
_GROWTH = 5.0  # a text of twice the length takes twice the time, four times where it is compared with itself


class RunawayPattern(TemplateError):
    """A pattern would take for ever on this text."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"the pattern {pattern!r} would take too long on this text")


def check_pattern(pattern: re.Pattern[str], text: str) -> None:
    """Raise RunawayPattern when the search would take for ever.

    Python cannot interrupt a search, so one that looks dangerous is tried on ever longer beginnings of the text, followed
    by something that never fits: that is where such patterns lose themselves.
    """
    length, before = _trusted_length(pattern.pattern), _LONG
    while length < len(text):
        began = time.thread_time()
        pattern.search(text[:length] + "\0")
        took = time.thread_time() - began
        if took > _LONG and (length < _SHORT or took > _TOO_LONG or took > before * _GROWTH):
            raise RunawayPattern(pattern.pattern)
        before = took
        length += _STEP if length < _SHORT else length


@lru_cache(maxsize=256)
def _trusted_length(pattern: str) -> int:
    """Return how long a text the pattern surely gets through."""
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", pattern)
    while (flatter := re.sub(r"\((?:\?[:=!P<>\w]*)?([^()|]*)\)(?![+*{])", r"\1", plain)) != plain:
        plain = flatter
    repetitions = len(re.findall(_REPEATED, plain))
    if repetitions > 1 or _NESTED.search(plain) or _ALTERNATIVES.search(plain):
        return _SAFE_LENGTH
    return _MEDIUM if repetitions else _ENDLESS
