"""Running recorded cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.templates.cases import run_case, run_cases

RECORDED = Path(__file__).parents[3] / "shared" / "conformance" / "templates.jsonl"


def _case(template: str, expected: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": template, "template": template, "now": "2024-03-15T18:30:00+00:00", "expected": expected, **more}


STATE = {
    "entity_id": "sensor.a",
    "state": "5",
    "attributes": {"since": {"__datetime__": "2024-01-01T00:00:00+00:00"}},
    "last_changed": "2024-03-15T10:00:00+00:00",
    "last_updated": "2024-03-15T11:00:00+00:00",
}
PASSING = [
    _case("{{ 1 }}", {"type": "int", "value": 1}),
    _case("{{ 1.5 }}", {"type": "float", "value": 1.5}),
    _case("{{ states('sensor.a') }}", {"type": "int", "value": 5}, states=[STATE]),
    _case("{{ states.sensor.a.last_changed.hour }}", {"type": "int", "value": 10}, states=[STATE]),
    _case("{{ states.sensor.a.last_updated.hour }}", {"type": "int", "value": 11}, states=[STATE]),
    _case("{{ state_attr('sensor.a', 'since').year }}", {"type": "int", "value": 2024}, states=[STATE]),
    _case("{{ now().hour }}", {"type": "int", "value": 19}, config={"time_zone": "Europe/Berlin"}),
    _case("{{ x.state }}", {"type": "int", "value": 5}, variables={"x": {"__state__": STATE}}),
    _case("{{ x }}", {"type": "tuple", "value": {"__tuple__": [1, 2]}}, variables={"x": {"__tuple__": [1, 2]}}),
    _case("{{ x }}", {"type": "set", "value": {"__set__": [1, 2]}}, variables={"x": {"__set__": [1, 2]}}),
    _case("{{ x }}", {"type": "bytes", "value": {"__bytes__": "00ff"}}, variables={"x": {"__bytes__": "00ff"}}),
    _case("{{ x.hour }}", {"type": "int", "value": 7}, variables={"x": {"__time__": "07:00:00"}}),
    _case("{{ x }}", {"type": "str", "value": "2024-01-01"}, variables={"x": {"__date__": "2024-01-01"}}),
    _case("{{ x }}", {"type": "str", "value": "0:01:00"}, variables={"x": {"__timedelta__": 60}}),
    _case("{{ x }}", {"type": "str", "value": "nan"}, variables={"x": {"__float__": "nan"}}),
    _case("{{ '[1]' }}", {"type": "str", "value": "[1]"}, options={"parse_result": False}),
    _case("{{ now() }}", {"error": "TemplateError"}, options={"limited": True}),
    _case("{{ 'x' | float }}", {"error": "TemplateError", "message": "no number"}),
]
FAILING = [
    (_case("{{ 1 }}", {"type": "float", "value": 1.0}), "expected float 1.0, got int 1"),
    (_case("{{ 1 }}", {"type": "int", "value": 2}), "expected int 2, got int 1"),
    (_case("{{ [1] }}", {"type": "list", "value": [1.0]}), "expected list [1.0], got list [1]"),
    (_case("{{ true }}", {"type": "int", "value": 1}), "expected int 1, got bool True"),
    (_case("{{ 1 }}", {"error": "TemplateError", "message": "bad"}), "expected an error (bad), got int 1"),
]


@pytest.mark.parametrize("case", PASSING)
def test_a_case_passes_when_type_and_value_are_the_recorded_ones(case: dict[str, Any]) -> None:
    """Everything that the format knows is understood."""
    assert run_case(case) is None


@pytest.mark.parametrize(("case", "message"), FAILING)
def test_a_case_fails_with_expected_and_actual(case: dict[str, Any], message: str) -> None:
    """So that one sees at once what is wrong."""
    failure = run_case(case)

    assert failure is not None
    assert failure.message == message


def test_an_unexpected_error_is_shown() -> None:
    """With its reason."""
    failure = run_case(_case("{{ 'x' | float }}", {"type": "float", "value": 1.0}))

    assert failure is not None
    assert "got the error float got invalid input 'x'" in failure.message


def test_a_file_is_reported_as_a_whole(tmp_path: Path) -> None:
    """Passed, failed, total, and the failing ids."""
    cases = [*PASSING[:2], FAILING[0][0]]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(map(json.dumps, cases)) + "\n\n")

    report = run_cases(file)

    assert report.as_dict() == {
        "passed": 2,
        "failed": 1,
        "total": 3,
        "failures": [{"id": "{{ 1 }}", "message": "expected float 1.0, got int 1"}],
    }


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded cases are not here")
def test_all_recorded_cases_pass() -> None:
    """What the real Home Assistant gave, we give."""
    report = run_cases(RECORDED)

    assert [(failure.id, failure.message) for failure in report.failures] == []
    assert report.total > 1000
