"""What plugins tell while the hub starts waits until the automations listen."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.plugin import Memory

Fire = Callable[[str, Mapping[str, Any]], None]


class HeldEvents:
    """Passes events on, but none before `release`; then those held come first, in their order.

    Otherwise what a source hands over once, such as a file or a message, would be told while nobody listens.
    """

    def __init__(self, fire: Fire) -> None:
        self._fire = fire
        self._held: list[tuple[str, Mapping[str, Any]]] | None = []
        self._released = asyncio.Event()

    def fire(self, event_type: str, data: Mapping[str, Any]) -> None:
        """Tell the bus, now or later."""
        if self._held is None:
            self._fire(event_type, data)
        else:
            self._held.append((event_type, data))

    def release(self) -> None:
        """Tell what was held, and hold nothing any more."""
        held, self._held = self._held or [], None
        for event_type, data in held:
            self._fire(event_type, data)
        self._released.set()

    async def told(self) -> None:
        """Wait until all that was told so far has reached the bus."""
        if self._held:
            await self._released.wait()

    def memory(self, of: Callable[[str], Awaitable[Memory]]) -> Callable[[str], Awaitable[Memory]]:
        """Make the instances' memories keep nothing before what was told with it has reached the bus."""

        async def patient(instance: str) -> Memory:
            return _PatientMemory(await of(instance), self)

        return patient


class _PatientMemory:
    """A memory in which a cursor never stands beyond what automations have heard."""

    def __init__(self, memory: Memory, held: HeldEvents) -> None:
        self._memory, self._held = memory, held
        self.get = memory.get
        self.items = memory.items

    async def put(self, changes: Mapping[str, Any]) -> None:
        """Keep all these values, or none of them, after everything that was told before."""
        await self._held.told()
        await self._memory.put(changes)
