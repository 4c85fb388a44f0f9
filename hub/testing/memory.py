"""A memory that lives as long as the test keeps it."""

import json
from collections.abc import Mapping
from typing import Any


class KeptMemory:
    """`hub.plugin.Memory` without a disk; give the same one to a second `running` to see what survives a restart."""

    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        self.others: dict[str, KeptMemory] = {}
        """The memories of further instances, when there are several."""
        self._kept: dict[str, str] = {key: json.dumps(value) for key, value in (kept or {}).items()}

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value kept under the key."""
        return json.loads(self._kept[key]) if key in self._kept else default

    def items(self, prefix: str = "") -> Mapping[str, Any]:
        """Return all keys with this prefix and their values."""
        return {key: json.loads(text) for key, text in self._kept.items() if key.startswith(prefix)}

    async def put(self, changes: Mapping[str, Any]) -> None:
        """Keep all these values, or none of them. Raises TypeError for what JSON cannot hold. None forgets a key."""
        texts = {key: json.dumps(value, allow_nan=False) for key, value in changes.items()}
        for key, text in texts.items():
            if changes[key] is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = text
