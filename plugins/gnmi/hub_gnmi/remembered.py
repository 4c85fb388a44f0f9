"""What a target showed last, over lost connections and restarts: the states of its links, and when it was started."""

import asyncio
from collections.abc import Mapping

from hub.api import Memory

_LINK = "link/"
_BOOT = "boot_time"


class Remembered:
    """Keeps what is told at once in mind, and soon on disk."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._links = {key.removeprefix(_LINK): value is True for key, value in memory.items(_LINK).items()}
        boot = memory.get(_BOOT)
        self._boot = boot if isinstance(boot, int | float) else None
        self._unwritten: dict[str, bool | float | None] = {}
        self._woken = asyncio.Event()

    @property
    def links(self) -> Mapping[str, bool]:
        """Interfaces that were up or not when they were last seen."""
        return self._links

    @property
    def boot(self) -> float | None:
        """When the target was started, in seconds since 1970."""
        return self._boot

    def link(self, interface: str, up: bool) -> None:
        """Remember an interface."""
        if self._links.get(interface) is not up:
            self._links[interface] = up
            self._write(_LINK + interface, up)

    def forget_link(self, interface: str) -> None:
        """The interface is gone."""
        if self._links.pop(interface, None) is not None:
            self._write(_LINK + interface, None)

    def booted(self, at: float) -> None:
        """Remember when the target was started."""
        if at != self._boot:
            self._boot = at
            self._write(_BOOT, at)

    async def keep(self) -> None:
        """Write what changes, many changes at a time, for ever."""
        while True:
            await self._woken.wait()
            await self.flush()

    async def flush(self) -> None:
        """Write what has changed and was not written yet."""
        self._woken.clear()
        changes, self._unwritten = self._unwritten, {}
        if changes:
            await self._memory.put(changes)

    def _write(self, key: str, value: bool | float | None) -> None:
        self._unwritten[key] = value
        self._woken.set()
