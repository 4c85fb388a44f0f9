"""Notice: a message to people."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How bad it is; the order is the order of definition."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place in the order: 0 is the least bad."""
        return list(Severity).index(self)


class Phase(StrEnum):
    """Where in its life the matter is that a notice speaks of."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A message to people, before any target has given it its form."""

    message: str
    title: str | None = None
    severity: Severity = Severity.INFO
    link: str | None = None
    image: str | None = None
    """Address of a picture to show."""
    fields: Mapping[str, str] = {}
    """Short facts shown as a table: name → text."""
    key: str | None = None
    """Names the matter (an alert): a later notice with the same key updates the first one instead of repeating it."""
    phase: Phase = Phase.RAISED
    actions: tuple[str, ...] = ()
    """What people may press: `acknowledge`, `snooze`, `open`."""
    id: str = ""
    """Names this very notice for de-duplication at the receiver: the same id is never shown twice."""
    recipients: tuple[str, ...] = ()
    """Whom within the target, where a target has several; empty: everybody."""
    person: str = ""
    """Who acknowledged or resolved the matter, such as `discord:ada`; a target need not tell its own people what they did."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a target answered: how to find the message again."""

    reference: str = ""
    """The target's own name for the message, such as a message id or a dedup key."""
