"""Home Assistant's own clients, unmodified, against the hub. `tests/peers/clients/fetch` fetches them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from hub.model.action import ActionCall, Answer
from hub.model.context import Context
from hub.model.entity import Device
from hub.model.names import EntityId
from hub.model.state import State
from tests.web.house import ADMIN, MONDAY_NOON, House, served

HERE = Path(__file__).parent
CLIENTS = HERE.parents[2] / ".peers" / "ha-clients"
ROOF = EntityId("sensor.roof")

pytestmark = [
    pytest.mark.peer("ha-clients"),
    pytest.mark.skipif(not (CLIENTS / ".python").exists(), reason="run tests/peers/clients/fetch first"),
]


@pytest.fixture
async def house() -> AsyncGenerator[House, None]:
    """A house with a lamp that can be turned on."""
    async with served() as house:

        def turn_on(call: ActionCall) -> None:
            house.states.set(EntityId.parse(call.data["entity_id"]), "on", context=call.context)

        house.set("sensor.roof", "12", unit_of_measurement="kW", friendly_name="Roof")
        house.set("light.lamp", "off")
        house.offer("light.turn_on", turn_on, targets=True)
        house.offer("t.ask", answer=Answer.OPTIONAL)
        house.past[ROOF] = [
            State(ROOF, str(n), {}, MONDAY_NOON + n, MONDAY_NOON + n, MONDAY_NOON + n, Context.new()) for n in range(3)
        ]
        registries = house.sources.registries
        assert registries is not None
        server = registries.devices.get_or_create("ftp", "ftp", Device(key="a", name="Server", area="Roof"))
        registries.entities.register("ftp", "x", domain="sensor", suggested_object_id="roof", device_id=server.id)
        yield house


async def _output(*command: str | Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def _said(*command: str | Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((await _output(*command)).splitlines()[-1])
    return content


async def test_the_library_of_the_frontend_works(house: House) -> None:
    """home-assistant-js-websocket: coalesced messages, compressed entities, calls, errors."""
    said = await _said("node", HERE / "frontend.mjs", CLIENTS, house.bound.url)

    assert (said["user"], said["location"]) == (ADMIN, "Berlin")
    assert said["states"] == ["light.lamp", "sensor.roof"]
    assert said["services"] == ["light", "t"]
    assert (said["before"], said["after"], said["event"]) == ("off", "on", "on")
    assert (said["response"], said["unknown"], said["refused"]) == ({"calls": 1}, "unknown_command", True)


async def test_the_python_library_works(house: House) -> None:
    """HomeAssistant-API: REST and WebSocket."""
    said = await _said(CLIENTS / "venv/bin/python", HERE / "library.py", house.bound.url)

    assert (said["running"], said["valid"], said["location"]) == (True, True, "Berlin")
    assert (said["state"], said["written"], said["template"], said["socket_template"]) == ("12", "5", "42", "42")
    assert (said["history"], said["logbook"]) == ([["0", "1", "2"]], ["1", "2"])
    assert (said["changed"], said["response"], said["socket_response"]) == (["light.lamp"], {"calls": 1}, {"calls": 2})
    assert (said["entries"], said["heard"]) == (["ftp"], {"n": 2})


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("state", "get", "sensor.roof"), "Roof"),
        (("state", "edit", "sensor.cli", "7"), "updated successfully"),
        (("service", "list"), "turn_on"),
        (("service", "call", "light.turn_on", "--arguments", "entity_id=light.lamp"), "light.lamp"),
        (("area", "create", "Attic"), "attic"),
        (("area", "list"), "Roof"),
        (("device", "list"), "Server"),
        (("entity", "list"), "sensor.roof"),
        (("event", "fire", "door", "--json", "{}"), "Event door fired."),
        (("system", "log"), "a line"),
    ],
)
async def test_the_command_line_client_works(house: House, arguments: tuple[str, ...], answer: str) -> None:
    """hass-cli."""
    out = await _output(CLIENTS / "venv/bin/hass-cli", "--server", house.bound.url, "--token", ADMIN, *arguments)

    assert answer in out
