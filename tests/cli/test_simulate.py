"""`hub simulate` plays what was recorded against the automations as they are written now."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.bus import Bus
from hub.cli import main
from hub.clock import SimulatedClock
from hub.model.names import EntityId
from hub.states import StateMachine
from hub.store import Store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CONFIG = """\
hub: {data_dir: data}
automation:
  - alias: High
    triggers: [{trigger: numeric_state, entity_id: sensor.load, above: 50, for: "00:01:00"}]
    actions: [{action: alert.resolve, data: {key: "{{ trigger.to_state.state }}"}}]
"""


def recorded(folder: Path) -> None:
    """Record a load that rises twice, and that somebody was told of it once."""

    async def record() -> None:
        clock = SimulatedClock(NOON)
        bus = Bus(clock)
        states = StateMachine(bus, clock)
        (folder / "data").mkdir()
        async with Store.open(f"sqlite:///{folder}/data/hub.db", clock=clock) as store:
            store.recorder().attach(bus)
            for value, minutes in (("10", 1), ("90", 5), ("20", 10), ("80", 5)):
                states.set(EntityId("sensor.load"), value, {"unit": "%"})
                await clock.advance(minutes=minutes)
                if value == "90":
                    data = {"domain": "alert", "service": "resolve", "service_data": {"key": "90"}}
                    bus.fire("call_service", data)
            await store.flush()

    asyncio.run(record())


def test_calls_that_would_be_made_stand_beside_those_that_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The call that was made four minutes late is another one than the call that would be made after one."""
    (tmp_path / "hub.yaml").write_text(CONFIG)
    recorded(tmp_path)

    with pytest.raises(SystemExit) as ended:
        main(["simulate", "-c", str(tmp_path / "hub.yaml"), "--from", "2026-03-02T11:00", "--to", "2026-03-02T13:00", "--json"])

    assert ended.value.code == 0
    calls = [
        (call["time"][11:19], call["data"]["key"], call["would"], call["was"])
        for call in json.loads(capsys.readouterr().out)["calls"]
    ]
    assert calls == [
        ("12:02:00", 90, True, False),
        ("12:06:00", "90", False, True),
        ("12:17:00", 80, True, False),
    ]


def test_without_history_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No database is made by looking for one."""
    (tmp_path / "hub.yaml").write_text(CONFIG)

    with pytest.raises(SystemExit) as ended:
        main(["simulate", "-c", str(tmp_path / "hub.yaml"), "--from", "2026-03-02"])

    assert ended.value.code == 1
    assert "there is no database" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
