"""What `/api/services` and `get_services` say."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.model.action import Action, Answer, Parameter

_SELECTORS: Mapping[str, Mapping[str, Any]] = {
    "text": {"text": None},
    "number": {"number": {"mode": "box", "step": "any"}},
    "integer": {"number": {"mode": "box"}},
    "boolean": {"boolean": None},
    "duration": {"duration": None},
}


def actions_by_domain(actions: Iterable[Action]) -> dict[str, dict[str, Any]]:
    """Return domain → name → description."""
    domains: dict[str, dict[str, Any]] = {}
    for action in actions:
        domains.setdefault(action.domain, {})[action.name] = action_row(action)
    return domains


def action_row(action: Action) -> Mapping[str, Any]:
    """Return one action's description."""
    row: dict[str, Any] = {
        "name": action.name.replace("_", " ").capitalize(),
        "description": action.description,
        "fields": {parameter.name: _field(parameter) for parameter in action.parameters or ()},
    }
    if action.targets:
        row["target"] = {"entity": [{}]}
    if action.answer is not Answer.NONE:
        row["response"] = {"optional": action.answer is Answer.OPTIONAL}
    return row


def _field(parameter: Parameter) -> Mapping[str, Any]:
    row: dict[str, Any] = {
        "name": parameter.name.replace("_", " ").capitalize(),
        "description": parameter.description,
        "required": parameter.required,
        "selector": _selector(parameter.type),
    }
    if parameter.default is not None:
        row["default"] = parameter.default
    return row


def _selector(type_in_words: str) -> Mapping[str, Any]:
    if "|" in type_in_words:
        return {"select": {"options": [choice.strip() for choice in type_in_words.split("|")]}}
    return _SELECTORS.get(type_in_words, {"object": None})
