"""Values that people set: `input_boolean`, `input_button`, `input_number`, `input_select`, `input_text`, `counter`."""

from time import perf_counter

import pytest

from hub.errors import ActionError, BadActionData
from hub.model.context import Context
from tests.virtual.rooms import room, was


async def test_a_switch_goes_on_and_off() -> None:
    async with room("input_boolean: {a: {name: Night, icon: 'mdi:moon'}}") as hub:
        assert hub.state("input_boolean.a") == "off"
        assert hub.attributes("input_boolean.a") == {"editable": False, "icon": "mdi:moon", "friendly_name": "Night"}

        for action in ("turn_on", "toggle", "toggle", "turn_off"):
            await hub.call(f"input_boolean.{action}", "input_boolean.a")

        assert hub.history("input_boolean.a") == ["off", "on", "off", "on", "off"]


@pytest.mark.parametrize(("definition", "expected"), [("", "on"), ("{initial: off}", "off"), ("{initial: on}", "on")])
async def test_a_switch_is_what_it_was_unless_initial_says_otherwise(definition: str, expected: str) -> None:
    async with room(f"input_boolean: {{a: {definition}}}", last=was("input_boolean.a", "on")) as hub:
        assert hub.state("input_boolean.a") == expected


async def test_a_change_has_the_context_of_the_call() -> None:
    """So that "why is this on?" has an answer."""
    async with room("input_boolean: {a: }") as hub:
        cause = Context.new(user_id="ada")
        await hub.actions.call("input_boolean.turn_on", {"entity_id": "input_boolean.a"}, cause)

        state = hub.states.get("input_boolean.a")
        assert state is not None
        assert state.context is cause


async def test_a_call_means_every_way_of_naming_entities() -> None:
    """Ids, lists, commas, `all`, areas, and groups of groups; other domains and what is missing are passed over."""
    async with room(
        "input_boolean: {a: , b: , c: , d: }\ngroup: {g: [input_boolean.c, group.h], h: [group.g, input_boolean.d]}"
    ) as hub:
        await hub.call("input_boolean.turn_on", "input_boolean.a, input_boolean.b")
        await hub.call("input_boolean.turn_on", ["group.g", "switch.x", "input_boolean.missing"])
        assert {hub.state(f"input_boolean.{name}") for name in "abcd"} == {"on"}

        await hub.call("input_boolean.turn_off", "all")
        assert [hub.state(f"input_boolean.{name}") for name in "abcd"] == ["off"] * 4

        area = hub.registries.areas.create("Rack")
        entry = hub.registries.entities.register("input_boolean", "a", domain="input_boolean", suggested_object_id="rack_a")
        hub.registries.entities.update(entry.entity_id, area_id=area.id)
        await hub.call("input_boolean.turn_on", area_id="rack")
        assert hub.state("input_boolean.rack_a") is None, "nothing with this id is defined"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("input_boolean.turn_on", {}, "needs a target"),
        ("input_boolean.turn_on", {"entity_id": "input_boolean.a", "colour": "red"}, "unknown key `colour`"),
        ("input_number.set_value", {"entity_id": "input_number.n"}, "`value` is missing"),
        ("input_number.set_value", {"entity_id": "input_number.n", "value": "many"}, "`value`: 'many' is not a number"),
        ("input_number.set_value", {"entity_id": "input_number.n", "value": True}, "is not a number"),
        ("input_select.select_next", {"entity_id": "input_select.s", "cycle": "perhaps"}, "`cycle`"),
        ("counter.set_value", {"entity_id": "counter.c", "value": -1}, "`value`"),
    ],
)
async def test_wrong_data_is_refused_before_anything_happens(name: str, data: dict[str, object], words: str) -> None:
    configuration = "input_boolean: {a: }\ninput_number: {n: {min: 0, max: 9}}\ninput_select: {s: {options: [x]}}\ncounter: {c: }"
    async with room(configuration) as hub:
        with pytest.raises(BadActionData, match=words):
            await hub.actions.call(name, data)


async def test_a_button_shows_the_moment_of_the_last_press() -> None:
    async with room("input_button: {b: }") as hub:
        assert hub.state("input_button.b") == "unknown"

        await hub.clock.advance(1.5)
        await hub.call("input_button.press", "input_button.b")

        assert hub.state("input_button.b") == "2024-03-15T12:00:01.500000+00:00"


async def test_a_number_stays_within_its_bounds() -> None:
    configuration = "input_number: {n: {min: 0.5, max: 10, step: 4, unit_of_measurement: W}}"
    async with room(configuration) as hub:
        assert hub.state("input_number.n") == "0.5"
        assert hub.attributes("input_number.n") == {
            "editable": False,
            "initial": None,
            "max": 10.0,
            "min": 0.5,
            "mode": "slider",
            "step": 4.0,
            "unit_of_measurement": "W",
        }

        await hub.call("input_number.set_value", "input_number.n", value="7.25")
        await hub.call("input_number.increment", "input_number.n")
        await hub.call("input_number.decrement", "input_number.n")
        with pytest.raises(ActionError, match=r"must lie between 0.5 and 10"):
            await hub.call("input_number.set_value", "input_number.n", value=11)

        assert hub.history("input_number.n") == ["0.5", "7.25", "10.0", "6.0"]


@pytest.mark.parametrize(("last", "expected"), [("7.5", "7.5"), ("70", "0.0"), ("unknown", "0.0"), ("nan", "0.0")])
async def test_a_number_that_is_not_allowed_any_more_is_not_restored(last: str, expected: str) -> None:
    async with room("input_number: {n: {min: 0, max: 10}}", last=was("input_number.n", last)) as hub:
        assert hub.state("input_number.n") == expected


async def test_sums_of_fractions_look_as_people_expect() -> None:
    """0.1 + 0.2 is 0.3."""
    async with room("input_number: {n: {min: 0, max: 1, step: 0.1, initial: 0.2}}") as hub:
        await hub.call("input_number.increment", "input_number.n")

        assert hub.state("input_number.n") == "0.3"


async def test_options_are_gone_through_in_a_circle_or_not() -> None:
    async with room("input_select: {s: {options: [a, b, c]}}") as hub:
        for action, cycle in (("previous", True), ("previous", False), ("next", True), ("next", False), ("previous", False)):
            await hub.call(f"input_select.select_{action}", "input_select.s", cycle=cycle)
        await hub.call("input_select.select_last", "input_select.s")
        await hub.call("input_select.select_first", "input_select.s")
        await hub.call("input_select.select_option", "input_select.s", option="b")

        assert hub.history("input_select.s") == ["a", "c", "b", "c", "b", "c", "a", "b"]


async def test_an_option_that_does_not_exist_cannot_be_chosen() -> None:
    async with room("input_select: {s: {options: [a, b]}}") as hub:
        with pytest.raises(ActionError, match="has no option 'c'; there are a, b"):
            await hub.call("input_select.select_option", "input_select.s", option="c")


async def test_other_options_are_offered_until_the_next_start() -> None:
    """What is selected stays if it still is an option; one that stands twice is refused."""
    async with room("input_select: {s: {options: [a, b], initial: b}}") as hub:
        await hub.call("input_select.set_options", "input_select.s", options=["b", "c"])
        assert (hub.state("input_select.s"), hub.attributes("input_select.s")["options"]) == ("b", ["b", "c"])

        await hub.call("input_select.set_options", "input_select.s", options=["x", "y"])
        assert hub.state("input_select.s") == "x"

        with pytest.raises(ActionError, match="stands twice"):
            await hub.call("input_select.set_options", "input_select.s", options=["x", "x"])


async def test_a_text_that_is_too_long_is_passed_over_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """As in Home Assistant: the run goes on."""
    async with room("input_text: {t: {max: 5}}") as hub:
        assert hub.state("input_text.t") == "unknown"

        await hub.call("input_text.set_value", "input_text.t", value="hello")
        await hub.call("input_text.set_value", "input_text.t", value="hello, world")
        await hub.call("input_text.set_value", "input_text.t", value=12)

        assert hub.history("input_text.t") == ["unknown", "hello", "12"]
        assert "takes 0 to 5 characters, not 12" in caplog.text


async def test_a_counter_counts_in_steps_within_its_limits() -> None:
    async with room("counter: {c: {initial: 4, step: 3, minimum: 2, maximum: 9}}") as hub:
        assert hub.attributes("counter.c") == {"editable": False, "initial": 4, "step": 3, "minimum": 2, "maximum": 9}
        for action in ("increment", "increment", "decrement", "decrement", "decrement", "reset"):
            await hub.call(f"counter.{action}", "counter.c")
        await hub.call("counter.set_value", "counter.c", value=6)
        for value in (7, 12):
            with pytest.raises(ActionError):
                await hub.call("counter.set_value", "counter.c", value=value)

        assert hub.history("counter.c") == ["4", "7", "9", "6", "3", "2", "4", "6"]


@pytest.mark.parametrize(
    ("definition", "last", "expected"),
    [("", "7", "7"), ("{restore: false, initial: 1}", "7", "1"), ("{maximum: 5}", "7", "5"), ("{initial: 2}", "unknown", "2")],
)
async def test_a_counter_goes_on_where_it_stood(definition: str, last: str, expected: str) -> None:
    """`initial` is only for the first time and for `counter.reset`, as in Home Assistant."""
    async with room(f"counter: {{c: {definition}}}", last=was("counter.c", last)) as hub:
        assert hub.state("counter.c") == expected


async def test_a_reload_disturbs_only_what_changed(caplog: pytest.LogCaptureFixture) -> None:
    """What is gone is removed; a definition that became wrong leaves the entity as it was."""
    async with room("input_select: {a: {options: [x, y]}, b: {options: [x, y]}, c: {options: [x, y]}, d: {options: [x]}}") as hub:
        for name in "abc":
            await hub.call("input_select.select_option", f"input_select.{name}", option="y")
        before = {name: hub.states.get(f"input_select.{name}") for name in "abcd"}
        hub.load("input_select: {a: {options: [x, y]}, b: {options: [v, w]}, c: {options: []}, e: {options: [z]}}")

        assert hub.states.get("input_select.a") is before["a"]
        assert hub.state("input_select.b") == "v"
        assert hub.states.get("input_select.c") is before["c"]
        assert hub.state("input_select.d") is None
        assert hub.state("input_select.e") == "z"
        assert "input_select.c is not loaded: hub.yaml:1:" in caplog.text


async def test_reload_reads_the_section_and_tells() -> None:
    async with room("input_boolean: {a: }") as hub:
        await hub.call("input_boolean.reload")

        assert hub.reloads == ["input_boolean"]
        assert hub.fired("input_boolean_reloaded") == [{}]


async def test_ten_thousand_switches_load_and_reload_quickly() -> None:
    """A reload that changes nothing writes nothing."""
    sections = {"input_boolean": {f"switch_{number}": {"name": f"Switch {number}"} for number in range(10_000)}}
    async with room() as hub:
        began = perf_counter()
        hub.virtual.load(sections)
        hub.virtual.load(sections)

        assert hub.states.writes == 10_000
        assert perf_counter() - began < 5


async def test_nothing_under_a_section_is_nothing() -> None:
    """Nor is a section of the wrong kind an accident."""
    async with room("input_boolean:\ncounter: []\ntimer: nonsense\ngroup: 5\nscene:\ntemplate:\nschedule:\n") as hub:
        assert hub.states.all() == []
        assert hub.actions.get("timer.start") is not None
