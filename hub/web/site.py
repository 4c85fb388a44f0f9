"""What all requests and connections share."""

from dataclasses import dataclass, field
from typing import Protocol, Self

from hub.web.feeds import EntityFeed, EventFeed
from hub.web.fragments import StateFragments, StatesBody
from hub.web.sources import WebSources


class Guest(Protocol):
    """Somebody who is connected for a while."""

    def leave_if_revoked(self) -> None:
        """End the connection if the token that opened it is no longer good."""


@dataclass(frozen=True, slots=True)
class Site:
    """The sources, and what is encoded once for everybody."""

    sources: WebSources
    fragments: StateFragments
    states_body: StatesBody
    events: EventFeed
    entities: EntityFeed
    guests: set[Guest] = field(default_factory=set)

    @classmethod
    def of(cls, sources: WebSources) -> Self:
        """Build what is shared."""
        fragments = StateFragments()
        return cls(
            sources=sources,
            fragments=fragments,
            states_body=StatesBody(sources.states, fragments),
            events=EventFeed(sources.bus, fragments),
            entities=EntityFeed(sources.bus, sources.states),
        )
