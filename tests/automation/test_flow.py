"""The steps that wait, choose, repeat, stop and run beside each other; variables and their scopes (DIALECT 4)."""

import asyncio

import pytest

from hub.automation.trace import Trace
from hub.errors import ActionError
from hub.model.action import ActionCall
from tests.automation.engine import engine

ON_GO = "alias: a\ntriggers: [{trigger: event, event_type: go}]\nactions:\n"


def say(text: str) -> str:
    return f'{{action: test.say, data: {{text: "{text}"}}}}'


def doing(*steps: str) -> str:
    return ON_GO + "".join(f"  - {step}\n" for step in steps)


async def said(*steps: str, seconds: float = 0, outcome: str = "finished") -> list[object]:
    """Return what the steps say within so many seconds."""
    async with engine(doing(*steps)) as hub:
        hub.fire("go", n=5)
        await hub.clock.advance(seconds=seconds)
        assert hub.outcomes("automation.a") == [outcome]
        assert hub.bus.failures == 0
        return hub.said


# ------------------------------------------------------------------------------------------------------------------- conditions


async def test_a_false_condition_ends_the_innermost_sequence_alone() -> None:
    """At the top the run is aborted; in a loop it is only the pass that ends."""
    no = '{condition: template, value_template: "{{ false }}"}'
    assert await said(say("a"), no, say("b"), outcome="aborted") == ["a"]
    assert await said(f"{{sequence: [{no}, {say('a')}]}}", say("b")) == ["b"]
    assert await said(f"{{if: [], then: [{no}, {say('a')}]}}", say("b")) == ["b"]
    unless_two = '{condition: template, value_template: "{{ repeat.index != 2 }}"}'
    assert await said(f"{{repeat: {{count: 3, sequence: [{unless_two}, {say('{{ repeat.index }}')}]}}}}") == [1, 3]
    assert await said(f"{{parallel: [[{no}, {say('a')}], {say('b')}]}}", say("c")) == ["b", "c"]


async def test_a_condition_that_cannot_be_judged_says_no() -> None:
    """The error is in the trace."""
    async with engine(doing("{condition: state, entity_id: sensor.missing, state: x}", say("a"))) as hub:
        hub.fire("go")
        (trace,) = hub.runs("automation.a")
        assert trace.outcome == "aborted"
        assert trace.as_dict()["trace"]["action/0"][0]["error"] == "there is no entity sensor.missing"


# ------------------------------------------------------------------------------------------------------------- choose, if, stop


async def test_the_first_way_that_is_open_is_taken() -> None:
    """One that cannot be judged is passed over; `default` may stand alone."""
    ghost = "{condition: state, entity_id: sensor.missing, state: x}"
    options = [("'{{ false }}'", "a"), (ghost, "b"), ("'{{ true }}'", "c"), ("[]", "d")]
    choose = ", ".join(f"{{conditions: {condition}, sequence: [{say(text)}]}}" for condition, text in options)
    assert await said(f"{{choose: [{choose}], default: [{say('e')}]}}") == ["c"]
    assert await said(f"{{choose: [], default: {say('e')}}}") == ["e"]
    assert await said("{choose: {conditions: '{{ false }}', sequence: []}}", say("after")) == ["after"]


async def test_an_if_without_conditions_is_true() -> None:
    """An error is as good as no."""
    assert await said(f"{{if: [], then: [{say('then')}], else: [{say('else')}]}}") == ["then"]
    ghost = "{condition: state, entity_id: sensor.missing, state: x}"
    assert await said(f"{{if: [{ghost}], then: [{say('then')}], else: [{say('else')}]}}") == ["else"]


async def test_stop_ends_the_whole_run_through_every_nesting() -> None:
    """It finished, or with `error: true` it was aborted."""
    stop = "{if: [], then: [{stop: enough}]}"
    assert await said(f"{{repeat: {{count: 3, sequence: [{say('a')}, {stop}]}}}}", say("b")) == ["a"]
    assert await said("{stop: bad, error: true}", say("b"), outcome="aborted") == []


# ------------------------------------------------------------------------------------------------------------------------ delay


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        ("5", 5),
        ("'5:30'", 19800),
        ("'00:00:01.5'", 1.5),
        ("{minutes: 1, milliseconds: 500}", 60.5),
        ("{minutes: '{{ 1 + 1 }}'}", 120),
        ("'{{ 7 }}'", 7),
        ("'{{ \"00:01:00\" }}'", 60),
        ("'{{ {\"seconds\": 9} }}'", 9),
        ("0", 0),
    ],
)
async def test_a_delay_may_be_written_in_many_ways(delay: str, seconds: float) -> None:
    """Nothing waits longer, or shorter."""
    async with engine(doing(f"{{delay: {delay}}}", say("after"))) as hub:
        hub.fire("go")
        if seconds:
            await hub.clock.advance(seconds=seconds - 0.01)
            assert hub.said == []
            await hub.clock.advance(seconds=0.01)
        assert hub.said == ["after"]


@pytest.mark.parametrize("delay", ["'{{ -1 }}'", "'{{ \"abc\" }}'", "'{{ none }}'", "'{{ nothing.at.all }}'", "'{{ [1] }}'"])
async def test_a_delay_that_is_none_aborts_the_run(delay: str) -> None:
    """What follows is not done."""
    assert await said(f"{{delay: {delay}}}", say("after"), outcome="aborted") == []


# ------------------------------------------------------------------------------------------------------------------------- wait

WAIT = "{{ wait.completed }} {{ wait.remaining }} {{ (wait.trigger is none) if wait.trigger is defined else 'undefined' }}"


async def test_a_wait_for_a_template_ends_when_it_becomes_true() -> None:
    """At once when it says true already; `wait` tells how it went."""
    step = "{wait_template: \"{{ is_state('sensor.a', 'on') }}\", timeout: 60}"
    async with engine(doing(step, say(WAIT)), states={"sensor.a": "off"}) as hub:
        hub.fire("go")
        await hub.clock.advance(seconds=20)
        hub.set("sensor.a", "on")
        hub.fire("go")
        assert hub.said == ["True 40.0 undefined", "True 60.0 undefined"]
        hub.set("sensor.a", "off")
        hub.fire("go")
        await hub.clock.advance(seconds=60)
        assert hub.said[2:] == ["False 0.0 undefined"]


async def test_a_wait_without_timeout_has_no_remaining_time() -> None:
    """It waits for ever."""
    step = "{wait_template: \"{{ is_state('sensor.a', 'on') }}\"}"
    async with engine(doing(step, say(WAIT)), states={"sensor.a": "off"}) as hub:
        hub.fire("go")
        await hub.clock.advance(hours=1000)
        assert hub.said == []
        hub.set("sensor.a", "on")
        assert hub.said == ["True None undefined"]


async def test_a_template_that_gives_1_does_not_pass_at_once() -> None:
    """The first look asks for the text `true`; then it must become true from false."""
    step = "{wait_template: \"{{ states('sensor.a') }}\", timeout: 60}"
    async with engine(doing(step, say(WAIT)), states={"sensor.a": "1"}) as hub:
        hub.fire("go")
        assert hub.said == []
        hub.set("sensor.a", "0")
        hub.set("sensor.a", "1")
        assert hub.said == ["True 60.0 undefined"]


async def test_a_template_that_fails_at_first_ends_the_run_with_an_error() -> None:
    """Later errors are waited over."""
    assert await said("{wait_template: '{{ nothing.at.all }}'}", say("after"), outcome="error") == []
    step = "{wait_template: \"{{ 1 / (states('sensor.a') | float) > 1 }}\"}"
    async with engine(doing(step, say("after")), states={"sensor.a": "2"}) as hub:
        hub.fire("go")
        hub.set("sensor.a", "0")
        hub.set("sensor.a", "0.5")
        assert hub.said == ["after"]


async def test_a_wait_for_triggers_ends_with_the_first() -> None:
    """Its `trigger` is in `wait`; what came before is lost, and so is what comes after."""
    step = "{wait_for_trigger: [{trigger: event, event_type: one}, {trigger: event, event_type: two, id: second}], timeout: 60}"
    async with engine(
        doing(step, say("{{ wait.trigger.id }} {{ wait.completed }} {{ wait.remaining }}"), step, say(WAIT))
    ) as hub:
        hub.fire("two")
        hub.fire("go")
        await hub.clock.advance(seconds=15)
        hub.fire("two")
        assert hub.said == ["second True 45.0"]
        await hub.clock.advance(seconds=60)
        assert hub.said[1:] == ["False 0.0 True"]


async def test_a_wait_that_runs_out_may_abort_the_run() -> None:
    """With `continue_on_timeout: false`; a timeout of 0 runs out at once."""
    wait = "{wait_for_trigger: {trigger: event, event_type: never}, timeout: %s, continue_on_timeout: %s}"
    assert await said(wait % (5, "false"), say("after"), seconds=5, outcome="aborted") == []
    assert await said(wait % (0, "false"), say("after"), outcome="aborted") == []
    assert await said(wait % (0, "true"), say(WAIT)) == ["False 0.0 True"]
    template = "{wait_template: '{{ false }}', timeout: %s, continue_on_timeout: %s}"
    assert await said(template % (5, "false"), say("after"), seconds=5, outcome="aborted") == []
    assert await said(template % (0, "true"), say(WAIT)) == ["False 0.0 undefined"]
    assert await said(template % ("'{{ -1 }}'", "true"), say("after"), outcome="aborted") == []


async def test_a_wait_for_nothing_that_can_be_armed_returns_at_once() -> None:
    """With the whole timeout left."""
    step = "{wait_for_trigger: {trigger: nas.disk_failed}, timeout: 60}"
    assert await said(step, say("{{ wait.completed }} {{ wait.remaining }}")) in (["False 60"], ["False 60.0"])


async def test_the_triggers_of_a_wait_see_the_variables_of_the_run() -> None:
    """Here as elsewhere."""
    steps = (
        "{variables: {name: two}}",
        "{wait_for_trigger: {trigger: event, event_type: '{{ name }}', event_data: {n: '{{ trigger.event.data.n }}'}}}",
        say("{{ wait.completed }}"),
    )
    async with engine(doing(*steps)) as hub:
        hub.fire("go", n=5)
        hub.fire("two", n=6)
        assert hub.said == []
        hub.fire("two", n=5)
        assert hub.said == [True]


async def test_nothing_waits_on_when_a_wait_is_over() -> None:
    """No timer and no listener is left."""
    steps = (
        "{wait_for_trigger: {trigger: state, entity_id: sensor.a, to: 'on', for: 10}, timeout: 60}",
        "{wait_template: \"{{ now().minute == 99 or is_state('sensor.b', 'on') }}\", timeout: 60}",
    )
    async with engine(doing(*steps)) as hub:
        listeners = hub.bus.listener_counts()
        hub.fire("go")
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=10)
        hub.set("sensor.b", "on")
        assert hub.outcomes("automation.a") == ["finished"]
        assert hub.clock.next_due() is None
        assert hub.bus.listener_counts() == listeners


# ----------------------------------------------------------------------------------------------------------------------- repeat


@pytest.mark.parametrize(
    ("repeat", "texts"),
    [
        ("count: 3", ["1 True False", "2 False False", "3 False True"]),
        ("count: '{{ 2.7 }}'", ["1 True False", "2 False True"]),
        ("count: 0", []),
        ("count: -1", []),
        ("for_each: []", []),
        ("while: '{{ repeat.index < 3 }}'", ["1 True none", "2 False none"]),
        ("until: '{{ repeat.index == 2 }}'", ["1 True none", "2 False none"]),
        ("while: {condition: state, entity_id: sensor.missing, state: x}", []),
        ("until: {condition: state, entity_id: sensor.missing, state: x}", ["1 True none"]),
    ],
)
async def test_how_often_something_is_repeated(repeat: str, texts: list[str]) -> None:
    """`last` is known only when the number is; a condition that cannot be judged ends the loop."""
    text = "{{ repeat.index }} {{ repeat.first }} {{ repeat.last | default('none') }}"
    assert await said(f"{{repeat: {{{repeat}, sequence: [{say(text)}]}}}}", say("{{ repeat is defined }}")) == [*texts, False]


@pytest.mark.parametrize(
    ("each", "texts"),
    [
        ("[a, '{{ 1 + 1 }}', {k: '{{ 3 }}'}]", ["a", 2, {"k": 3}]),
        ("'{{ [1, 2] }}'", [1, 2]),
        ("[1, null, 3]", [1, "undefined", 3]),
    ],
)
async def test_something_is_done_for_each(each: str, texts: list[object]) -> None:
    """Nothing is no item."""
    text = "{{ repeat.item if repeat.item is defined else 'undefined' }}"
    assert await said(f"{{repeat: {{for_each: {each}, sequence: [{say(text)}]}}}}") == texts


@pytest.mark.parametrize(
    "repeat", ["for_each: {a: 1}", "for_each: '{{ (1, 2) }}'", "for_each: '{{ \"ab\" }}'", "count: '{{ \"many\" }}'"]
)
async def test_what_cannot_be_repeated_aborts_the_run(repeat: str) -> None:
    """A tuple, a mapping, a text."""
    assert await said(f"{{repeat: {{{repeat}, sequence: [{say('x')}]}}}}", say("after"), outcome="aborted") == []


async def test_an_inner_loop_hides_the_outer_one_and_gives_it_back() -> None:
    """Also after a pass that was cut short."""
    inner = f"{{repeat: {{for_each: [x], sequence: [{say('{{ repeat.item }}')}]}}}}"
    steps = f"{{repeat: {{for_each: [a, b], sequence: [{inner}, {say('{{ repeat.item }}')}]}}}}"
    assert await said(steps, say("{{ repeat is defined }}")) == ["x", "a", "x", "b", False]


@pytest.mark.parametrize("repeat", ["while: []", "until: '{{ false }}'"])
async def test_a_loop_without_end_is_ended(repeat: str) -> None:
    """After 10,000 passes; the hub lives meanwhile."""
    async with engine(
        doing(f"{{repeat: {{{repeat}, sequence: [{{variables: {{n: '{{{{ repeat.index }}}}'}}}}]}}}}", say("after"))
    ) as hub:
        hub.fire("go")
        assert hub.outcomes("automation.a") == [None]  # it lets others come to their turn
        for _ in range(40):
            await hub.rest()
        (trace,) = hub.runs("automation.a")
        assert trace.outcome == "aborted"
        assert len(trace.entries) < 500
        assert hub.said == []


async def test_a_condition_sees_what_the_pass_did() -> None:
    """`until` comes after it."""
    steps = (
        "{variables: {n: 0}}",
        "{repeat: {until: '{{ n >= 3 }}', sequence: [{variables: {n: '{{ n + 1 }}'}}]}}",
        say("{{ n }}"),
    )
    assert await said(*steps) == [3]


# --------------------------------------------------------------------------------------------------------------------- parallel


async def test_branches_begin_in_order_and_all_end() -> None:
    """A plain list is one branch; the step ends with the last."""
    branches = f"[[{say('a1')}, {{delay: 10}}, {say('a2')}], {{sequence: [{say('b1')}, {{delay: 5}}, {say('b2')}]}}, {say('c')}]"
    async with engine(doing(f"{{parallel: {branches}}}", say("end"))) as hub:
        hub.fire("go")
        assert hub.said == ["a1", "b1", "c"]
        await hub.clock.advance(seconds=5)
        assert hub.said == ["a1", "b1", "c", "b2"]
        await hub.clock.advance(seconds=5)
        assert hub.said == ["a1", "b1", "c", "b2", "a2", "end"]


async def test_an_error_or_a_stop_in_one_branch_does_not_end_the_others() -> None:
    """Afterwards the first in the order of the list counts."""
    slow = f"[{{delay: 10}}, {say('slow')}]"
    assert await said(f"{{parallel: [{{stop: x}}, {slow}]}}", say("end"), seconds=10) == ["slow"]
    assert await said(f"{{parallel: [{{action: no.body}}, {slow}]}}", say("end"), seconds=10, outcome="error") == ["slow"]
    assert await said(f"{{parallel: [{slow}, {{stop: x, error: true}}]}}", seconds=10, outcome="aborted") == ["slow"]
    failing = "[{delay: 1}, {action: no.body}]"
    assert await said(f"{{parallel: [{failing}, {{stop: x}}]}}", seconds=10, outcome="error") == []


async def test_a_run_that_is_stopped_ends_all_its_branches() -> None:
    """Nested ones too."""
    nested = f"{{parallel: [[{{parallel: [[{{delay: 5}}, {say('x')}], {{wait_template: '{{{{ false }}}}'}}]}}], {{delay: 9}}]}}"
    async with engine(doing(nested, say("end"))) as hub:
        hub.fire("go")
        await hub.call("automation.turn_off", entity_id="automation.a")
        await hub.clock.advance(hours=1)
        assert hub.said == []
        assert hub.clock.next_due() is None
        assert hub.outcomes("automation.a") == ["cancelled"]


async def test_the_trace_blames_the_step_that_failed() -> None:
    """Not the one that another branch did last."""

    async def fail_later(_: ActionCall) -> None:
        await asyncio.sleep(0)
        raise ActionError("no")

    async with engine(doing("{parallel: [{action: shop.it}, {variables: {x: 1}}, {delay: 9}]}")) as hub:
        hub.offer("shop.it", fail_later)
        hub.fire("go")
        await hub.clock.advance(seconds=10)
        (trace,) = hub.runs("automation.a")
        assert _errors(trace) == ["action/0", "action/0/parallel/0/sequence/0"]


async def test_an_answer_is_noted_at_the_step_that_asked() -> None:
    """Although another branch did something meanwhile."""
    wait = "{wait_for_trigger: {trigger: event, event_type: one}}"
    async with engine(doing(f"{{parallel: [{wait}, [{{delay: 1}}, {{variables: {{x: 1}}}}]]}}")) as hub:
        hub.fire("go")
        await hub.clock.advance(seconds=2)
        hub.fire("one")
        steps = hub.runs("automation.a")[0].as_dict()["trace"]
        assert steps["action/0/parallel/0/sequence/0"][0]["changed_variables"]["wait"]["completed"] is True
        assert steps["action/0/parallel/1/sequence/1"][0]["changed_variables"] == {"x": 1}


# -------------------------------------------------------------------------------------------------------------------- variables


async def test_a_variable_set_in_a_block_is_known_after_it() -> None:
    """It belongs to the run."""
    for block in ("{if: [], then: [%s]}", "{choose: [{conditions: [], sequence: [%s]}]}", "{repeat: {count: 1, sequence: [%s]}}",
                  "{sequence: [%s]}", "{parallel: [%s]}"):  # fmt: skip
        assert await said(block % "{variables: {x: 1}}", say("{{ x | default('none') }}")) == [1], block


async def test_variables_of_one_step_see_those_before() -> None:
    """Referring to itself reads the old value."""
    steps = (
        "{variables: {x: 1}}",
        "{variables: {x: '{{ x + 1 }}', y: '{{ x * 10 }}', z: [1, '{{ y }}']}}",
        say("{{ [x, y, z] }}"),
    )
    assert await said(*steps) == [[2, 20, [1, 20]]]


async def test_branches_share_variables_but_not_waits_and_loops() -> None:
    """The last writer wins; `wait` and `repeat` after the block are what they were before."""
    one = "[{repeat: {count: 1, sequence: [{variables: {x: '{{ repeat.index }}'}}]}}, {wait_template: '{{ false }}', timeout: 1}]"
    steps = (
        "{wait_template: '{{ true }}'}",
        f"{{parallel: [{one}, [{{delay: 2}}, {say('{{ x }} {{ wait.completed }} {{ repeat is defined }}')}]]}}",
        say("{{ x }} {{ wait.completed }} {{ repeat is defined }}"),
    )
    assert await said(*steps, seconds=3) == ["1 True False", "1 True False"]


async def test_an_undefined_variable_is_empty_and_its_attribute_an_error() -> None:
    """As everywhere in templates."""
    assert await said(say("<{{ nothing }}>"), say("{{ nothing.x }}"), outcome="error") == ["<>"]


async def test_what_is_always_there() -> None:
    """`this` is the automation as it was, `context` the run's."""
    steps = (
        say("{{ this.entity_id }} {{ this.state }} {{ this.attributes.current }}"),
        say("{{ context.id | length }} {{ context.parent_id == trigger.event.context.id }} {{ context.user_id }}"),
    )
    assert await said(*steps) == ["automation.a on 0", "26 True None"]


async def test_variables_that_cannot_be_rendered_abandon_the_run() -> None:
    """Before any condition, and before `automation_triggered`."""
    automation = doing(say("x")) + "variables: {x: '{{ nothing.at.all }}'}\n"
    async with engine(automation) as hub:
        hub.fire("go")
        assert hub.said == []
        assert hub.fired("automation_triggered") == []
        assert [trace.outcome for trace in hub.refused("automation.a")] == ["error"]


def _errors(trace: Trace) -> list[str]:
    return [entry.path for entry in trace.entries if entry.error is not None]
