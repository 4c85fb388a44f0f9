"""`trigger: event`, `webhook`, `homeassistant`, `tag`, and the events of plugins (DIALECT 2.6 to 2.9)."""

from typing import Any

import pytest

from hub.model.context import Context
from tests.automation.engine import engine, problems


def on_event(more: str) -> str:
    return f"""
        alias: a
        triggers: [{{trigger: event, event_type: go, {more}}}]
        actions: [{{action: test.say, data: {{text: "{{{{ trigger.event.data.n | default('none') }}}}"}}}}]
    """


@pytest.mark.parametrize(
    ("wanted", "data", "fires"),
    [
        ("{}", {"n": 1}, True),
        ("{n: 5}", {"n": 5}, True),
        ("{n: 5}", {"n": "5"}, False),
        ("{n: 1}", {"n": 1.0}, True),
        ("{n: 1}", {"n": True}, True),
        ("{n: '5'}", {"n": 5}, False),
        ("{n: 5, m: 6}", {"n": 5}, False),
        ("{n: null}", {}, False),
        ("{n: null}", {"n": None}, True),
        ("{n: [a, b]}", {"n": ["a", "b"]}, True),
        ("{n: [a, b]}", {"n": ["b", "a"]}, False),
        ("{n: [a, b]}", {"n": "a"}, False),
        ("{n: {a: 1}}", {"n": {"a": 1, "b": 2}}, True),
        ("{n: {a: 1}}", {"n": {"a": 2}}, False),
        ("{n: {a: 1}}", {"n": "a"}, False),
        ("{m: {}, n: [a, b]}", {"m": {}, "n": ["b", "b", "a"]}, True),
        ("{m: {}, n: [a, b]}", {"m": {}, "n": ["a", "c"]}, False),
        ("{n: '{{ 2 + 3 }}'}", {"n": 5}, True),
    ],
)
async def test_which_data_fires(wanted: str, data: dict[str, Any], fires: bool) -> None:
    """Every wanted key must be there and equal; as soon as one is a mapping, mappings match in part."""
    async with engine(on_event(f"event_data: {wanted}")) as hub:
        hub.fire("go", **data)
        assert bool(hub.calls) is fires


async def test_the_context_may_be_wanted() -> None:
    """Here a list means any of these."""
    async with engine(on_event("context: {user_id: [ada, bob]}")) as hub:
        hub.fire("go", Context.new(user_id="eve"))
        hub.fire("go")
        assert hub.calls == []
        hub.fire("go", Context.new(user_id="bob"))
        assert hub.said == ["none"]


async def test_several_types_or_all_types_may_be_listened_for() -> None:
    """`*` does not hear of states that were only reported again."""
    say = "actions: [{action: test.say, data: {text: '{{ trigger.event.event_type }}'}}]"
    automation = "alias: a\nmode: parallel\ntriggers: [{trigger: event, event_type: %s}]\n" + say
    async with engine(automation % '[one, two, one, \'{{ "th" ~ "ree" }}\']') as hub:
        for name in ("one", "two", "three", "four"):
            hub.fire(name)
        assert hub.said == ["one", "two", "three"]

    automation = """
        alias: a
        triggers: [{trigger: event, event_type: "*"}]
        conditions: "{{ trigger.event.data.entity_id == 'sensor.a' }}"
        actions: [{action: test.say, data: {text: "{{ trigger.event.event_type }}"}}]
    """
    async with engine(automation) as hub:
        hub.set("sensor.a", "on")
        hub.set("sensor.a", "on")
        hub.fire("go", entity_id="sensor.a")
        assert hub.said == ["state_changed", "go"]


def test_state_reported_cannot_be_listened_for() -> None:
    """It comes too often."""
    (found,) = problems("alias: a\ntriggers: [{trigger: event, event_type: state_reported}]\nactions: []")
    assert "state_reported cannot be listened for" in found


async def test_an_event_is_the_parent_of_the_run() -> None:
    """And the run of its calls."""
    async with engine(on_event("id: x")) as hub:
        cause = Context.new()
        hub.fire("go", cause, n=1)
        (context,) = hub.contexts
        assert context.parent_id == cause.id
        assert context.id == hub.runs("automation.a")[0].context.id


# --------------------------------------------------------------------------------------------------------------------- webhook


async def test_a_webhook_gives_what_was_sent() -> None:
    """The id may be a template; the first who takes an id decides who may call."""
    automations = """
        - alias: a
          triggers: [{trigger: webhook, webhook_id: "{{ 'ho' ~ 'ok' }}", allowed_methods: [get, PUT], local_only: false}]
          actions: [{action: test.say, data: {text: "{{ trigger.json.n }} {{ trigger.query.q }} {{ trigger.webhook_id }}"}}]
        - alias: b
          triggers: [{trigger: webhook, webhook_id: hook}]
          actions: [{action: test.say, data: {text: b}}]
    """
    async with engine(automations) as hub:
        rule = hub.webhooks.rule("hook")
        assert rule is not None
        assert (rule.methods, rule.local_only) == (("GET", "PUT"), False)
        hub.webhooks.receive("hook", {"json": {"n": 5}, "query": {"q": "x"}})
        assert hub.said == ["5 x hook", "b"]
        assert all(context.parent_id is None for context in hub.contexts)

        await hub.call("automation.turn_off", entity_id="automation.a")
        rule = hub.webhooks.rule("hook")
        assert rule is not None
        assert (rule.methods, rule.local_only) == (("POST", "PUT"), True)
        await hub.call("automation.turn_off", entity_id="automation.b")
        assert hub.webhooks.rule("hook") is None


# --------------------------------------------------------------------------------------------------------------- homeassistant


async def test_start_fires_once_for_what_was_armed_before() -> None:
    """Not after a reload; shutdown fires when the hub stops."""
    say = "actions: [{action: test.say, data: {text: '{{ trigger.event }}'}}]"
    automation = "alias: a\ntriggers: [{trigger: homeassistant, event: %s}]\n" + say
    async with engine(automation % "start", started=False) as hub:
        assert hub.said == []
        hub.automations.start()
        hub.world.lifecycle.start()
        assert hub.said == ["start"]
        hub.load(automation % "start" + "\nmode: queued")
        assert hub.said == ["start"]

    async with engine(automation % "shutdown") as hub:
        hub.world.lifecycle.shut_down()
        assert hub.said == ["shutdown"]


async def test_states_before_the_start_fire_nothing() -> None:
    """Triggers are armed when everything has started."""
    automation = "alias: a\ntriggers: [{trigger: state, entity_id: sensor.a}]\nactions: [{action: test.say, data: {text: x}}]"
    async with engine(automation, started=False) as hub:
        hub.set("sensor.a", "on")
        assert hub.state("automation.a") == "on"
        hub.automations.start()
        assert hub.said == []
        hub.set("sensor.a", "off")
        assert hub.said == ["x"]


# ---------------------------------------------------------------------------------------------------------------------- others


async def test_a_tag_is_scanned() -> None:
    """By one of the devices, when some are named."""
    automation = """
        alias: a
        triggers: [{trigger: tag, tag_id: [rack1, rack2], device_id: reader}]
        actions: [{action: test.say, data: {text: "{{ trigger.tag_id }}"}}]
    """
    async with engine(automation) as hub:
        hub.fire("tag_scanned", tag_id="rack2", device_id="reader")
        hub.fire("tag_scanned", tag_id="rack2", device_id="other")
        hub.fire("tag_scanned", tag_id="rack3", device_id="reader")
        assert hub.said == ["rack2"]


async def test_events_of_plugins_are_triggers_with_filters() -> None:
    """A value, a list of values, or a text with `*`; what the event tells is in `trigger`."""
    automation = """
        alias: a
        triggers:
          - {trigger: ftp.file_arrived, server: [solar, wind], path: "*.csv", id: csv}
          - {trigger: ftp.file_arrived, options: {size: 0}}
        mode: parallel
        actions: [{action: test.say, data: {text: "{{ trigger.id }} {{ trigger.path }} {{ trigger.event.data.server }}"}}]
    """
    async with engine(automation, plugin_events={"ftp.file_arrived": ["server", "path", "size"]}) as hub:
        for server, path, size in (
            ("solar", "a.csv", 5),
            ("solar", "a.txt", 5),
            ("sea", "a.csv", 5),
            ("sea", "b", 0),
            ("wind", "B.CSV", 0),
        ):
            hub.fire("ftp.file_arrived", server=server, path=path, size=size)
        assert hub.said == ["csv a.csv solar", "1 b sea", "1 B.CSV wind"]


async def test_a_trigger_that_nobody_offers_leaves_the_others_armed() -> None:
    """It is valid in form, so only arming it fails."""
    automation = """
        alias: a
        triggers: [{trigger: nas.disk_failed}, {trigger: event, event_type: go}]
        actions: [{action: test.say, data: {text: "{{ trigger.idx }}"}}]
    """
    async with engine(automation) as hub:
        hub.fire("go")
        assert hub.said == [1]


# ------------------------------------------------------------------------------------------------------------- what all share


async def test_nested_lists_are_spliced_and_numbered_through() -> None:
    """One level; what is disabled keeps its number."""
    automation = """
        alias: a
        mode: parallel
        triggers:
          - {trigger: event, event_type: zero}
          - triggers:
              - {trigger: event, event_type: one, enabled: false}
              - {trigger: event, event_type: two, enabled: "{{ 1 == 1 }}"}
          - {trigger: event, event_type: three, enabled: "{{ false }}"}
          - {trigger: event, event_type: four, enabled: "off"}
          - {trigger: event, event_type: five, enabled: "{{ 'off' }}"}
        actions: [{action: test.say, data: {text: "{{ trigger.idx }}"}}]
    """
    async with engine(automation) as hub:
        for name in ("zero", "one", "two", "three", "four", "five"):
            hub.fire(name)
        assert hub.said == [0, 2, 5]  # a text is truthy, also `off`


async def test_variables_of_a_trigger_win() -> None:
    """Over the automation's; those win over `trigger_variables`, which are rendered again."""
    automation = """
        alias: a
        triggers:
          - {trigger: event, event_type: own, variables: {who: "trigger {{ trigger.event.data.n }}"}}
          - {trigger: event, event_type: none}
        trigger_variables: {who: armed, limited: "{{ 1 + 1 }}"}
        variables: {who: automation, sees: "{{ limited + 1 }}"}
        actions: [{action: test.say, data: {text: "{{ who }} {{ sees }}"}}]
    """
    async with engine(automation) as hub:
        hub.fire("own", n=5)
        hub.fire("none")
        assert hub.said == ["trigger 5 3", "automation 3"]


async def test_an_error_in_a_triggers_variables_prevents_the_run() -> None:
    """It is told, and nobody else is hurt."""
    automation = """
        alias: a
        triggers:
          - {trigger: time_pattern, minutes: "/5", variables: {x: "{{ trigger.nothing.at.all }}"}}
          - {trigger: event, event_type: go}
        actions: [{action: test.say, data: {text: ran}}]
    """
    async with engine(automation) as hub:
        await hub.clock.advance(minutes=30)
        assert hub.said == []
        hub.fire("go")
        assert hub.said == ["ran"]
        assert hub.bus.failures == 0


async def test_limited_templates_arm_nothing_when_they_ask_for_states() -> None:
    """`trigger_variables` that cannot be rendered arm no trigger; `enabled` that cannot arms not this one."""
    automations = """
        - alias: a
          trigger_variables: {x: "{{ states('sensor.a') }}"}
          triggers: [{trigger: event, event_type: go}]
          actions: [{action: test.say, data: {text: a}}]
        - alias: b
          triggers:
            - {trigger: event, event_type: go, enabled: "{{ is_state('sensor.a', 'on') }}"}
            - {trigger: event, event_type: go}
          actions: [{action: test.say, data: {text: b}}]
    """
    async with engine(automations) as hub:
        hub.fire("go")
        assert hub.said == ["b"]


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ("{trigger: state, platform: state, entity_id: sensor.a}", "platform and trigger mean the same"),
        ("{trigger: stat, entity_id: sensor.a}", "'stat' is not a kind of trigger; did you mean 'state'?"),
        ("{entity_id: sensor.a}", "the key trigger is missing"),
        ("{trigger: zone, entity_id: person.a, zone: zone.b}", "trigger zone is not supported here"),
        ("{trigger: mqtt, topic: a}", "trigger mqtt is not supported here"),
        ("{trigger: device, device_id: abc}", "trigger device is not supported here"),
        ("{trigger: event, event_type: go, id: 5}", "put quotes round 5"),
        ("a text", "a trigger is a mapping"),
        ("{trigger: homeassistant, event: stop}", "expected one of `start`, `shutdown`"),
    ],
)
def test_what_is_no_trigger_is_refused(trigger: str, message: str) -> None:
    """In words that say what would be right."""
    (found,) = problems(f"alias: a\ntriggers:\n  - {trigger}\nactions: []")
    assert message in found
    assert found.startswith("3:")


@pytest.mark.parametrize(
    "trigger",
    [
        "{platform: state, entity_id: sensor.a}",
        "{trigger: state, options: {entity_id: sensor.a, to: 'on'}}",
        "{trigger: state, entity_id: sensor.a, note: what for}",
        "{trigger: webhook, webhook_id: x, local_only: false}",
        "{trigger: calendar, entity_id: calendar.maintenance, event: end, offset: '-00:15:00'}",
        "{trigger: persistent_notification, update_type: added}",
        "{trigger: update.became_available, target: {label_id: servers}, options: {for: {minutes: 5}}}",
    ],
)
def test_every_spelling_is_taken(trigger: str) -> None:
    """Old and new."""
    assert problems(f"alias: a\ntriggers:\n  - {trigger}\nactions: []") == []
