"""An alert: a matter that people were told of, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.model.notice import Notice, Phase


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one matter; times are seconds since 1970."""

    key: str
    notice: Notice
    """What people were told last."""
    phase: Phase = Phase.RAISED
    since: float
    updated: float
    targets: tuple[str, ...] = ()
    """Who was told, so that all of them hear how it ends."""
    count: int = 1
    """How often it was raised."""
    acknowledged_by: str | None = None
    acknowledged_at: float | None = None
    snoozed_until: float | None = None
    resolved_by: str | None = None
    resolved_at: float | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.notice.title or self.notice.message or self.key

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved yet."""
        return self.phase is not Phase.RESOLVED

    def raised_again(self, notice: Notice, now: float) -> "Alert":
        """Return what it becomes when it is raised once more; worse than what was acknowledged asks for people again."""
        worse = notice.severity.rank > self.notice.severity.rank
        again = replace(self, notice=notice, updated=now, count=self.count + 1)
        return replace(again, **_UNSEEN) if worse else again

    def acknowledged(self, person: str, now: float, until: float | None = None) -> "Alert":
        """Return what it becomes when somebody takes care of it; until a moment, or until it ends."""
        return replace(
            self, phase=Phase.ACKNOWLEDGED, acknowledged_by=person, acknowledged_at=now, snoozed_until=until, updated=now
        )

    def awake(self, now: float) -> "Alert":
        """Return what it becomes when a snooze ends."""
        return replace(self, updated=now, **_UNSEEN)

    def resolved(self, person: str, now: float) -> "Alert":
        """Return what it becomes when it is over."""
        return replace(self, phase=Phase.RESOLVED, resolved_by=person, resolved_at=now, snoozed_until=None, updated=now)

    def told_to(self, targets: Sequence[str]) -> "Alert":
        """Return the same with more targets."""
        return replace(self, targets=tuple(dict.fromkeys((*self.targets, *targets))))

    def update(self, notice_id: str, person: str = "") -> Notice:
        """Return the notice that tells people how it stands."""
        names = {"Acknowledged by": self.acknowledged_by, "Resolved by": self.resolved_by}
        fields = dict(self.notice.fields) | {name: plain_person(by) for name, by in names.items() if by}
        return replace(self.notice, phase=self.phase, fields=fields, id=notice_id, person=person)

    def attributes(self) -> Mapping[str, Any]:
        """Return the attributes of its entity."""
        return {
            "friendly_name": self.title,
            "key": self.key,
            "message": self.notice.message,
            "severity": self.notice.severity.value,
            "since": self.since,
            "count": self.count,
            "targets": list(self.targets),
            "link": self.notice.link,
            "acknowledged_by": self.acknowledged_by,
            "acknowledged_at": self.acknowledged_at,
            "snoozed_until": self.snoozed_until,
            "resolved_by": self.resolved_by,
            "resolved_at": self.resolved_at,
        }


_UNSEEN: Mapping[str, Any] = {
    "phase": Phase.RAISED,
    "acknowledged_by": None,
    "acknowledged_at": None,
    "snoozed_until": None,
}


def plain_person(person: str) -> str:
    """Say `discord:ada` as people do: ada (discord)."""
    system, colon, name = person.partition(":")
    return f"{name} ({system})" if colon and name else person
