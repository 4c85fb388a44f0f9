"""What was learnt but may have to be forgotten."""

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Draft:
    """Changes of dictionaries that last only if the database takes what they stand for."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []

    def set(self, notes: dict[K, V], key: K, value: V) -> None:
        """Note the value."""
        if key in notes:
            old = notes[key]
            self._steps.append(lambda: notes.__setitem__(key, old))
        else:
            self._steps.append(lambda: notes.pop(key, None))
        notes[key] = value

    def drop(self, notes: dict[K, V], key: K) -> None:
        """Forget what is noted, if anything is."""
        if key in notes:
            old = notes.pop(key)
            self._steps.append(lambda: notes.__setitem__(key, old))

    def keep(self) -> None:
        """Let the changes last."""
        self._steps.clear()

    def take_back(self) -> None:
        """Make the dictionaries what they were."""
        for step in reversed(self._steps):
            step()
        self._steps.clear()
