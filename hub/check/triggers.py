"""Triggers under dotted names that no configured plugin offers."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from hub.automation.reading import Definition, ScriptDefinition
from hub.automation.triggers.purpose_keys import TRIGGERS, trigger_options
from hub.check.purposes import option_problems
from hub.config import Mapping as Node
from hub.config import Problem, did_you_mean, position_of, problem_at
from hub.hosting.events import event_type
from hub.hosting.roster import Roster
from hub.plugin import PluginEvent

Path = tuple[str | int, ...]
_LISTS: Final = ("triggers", "trigger", "wait_for_trigger")
_COMMON: Final = frozenset({"trigger", "platform", "id", "alias", "enabled", "variables", "target", "options", "note"})


def offered_events(roster: Roster) -> dict[str, type[PluginEvent]]:
    """Return the events of the configured plugins by their wire names."""
    return {event_type(loaded.plugin.name, event): event for loaded in roster.plugins for event in loaded.plugin.events}


def trigger_problems(definition: Definition | ScriptDefinition, offered: Mapping[str, type[PluginEvent]]) -> Iterator[Problem]:
    """Find triggers that can never fire because nobody offers them, or whose filters do not exist."""
    for path, trigger in _triggers_in(definition.raw, ()):
        kind = trigger.get("trigger", trigger.get("platform"))
        if not isinstance(kind, str) or "." not in kind:
            continue
        event, options = offered.get(kind), trigger_options(kind)
        if event is None and options is not None:
            yield from option_problems(kind, trigger, options, definition.raw, path)
        elif event is None:
            message = f"no configured plugin offers the trigger {kind}{did_you_mean(kind, [*offered, *TRIGGERS])}"
            yield problem_at(position_of(definition.raw, path), message, "unknown-trigger", path=path)
        else:
            yield from _filter_problems(trigger, kind, {*event.model_fields, "instance"})


def _triggers_in(node: Any, path: Path) -> Iterator[tuple[Path, Mapping[Any, Any]]]:
    """Find all triggers, those of waits and of nested lists too."""
    if isinstance(node, dict):
        for key, value in node.items():
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items) if key in _LISTS else ():
                if isinstance(item, dict) and "triggers" not in item:
                    yield (*path, key, index) if isinstance(value, list) else (*path, key), item
            yield from _triggers_in(value, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _triggers_in(item, (*path, index))


def _filter_problems(trigger: Mapping[Any, Any], kind: str, fields: Collection[str]) -> Iterator[Problem]:
    for node, known in ((trigger, _COMMON), (trigger.get("options"), ())):
        if not isinstance(node, Node):
            continue
        for name in node:
            if name not in known and name not in fields:
                hint = did_you_mean(str(name), fields) or f"; it has {', '.join(sorted(fields))}"
                yield problem_at(node.key_position(name), f"{kind} has no field `{name}`{hint}", "unknown-key")
