"""The whole hub, from a file, with real HTTP and real plugins."""

import asyncio
import logging
import signal
from datetime import timedelta
from typing import Any

import pytest

from hub.app.hub import Hub
from hub.config import InvalidConfiguration
from hub.errors import ConfigError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.notice import Notice, Severity
from tests.app.site import Site, read_until, until, until_written
from tests.hosting.tcp.hub_tcp.simulator import Echo

REACTS = """
automation:
  - alias: React
    id: react
    triggers: [{trigger: event, event_type: go}]
    actions: [{event: done, event_data: {n: "{{ trigger.event.data.n }}"}}]
"""


def tcp(echo: Echo) -> str:
    return f"tcp: {{host: 127.0.0.1, port: {echo.config['port']}, scan_interval: 0.05}}\n"


def heard(hub: Hub, event_type: str) -> list[dict[str, Any]]:
    """Collect the data of events from now on."""
    found: list[dict[str, Any]] = []
    hub.bus.listen(event_type, lambda event: found.append(dict(event.data)))
    return found


async def test_a_hub_runs_from_its_file(site: Site, echo: Echo) -> None:
    """Plugins connect, automations run, the API shows both."""
    site.write(tcp(echo) + REACTS)
    async with site.running() as hub, site.http() as http:
        done = heard(hub, "done")
        await until(lambda: hub.states.get("binary_sensor.tcp_up"))

        states = {state["entity_id"]: state["state"] for state in (await http.get("/api/states")).json()}
        assert states["binary_sensor.tcp_up"] == "on"
        assert states["binary_sensor.tcp_connected"] == "on"
        assert states["automation.react"] == "on"
        await http.post("/api/events/go", json={"n": 5})
        assert done == [{"n": 5}]
        answer = await http.post("/api/services/tcp/probe?return_response", json={"line": "how are you?"})
        assert answer.json()["service_response"] == {"answer": "how are you?"}
        assert (await http.get("/api/states", headers={"Authorization": "Bearer wrong"})).status_code == 401
        traces = (await http.get("/api/hub/traces")).json()
        assert [trace["item_id"] for trace in traces] == ["react"]
    assert site.address() is None


async def test_what_a_plugin_tells_while_the_hub_starts_is_heard_by_automations(site: Site) -> None:
    """A file or a message comes once; it must not come while nobody listens."""
    site.write("eager:\n" + REACTS.replace("event_type: go", "event_type: eager.hurried"))
    async with site.running() as hub:
        traces = hub.automations.traces("automation.react")

        assert traces is not None
        assert len(traces.runs) == 1


async def test_traces_are_found_by_the_id_that_was_written(site: Site) -> None:
    """That is how Home Assistant's clients ask for them."""
    site.write(REACTS.replace("id: react", "id: '1700000000001'"))
    async with site.running() as hub, site.http() as http:
        hub.bus.fire("go", {"n": 5})
        by_entity, by_id = [(await http.get(f"/api/hub/traces/automation.{name}")).json() for name in ("react", "1700000000001")]

        assert len(by_id) == 1
        assert by_id == by_entity


async def test_states_ids_and_automations_are_after_a_restart_what_they_were(site: Site, echo: Echo) -> None:
    """Also when the plugin's peer is gone meanwhile."""
    site.write(tcp(echo) + REACTS)
    async with site.running() as hub:
        await until(lambda: hub.states.get("sensor.tcp_answer"))
        hub.registries.entities.update("sensor.tcp_answer", new_entity_id="sensor.greeting", name="Greeting")
        await until(lambda: hub.states.get("sensor.greeting"))
        hub.bus.fire("go", {"n": 1})
        await hub.actions.call("automation.turn_off", {"entity_id": "automation.react"})
        last = hub.automations.automations[EntityId("automation.react")].last_triggered
        rows = {entry.entity_id: entry.id for entry in hub.registries.entities.all()}
    await echo.stop()

    async with site.running() as hub:
        assert {entry.entity_id: entry.id for entry in hub.registries.entities.all()} == rows
        state = hub.states.get("sensor.greeting")
        assert state is not None
        assert (state.state, state.attributes["friendly_name"]) == ("unavailable", "Greeting")
        automation = hub.automations.automations[EntityId("automation.react")]
        assert (automation.is_on, automation.last_triggered) == (False, last)
        await echo.start()
        await until(lambda: (hub.states.get("sensor.greeting") or state).state == "hello")
        assert hub.states.get("sensor.tcp_answer") is None


async def test_an_automation_that_is_on_is_on_after_a_restart(site: Site) -> None:
    """Stopping the hub does not turn it off."""
    site.write(REACTS)
    for _ in range(2):
        async with site.running() as hub:
            done = heard(hub, "done")
            hub.bus.fire("go", {"n": 1})
            await until(lambda done=done: done)  # type: ignore[misc]  # bound early


async def test_alerts_are_known_after_a_restart(site: Site) -> None:
    """With what people did about them."""
    site.write("automation: []\n")
    notice = Notice(message="Roof 2 is down", key="roof-2", severity=Severity.CRITICAL)
    async with site.running() as hub:
        hub.notify.expect("board")
        await hub.notify.send(["board"], notice, Context.new())
        await hub.alerts.acknowledge("roof-2", "ada")

    async with site.running() as hub:
        (alert,) = hub.alerts.all()
        assert (alert.key, alert.is_open) == ("roof-2", True)
        await hub.actions.call("alert.resolve", {"key": "roof-2"})
        (alert,) = hub.alerts.all()
        assert not alert.is_open


async def test_a_reload_changes_what_changed(site: Site, echo: Echo) -> None:
    """Automations, plugins and their triggers; a file with mistakes changes nothing."""
    site.write(REACTS)
    async with site.running() as hub, site.http() as http:
        done = heard(hub, "done")
        site.write("automation: [{alias: React, triggers: [}\n")
        with pytest.raises(InvalidConfiguration):
            await hub.reload()
        assert (await http.post("/api/services/automation/reload", json={})).status_code >= 400
        hub.bus.fire("go", {"n": 1})
        assert done == [{"n": 1}]

        greets = (
            "  - {alias: Greet, triggers: [{trigger: tcp.greeted, text: hel*}], actions: [{event: done, event_data: {n: 2}}]}\n"
        )
        site.write(tcp(echo) + REACTS + greets)
        await hub.reload()
        await until(lambda: {"n": 2} in done)

        site.write(REACTS)
        assert (await http.post("/api/services/automation/reload", json={})).status_code == 200
        assert hub.states.get("automation.greet") is None
        await hub.reload()
        assert not [report for report in hub.reports() if report.plugin == "tcp"]


async def test_three_broken_plugins_leave_the_rest_working(site: Site, echo: Echo) -> None:
    """One that is no Python, one whose configuration is wrong, one whose server is dead; and one that fails when imported."""
    site.write(
        f"""
unripe: {{}}
rotten: {{}}
absent: {{}}
tcp:
  - {{name: good, host: 127.0.0.1, port: {echo.config["port"]}, scan_interval: 0.05}}
  - {{name: wrong, host: 127.0.0.1, port: 70000}}
  - {{name: dead, host: 127.0.0.1, port: 1}}
"""
        + REACTS
    )
    async with site.running() as hub, site.http() as http:
        done = heard(hub, "done")
        await until(lambda: hub.states.get("binary_sensor.tcp_good_up"))
        hub.bus.fire("go", {"n": 1})
        assert done == [{"n": 1}]

        plugins = {row["instance"]: row for row in (await http.get("/api/hub/plugins")).json()}
        assert plugins["tcp_good"]["condition"] == "connected"
        assert "invalid syntax" in str(plugins["unripe"])
        assert "rotten to the core" in str(plugins["rotten"])
        assert "pip install hub-absent" in str(plugins["absent"])
        assert "65535" in str(plugins["tcp_wrong"])
        assert plugins["tcp_dead"]["condition"] == "connecting"
        state = hub.states.get("binary_sensor.tcp_dead_connected")
        assert state is not None
        assert state.state == "off"


async def test_secrets_do_not_reach_the_log(
    site: Site, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in messages, nor in their arguments, nor in tracebacks."""
    (site.folder / "secrets.yaml").write_text("password: correct-horse-battery\n")
    site.write(
        """
        tcp: {host: 127.0.0.1, port: 1, password: !secret password}
        automation:
          - alias: Leak
            triggers: [{trigger: event, event_type: go}]
            variables: {password: !secret password}
            actions: [{action: "no.{{ password }}"}, {action: test.x}]
        """
    )
    stream = logging.StreamHandler()
    logging.getLogger().addHandler(stream)
    async with site.running() as hub:
        hub.bus.fire("go")
        log = logging.getLogger("hub.test")
        log.warning("the password is %s", "correct-horse-battery")
        log.warning("it is correct-horse-battery")
        try:
            raise ValueError("no entry with correct-horse-battery")
        except ValueError:
            log.exception("failed")
        kept = hub.log.text()
    printed = capsys.readouterr()
    assert "ValueError: no entry with ***" in kept
    assert "the password is ***" in kept
    for text in (kept, printed.out, printed.err, caplog.text):
        assert "correct-horse-battery" not in text


async def test_running_twice_leaves_the_log_as_it_was(site: Site) -> None:
    """No handler of a hub outlives it."""
    site.write("automation: []\n")
    before = list(logging.getLogger().handlers)
    async with site.running():
        pass
    assert logging.getLogger().handlers == before


async def test_a_file_with_mistakes_does_not_start(site: Site) -> None:
    """All of them are told."""
    site.path.write_text("hub: {http: {prot: 5}, nmae: x}\nautomation: [\n")
    with pytest.raises(ConfigError):
        async with site.running():
            pass
    site.path.write_text("hub: {http: {prot: 5}, nmae: x}\n")
    with pytest.raises(InvalidConfiguration) as caught:
        async with site.running():
            pass
    assert len(caught.value.problems) == 2


async def test_a_time_pattern_runs_by_the_systems_clock(site: Site) -> None:
    """Every second, on the second."""
    site.write(
        """
        schedule: [{name: Pulse, every: 1, actions: [{event: pulse}]}]
        automation: [{alias: Tick, triggers: [{trigger: time_pattern, seconds: "*"}], actions: [{event: tick}]}]
        """
    )
    async with site.running() as hub:
        ticks, pulses = heard(hub, "tick"), heard(hub, "pulse")
        assert {"time pattern *:*:*", "every 0:00:01"} & {name for _, name in hub.scheduler.upcoming()}
        await until(lambda: ticks and pulses)


# --------------------------------------------------------------------------------------------------------------- the process


async def test_sigterm_ends_the_process_well(site: Site, echo: Echo) -> None:
    """Exit code 0, with a run under way, within ten seconds; the address is gone."""
    site.write(tcp(echo) + "automation: [{alias: a, triggers: [{trigger: event, event_type: go}], actions: [{delay: 600}]}]\n")
    async with site.process() as process:
        await read_until(process, "the hub runs at")
        async with site.http() as http:
            await http.post("/api/events/go", json={})
            state = (await http.get("/api/states/automation.a")).json()
            assert state["attributes"]["current"] == 1
        began = asyncio.get_running_loop().time()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        print(f"stopped after {timedelta(seconds=asyncio.get_running_loop().time() - began)}")
    assert site.address() is None


async def test_a_process_that_is_killed_starts_again(site: Site, echo: Echo) -> None:
    """With the entities and automations as they were."""
    site.write(tcp(echo) + REACTS)
    async with site.process() as process:
        await read_until(process, "the hub runs at")
        async with site.http() as http:
            await http.post("/api/services/automation/turn_off", json={"entity_id": "automation.react"})
            await until_written(http)
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async with site.process() as process:
        said = await read_until(process, "the hub runs at")
        assert "Traceback" not in said
        async with site.http() as http:
            assert (await http.get("/api/states/automation.react")).json()["state"] == "off"
            ids = {state["entity_id"] for state in (await http.get("/api/states")).json()}
            assert "sensor.tcp_answer" in ids
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_file_with_mistakes_ends_the_process_with_words(site: Site) -> None:
    """No traceback."""
    site.path.write_text("hub: {nmae: x}\n")
    async with site.process() as process:
        out, _ = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 1
        assert "unknown key `nmae`; did you mean `name`?" in out.decode()
        assert "Traceback" not in out.decode()
