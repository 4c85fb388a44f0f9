"""DIALECT 12, edge cases 41 to 56: steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.model.action import ActionCall, Response
from tests.automation.engine import Engine, engine


def say(text: object) -> str:
    return f'{{action: test.say, data: {{text: "{text}"}}}}'


@asynccontextmanager
async def going(*steps: str, scripts: str = "") -> AsyncIterator[Engine]:
    """Run an automation with these steps once."""
    automation = "alias: a\nmode: parallel\ntriggers: [{trigger: event, event_type: go}]\nactions:\n"
    async with engine(automation + "".join(f"  - {step}\n" for step in steps), scripts) as hub:
        hub.offer("test.fail", fail)
        hub.fire("go")
        await hub.rest()
        yield hub


def fail(call: ActionCall) -> Response:
    raise ZeroDivisionError(call.name)


async def test_41_a_false_condition_ends_one_pass_of_a_loop_and_the_next_begins() -> None:
    body = f"sequence: [{{condition: template, value_template: '{{{{ repeat.index != 2 }}}}'}}, {say('{{ repeat.index }}')}]"
    async with going(f"{{repeat: {{count: 3, {body}}}}}") as hub:
        assert hub.said == [1, 3]


async def test_42_a_stop_inside_if_inside_repeat_ends_the_whole_run() -> None:
    body = "sequence: [{if: [], then: [{stop: enough}]}]"
    async with going(f"{{repeat: {{count: 3, {body}}}}}", say("after")) as hub:
        assert (hub.said, hub.outcomes("automation.a")) == ([], ["finished"])


async def test_43_a_called_script_that_stops_with_an_error_does_not_stop_the_caller() -> None:
    async with going("{action: script.bad}", say("after"), scripts="bad: {sequence: [{stop: bad, error: true}]}") as hub:
        assert hub.said == ["after"]


async def test_44_an_unknown_action_aborts_also_with_continue_on_error() -> None:
    async with going("{action: nothing.there, continue_on_error: true}", say("after")) as hub:
        assert (hub.said, hub.outcomes("automation.a")) == ([], ["error"])


async def test_45_an_ordinary_exception_is_passed_over_with_continue_on_error() -> None:
    async with going("{action: test.fail, continue_on_error: true}", say("after")) as hub:
        assert (hub.said, hub.outcomes("automation.a")) == (["after"], ["finished"])


@pytest.mark.parametrize("delay", ["{{ -1 }}", "{{ 'abc' }}"])
async def test_46_a_delay_that_is_none_aborts_the_run_without_an_error(delay: str) -> None:
    async with going(f'{{delay: "{delay}"}}', say("after")) as hub:
        assert (hub.said, hub.outcomes("automation.a")) == ([], ["aborted"])


async def test_47_a_wait_for_the_template_1_waits_to_its_timeout() -> None:
    async with going('{wait_template: "{{ 1 }}", timeout: 5}', say("{{ wait.completed }}")) as hub:
        assert hub.said == []
        await hub.clock.advance(5)
        assert hub.said == [False]


async def test_48_a_wait_for_triggers_that_runs_out_has_no_trigger_and_no_time_left() -> None:
    wait = "{wait_for_trigger: [{trigger: event, event_type: never}], timeout: 5, continue_on_timeout: true}"
    async with going(wait, say("{{ [wait.trigger is none, wait.remaining] }}")) as hub:
        await hub.clock.advance(5)
        assert hub.said == [[True, 0.0]]


@pytest.mark.parametrize("each", ["{a: 1}", '"{{ 1,2 }}"'])
async def test_49_for_each_takes_nothing_but_a_list(each: str) -> None:
    async with going(f"{{repeat: {{for_each: {each}, sequence: [{say('pass')}]}}}}", say("after")) as hub:
        assert (hub.said, hub.outcomes("automation.a")) == ([], ["aborted"])


async def test_50_an_item_that_is_null_is_undefined() -> None:
    body = say("{{ repeat.item is defined }}")
    async with going(f"{{repeat: {{for_each: [1, null], sequence: [{body}]}}}}") as hub:
        assert hub.said == [True, False]


async def test_51_a_count_is_cut_to_a_whole_number() -> None:
    async with going(f"{{repeat: {{count: '{{{{ 2.7 }}}}', sequence: [{say('{{ repeat.index }}')}]}}}}") as hub:
        assert hub.said == [1, 2]


async def test_52_a_stop_in_one_branch_waits_for_the_others_and_then_ends_the_run() -> None:
    branches = f"[{{sequence: [{{stop: enough}}]}}, {{sequence: [{{delay: 5}}, {say('branch')}]}}]"
    async with going(f"{{parallel: {branches}}}", say("after")) as hub:
        await hub.clock.advance(5)
        assert (hub.said, hub.outcomes("automation.a")) == (["branch"], ["finished"])


async def test_53_a_variable_set_inside_if_is_known_after_it() -> None:
    async with going("{if: [], then: [{variables: {x: 1}}]}", say("{{ x }}")) as hub:
        assert hub.said == [1]


async def test_54_a_wait_inside_parallel_does_not_change_the_one_outside() -> None:
    first = "{wait_template: '{{ true }}'}"
    second = "{parallel: [{sequence: [{wait_template: '{{ false }}', timeout: 5}]}]}"
    async with going(first, second, say("{{ wait.completed }}")) as hub:
        await hub.clock.advance(5)
        assert hub.said == [True]


async def test_55_a_template_gives_its_native_type_and_a_text_stays_one() -> None:
    data = """{a: "{{ '5' }}", b: "5", c: "{{ '05' }}", d: "{{ 'true' }}", e: "{{ True }}"}"""
    async with going(f"{{action: test.say, data: {data}}}") as hub:
        assert hub.calls[0].data == {"a": 5, "b": "5", "c": "05", "d": "true", "e": True}


async def test_56_answers_of_several_entities_merge_into_one_list() -> None:
    async def events(_: ActionCall) -> Response:
        return {"calendar.a": {"events": [{"n": 1}]}, "calendar.b": {"events": [{"n": 2}]}}

    async with going() as hub:
        hub.offer("test.events", events)
        hub.load("""
            alias: a
            triggers: [{trigger: event, event_type: again}]
            actions:
              - {action: test.events, response_variable: answer}
              - {action: test.say, data: {text: "{{ merge_response(answer) }}"}}
        """)
        hub.fire("again")
        await hub.rest()
        expected = [{"n": n, "entity_id": f"calendar.{name}", "value_key": "events"} for n, name in ((1, "a"), (2, "b"))]
        assert hub.said == [expected]
