"""What plugins tell while the hub starts."""

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.app.holding import HeldEvents


class Kept:
    """A memory that notes what it keeps."""

    def __init__(self) -> None:
        self.puts: list[Mapping[str, Any]] = []

    def get(self, key: str, default: Any = None) -> Any:
        return default

    def items(self, prefix: str = "") -> Mapping[str, Any]:
        return {}

    async def put(self, changes: Mapping[str, Any]) -> None:
        self.puts.append(changes)


async def test_events_come_when_they_are_released_and_in_their_order() -> None:
    """And at once from then on."""
    heard: list[str] = []
    held = HeldEvents(lambda event_type, _: heard.append(event_type))
    held.fire("a", {})
    held.fire("b", {})
    before = list(heard)
    held.release()
    held.fire("c", {})

    assert (before, heard) == ([], ["a", "b", "c"])


async def test_a_cursor_does_not_pass_events_that_nobody_has_heard() -> None:
    """Else a crash in between would lose them for ever."""
    kept, heard = Kept(), list[str]()
    held = HeldEvents(lambda event_type, _: heard.append(event_type))

    async def memory_of(_: str) -> Kept:
        return kept

    memory = await held.memory(memory_of)("ftp")
    await memory.put({"first": 1})
    held.fire("file_arrived", {})
    keeping = asyncio.create_task(memory.put({"second": 2}))
    await asyncio.sleep(0)
    before = list(kept.puts)
    held.release()
    await keeping

    assert before == [{"first": 1}]
    assert (kept.puts[-1], heard) == ({"second": 2}, ["file_arrived"])
