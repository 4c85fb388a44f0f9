"""The step that calls an action, and what its data become (DIALECT 4.4, 7.2)."""

import asyncio
import gc
from typing import Any

import pytest

from hub.errors import ActionError, UnknownAction
from hub.model.action import ActionCall, Answer
from tests.automation.engine import Called, engine, problems

ON_GO = "alias: a\ntriggers: [{trigger: event, event_type: go}]\n"
SAY_AFTER = "{action: test.say, data: {text: after}}"


def doing(*steps: str) -> str:
    return ON_GO + "actions:\n" + "".join(f"  - {step}\n" for step in steps)


async def data_of(step: str) -> Any:
    """Return the data of the call that the step makes."""
    async with engine(doing(step)) as hub:
        hub.fire("go", n=5)
        (call,) = hub.calls
        return call.data


async def test_templates_give_typed_values() -> None:
    """What is no template stays what it is."""
    data = await data_of(
        """{action: test.say, data: {a: "{{ '5' }}", b: "5", c: "{{ '05' }}", d: "{{ 'true' }}", e: "{{ True }}", f: "{{ 1 }},2",
            g: ["{{ 1.0 }}", {h: "{{ [1, 'x'] }}"}], "{{ 'k' }}": "x{{ 1 }}", j: "{{ {'k': 1} | to_json }}",
            l: "{{ {'k': true} | to_json }}", m: "{{ '(1)' }}", n: "{{ none }}", o: null, p: 010}}"""
    )

    assert data == {
        "a": 5, "b": "5", "c": "05", "d": "true", "e": True, "f": (1, 2), "g": [1.0, {"h": [1, "x"]}], "k": "x1", "j": {"k": 1},
        "l": '{"k":true}', "m": "(1)", "n": None, "o": None, "p": 8,
    }  # fmt: skip


async def test_the_parts_of_a_call_are_merged_in_order() -> None:
    """Data, data_template, target, entity_id: later ones win."""
    step = "{action: test.say, data: {entity_id: a.a, area_id: x, k: 1, l: 1}, data_template: {l: 2}, target: {entity_id: b.b}}"
    assert await data_of(step) == {"entity_id": ["b.b"], "area_id": "x", "k": 1, "l": 2}

    step = "{service: test.say, target: {entity_id: b.b, area_id: hall}, entity_id: 'C.c, d.d'}"
    assert await data_of(step) == {"entity_id": ["c.c", "d.d"], "area_id": ["hall"]}


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        ("{entity_id: 'A.a, b.b'}", {"entity_id": ["a.a", "b.b"]}),
        ("{entity_id: all}", {"entity_id": "all"}),
        ("""{entity_id: "{{ ['A.a', 'b.b'] }}"}""", {"entity_id": ["a.a", "b.b"]}),
        ("""{entity_id: ["{{ 'A.a, b.b' }}", c.c]}""", {"entity_id": ["a.a", "b.b", "c.c"]}),
        ("""'{{ {"entity_id": "a.a", "area_id": "hall"} }}'""", {"entity_id": ["a.a"], "area_id": "hall"}),
        ("{device_id: abc, label_id: [x, y]}", {"device_id": ["abc"], "label_id": ["x", "y"]}),
    ],
)
async def test_targets_may_be_templates(target: str, meant: dict[str, Any]) -> None:
    """Ids, lists, texts with commas, or the whole."""
    assert await data_of(f"{{action: test.say, target: {target}}}") == meant


async def test_the_name_may_be_a_template() -> None:
    """One that gives no name is an error of the call."""
    async with engine(doing("{service_template: 'test.{{ \"SAY\" | lower }}'}", "{action: '{{ nothing }}'}", SAY_AFTER)) as hub:
        hub.fire("go")
        assert hub.calls == [Called("test.say", {})]
        assert hub.outcomes("automation.a") == ["error"]


async def test_the_answer_is_kept() -> None:
    """For the rest of the run, also when the action takes time."""
    automation = doing(
        "{action: shop.quick, response_variable: quick}",
        "{action: shop.slow, response_variable: slow}",
        "{action: test.say, data: {text: '{{ quick.n + slow.n }}'}}",
    )

    async def slow(_: ActionCall) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"n": 2}

    async with engine(automation) as hub:
        hub.offer("shop.quick", lambda _: {"n": 1})
        hub.offer("shop.slow", slow)
        hub.fire("go")
        await hub.rest()
        assert hub.said == [3]
        assert hub.runs("automation.a")[0].as_dict()["trace"]["action/1"][0]["changed_variables"] == {"slow": {"n": 2}}


@pytest.mark.parametrize(
    ("answer", "response", "step"),
    [
        (Answer.NONE, None, "{action: shop.it, response_variable: x}"),
        (Answer.ONLY, {"n": 1}, "{action: shop.it}"),
        (Answer.OPTIONAL, None, "{action: shop.it, response_variable: x}"),
        (Answer.OPTIONAL, 5, "{action: shop.it, response_variable: x}"),
    ],
)
async def test_an_answer_that_does_not_fit_is_an_error(answer: Answer, response: Any, step: str) -> None:
    """Also with continue_on_error."""
    async with engine(doing(step[:-1] + ", continue_on_error: true}", SAY_AFTER)) as hub:
        hub.offer("shop.it", lambda _: response, answer)
        hub.fire("go")
        await hub.rest()
        assert hub.outcomes("automation.a") == ["error"]
        assert hub.said == []
        assert "shop.it" in str(hub.runs("automation.a")[0].error) or "action" in str(hub.runs("automation.a")[0].error)


def fail(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize("error", [ActionError("no"), ValueError("no"), ZeroDivisionError(), KeyError("x"), TimeoutError()])
@pytest.mark.parametrize("at_once", [True, False])
async def test_what_an_action_raises_ends_the_run_unless_it_may_fail(error: Exception, at_once: bool) -> None:
    """Errors of ours and ordinary exceptions alike; told in the trace, and others go on."""

    async def later(_: ActionCall) -> None:
        await asyncio.sleep(0)
        raise error

    does = (lambda _: fail(error)) if at_once else later
    for more, said in (("", []), (", continue_on_error: true", ["after"])):
        async with engine(doing("{action: shop.it" + more + "}", SAY_AFTER)) as hub:
            hub.offer("shop.it", does)
            hub.fire("go")
            await hub.rest()
            assert hub.said == said
            (trace,) = hub.runs("automation.a")
            assert trace.outcome == ("finished" if said else "error")
            assert trace.as_dict()["trace"]["action/0"][0]["error"]
            assert hub.bus.failures == 0


async def test_an_unknown_action_cannot_be_passed_over() -> None:
    """It is a mistake of the automation, not of the world."""
    async with engine(doing("{action: nobody.offers, continue_on_error: true}", SAY_AFTER)) as hub:
        hub.fire("go")
        assert hub.said == []
        (trace,) = hub.runs("automation.a")
        assert (trace.outcome, trace.error) == ("error", str(UnknownAction("nobody.offers")))


async def test_data_that_cannot_be_rendered_may_be_passed_over() -> None:
    """It is an error of the call."""
    for more, said in (("", []), (", continue_on_error: true", ["after"])):
        async with engine(doing("{action: test.say, data: {text: '{{ nothing.at.all }}'}" + more + "}", SAY_AFTER)) as hub:
            hub.fire("go")
            assert hub.said == said


async def test_an_error_that_comes_out_of_a_block_may_be_passed_over_there() -> None:
    """Put on the block; the loop variable is given back."""
    for block in (
        "{if: [], then: [{action: shop.it}], continue_on_error: true}",
        "{choose: [{conditions: [], sequence: [{action: shop.it}]}], continue_on_error: true}",
        "{repeat: {count: 3, sequence: [{action: shop.it}]}, continue_on_error: true}",
        "{sequence: [{sequence: [{action: shop.it}]}], continue_on_error: true}",
        "{parallel: [{action: shop.it}], continue_on_error: true}",
    ):
        after = "{action: test.say, data: {text: '{{ repeat is defined }}'}}"
        async with engine(doing(block, after)) as hub:
            hub.offer("shop.it", lambda _: fail(ActionError("no")))
            hub.fire("go")
            assert hub.said == [False], block


async def test_stop_and_aborts_are_never_passed_over() -> None:
    """Also not by the block around them."""
    for step in ("{stop: enough}", "{stop: bad, error: true}", "{delay: '{{ \"soon\" }}'}"):
        block = f"{{sequence: [{step[:-1]}, continue_on_error: true}}], continue_on_error: true}}"
        async with engine(doing(block, SAY_AFTER)) as hub:
            hub.fire("go")
            assert hub.said == []


async def test_a_call_under_way_is_cancelled_with_its_run() -> None:
    """Whatever it raises then is nobody's error."""
    ended: list[str] = []

    async def slow(call: ActionCall) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(call.data["how"])
            if call.data["how"] == "badly":
                raise ValueError("while being cancelled")

    for how in ("well", "badly"):
        async with engine(doing(f"{{action: shop.slow, data: {{how: {how}}}}}", SAY_AFTER)) as hub:
            hub.offer("shop.slow", slow)
            hub.fire("go")
            await hub.rest()
            assert hub.world.tasks.count == 1
            await hub.call("automation.turn_off", entity_id="automation.a")
            await hub.rest()
            assert ended[-1] == how
            assert hub.outcomes("automation.a") == ["cancelled"]
            assert hub.world.tasks.count == 0
            assert hub.said == []


async def test_a_call_may_be_cancelled_before_it_has_begun() -> None:
    """In the same tick; nothing is left that nobody awaits."""

    async def slow(call: ActionCall) -> None:
        await asyncio.sleep(3600)

    async with engine(doing("{action: shop.slow}")) as hub:
        hub.offer("shop.slow", slow)
        hub.fire("go")
        await hub.call("automation.turn_off", entity_id="automation.a")
        await hub.rest()
        gc.collect()
        assert hub.outcomes("automation.a") == ["cancelled"]
        assert hub.world.tasks.count == 0


async def test_a_call_that_is_cancelled_from_outside_is_an_error() -> None:
    """The run does not wait for ever."""

    async def cancelled(_: ActionCall) -> None:
        raise asyncio.CancelledError

    async with engine(doing("{action: shop.it, continue_on_error: true}", SAY_AFTER)) as hub:
        hub.offer("shop.it", cancelled)
        hub.fire("go")
        await hub.rest()
        assert hub.said == ["after"]


async def test_an_event_is_fired_with_data() -> None:
    """Data that cannot be rendered is left out."""
    automation = doing(
        "{event: one, event_data: {n: '{{ 1 + 1 }}', k: x}, event_data_template: {k: y}}",
        "{event: two, event_data: {n: '{{ nothing.at.all }}'}}",
        "{event: three}",
    )
    async with engine(automation) as hub:
        hub.fire("go")
        assert (hub.fired("one"), hub.fired("two"), hub.fired("three")) == ([{"n": 2, "k": "y"}], [{}], [{}])
        assert hub.outcomes("automation.a") == ["finished"]


async def test_a_scene_is_activated() -> None:
    """It is a call like any other."""
    async with engine(doing("{scene: scene.Night}")) as hub:
        hub.fire("go")
        assert hub.calls == [Called("scene.turn_on", {"entity_id": ["scene.night"]})]


async def test_steps_may_be_disabled() -> None:
    """By a template with the variables of the run, too."""
    steps = [f"{{action: test.say, data: {{text: {number}}}, enabled: {enabled}}}" for number, enabled in enumerate(
        ("false", "'{{ trigger.event.data.n > 3 }}'", "'{{ trigger.event.data.n > 7 }}'", "true"))]  # fmt: skip
    async with engine(doing(*steps)) as hub:
        hub.fire("go", n=5)
        assert hub.said == [1, 3]
        assert hub.runs("automation.a")[0].as_dict()["trace"]["action/0"][0]["result"] == {"enabled": False}


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{action: test.say, service: test.say}", "action and service mean the same"),
        ("{action: test}", "'test' is not the name of an action"),
        ("{action: test.say, dta: {}}", "unknown key `dta`; did you mean `data`?"),
        ("{action: test.say, target: {entity: a.b}}", "'entity' is not a kind of target; did you mean 'entity_id'?"),
        ("{action: test.say, target: {entity_id: x}}", "'x' is not an entity id"),
        ("{action: test.say, data: [1]}", "expected a mapping of names to values"),
        ("{device_id: abc, domain: light, type: turn_on}", "steps of the kind device are not supported here"),
        ("{servce: test.say}", "did you mean 'service'?"),
        ("{alias: nothing}", "this is no step"),
        ("[{action: test.say}]", "a step is a mapping"),
        ("a text", "a step is a mapping"),
        ("{delay: soon}", "'soon' is not a duration"),
        ("{stop: x, error: true, response_variable: y}", "error and response_variable cannot stand together"),
        ("{repeat: {sequence: []}}", "exactly one of count, while, until and for_each is needed"),
        ("{repeat: {count: 1, until: [], sequence: []}}", "exactly one of count, while, until and for_each is needed"),
        ("{repeat: {count: many, sequence: []}}", "'many' is not a number"),
        ("{choose: [{sequence: []}]}", "`conditions` is missing"),
        ("{choose: [{condition: [], sequence: []}]}", "unknown key `condition`; did you mean `conditions`?"),
        ("{if: [], the: []}", "unknown key `the`; did you mean `then`?"),
        ("{wait_for_trigger: [{trigger: stat}]}", "did you mean 'state'?"),
        ("{variables: [1]}", "expected a mapping of names to values"),
        ("{event: go, event_dat: {}}", "unknown key `event_dat`; did you mean `event_data`?"),
    ],
)
def test_what_is_no_step_is_refused(step: str, message: str) -> None:
    """Where it stands, once."""
    found = problems(doing(step))
    assert len(found) == 1, found
    assert message in found[0]
    assert found[0].startswith("4:")


@pytest.mark.parametrize(
    "step",
    [
        "{service: test.say, metadata: {}, note: why}",
        "{action: Test.Say, data: null, target: null}",
        "{set_conversation_response: fine}",
        "{choose: [], default: [{stop: null}]}",
        "{if: '{{ true }}', then: {delay: 1}, else: {delay: 1}}",
        "{parallel: {sequence: [{delay: 1}]}}",
        "{condition: '{{ true }}', alias: x}",
        "{and: [], alias: x, enabled: false}",
        "{delay: {hours: 1, minutes: '{{ 5 }}'}}",
        "{delay: '5:30'}",
        "{alias: grouped, sequence: [], metadata: {}}",
        "{wait_for_trigger: {platform: state, entity_id: a.b}, timeout: '00:05'}",
    ],
)
def test_every_spelling_is_taken(step: str) -> None:
    """Old and new."""
    assert problems(doing(step)) == []
