"""Purpose-specific triggers and conditions: options that they do not take, conditions that nobody offers."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from hub.automation.conditions.purpose_keys import CONDITIONS, condition_options
from hub.automation.purposes import Options
from hub.automation.reading import Definition, ScriptDefinition
from hub.config import Problem, did_you_mean, explain, position_of, problem_at

Path = tuple[str | int, ...]


def option_problems(name: str, node: Mapping[Any, Any], model: type[Options], root: Any, path: Path) -> Iterator[Problem]:
    """Find what is wrong with the `options:` and `target:` of a purpose-specific trigger or condition."""
    options = node.get("options") or {}
    try:
        model.model_validate(options)
    except ValidationError as error:
        for problem in explain(error, options, model, (*path, "options")):
            place = position_of(root, path) if problem.file == "<unknown>" else None
            yield problem if place is None else problem_at(place, f"{name}: {problem.message}", problem.code, path=problem.path)
    if not node.get("target"):
        yield problem_at(position_of(root, path), f"{name} needs a target", "missing-key", path=path)


def condition_problems(definition: Definition | ScriptDefinition) -> Iterator[Problem]:
    """Find conditions under dotted names that nobody offers, or that do not take what they are given."""
    for path, node in _conditions_in(definition.raw, ()):
        name = str(node["condition"])
        model = condition_options(name)
        if model is not None:
            yield from option_problems(name, node, model, definition.raw, path)
        else:
            message = f"nobody offers the condition {name}{did_you_mean(name, CONDITIONS)}"
            yield problem_at(position_of(definition.raw, (*path, "condition")), message, "unknown-condition", path=path)


def _conditions_in(node: Any, path: Path) -> Iterator[tuple[Path, Mapping[Any, Any]]]:
    if isinstance(node, dict):
        kind = node.get("condition")
        if isinstance(kind, str) and "." in kind and "{" not in kind:
            yield path, node
        for key, value in node.items():
            yield from _conditions_in(value, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _conditions_in(item, (*path, index))
