"""Context: why something happened."""

import itertools
import os
import time

import msgspec

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_numbers = itertools.count()
# A process has one prefix (48 bits of time, 40 bits of chance); the 40 bits behind it count, so ids sort as they were made.
_PREFIX = (int(time.time() * 1000) << 80) | (int.from_bytes(os.urandom(5), "big") << 40)

_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
_HEAD = "".join(_CROCKFORD[(_PREFIX >> shift) & 31] for shift in range(125, 35, -5))


class Context(msgspec.Struct, frozen=True, gc=False):
    """Who or what caused an event, a state or a call; it travels along everything that follows.

    `key` and `parent_key` are counters of this process, or the text ids of contexts that came from outside. They become text
    only when somebody reads `id` or `parent_id`: making a context must cost nearly nothing.
    """

    key: int | str
    parent_key: int | str | None = None
    user_id: str | None = None

    @classmethod
    def new(cls, parent: "Context | None" = None, user_id: str | None = None) -> "Context":
        """Make a context of its own, caused by `parent`."""
        return cls(next(_numbers), None if parent is None else parent.key, user_id)

    @property
    def id(self) -> str:
        """A text of 26 characters, unique and in order of making (the form of a ULID)."""
        return _text(self.key)

    @property
    def parent_id(self) -> str | None:
        """The id of the context that caused this one."""
        return None if self.parent_key is None else _text(self.parent_key)

    def as_dict(self) -> dict[str, str | None]:
        """Return what the API and templates show."""
        return {"id": self.id, "parent_id": self.parent_id, "user_id": self.user_id}


def _text(key: int | str) -> str:
    if isinstance(key, str):
        return key
    # The recorder asks for every id, so this takes a tenth of the time of spelling all 26 characters.
    return _HEAD + _PAIRS[(key >> 30) & 1023] + _PAIRS[(key >> 20) & 1023] + _PAIRS[(key >> 10) & 1023] + _PAIRS[key & 1023]
