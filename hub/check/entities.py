"""Entities that the configuration itself decides: automations, scripts and schedules that are named and do not exist."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from hub.automation.reading import Definition, ScriptDefinition
from hub.config import Problem, did_you_mean, position_of, problem_at
from hub.model.names import slugify

Path = tuple[str | int, ...]
_VIRTUAL: Final = frozenset(
    {"counter", "input_boolean", "input_button", "input_datetime", "input_number", "input_select", "input_text", "timer"}
)
"""Domains whose entities the configuration defines; an admin may have given them other ids."""
_DECIDED: Final = frozenset({"automation", "schedule", "script"}) | _VIRTUAL
_OF_THEIR_OWN: Final = frozenset({"variables", "trigger_variables", "event_data", "event_data_template"})


class DecidedEntities:
    """The ids of what the files define."""

    def __init__(
        self, automations: Sequence[Definition], scripts: Sequence[ScriptDefinition], virtual: Collection[str] = ()
    ) -> None:
        self._ids = {f"script.{script.object_id}" for script in scripts} | set(virtual)
        # An automation with an id keeps the entity id of its first name, or that which an admin gave it: only the hub knows.
        self._unsure: set[str] = set(_VIRTUAL)
        self._hints: dict[str, str] = {}
        for automation in automations:
            self._ids.add(self._free(f"{automation.domain}.{slugify(automation.name)}"))
            if automation.id is not None:
                self._unsure.add(automation.domain)

    def problems(self, definition: Definition | ScriptDefinition) -> Iterator[Problem]:
        """Find the ids in a definition that nothing has."""
        for path, text in _named_in(definition.raw, ()):
            for entity_id in (part.strip().lower() for part in text.split(",")):
                domain = entity_id.partition(".")[0]
                if domain in _DECIDED and entity_id not in self._ids and entity_id.partition(".")[2]:
                    yield problem_at(
                        position_of(definition.raw, path),
                        f"there is no {entity_id}{self._hint(domain, entity_id)}",
                        "unknown-entity",
                        severity="warning" if domain in self._unsure else "error",
                        path=path,
                    )

    def _hint(self, domain: str, entity_id: str) -> str:
        """Name the nearest id; many automations may name the same missing one."""
        if entity_id not in self._hints:
            alike = [known for known in self._ids if known.startswith(f"{domain}.")]
            self._hints[entity_id] = did_you_mean(entity_id, alike)
        return self._hints[entity_id]

    def _free(self, entity_id: str) -> str:
        numbered, number = entity_id, 2
        while numbered in self._ids:
            numbered, number = f"{entity_id}_{number}", number + 1
        return numbered


def repeated_ids(automations: Sequence[Definition]) -> Iterator[Problem]:
    """Find automations whose `id` another one has already: they are not loaded."""
    first: dict[tuple[str, str], Definition] = {}
    for automation in automations:
        if automation.id is None:
            continue
        other = first.setdefault((automation.domain, automation.id), automation)
        if other is not automation:
            place = position_of(other.raw, ("id",))
            message = f"this id stands at {place} already: the automation is not loaded"
            yield problem_at(position_of(automation.raw, ("id",)), message, "repeated-id")


def _named_in(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "entity_id":
                yield from _texts_in(value, (*path, key))
            elif key not in _OF_THEIR_OWN:
                yield from _named_in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _named_in(value, (*path, index))


def _texts_in(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str) and "{" not in value:
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts_in(item, (*path, index))
