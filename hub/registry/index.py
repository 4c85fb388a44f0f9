"""Which rows belong to what."""

from collections.abc import Iterable, KeysView


class Index:
    """Finds the ids of the rows that belong to a key, in order of their coming."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, None]] = {}

    def add(self, keys: Iterable[str | None], row_id: str) -> None:
        """Note that the row belongs to all these keys; None is no key."""
        for key in keys:
            if key is not None:
                self._members.setdefault(key, {})[row_id] = None

    def drop(self, keys: Iterable[str | None], row_id: str) -> None:
        """Note that the row belongs to these keys no longer."""
        for key in keys:
            members = {} if key is None else self._members.get(key, {})
            members.pop(row_id, None)
            if key is not None and not members:
                self._members.pop(key, None)

    def of(self, key: str) -> list[str]:
        """Return the ids of the rows that belong to the key."""
        return list(self._members.get(key, ()))

    def keys(self) -> KeysView[str]:
        """The keys to which any row belongs."""
        return self._members.keys()
