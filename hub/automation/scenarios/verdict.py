"""What happened, held against what was expected."""

from collections.abc import Mapping
from typing import Any, Final

from hub.automation.scenarios.marks import same, to_plain
from hub.automation.scenarios.stage import Happened

_TOLERANCE: Final = 0.011  # seconds: times are recorded to the hundredth


def differences(scenario: Mapping[str, Any], happened: Happened) -> list[str]:
    """Return what differs, in words; nothing means that the scenario passes."""
    expected = scenario.get("expect") or {}
    tolerance = float(scenario.get("tolerance") or 0) + _TOLERANCE
    found: list[str] = []
    for name in ("calls", "triggered", "events", "responses"):
        if name in expected:
            wanted = [_plain(item, name) for item in expected[name]]
            actual = [_plain(item, name) for item in getattr(happened, name)]
            found += _compare(name, wanted, actual, tolerance, scenario.get("order", "exact"))
    if "call_errors" in expected and len(expected["call_errors"]) != len(happened.call_errors):
        found.append(f"call_errors: expected {len(expected['call_errors'])}, got {happened.call_errors}")
    for name in ("setup_states", "automations", "final"):
        found += _compare_mapping(name, expected.get(name) or {}, getattr(happened, name), tolerance)
    return found


def _plain(item: Mapping[str, Any], name: str) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(item)
    if name == "calls":
        plain.setdefault("data", {})
        plain.pop("return_response", None)
    if name == "triggered":
        plain.pop("source", None)
    return plain


def _compare(name: str, wanted: list[dict[str, Any]], actual: list[dict[str, Any]], tolerance: float, order: str) -> list[str]:
    if order == "any":
        wanted, actual = (
            sorted(items, key=lambda item: (round(item.get("t", 0), 1), repr(sorted(item.items(), key=repr))))
            for items in (wanted, actual)
        )
        return _compare_unordered(name, wanted, actual, tolerance)
    found = []
    for index in range(max(len(wanted), len(actual))):
        one = wanted[index] if index < len(wanted) else None
        other = actual[index] if index < len(actual) else None
        if one is None or other is None or not _same_item(one, other, tolerance):
            found.append(f"{name}[{index}]:\n  - {one}\n  + {other}")
    return found


def _compare_unordered(name: str, wanted: list[dict[str, Any]], actual: list[dict[str, Any]], tolerance: float) -> list[str]:
    left = list(actual)
    missing = []
    for one in wanted:
        match = next((other for other in left if _same_item(one, other, tolerance)), None)
        if match is None:
            missing.append(f"{name}: missing\n  - {one}")
        else:
            left.remove(match)
    return missing + [f"{name}: unexpected\n  + {other}" for other in left]


def _same_item(one: Mapping[str, Any], other: Mapping[str, Any], tolerance: float) -> bool:
    if abs(one.get("t", 0) - other.get("t", 0)) > tolerance:
        return False
    return all(same(value, other.get(key)) for key, value in one.items() if key != "t")


def _compare_mapping(name: str, wanted: Mapping[str, Any], actual: Mapping[str, Any], tolerance: float) -> list[str]:
    found = []
    for key, value in wanted.items():
        if key not in actual or not _near(to_plain(value), actual[key], tolerance):
            found.append(f"{name}.{key}: expected {value}, got {actual.get(key)}")
    return found


def _near(wanted: Any, actual: Any, tolerance: float) -> bool:
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return all(key in actual and _near(value, actual[key], tolerance) for key, value in wanted.items())
    if isinstance(wanted, int | float) and isinstance(actual, int | float) and not isinstance(wanted, bool):
        return abs(wanted - actual) <= tolerance
    return same(wanted, actual)
