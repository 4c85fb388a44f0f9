"""Conditions and their three-valued logic (DIALECT 3)."""

from datetime import UTC, datetime

import pytest

from tests.automation.engine import START, engine, problems

ON_GO = "triggers: [{trigger: event, event_type: go}]"
STATES = {"sensor.on": "on", "sensor.off": "off", "sensor.five": "5", "sensor.text": "abc", "sensor.gone": "unavailable"}
TRUE, FALSE = "{condition: state, entity_id: sensor.on, state: 'on'}", "{condition: state, entity_id: sensor.on, state: 'off'}"
ERROR = "{condition: state, entity_id: sensor.missing, state: 'on'}"
DISABLED = "{condition: state, entity_id: sensor.on, state: 'off', enabled: false}"


def guarded(conditions: str) -> str:
    return f"alias: a\nmode: parallel\n{ON_GO}\nconditions: {conditions}\nactions: [{{action: test.say, data: {{text: ran}}}}]"


async def judged(conditions: str, start: datetime = START, zone: str = "UTC") -> bool:
    """Tell whether a run begins under the conditions."""
    async with engine(guarded(conditions), states=STATES, start=start, zone=zone) as hub:
        hub.fire("go")
        assert hub.bus.failures == 0
        return hub.said == ["ran"]


async def branch(condition: str) -> str:
    """Tell where an `if` goes, for which an error is as good as no."""
    then, otherwise = (f"{{action: test.say, data: {{text: {word}}}}}" for word in ("then", "else"))
    step = f"{{if: [{condition}], then: [{then}], else: [{otherwise}]}}"
    async with engine(f"alias: a\n{ON_GO}\nactions: [{step}]", states=STATES) as hub:
        hub.fire("go")
        return str(hub.said[0])


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ("[]", True),
        (f"[{TRUE}, {TRUE}]", True),
        (f"[{TRUE}, {FALSE}]", False),
        (f"[{TRUE}, {DISABLED}]", True),
        (f"[{DISABLED}]", True),
        (f"[{ERROR}, {TRUE}]", False),
        (f"{{and: [{TRUE}, {DISABLED}]}}", True),
        ("{and: []}", True),
        (f"{{or: [{FALSE}, {TRUE}]}}", True),
        (f"{{or: [{ERROR}, {TRUE}]}}", True),
        (f"{{or: [{ERROR}, {FALSE}]}}", False),
        (f"{{or: [{DISABLED}, {DISABLED}]}}", False),
        ("{or: []}", False),
        (f"{{not: [{FALSE}, {FALSE}]}}", True),
        (f"{{not: [{FALSE}, {TRUE}]}}", False),
        (f"{{not: [{DISABLED}]}}", True),
        ("{not: []}", True),
        (f"{{not: [{ERROR}]}}", False),
        (f"{{condition: [{TRUE}, {FALSE}]}}", False),
        (f"{{condition: not, conditions: {FALSE}}}", True),
        (f"{{not: {{and: [{ERROR}, {FALSE}]}}}}", True),  # false wins over the error inside
        (f"{{not: {{or: [{ERROR}, {FALSE}]}}}}", False),  # the error comes out
    ],
)
async def test_the_logic_has_three_values(conditions: str, holds: bool) -> None:
    """True, false, disabled; and an error, which counts as no at the very end."""
    assert await judged(conditions) is holds


async def test_not_over_an_error_is_an_error_inside_or() -> None:
    """An error that is neither true nor false: another member may still be true."""
    assert await branch(f"{{or: [{{not: [{ERROR}]}}, {TRUE}]}}") == "then"
    assert await branch(f"{{not: [{{not: [{ERROR}]}}]}}") == "else"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("{entity_id: sensor.on, state: ['off', 'on']}", True),
        ("{entity_id: [sensor.on, sensor.off], state: 'on'}", False),
        ("{entity_id: [sensor.on, sensor.off], state: 'on', match: any}", True),
        ("{entity_id: [sensor.on, sensor.missing], state: 'on', match: any}", False),
        ("{entity_id: sensor.missing, state: 'unknown'}", False),
        ("{entity_id: 'sensor.on, sensor.five', state: ['on', '5']}", True),
        ("{entity_id: sensor.on, state: x, attribute: missing}", False),
        ("{entity_id: sensor.on, state: input_text.wanted}", False),
    ],
)
async def test_states_are_texts(condition: str, holds: bool) -> None:
    """All entities must be there, also when one is enough."""
    assert await judged("{condition: state, " + condition[1:]) is holds


async def test_an_attribute_may_be_of_any_kind() -> None:
    """1 is not "1"."""
    async with engine(guarded("{condition: state, entity_id: sensor.a, attribute: level, state: [1, true]}")) as hub:
        for level, runs in (("1", 0), (1, 1), (None, 1), (True, 2)):
            hub.set("sensor.a", "on", level=level)
            hub.fire("go")
            assert len(hub.said) == runs


async def test_a_wanted_state_may_be_that_of_an_input() -> None:
    """It is looked up when the condition is judged."""
    async with engine(
        guarded("{condition: state, entity_id: sensor.a, state: input_select.mode}"), states={"sensor.a": "night"}
    ) as hub:
        hub.set("input_select.mode", "day")
        hub.fire("go")
        hub.set("input_select.mode", "night")
        hub.fire("go")
        assert hub.said == ["ran"]


async def test_for_counts_from_the_last_change() -> None:
    """Strictly longer; another value of the list begins anew; an attribute does not."""
    conditions = "{condition: state, entity_id: sensor.a, state: ['on', idle], for: {seconds: \"{{ wait }}\"}}"
    async with engine(guarded(conditions) + "\nvariables: {wait: 10}", states={"sensor.a": "on"}) as hub:
        await hub.clock.advance(seconds=10)
        hub.fire("go")
        assert hub.said == []
        hub.set("sensor.a", "on", x=1)
        await hub.clock.advance(seconds=0.5)
        hub.fire("go")
        assert hub.said == ["ran"]
        hub.set("sensor.a", "idle")
        await hub.clock.advance(seconds=9)
        hub.fire("go")
        assert hub.said == ["ran"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("{entity_id: sensor.five, above: 4}", True),
        ("{entity_id: sensor.five, above: 5}", False),
        ("{entity_id: sensor.five, below: 5}", False),
        ("{entity_id: sensor.five, above: 4, below: 6}", True),
        ("{entity_id: [sensor.five, sensor.on], above: 4}", False),
        ("{entity_id: sensor.gone, below: 4}", False),
        ("{entity_id: sensor.text, below: 4}", False),
        ("{entity_id: sensor.missing, below: 4}", False),
        ("{entity_id: sensor.five, attribute: missing, below: 4}", False),
        ("{entity_id: sensor.five, above: sensor.gone}", False),
        ("{entity_id: sensor.five, above: sensor.missing}", False),
        ("{entity_id: sensor.five, value_template: '{{ state.state | int * 10 }}', above: 49}", True),
        ("{entity_id: sensor.five, value_template: '{{ none }}', above: 49}", False),
    ],
)
async def test_numbers_are_compared_strictly(condition: str, holds: bool) -> None:
    """What is no number is an error, but unavailable is merely outside."""
    assert await judged("{condition: numeric_state, " + condition[1:]) is holds


async def test_outside_is_false_but_no_number_is_an_error() -> None:
    """`not` tells them apart."""
    assert await judged("{not: [{condition: numeric_state, entity_id: sensor.gone, below: 4}]}")
    assert not await judged("{not: [{condition: numeric_state, entity_id: sensor.text, below: 4}]}")


@pytest.mark.parametrize(
    ("template", "holds"),
    [
        ("{{ true }}", True),
        ("{{ 'TRUE' }}", True),
        ("{{ 1 }}", False),
        ("{{ 'on' }}", False),
        ("{{ [1] }}", False),
        ("{{ nonsense }}", False),
        ("{{ nonsense.of.all }}", False),
        (" {{ true }} ", True),
    ],
)
async def test_a_template_must_say_true(template: str, holds: bool) -> None:
    """The text, in any case; everything else is false."""
    assert await judged(f'"{template}"') is holds
    assert await judged(f'{{condition: template, value_template: "{template}"}}') is holds


@pytest.mark.parametrize(
    ("condition", "moment", "holds"),
    [
        ("{after: '12:00'}", (15, 12, 0), True),
        ("{before: '12:00'}", (15, 12, 0), False),
        ("{after: '08:00', before: '12:00'}", (15, 11, 59), True),
        ("{after: '22:00', before: '06:00'}", (15, 23, 0), True),
        ("{after: '22:00', before: '06:00'}", (15, 1, 0), True),
        ("{after: '22:00', before: '06:00'}", (15, 12, 0), False),
        ("{after: '22:00', before: '06:00', weekday: mon}", (18, 23, 0), True),
        ("{after: '22:00', before: '06:00', weekday: mon}", (19, 1, 0), False),
        ("{after: '12:00', before: '12:00'}", (15, 3, 0), True),
        ("{weekday: [fri, sat]}", (15, 3, 0), True),
        ("{weekday: sun}", (15, 3, 0), False),
    ],
)
async def test_the_time_of_day(condition: str, moment: tuple[int, int, int], holds: bool) -> None:
    """The weekday is today's, also after midnight; equal limits are no limits."""
    day, hour, minute = moment
    start = datetime(2024, 3, day, hour, minute, tzinfo=UTC)
    assert await judged("{condition: time, " + condition[1:], start) is holds


async def test_the_time_is_that_of_the_place() -> None:
    """12:00 UTC is 13:00 in Berlin."""
    assert await judged("{condition: time, after: '12:30'}", zone="Europe/Berlin")


async def test_a_limit_may_be_an_entity() -> None:
    """One that says nothing is no limit that holds; one that is missing is an error."""
    inputs = {"input_datetime.begin": ("13:00:00", {"has_date": False, "has_time": True, "hour": 13, "minute": 0, "second": 0})}
    for condition, holds in (
        ("{condition: time, after: input_datetime.begin}", False),
        ("{condition: time, before: input_datetime.begin}", True),
        ("{condition: time, after: sensor.gone}", False),
        ("{not: {condition: time, after: sensor.gone}}", True),
        ("{not: {condition: time, after: sensor.missing}}", False),
    ):
        async with engine(guarded(condition), states={**inputs, "sensor.gone": "unavailable"}) as hub:
            hub.fire("go")
            assert bool(hub.said) is holds, condition


async def test_the_sun() -> None:
    """Before sunrise and after sunset, together, are the night."""
    night = "{condition: sun, before: sunrise, after: sunset}"
    assert not await judged(night)
    assert await judged(night, datetime(2024, 3, 15, 23, tzinfo=UTC), "Europe/Berlin")
    assert await judged("{condition: sun, after: sunrise, after_offset: '01:00:00'}", zone="Europe/Berlin")


async def test_which_trigger_it_was() -> None:
    """Numbers are ids too; nobody is the trigger of a run by hand."""
    automation = """
        alias: a
        triggers: [{trigger: event, event_type: one}, {trigger: event, event_type: two, id: second}]
        conditions: {condition: trigger, id: [0, second]}
        actions: [{action: test.say, data: {text: "{{ trigger.id }}"}}]
    """
    async with engine(automation) as hub:
        hub.fire("one")
        hub.fire("two")
        await hub.call("automation.trigger", entity_id="automation.a", skip_condition=False)
        assert hub.said == [0, "second"]


async def test_enabled_in_a_list_sees_no_variables() -> None:
    """So `{{ v }}` is empty there, the condition counts as disabled, and the branch is taken."""
    automation = f"""
        alias: a
        triggers: [{{trigger: event, event_type: go}}]
        variables: {{v: true}}
        actions:
          - if: [{{condition: state, entity_id: sensor.on, state: "off", enabled: "{{{{ v }}}}"}}]
            then: [{{action: test.say, data: {{text: then}}}}]
          - {{condition: state, entity_id: sensor.on, state: "off", enabled: "{{{{ not v }}}}"}}
          - {{action: test.say, data: {{text: skipped the step}}}}
          - {FALSE}
          - {{action: test.say, data: {{text: never}}}}
    """
    async with engine(automation, states=STATES) as hub:
        hub.fire("go")
        assert hub.said == ["then", "skipped the step"]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("'true'", "is not a condition"),
        ("{condition: stat, entity_id: sensor.a, state: x}", "'stat' is not a kind of condition; did you mean 'state'?"),
        ("{entity_id: sensor.a, state: x}", "the key condition is missing"),
        ("{condition: zone, entity_id: person.a, zone: zone.b}", "condition zone is not supported here"),
        ("{condition: state, entity_id: sensor.a, state: on}", "put quotes round it: 'on'"),
        ("{condition: state, entity_id: sensor.a, attribute: b, state: 5, for: 10}", "for cannot stand beside attribute"),
        ("{condition: numeric_state, entity_id: sensor.a}", "at least one of above and below is needed"),
        ("{condition: time}", "at least one of before, after and weekday is needed"),
        ("{condition: time, after: light.x}", "tells no time"),
        ("{condition: sun}", "at least one of before and after is needed"),
        ("{condition: template}", "`value_template` is missing"),
        ("{condition: state, entity_id: sensor.a, state: x, stat: y}", "unknown key `stat`"),
        ("{or: [{condition: template, value_template: []}]}", "expected a template"),
    ],
)
def test_what_is_no_condition_is_refused(condition: str, message: str) -> None:
    """Where it stands."""
    found = problems(f"alias: a\ntriggers: []\nconditions:\n  - {condition}\nactions: []")
    assert len(found) == 1
    assert message in found[0]
    assert found[0].startswith("4:")


async def test_a_condition_that_nobody_offers_makes_the_automation_unavailable() -> None:
    """It is valid in form only."""
    async with engine(guarded("{condition: update.is_available, target: {entity_id: update.core}}")) as hub:
        assert hub.state("automation.a") == "unavailable"
