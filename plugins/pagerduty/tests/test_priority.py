"""ITIL: impact × urgency → priority → severity."""

import pytest
from hub_pagerduty.priority import Level, Priority, priority_of, severity_of


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [
        ("high", "high", "P1"),
        ("high", "medium", "P2"),
        ("medium", "high", "P2"),
        ("high", "low", "P3"),
        ("medium", "medium", "P3"),
        ("low", "high", "P3"),
        ("medium", "low", "P4"),
        ("low", "medium", "P4"),
        ("low", "low", "P5"),
    ],
)
def test_the_matrix_is_the_usual_one(impact: str, urgency: str, priority: str) -> None:
    """All nine fields."""
    assert priority_of(Level(impact), Level(urgency)) == priority


def test_every_priority_has_a_severity() -> None:
    """P1 critical, P2 error, P3 warning, the rest info."""
    assert [severity_of(priority).value for priority in Priority] == ["critical", "error", "warning", "info", "info"]
