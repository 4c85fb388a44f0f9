"""Which entities and event types are wanted, in Home Assistant's words: domains, entities, globs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is named, to be taken or left out."""

    domains: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    entity_globs: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()
    """Globs too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is taken and what is left out; nothing said means everything.

    The nearer word wins, as in Home Assistant's filters: entities before globs before domains, and among equals what is taken.
    """

    include: Choice = field(default_factory=Choice)
    exclude: Choice = field(default_factory=Choice)

    def takes_entity(self, entity_id: str) -> bool:
        """Tell whether the entity is wanted."""
        include, exclude = self.include, self.exclude
        domain = entity_id.partition(".")[0]
        if entity_id in include.entities:
            return True
        if entity_id in exclude.entities:
            return False
        if _matches(include.entity_globs, entity_id):
            return True
        if _matches(exclude.entity_globs, entity_id):
            return False
        if include.domains or include.entity_globs:
            return domain in include.domains
        if exclude.domains or exclude.entity_globs:
            return domain not in exclude.domains
        return not include.entities

    def takes_event(self, event_type: str) -> bool:
        """Tell whether events of the type are wanted."""
        if _matches(self.exclude.event_types, event_type):
            return False
        return not self.include.event_types or _matches(self.include.event_types, event_type)


def _matches(globs: Iterable[str], text: str) -> bool:
    return any(re.match(translate(glob), text) for glob in globs)
