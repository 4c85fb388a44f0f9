"""Instances remember."""

import asyncio

import pytest

from hub.errors import StoreError
from hub.plugin import Memory
from tests.store.building import building


async def test_values_are_there_after_a_restart(url: str) -> None:
    """Each instance has its own."""
    async with building(url) as house:
        berlin: Memory = await house.store.memory("ftp_berlin")
        bonn: Memory = await house.store.memory("ftp_bonn")
        await berlin.put({"cursor": 5, "seen/a": [1, {"b": None}], "seen/b": True})
        await bonn.put({"cursor": "x"})

    async with building(url) as house:
        berlin, bonn = await house.store.memory("ftp_berlin"), await house.store.memory("ftp_bonn")

    assert berlin.items() == {"cursor": 5, "seen/a": [1, {"b": None}], "seen/b": True}
    assert berlin.items("seen/") == {"seen/a": [1, {"b": None}], "seen/b": True}
    assert (bonn.get("cursor"), bonn.get("other"), bonn.get("other", 7)) == ("x", None, 7)


async def test_none_forgets_a_key(url: str) -> None:
    """Together with what is kept in the same call; forgetting what is not there is no error."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")
        await memory.put({"a": 1, "b": 2})
        await memory.put({"a": None, "b": 3, "ghost": None})

        assert memory.items() == {"b": 3}
    async with building(url) as house:
        assert (await house.store.memory("ftp")).items() == {"b": 3}


async def test_a_value_that_json_cannot_hold_is_refused_with_all_others(url: str) -> None:
    """By name; nothing of the call is kept."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")

        with pytest.raises(StoreError, match="'bad'"):
            await memory.put({"good": 1, "bad": object()})

        assert memory.items() == {}


async def test_nobody_can_change_what_is_remembered_from_outside(url: str) -> None:
    """Neither through the value that was put nor through the one that was got."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")
        value = {"list": [1]}
        await memory.put({"a": value})

        value["list"].append(2)
        memory.get("a")["list"].append(3)

        assert memory.get("a") == {"list": [1]}


async def test_the_same_instance_has_one_memory(url: str) -> None:
    """After a reconnect, or asked for twice at once."""
    async with building(url) as house:
        first, second = await asyncio.gather(house.store.memory("ftp"), house.store.memory("ftp"))

        assert first is second


async def test_a_caller_that_goes_away_has_put_all_the_same(url: str) -> None:
    """Memory and disk agree."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")
        putting = asyncio.create_task(memory.put({"a": 1}))
        await asyncio.sleep(0)
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting
        await memory.put({"b": 2})

        assert memory.items() == {"a": 1, "b": 2}
    async with building(url) as house:
        assert (await house.store.memory("ftp")).items() == {"a": 1, "b": 2}


async def test_ten_thousand_keys_at_once(url: str) -> None:
    """In one transaction; many calls at once share their commits."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")
        await memory.put({f"key{number}": number for number in range(10_000)})
        await asyncio.gather(*(memory.put({f"key{number}": -number}) for number in range(500)))

    async with building(url) as house:
        again = await house.store.memory("ftp")
        assert (len(again.items()), again.get("key499"), again.get("key500")) == (10_000, -499, 500)


async def test_what_was_told_before_is_on_disk_as_well(url: str) -> None:
    """So that whoever feeds a plugin can be told that it is kept; whatever waits before it."""
    async with building(url) as house:
        memory = await house.store.memory("rabbitmq")
        for number in range(30_000):
            house.bus.fire("arrived", {"number": number})
        await memory.put({"cursor": 30_000})

        assert (house.recorder.status().queued, house.recorder.status().written) == (0, 30_000)
