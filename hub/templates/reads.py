"""What a template reads, so that others know when to render it again."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reads:
    """What a render looked at."""

    entities: frozenset[str] = frozenset()
    """Ids of entities, also of those that do not exist."""
    domains: frozenset[str] = frozenset()
    """Domains whose entities were iterated or counted."""
    all_states: bool = False
    """Whether all entities were iterated or counted."""
    time: bool = False
    """Whether the time of day mattered: `now()`, `today_at()`, `time_since()` and their like."""


@dataclass(slots=True)
class Reading:
    """Reads that are being collected."""

    entities: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    all_states: bool = False
    time: bool = False

    def done(self) -> Reads:
        """Return what was collected."""
        return Reads(frozenset(self.entities), frozenset(self.domains), self.all_states, self.time)
