"""A target that means harm: every kind of nonsense is an error entry, never a crash."""

import random
import time
from typing import Any

import hub_gnmi
import pytest
from hub_gnmi.simulator import Talk
from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.clock import SystemClock
from hub.testing import Running, running

LEVEL = {"profiles": [], "sensors": [{"path": "/level", "name": "Level", "unit": "m"}]}
FAST = SystemClock(50)


def errors(hub: Running[Any]) -> int:
    return int(hub.value("sensor.core_errors") or 0)


def notification(path: str, value: Any) -> Any:
    message = pb.Notification(timestamp=time.time_ns())
    message.update.add(path=pb.Path(elem=[pb.PathElem(name=path)]), val=value)
    return message


async def survives(hub: Running[Any], script: Any, bugs: int = 0) -> None:
    """The next good value is shown."""
    script.tell(("/level", 42), later=1)
    await hub.until(lambda: hub.value("sensor.core_level") == "42")
    assert sum(report.bugs for report in hub.reports()) == bugs


async def test_garbled_messages_are_counted(config: dict[str, Any], script: Any) -> None:
    """Half messages, noise, text that is no UTF-8."""
    whole = pb.SubscribeResponse(update=notification("level", pb.TypedValue(uint_val=7))).SerializeToString()
    chance = random.Random(7)
    async with running(hub_gnmi, config | LEVEL, SystemClock(50)) as hub:
        for end in range(1, len(whole)):
            script.send(whole[:end])
        for _ in range(200):
            script.send(bytes(chance.randrange(256) for _ in range(chance.randrange(1, 80))))
        script.send(b"\x0a\x06\x1a\x04\x0a\x02\xff\xfe")
        await survives(hub, script)
        await hub.until(lambda: errors(hub) > 50)

        assert len(hub.state("sensor.core_errors").attributes["last"]) <= 20


@pytest.mark.parametrize(
    "value",
    [
        pb.TypedValue(string_val="up"),
        pb.TypedValue(json_ietf_val=b'{"a": {"b": []}}'),
        pb.TypedValue(json_val=b"[" * 100_000),
        pb.TypedValue(json_val=b"not json"),
        pb.TypedValue(bytes_val=b"\xff" * 9),
        pb.TypedValue(leaflist_val=pb.ScalarArray(element=[pb.TypedValue(uint_val=1)])),
        pb.TypedValue(decimal_val=pb.Decimal64(digits=1, precision=4_000_000_000)),
        pb.TypedValue(json_val=b"1" * 4000),
    ],
)
async def test_a_value_of_the_wrong_type_is_an_error(config: dict[str, Any], script: Any, value: Any) -> None:
    """A level is a number."""
    async with running(hub_gnmi, config | LEVEL, SystemClock(50)) as hub:
        script.send(notification("level", value))
        await hub.until(lambda: errors(hub) == 1)

        assert hub.state("sensor.core_errors").attributes["last"][0].startswith("/level: ")
        await survives(hub, script)


async def test_a_status_that_is_no_text_is_an_error(config: dict[str, Any], script: Any) -> None:
    """The link is not known."""
    async with running(hub_gnmi, config, SystemClock(50)) as hub:
        script.tell(("/interfaces/interface[name=eth0]/state/oper-status", 17))
        await hub.until(lambda: errors(hub) == 1)

        assert hub.value("binary_sensor.core_eth0") == "unknown"


async def test_ten_thousand_entities_are_capped(config: dict[str, Any], script: Any) -> None:
    """What comes beyond `max_entities` has no place, and costs no memory."""
    config |= {"max_entities": 50, "profiles": [], "sensors": [{"path": "/level", "unit": "m", "name": "Level"},
        {"path": "/port[name=*]/mtu", "name": "{name} mtu"}]}  # fmt: skip
    async with running(hub_gnmi, config, SystemClock(50)) as hub:
        for start in range(0, 10_000, 100):
            script.tell(*[(f"/port[name=p{start + number}]/mtu", number) for number in range(100)])
        await hub.until(lambda: errors(hub) >= 9_000, 10)

        assert len(hub.states) < 70
        assert "max_entities" in hub.state("sensor.core_errors").attributes["last"][0]


async def test_endless_and_strange_keys_are_errors(config: dict[str, Any], script: Any) -> None:
    """A name of a hundred thousand letters, one of none, one of control characters, a path of a thousand elements."""
    config |= {"profiles": [], "sensors": [{"path": "/level", "unit": "m", "name": "Level"},
        {"path": "/port[name=*]/mtu", "name": "{name} mtu"}]}  # fmt: skip
    async with running(hub_gnmi, config, SystemClock(50)) as hub:
        for name in ("x" * 100_000, "x" * 250, "", "\x00\n\x1b[31m", "数据", "../../etc", "{name}{leaf}"):
            message = pb.Notification(timestamp=time.time_ns())
            port = pb.PathElem(name="port", key={"name": name})
            message.update.add(path=pb.Path(elem=[port, pb.PathElem(name="mtu")]), val=pb.TypedValue(uint_val=1))
            script.send(message)
        deep = pb.Notification(timestamp=1)
        deep.update.add(path=pb.Path(elem=[pb.PathElem(name="a")] * 1000), val=pb.TypedValue(uint_val=1))
        deep.delete.add(elem=[pb.PathElem(name="a")] * 1000)
        script.send(deep)
        script.send(pb.Notification(timestamp=-(2**63)))
        await survives(hub, script)
        await hub.until(lambda: errors(hub) == 4)


async def test_a_message_that_is_too_large_loses_the_subscription_and_no_more(config: dict[str, Any], script: Any) -> None:
    """GRPC does not take it; the hub says which setting is meant, and comes back."""
    config |= {"max_message_size": 65536}
    async with running(hub_gnmi, config | LEVEL, SystemClock(50)) as hub:
        script.send(notification("level", pb.TypedValue(string_val="x" * 100_000)))
        await hub.until(lambda: hub.report.losses)
        assert "max_message_size" in (hub.report.last_error or "")
        await survives(hub, script)


async def test_times_that_cannot_be_are_replaced_by_ours(config: dict[str, Any], script: Any) -> None:
    """A target without a clock, and one that lives in the far future, must not freeze an entity."""
    async with running(hub_gnmi, config | LEVEL, SystemClock()) as hub:
        for at, value in ((2**63 - 1, 1), (0, 2), (-5, 3)):
            message = notification("level", pb.TypedValue(uint_val=value))
            message.timestamp = at
            script.send(message)
        await hub.until(lambda: hub.value("sensor.core_level") == "3")


async def test_endless_deletes_are_borne(config: dict[str, Any], script: Any) -> None:
    """Of things that are not there."""
    async with running(hub_gnmi, config | LEVEL, SystemClock(50)) as hub:
        script.tell(("/level", 1))
        script.tell(delete=[f"/port[name=p{number}]" for number in range(2000)])
        script.tell(delete=["/level"])
        await survives(hub, script)


async def test_a_target_that_ends_at_once_does_not_make_a_storm(config: dict[str, Any], server: Any) -> None:
    """It is asked again ever more slowly."""

    async def end(_: Talk) -> None:
        return

    server.faults.script = end
    async with running(hub_gnmi, config, SystemClock(10)) as hub:
        await hub.until(lambda: hub.report.losses >= 5, 20)

        assert server.tally.subscriptions <= 7
