"""Texts that many rows share, such as the attributes of an entity."""

from collections.abc import Iterable

from hub.store.database import Bulk, Connection
from hub.store.draft import Draft

_LONGEST = 4_096  # characters; longer texts are hardly ever the same twice


class Shared:
    """Gives each text the number of its row. At most so many texts are remembered; others get a row once more."""

    def __init__(self, bulk: Bulk, most: int) -> None:
        self._bulk = bulk
        self._most = most
        self._rows: list[tuple[int, str]] = []
        self._written: list[tuple[int, str]] = []  # in the present transaction
        self._numbers: dict[str, int] = {}
        self._last = self._last_kept = 0

    def load(self, connection: Connection) -> None:
        """Learn the highest number in use, and remember no text."""
        ((highest,),) = connection.execute(f"SELECT coalesce(max(id), 0) FROM {self._bulk.table}")
        self._last = self._last_kept = highest
        self._numbers.clear()

    def know(self, texts: Iterable[tuple[int, str]]) -> None:
        """Remember rows that are there already."""
        self._numbers.update((text, number) for number, text in texts if len(text) <= _LONGEST)

    def number(self, text: str) -> int:
        """Return the number of the text's row."""
        number = self._numbers.get(text)
        if number is None:
            number = self._last = self._last + 1
            self._rows.append((number, text))
            if len(text) <= _LONGEST:
                if len(self._numbers) >= self._most:
                    self._numbers.clear()
                self._numbers[text] = number
        return number

    def rename(self, old: str, new: str, draft: Draft) -> None:
        """Let the number of one text be that of another, if the first has one."""
        number = self._numbers.get(old)
        if number is not None:
            draft.drop(self._numbers, old)
            draft.set(self._numbers, new, number)

    def write(self, connection: Connection) -> None:
        """Write the rows that are new."""
        if self._rows:
            connection.insert(self._bulk, self._rows)
            self._written += self._rows
            self._rows = []

    def forget(self, numbers: Iterable[int]) -> None:
        """Remember these rows no longer, since they are deleted."""
        gone = set(numbers)
        self._numbers = {text: number for text, number in self._numbers.items() if number not in gone}

    def keep(self) -> None:
        """What was written is there to stay."""
        self._written.clear()
        self._last_kept = self._last

    def take_back(self) -> None:
        """What was written is gone."""
        for _, text in (*self._written, *self._rows):
            self._numbers.pop(text, None)
        self._written.clear()
        self._rows.clear()
        self._last = self._last_kept
