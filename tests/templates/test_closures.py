"""The quick way gives exactly what the sandbox gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import TemplateError
from hub.templates.cases import read_cases, templates_of, variables_of
from hub.templates.closures.quick import quick_program
from hub.templates.engine import Templates
from hub.templates.program import Program
from hub.templates.slow import slow_program

RECORDED = Path(__file__).parents[3] / "shared" / "conformance" / "templates.jsonl"


class _NotQuick(Exception):
    """The quick way gave up."""


def _gives_up(_variables: Mapping[str, Any]) -> Any:
    raise _NotQuick


def _outcome(program: Program, variables: Mapping[str, Any]) -> object:
    """Return type and form of the result, or that it is an error."""
    try:
        value = program.value(variables)
        return type(value).__name__, repr(value), str(value), program.text(variables)
    except (TemplateError, _NotQuick):
        return "error"


def _both_ways(templates: Templates, source: str, variables: Mapping[str, Any]) -> tuple[object, object] | None:
    """Return both outcomes, or None when the quick way does not offer itself."""
    sandbox, world = templates._full, templates._world
    quick = quick_program(sandbox.parse(source), sandbox, world, source, world.states.get, Program(_gives_up, _gives_up))
    if quick is None:
        return None
    return _outcome(quick, variables), _outcome(slow_program(sandbox, source), variables)


@pytest.mark.parametrize(
    "source",
    [
        "{% if states('sensor.power') | float(0) > 10 %}high {{ states('sensor.power') }}{% else %}low{% endif %}",
        "{{ trigger.to_state.state | float(0) > 50 and is_state('sensor.power', '12.5') }}",
        "{{ trigger.to_state.state }}",
        "{{ trigger.id == 'hot' }}",
        "{{ states('sensor.power') | float > limit }}",
        "{{ 'on' if is_state('light.hall', 'on') else 'off' }}",
        "{% set x = states('sensor.power') | float(0) %}{{ x * 2 }} kW",
        "{{ now().hour >= 22 or now().hour < 6 }}",
        "{{ state_attr('light.hall', 'modes')[0] ~ '-' ~ trigger.id }}",
        "{{ {'a': [1, 2], 'b': trigger.id} }}",
        "{{ trigger.event.data.path.split('/')[-1] }}",
    ],
)
def test_common_shapes_need_no_sandbox(site: Any, source: str) -> None:
    """They are what the speed of automations rests on."""
    assert site.templates.compile(source).is_quick


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded cases are not here")
def test_every_recorded_template_gives_the_same_in_the_sandbox() -> None:
    """Most of them are quick."""
    different, quick, total = [], 0, 0
    for case in read_cases(RECORDED):
        total += 1
        outcomes = _both_ways(templates_of(case), case["template"].strip(), variables_of(case))
        if outcomes is not None:
            quick += 1
            if outcomes[0] != outcomes[1]:
                different.append((case["id"], outcomes))

    assert different == []
    assert quick > total * 0.9


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Return an expression, sensible or not."""
    if depth == 0:
        return draw(
            st.sampled_from(
                [
                    "5", "0", "(-2)", "1.5", "'on'", "'12.5'", "''", "true", "none", "trigger", "nothing", "limit", "(5)",
                    "trigger.to_state.state", "trigger.to_state.attributes", "trigger.gone", "trigger.items", "trigger.to_state",
                    "states.sensor.power",
                    "states.sensor.none", "states.sensor.power.state", "states.sensor.none.state", "word", "things", "pi",
                    "states('sensor.power')", "states('sensor.none')", "now()", "trigger['to_state']", "things[0]", "things['a']",
                    "trigger.to_state.entity_id", "trigger.to_state.last_changed", "trigger.__class__", "word.upper", "mapping",
                ]
            )
        )  # fmt: skip
    inner = expressions(depth - 1)
    a, b, c = draw(inner), draw(inner), draw(inner)
    form = draw(
        st.sampled_from(
            [
                "{a}", "({a} + {b})", "({a} - {b})", "({a} * {b})", "({a} / {b})", "({a} // {b})", "({a} % {b})", "({a} ~ {b})",
                "({a} == {b})", "({a} < {b})", "({a} <= {b} < {c})", "({a} in {b})", "({a} not in {b})", "({a} and {b})",
                "({a} or {b})", "(not {a})", "(-{a})", "({a} if {b} else {c})", "({a} if {b})", "[{a}, {b}]", "({a}, {b})",
                "{{'x': {a}, 'y': {b}}}", "{a} | float", "{a} | float(0)", "{a} | int({b})", "{a} | default({b})", "{a} | string",
                "{a} | round(1, default={b})", "{a} | lower", "{a} | length", "{a} | list", "{a} | join('-')", "{a} | first",
                "{a} | replace('o', 'x')", "{a} | is_number", "{a} | bool({b})", "{a} | trim", "{a} | sum", "{a} | to_json",
                "{a} is defined", "{a} is none", "{a} is string", "{a} is number", "{a} is match('o')", "{a} is eq({b})",
                "{a}.state", "{a}['state']", "{a}.x", "{a}[0]", "{a}[{b}]", "{a}[1:]", "{a}.upper()", "{a}.get('x')",
                "{a}.items()",
                "{a}.split('.')", "is_state({a}, {b})", "states({a})", "state_attr({a}, 'modes')", "iif({a}, {b}, {c})",
                "float({a}, {b})",
                "has_value({a})", "max({a}, {b})", "{a}.append({b})", "{a} | has_value", "is_state_attr('light.hall', {a}, {b})",
            ]
        )
    )  # fmt: skip
    return f"({form.format(a=a, b=b, c=c)})"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(source=st.one_of(
    expressions().map(lambda one: "{{ " + one + " }}"),
    st.tuples(expressions(depth=2), expressions(depth=1), expressions(depth=1)).map(
        lambda three: "{% if " + three[0] + " %}a {{ " + three[1] + " }}{% elif word %}{{ " + three[2] + " }} b{% endif %}"
    ),
    st.tuples(expressions(depth=2), expressions(depth=1)).map(
        lambda two: "{% set limit = " + two[0] + " %}{% if limit %}{% set new = " + two[1] + " %}{% endif %}{{ limit }}{{ new }}"
    ),
))  # fmt: skip
def test_any_expression_gives_the_same_in_the_sandbox(site: Any, source: str) -> None:
    """Values, types, texts and errors."""
    variables = {
        "trigger": {"to_state": site.states.get("light.hall"), "id": "hot", "items": [1, 2]},
        "limit": 3,
        "word": "Roof on",
        "things": [1, "b", None, 2.5],
        "mapping": {"a": 1, "state": "on", "x": [1]},
    }

    outcomes = _both_ways(site.templates, source, variables)

    assert outcomes is None or outcomes[0] == outcomes[1]
