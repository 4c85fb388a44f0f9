"""Triggers under dotted names that no configured plugin offers."""

from collections.abc import Iterator

from hub.automation.reading import Definition
from hub.automation.schema.triggers import OfferedTrigger
from hub.config import Mapping as Node
from hub.config import Problem, did_you_mean, position_of, problem_at
from hub.hosting.events import event_type
from hub.hosting.roster import Roster
from hub.plugin import PluginEvent


def offered_events(roster: Roster) -> dict[str, type[PluginEvent]]:
    """Return the events of the configured plugins by their wire names."""
    return {event_type(loaded.plugin.name, event): event for loaded in roster.plugins for event in loaded.plugin.events}


def trigger_problems(definition: Definition, roster: Roster) -> Iterator[Problem]:
    """Find triggers that can never fire because nobody offers them, or whose filters do not exist."""
    if definition.model is None:
        return
    offered = offered_events(roster)
    for index, trigger in enumerate(definition.model.triggers):
        if not isinstance(trigger, OfferedTrigger):
            continue
        path = ("triggers" if "triggers" in definition.raw else "trigger", index)
        event = offered.get(trigger.trigger)
        if event is None:
            message = f"no configured plugin offers the trigger {trigger.trigger}{did_you_mean(trigger.trigger, offered)}"
            yield problem_at(position_of(definition.raw, path), message, "unknown-trigger")
            continue
        yield from _filter_problems(definition, path, trigger, event)


def _filter_problems(
    definition: Definition, path: tuple[str | int, ...], trigger: OfferedTrigger, event: type[PluginEvent]
) -> Iterator[Problem]:
    fields = {*event.model_fields, "instance"}
    for name in {**(trigger.options or {}), **(trigger.model_extra or {})}:
        if name not in fields:
            hint = did_you_mean(name, fields) or f"; it has {', '.join(sorted(fields))}"
            node = _at(definition.raw, path)
            position = node.key_position(name) if isinstance(node, Node) else position_of(definition.raw, path)
            yield problem_at(position, f"{trigger.trigger} has no field `{name}`{hint}", "unknown-key")


def _at(node: object, path: tuple[str | int, ...]) -> object:
    for part in path:
        match node, part:
            case dict(), str():
                node = node.get(part)
            case list(), int():
                node = node[part] if part < len(node) else None
    return node
