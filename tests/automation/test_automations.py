"""Automations as entities: loading, reloading, turning on and off (DIALECT 1)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.model.context import Context
from hub.model.names import EntityId
from tests.automation.engine import START, engine, problems

ON_GO = "triggers: [{trigger: event, event_type: go}]"
WAIT = "actions: [{action: test.say, data: {text: %s}}, {delay: 60}, {action: test.say, data: {text: %s after}}]"


def named(alias: str, more: str = "") -> str:
    return f"- alias: {alias}\n  {ON_GO}\n  mode: parallel\n  {WAIT % (alias, alias)}\n" + (f"  {more}\n" if more else "")


# -------------------------------------------------------------------------------------------------------------------- spelling


async def test_old_and_new_spellings_mean_the_same() -> None:
    """A single item needs no list."""
    old = """
        alias: a
        trigger: {platform: event, event_type: go}
        condition: "{{ true }}"
        action: {service: test.say, data_template: {text: x}}
    """
    new = """
        alias: a
        triggers: [{trigger: event, event_type: go}]
        conditions: ["{{ true }}"]
        actions: [{action: test.say, data: {text: x}}]
    """
    for automation in (old, new):
        async with engine(automation) as hub:
            hub.fire("go")
            assert hub.said == ["x"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("triggers: []\ntrigger: []\nactions: []", "", "trigger and triggers mean the same"),
        ("triggers: []\nactions: []\nid: 5", "3:", "put quotes round 5"),
        ("triggers: []", "", "the key `actions` is missing"),
        ("actions: []", "", "the key `triggers` is missing"),
        ("triggers: []\nactions: []\nconditons: []", "3:", "unknown key `conditons`; did you mean `conditions`?"),
        ("triggers: []\nactions: []\ninitial_state: perhaps", "3:", "'perhaps' is neither true nor false"),
        ("triggers: []\nactions: []\nvariables: [x]", "3:", "expected a mapping of names to values"),
    ],
)
def test_what_is_no_automation_is_refused(text: str, place: str, message: str) -> None:
    """Where the mistake stands."""
    (found,) = problems(text)
    assert message in found
    assert found.startswith(place)


def test_every_mistake_is_told_at_once() -> None:
    """Of all parts."""
    text = """
        alias: a
        triggers:
          - {trigger: stat}
          - {trigger: state, entity: sensor.a}
        conditions: [{condition: state, entity_id: x, state: y}]
        actions:
          - {delay: soon}
          - {repeat: {count: 1, sequence: [{action: nothing}]}}
        mode: multiple
    """
    places = sorted(one.split(": ")[0] for one in problems(text))
    assert places == ["3:5", "4:22", "5:44", "7:13", "8:45", "9:7"]


async def test_names_without_ids() -> None:
    """From the alias; the number where there is none; a second of the same name gets a number."""
    automations = (
        f"- {{{ON_GO}, actions: []}}\n- {{alias: Höhe üNN!, {ON_GO}, actions: []}}\n- {{alias: hohe unn, {ON_GO}, actions: []}}"
    )
    async with engine(automations) as hub:
        assert list(hub.states.ids("automation")) == ["automation.automation_0", "automation.hohe_unn", "automation.hohe_unn_2"]
        assert hub.attribute("automation.hohe_unn", "friendly_name") == "Höhe üNN!"


async def test_an_id_keeps_the_entity() -> None:
    """When the alias changes; and nobody without an id takes its place."""
    async with engine(named("first", "id: one")) as hub:
        hub.load(named("renamed", "id: one"))
        assert hub.states.ids("automation") == ["automation.first"]
        hub.load(named("first") + named("renamed", "id: one"))
        assert hub.states.ids("automation") == ["automation.first", "automation.first_2"]
        assert hub.attribute("automation.first", "id") == "one"


async def test_the_same_id_twice_is_told_and_the_first_stays(caplog: pytest.LogCaptureFixture) -> None:
    """The second is not loaded."""
    async with engine(named("a", "id: one") + named("b", "id: one") + named("c")) as hub:
        hub.fire("go")
        assert hub.said == ["a", "c"]
        assert "one" in caplog.text
        assert "b" in caplog.text


# ----------------------------------------------------------------------------------------------------------------- state, runs


async def test_the_state_tells_what_the_automation_does() -> None:
    """On when armed; how many runs; when it last began."""
    async with engine(named("a", "id: x")) as hub:
        state = hub.states.get("automation.a")
        assert state is not None
        assert (state.state, dict(state.attributes)) == (
            "on", {"id": "x", "last_triggered": None, "mode": "parallel", "current": 0, "max": 10, "friendly_name": "a"},
        )  # fmt: skip
        hub.fire("go")
        assert hub.attribute("automation.a", "current") == 1
        assert hub.attribute("automation.a", "last_triggered") == START
        await hub.clock.advance(minutes=1)
        assert hub.attribute("automation.a", "current") == 0


async def test_automation_triggered_tells_which_and_why() -> None:
    """In the context of the run, whose parent is the cause."""
    async with engine(named("a", "id: x")) as hub:
        cause = Context.new()
        hub.fire("go", cause)
        (event,) = [event for event in hub.events if event.event_type == "automation_triggered"]
        assert event.data["name"] == "a"
        assert event.data["entity_id"] == "automation.a"
        assert event.data["source"] == "event 'go'"
        assert event.context.parent_id == cause.id
        assert event.context == hub.contexts[0]


async def test_running_by_hand() -> None:
    """Also when it is off; conditions are passed over unless they are wanted; `trigger` is nearly empty."""
    automation = f"""
        alias: a
        {ON_GO}
        conditions: "{{{{ false }}}}"
        variables: {{x: own, trigger: own}}
        actions: [{{action: test.say, data: {{text: "{{{{ trigger }}}} {{{{ x }}}} {{{{ y | default('none') }}}}"}}}}]
    """
    async with engine(automation) as hub:
        await hub.call("automation.turn_off", entity_id="automation.a")
        await hub.call("automation.trigger", entity_id="automation.a")
        await hub.call("automation.trigger", entity_id="automation.a", variables={"x": "given", "y": 1, "trigger": "lost"})
        await hub.call("automation.trigger", entity_id="automation.a", skip_condition=False)
        assert hub.said == ["{'platform': None} own none", "{'platform': None} given 1"]
        context = Context.new()
        await hub.actions.call("automation.trigger", {"entity_id": "automation.a"}, context)
        assert hub.contexts[-1].parent_id == context.id


async def test_turning_off_and_on_and_all_of_them() -> None:
    """Twice is no error; a missing one is warned of; toggle turns round."""
    async with engine(named("a") + named("b")) as hub:
        await hub.call("automation.turn_off", entity_id="all")
        await hub.call("automation.turn_off", entity_id="automation.a")
        hub.fire("go")
        assert hub.said == []
        await hub.call("automation.toggle", entity_id=["automation.a", "automation.missing"])
        await hub.call("automation.turn_on", entity_id="automation.a")
        hub.fire("go")
        assert hub.said == ["a"]


async def test_what_is_held_is_lost_when_it_is_turned_off() -> None:
    """A period that was counted does not fire afterwards, nor after turning on again."""
    trigger = "{trigger: state, entity_id: sensor.a, to: 'on', for: 60}"
    automation = f"alias: a\ntriggers: {trigger}\nactions: [{{action: test.say, data: {{text: x}}}}]"
    async with engine(automation, states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.call("automation.turn_off", entity_id="automation.a")
        await hub.call("automation.turn_on", entity_id="automation.a")
        await hub.clock.advance(minutes=5)
        assert hub.said == []


@pytest.mark.parametrize(
    ("initial", "remembered", "state"),
    [
        ("", None, "on"),
        ("", True, "on"),
        ("", False, "off"),
        ("initial_state: true", False, "on"),
        ("initial_state: false", True, "off"),
        ("initial_state: 'off'", None, "off"),
    ],
)
async def test_how_it_is_at_the_start(initial: str, remembered: bool | None, state: str) -> None:
    """As it was, unless the file says."""
    last = datetime(2024, 1, 1, tzinfo=UTC)

    def known(entity_id: EntityId) -> tuple[bool, datetime | None] | None:
        return None if remembered is None else (remembered, last)

    async with engine(named("a", initial), remembered=known) as hub:
        assert hub.state("automation.a") == state
        assert hub.attribute("automation.a", "last_triggered") == (None if remembered is None else last)


async def test_empty_ones_are_valid() -> None:
    """They can be run by hand, and do nothing."""
    async with engine(
        "- {alias: a, triggers: [], actions: []}\n- {alias: b, triggers: [], actions: [], description: 5, hide_entity: true}"
    ) as hub:
        await hub.call("automation.trigger", entity_id="automation.a")
        assert hub.outcomes("automation.a") == ["finished"]
        assert hub.state("automation.b") == "on"


# --------------------------------------------------------------------------------------------------------------------- reload


async def test_what_did_not_change_goes_on_undisturbed() -> None:
    """Runs, queues and periods; what changed is ended and begins anew; what went is gone."""
    trigger = "{trigger: state, entity_id: sensor.a, to: 'on', for: 60}"
    held = f"- {{alias: held, triggers: {trigger}, actions: [{{action: test.say, data: {{text: held}}}}]}}\n"
    async with engine(named("same") + named("changed") + named("gone") + held, states={"sensor.a": "off"}) as hub:
        hub.fire("go")
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=30)
        hub.load(held + named("new") + named("same") + named("changed", "description: other"))
        assert hub.states.ids("automation") == ["automation.changed", "automation.held", "automation.new", "automation.same"]
        await hub.clock.advance(seconds=30)
        assert hub.said == ["same", "changed", "gone", "same after", "held"]
        hub.fire("go")
        assert sorted(hub.said[5:]) == ["changed", "new", "same"]


async def test_a_changed_one_stays_off_and_remembers_when_it_last_ran() -> None:
    """As it does over a restart; also when it was broken in between."""
    async with engine(named("a") + named("b")) as hub:
        hub.fire("go")
        await hub.call("automation.turn_off", entity_id="automation.a")
        hub.load(named("a", "max: 1") + named("b", "description: changed"))
        assert hub.state("automation.a") == "unavailable"
        assert (hub.state("automation.b"), hub.attribute("automation.b", "last_triggered")) == ("on", START)
        hub.load(named("a", "description: mended") + named("b"))
        assert (hub.state("automation.a"), hub.attribute("automation.a", "last_triggered")) == ("off", START)


async def test_reloading_announces_itself() -> None:
    """The files are read again first."""
    read: list[str] = []

    async with engine(named("a")) as hub:

        async def reload() -> None:
            read.append("read")

        hub.automations._reload = reload
        await hub.call("automation.reload")
        assert read == ["read"]
        assert hub.fired("automation_reloaded") == [{}]


async def test_an_automation_may_reload_itself_away() -> None:
    """The others live on."""
    automations = (
        named("other")
        + f"- {{alias: a, {ON_GO}, actions: [{{action: test.vanish}}, {{action: test.say, data: {{text: never}}}}]}}"
    )
    async with engine(automations) as hub:
        hub.offer("test.vanish", lambda _: hub.load(named("other")))
        hub.fire("go")
        await hub.rest()
        assert hub.said == ["other"]
        assert hub.states.ids("automation") == ["automation.other"]
        hub.fire("go")
        assert hub.said == ["other", "other"]


async def test_nothing_is_left_when_everything_is_unloaded() -> None:
    """No listener, no timer, no entity."""
    triggers = """
        - {alias: a, actions: [], triggers: [
            {trigger: state, entity_id: sensor.a, for: 5}, {trigger: numeric_state, entity_id: sensor.a, above: 1, for: 5},
            {trigger: template, value_template: "{{ states.light | count > now().minute }}"}, {trigger: time, at: "12:30"},
            {trigger: time, at: sensor.next}, {trigger: time_pattern, minutes: "/5"}, {trigger: event, event_type: [a, "*"]},
            {trigger: webhook, webhook_id: hook}, {trigger: homeassistant, event: shutdown}, {trigger: sun, event: sunset},
            {trigger: tag, tag_id: x}, {trigger: cron, cron: "* * * * *"}, {trigger: interval, every: 5},
            {trigger: persistent_notification}]}
    """
    async with engine() as hub:
        before = hub.bus.listener_counts()
        hub.load(triggers)
        assert hub.clock.next_due() is not None
        hub.load()
        assert hub.clock.next_due() is None
        assert hub.bus.listener_counts() == before
        assert hub.bus._watchers == {}
        assert hub.bus._every_change == ()
        assert hub.webhooks.rule("hook") is None
        assert hub.world.lifecycle.at_shutdown == []
        assert hub.world.scheduler.upcoming() == []
        assert len(hub.states) == 0


# ------------------------------------------------------------------------------------------------------------------ schedules


async def test_entries_of_the_schedule_run_by_the_clock() -> None:
    """By a cron line or an interval, without an automation around them; one that is wrong does not hurt the others."""
    schedules = """
        - name: Monday report
          cron: "0 9 * * 1"
          actions: [{action: test.say, data: {text: "{{ now().strftime('%a %H:%M') }}"}}]
        - name: Pulse
          every: {hours: 24}
          conditions: {condition: time, weekday: sun}
          variables: {x: sunday}
          actions: {action: test.say, data: {text: "{{ x }}"}}
        - name: Idle
          every: 60
          enabled: false
          actions: [{action: test.say, data: {text: never}}]
        - {name: Broken, every: never, actions: []}
    """
    async with engine(schedules=schedules) as hub:
        assert {state.entity_id: state.state for state in hub.states.all("schedule")} == {
            "schedule.monday_report": "on", "schedule.pulse": "on", "schedule.idle": "off", "schedule.broken": "unavailable",
        }  # fmt: skip
        names = [name for _, name in hub.world.scheduler.upcoming()]
        assert any("0 9 * * 1" in name for name in names)
        await hub.clock.advance(hours=24 * 7)
        assert hub.said == ["sunday", "Mon 09:00"]
        await hub.call("automation.turn_off", entity_id="schedule.pulse")
        await hub.clock.advance(hours=24 * 7)
        assert hub.said == ["sunday", "Mon 09:00", "Mon 09:00"]


@pytest.mark.parametrize(
    ("entry", "place", "message"),
    [
        ("{name: a, cron: '0 9 * * 1', every: 5, actions: []}", "1:3", "exactly one of `cron` and `every` is needed"),
        ("{name: a, actions: []}", "1:3", "exactly one of `cron` and `every` is needed"),
        ("{name: a, every: 5}", "1:3", "the key `actions` is missing"),
        ("{name: a, every: 5, action: []}", "1:23", "unknown key `action`; did you mean `actions`?"),
        ("{name: a, every: soon, actions: []}", "1:20", "'soon' is not a duration"),
        ("{name: a, cron: '61 * * * *', actions: []}", "1:19", "'61 * * * *' is not a cron line"),
        ("{name: a, every: 5, actions: [{delay: soon}]}", "1:41", "'soon' is not a duration"),
        ("a text", "1:3", "a schedule is a mapping"),
    ],
)
def test_entries_that_are_wrong_are_told_with_their_place(entry: str, place: str, message: str) -> None:
    """Where the mistake stands, not where the engine would have it."""
    found = _schedule_problems(f"- {entry}")
    assert message in found[0]
    assert found[0].startswith(f"{place}: "), found


def _schedule_problems(text: str) -> list[str]:
    from hub.automation.schedules import read_schedules
    from tests.automation.engine import document

    read: Any = read_schedules(document(text))
    return [f"{problem.line}:{problem.column}: {problem.message}" for one in read for problem in one.problems]
