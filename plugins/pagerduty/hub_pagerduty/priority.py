"""ITIL: impact × urgency → priority → severity."""

from enum import StrEnum

from hub.api import Severity


class Level(StrEnum):
    """How much is hit (impact), or how soon it must be mended (urgency)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    """The order in which matters are dealt with; P1 is first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


_ORDER = list(Level)
_SEVERITIES = {
    Priority.P1: Severity.CRITICAL,
    Priority.P2: Severity.ERROR,
    Priority.P3: Severity.WARNING,
    Priority.P4: Severity.INFO,
    Priority.P5: Severity.INFO,
}


def priority_of(impact: Level, urgency: Level) -> Priority:
    """Return the priority by the usual matrix: both high is P1, one step less is P2, and so on to P5."""
    return list(Priority)[_ORDER.index(impact) + _ORDER.index(urgency)]


def severity_of(priority: Priority) -> Severity:
    """Return the severity of an event of this priority."""
    return _SEVERITIES[priority]
