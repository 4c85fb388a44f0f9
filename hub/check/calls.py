"""Calls of actions that do not exist, or that do not take what they are given."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hub.automation.reading import Definition, ScriptDefinition
from hub.config import Mapping as Node
from hub.config import Position, Problem, did_you_mean, position_of, problem_at
from hub.errors import BadActionData
from hub.model.action import Action
from hub.templates import is_template

Path = tuple[str | int, ...]
_CALLS = ("action", "service")
_TARGETS = frozenset({"entity_id", "device_id", "area_id", "floor_id", "label_id"})


def call_problems(
    definition: Definition | ScriptDefinition, actions: Mapping[str, Action], names: Collection[str]
) -> Iterator[Problem]:
    """Find the calls that cannot work."""
    for path, step in _steps_in(definition.raw, ()):
        key = next(key for key in _CALLS if key in step)
        name = str(step[key]).strip().lower()
        action = actions.get(name)
        if action is not None:
            yield from _data_problems(definition.raw, path, step, action)
        elif name not in names:
            message = f"action {name} does not exist{did_you_mean(name, names)}"
            yield problem_at(position_of(definition.raw, (*path, key)), message, "unknown-action", path=path)


def _steps_in(node: Any, path: Path) -> Iterator[tuple[Path, Mapping[Any, Any]]]:
    if isinstance(node, dict):
        for key in _CALLS:
            if isinstance(node.get(key), str) and "." in node[key] and not is_template(node[key]):
                yield path, node
        for key, value in node.items():
            if key not in ("data", "variables", "event_data"):
                yield from _steps_in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _steps_in(value, (*path, index))


def _data_problems(root: Any, path: Path, step: Mapping[Any, Any], action: Action) -> Iterator[Problem]:
    data = step.get("data") or {}
    if action.parameters is None or not isinstance(data, Mapping):
        return
    known = {parameter.name for parameter in action.parameters} | (_TARGETS if action.targets else set())
    wrong = [key for key in data if isinstance(key, str) and not is_template(key) and key not in known]
    for key in wrong:
        message = f"{action.full_name} has no parameter `{key}`{_hint(key, known)}"
        yield problem_at(_key_position(data, key, root, path), message, "unknown-parameter")
    if not wrong:
        yield from _value_problems(root, path, data, action)


def _hint(key: str, known: Collection[str]) -> str:
    return did_you_mean(key, known) or f"; it takes {', '.join(sorted(known)) or 'none'}"


def _value_problems(root: Any, path: Path, data: Mapping[Any, Any], action: Action) -> Iterator[Problem]:
    missing = [one.name for one in action.parameters or () if one.required and one.name not in data]
    if missing:
        message = f"{action.full_name} needs {', '.join(f'`{name}`' for name in missing)}"
        yield problem_at(position_of(root, path), message, "missing-parameter")
    elif action.check is not None and not _has_template(data):
        try:
            action.check(data)
        except BadActionData as error:
            yield problem_at(position_of(root, path), str(error), "wrong-parameter")


def _has_template(node: Any) -> bool:
    if isinstance(node, dict):
        return any(_has_template(value) for value in node.values())
    if isinstance(node, list):
        return any(_has_template(value) for value in node)
    return isinstance(node, str) and is_template(node)


def _key_position(data: Mapping[Any, Any], key: str, root: Any, path: Path) -> Position:
    return data.key_position(key) if isinstance(data, Node) else position_of(root, path)
