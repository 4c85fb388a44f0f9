"""What templates can look at."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.clock import Clock
from hub.errors import BadName
from hub.model.names import EntityId
from hub.model.state import State
from hub.states import StateMachine
from hub.templates.facts import Facts
from hub.templates.registries import Registries
from hub.templates.rendering import Rendering


@dataclass(frozen=True, slots=True)
class World:
    """States, time, place and registries; looking is noted in the render's reads."""

    states: StateMachine
    clock: Clock
    zone: ZoneInfo
    facts: Facts
    registries: Registries
    rendering: Rendering

    def state(self, entity_id: str) -> State | None:
        """Return the entity's state; the id may be in any case, and not be one at all."""
        lowered = entity_id.lower()
        if self.rendering.reading is not None:
            self.rendering.reading.entities.add(lowered)
        return self.states.get(lowered)

    def states_of(self, domain: str | None) -> list[State]:
        """Return the states of a domain, or all, in the order in which they appeared."""
        self.note_domain(domain)
        return self.states.in_order_of_appearance(domain)

    def note_domain(self, domain: str | None) -> None:
        """Note that the set of entities of a domain, or of all, matters."""
        if (reading := self.rendering.reading) is None:
            return
        if domain is None:
            reading.all_states = True
        else:
            reading.domains.add(domain)

    def now(self) -> datetime:
        """Return the time in the hub's zone, and note that it matters."""
        if self.rendering.reading is not None:
            self.rendering.reading.time = True
        return self.clock.now().astimezone(self.zone)

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the hub's zone; without a zone it is in the hub's zone already."""
        if moment.tzinfo is None:
            return moment.replace(tzinfo=self.zone)
        return moment.astimezone(self.zone)


def is_entity_id(text: object) -> bool:
    """Tell whether the text is spelt like an entity id."""
    if not isinstance(text, str):
        return False
    try:
        EntityId.parse(text)
    except BadName:
        return False
    return True
