"""What must not stop the hub: endless loops, multitudes, listeners and actions that fail, hostile templates."""

import asyncio
import logging
from typing import Any

import pytest

from hub.model.action import ActionCall
from hub.model.event import Event
from tests.automation.engine import engine

OTHER = (
    "- alias: other\n  triggers: [{trigger: event, event_type: other}]\n  actions: [{action: test.say, data: {text: other}}]\n"
)
ON_GO = "alias: a, triggers: [{trigger: event, event_type: go}]"
ENDLESS = {
    "by its event": f"{{{ON_GO}, actions: [{{event: go}}]}}",
    "by its event, queued": f"{{{ON_GO}, mode: queued, actions: [{{event: go}}]}}",
    "by its event, restarted": f"{{{ON_GO}, mode: restart, actions: [{{event: go}}]}}",
    "by its event twice": f"{{{ON_GO}, mode: parallel, actions: [{{event: go}}, {{event: go}}]}}",
    "by its own state": "{alias: a, triggers: [{trigger: state, entity_id: [automation.a, sensor.go]}], actions: []}",
    "by hand": f"{{{ON_GO}, mode: restart, actions: [{{action: automation.trigger, target: {{entity_id: automation.a}}}}]}}",
    "by everything": "{alias: a, triggers: [{trigger: event, event_type: '*'}], actions: []}",
    "in a loop": f"{{{ON_GO}, actions: [{{repeat: {{count: 1000000000, sequence: [{{variables: {{x: 1}}}}]}}}}]}}",
}


@pytest.mark.parametrize("automation", ENDLESS.values(), ids=ENDLESS)
async def test_an_automation_without_end_does_not_stop_the_others(automation: str) -> None:
    """Others run, time passes, and it can be turned off."""
    async with engine(f"- {automation}\n{OTHER}") as hub:
        for number in range(3):
            hub.fire("other")
            hub.fire("go")
            hub.set("sensor.go", str(number))
            for _ in range(40):
                await asyncio.sleep(0)
                if len(hub.said) > number:
                    break
            assert hub.said == ["other"] * (number + 1)

        await hub.call("automation.turn_off", entity_id="automation.a")
        for _ in range(50):
            await hub.rest()
            if not hub.bus._pending:
                break
        before = len(hub.events)
        hub.fire("other")
        await hub.rest()
        assert hub.said == ["other"] * 4
        assert len(hub.events) <= before + 3


async def test_each_turn_of_a_loop_without_end_costs_the_same() -> None:
    """However often others fire meanwhile."""
    async with engine(f"- {ENDLESS['by its event']}\n{OTHER}") as hub:
        hub.fire("go")
        runs = []
        for _ in range(30):
            hub.fire("other")
            before = len(hub.events)
            await asyncio.sleep(0)
            runs.append(len(hub.events) - before)
        assert max(runs) < 3 * 500


async def test_a_flood_that_grows_is_cut_off() -> None:
    """What listeners fire beyond a measure is thrown away and counted; what others fire never is."""
    async with engine(f"- {ENDLESS['by its event twice']}\n{OTHER}") as hub:
        hub.fire("go")
        for _ in range(60):
            await asyncio.sleep(0)
        assert hub.bus.dropped > 0
        hub.fire("other")
        for _ in range(30):
            await asyncio.sleep(0)
        assert hub.said == ["other"]


async def test_events_come_in_order_also_when_there_are_too_many() -> None:
    """What is fired while others wait waits behind them."""
    async with engine() as hub:
        heard: list[int] = []

        def listener(event: Event) -> None:
            heard.append(event.data["n"])

        def flood(_: Event) -> None:
            for number in range(2000):
                hub.fire("numbered", n=number)

        hub.bus.listen("numbered", listener)
        hub.bus.listen("flood", flood)
        hub.fire("flood")
        hub.fire("numbered", n=2000)
        for _ in range(10):
            await asyncio.sleep(0)
        assert heard == list(range(2001))


async def test_two_automations_that_trigger_each_other_are_no_worse() -> None:
    """Ping and pong."""
    automations = (
        "- {alias: ping, triggers: [{trigger: event, event_type: ping}], actions: [{event: pong}]}\n"
        "- {alias: pong, triggers: [{trigger: event, event_type: pong}], actions: [{event: ping}]}\n" + OTHER
    )
    async with engine(automations) as hub:
        hub.fire("ping")
        for _ in range(5):
            hub.fire("other")
            await hub.rest()
        assert hub.said == ["other"] * 5


async def test_a_listener_that_raises_hurts_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    """It is told with its traceback, and counted."""
    async with engine(OTHER) as hub:

        def bad(event: Event) -> None:
            raise ZeroDivisionError

        hub.bus.listen("other", bad)
        hub.bus.listen("automation_triggered", bad)
        hub.fire("other")
        assert hub.said == ["other"]
        assert hub.bus.failures == 2
        assert any(record.exc_info for record in caplog.records)


async def test_a_thousand_runs_may_wait_beside_each_other() -> None:
    """Without a task each."""
    automation = """
        alias: a
        mode: parallel
        max: 1000
        triggers: [{trigger: event, event_type: go}]
        actions: [{delay: 60}, {action: test.say, data: {text: "{{ trigger.event.data.n }}"}}]
    """
    async with engine(automation) as hub:
        tasks = len(asyncio.all_tasks())
        for number in range(1001):
            hub.fire("go", n=number)
        assert len(asyncio.all_tasks()) == tasks
        assert hub.attribute("automation.a", "current") == 1000
        while hub.clock.run_next(hub.clock.time() + 60):
            pass
        assert hub.said == list(range(1000))


async def test_thousands_of_waits_are_given_up_at_once() -> None:
    """When the hub ends."""
    automation = f"{{{ON_GO}, mode: parallel, max: 3000, actions: [{{wait_template: '{{{{ false }}}}'}}]}}"
    async with engine(automation) as hub:
        for _ in range(3_000):
            hub.fire("go")
        await hub.call("automation.turn_off", entity_id="automation.a")
        assert hub.attribute("automation.a", "current") == 0


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}",
        "{{ 'x' * 10 ** 9 }}",
        "{{ range(10 ** 9) | list }}",
        "{{ 10 ** 10 ** 10 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ states.__init__.__globals__ }}",
        "{{ this.__class__ }}",
        "{{ lipsum(n=10 ** 6) }}",
        "{% set x = namespace(v='x') %}{% for i in range(60) %}{% set x.v = x.v ~ x.v %}{% endfor %}{{ x.v }}",
    ],
)
async def test_a_hostile_template_costs_one_run(template: str) -> None:
    """It fails, or gives something harmless, in bounded time."""
    loop = asyncio.get_running_loop()
    automation = (
        f'alias: a\ntriggers: [{{trigger: event, event_type: go}}]\nactions: [{{action: test.say, data: {{text: "{template}"}}}}]'
    )
    async with engine(f"- {automation}".replace("\n", "\n  ") + "\n" + OTHER) as hub:
        began = loop.time()
        hub.fire("go")
        assert loop.time() - began < 5
        assert len(repr(hub.said)) < 300_000
        assert "mappingproxy" not in repr(hub.said)
        assert "<class" not in repr(hub.said)
        hub.fire("other")
        assert hub.said[-1] == "other"


async def test_data_of_any_shape_do_no_harm() -> None:
    """Events from outside are not trusted."""
    automations = """
        - alias: a
          mode: parallel
          triggers:
            - {trigger: event, event_type: go, event_data: {n: {k: [1]}}}
            - {trigger: tag, tag_id: x}
            - {trigger: persistent_notification}
          actions: [{action: test.say, data: {text: "{{ trigger.event.data.n.k[0].x.y }}"}}]
    """
    strange: list[Any] = [
        None,
        5,
        "x",
        [],
        {},
        {"k": None},
        {"k": [1]},
        {"k": [[1]]},
        {"k": {"k": 1}},
        float("nan"),
        b"x",
        object(),
        {1: {None}},
    ]
    async with engine(automations) as hub:
        for value in strange:
            hub.fire("go", n=value)
            hub.fire("tag_scanned", tag_id=value, device_id=value)
            hub.fire("persistent_notifications_updated", update_type=value, notifications=value)
        assert hub.said == []
        assert hub.bus.failures == 0


async def test_a_task_that_ends_badly_after_its_run_is_nobodys_error(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is left unretrieved."""
    import gc

    async def stubborn(call: ActionCall) -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise ValueError("no") from None

    automation = "alias: a\ntriggers: [{trigger: event, event_type: go}]\nactions: [{action: shop.stubborn}]"
    async with engine(automation) as hub:
        hub.offer("shop.stubborn", stubborn)
        hub.fire("go")
        await hub.rest()
        await hub.call("automation.turn_off", entity_id="automation.a")
        await hub.rest()
        gc.collect()
        assert [record.getMessage() for record in caplog.records if record.levelno > logging.WARNING] == []


async def test_a_condition_that_breaks_abandons_only_its_run() -> None:
    """A bug of ours, or of a plugin, is logged; time goes on."""
    trigger = "{trigger: time_pattern, seconds: '/10'}"
    automation = (
        f"{{alias: a, triggers: {trigger}, conditions: '{{{{ true }}}}', actions: [{{action: test.say, data: {{text: x}}}}]}}"
    )
    async with engine(automation) as hub:

        def broken(*_: object) -> bool:
            raise ZeroDivisionError

        hub.automation("automation.a")._checks[:] = [broken]
        await hub.clock.advance(minutes=1)
        assert hub.said == []
        assert hub.outcomes("automation.a") == []


async def test_the_number_of_turns_is_bounded_for_a_state_that_answers_itself() -> None:
    """Two automations that toggle each other's entity."""
    automations = """
        - alias: a
          mode: restart
          triggers: [{trigger: state, entity_id: light.x}]
          actions: [{action: light.toggle}]
    """
    async with engine(automations, states={"light.x": "off"}) as hub:
        hub.offer("light.toggle", lambda _: hub.set("light.x", "off" if hub.state("light.x") == "on" else "on"))
        hub.set("light.x", "on")
        await hub.rest()
        before = hub.clock.time()
        await hub.clock.advance(seconds=1)
        assert hub.clock.time() == before + 1
