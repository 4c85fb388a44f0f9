"""A corpus of automations, scripts and blueprints that people wrote, with Home Assistant's verdict on each."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from pydantic import TypeAdapter, ValidationError

from hub.automation.blueprints import Blueprints, InvalidBlueprint, UnknownBlueprint, fill_in, parse_blueprint
from hub.automation.reading import read_automations, read_scripts
from hub.automation.schema.conditions import Conditions
from hub.automation.schema.entries import AutomationModel, ScriptModel, newest_spelling
from hub.automation.schema.steps import Steps
from hub.automation.schema.triggers import Triggers
from hub.check.templates import template_problems
from hub.config import Document, Problem, explain, loads, problem_at
from hub.config.nodes import position_of
from hub.errors import ConfigError

_PASSED_OVER: Final = ("no-secrets-here", UnknownBlueprint.code)
"""What cannot be judged without the files around the text: secrets, and the blueprint that it uses."""
_BLOCKS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "action": TypeAdapter(Steps),
    "trigger": TypeAdapter(Triggers),
    "condition": TypeAdapter(Conditions),
}


class Verdict(msgspec.Struct, frozen=True):
    """What we say of one item."""

    id: str
    expected: bool
    problems: tuple[Problem, ...]

    @property
    def accepted(self) -> bool:
        """Whether we take it."""
        return not self.problems

    @property
    def right(self) -> bool:
        """Whether that is Home Assistant's verdict; what is refused by name as not supported here passes too."""
        if self.expected and self.problems:
            return any(problem.code == "not-supported" for problem in self.problems)
        return self.accepted is self.expected


def judge_corpus(path: Path) -> Iterator[Verdict]:
    """Judge every item of a JSONL file."""
    for line in path.read_text().splitlines():
        if line.strip():
            item = json.loads(line)
            yield Verdict(item["id"], bool(item["accept"]), tuple(judge(item)))


def judge(item: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with an item."""
    document = loads(item["yaml"], item["id"])
    problems = [problem for problem in document.problems if problem.code not in _PASSED_OVER]
    if not problems:
        problems = [*_judge(item, document), *template_problems(document.value)]
    return [problem for problem in problems if problem.severity == "error" and problem.code not in _PASSED_OVER]


def _judge(item: Mapping[str, Any], document: Document) -> list[Problem]:
    kind, value = item["kind"], document.value
    if kind == "automation":
        return [problem for definition in read_automations(value, Blueprints([])) for problem in definition.problems]
    if kind == "script":
        scripts = value if _names_scripts(value) else {"script": value}
        return [problem for definition in read_scripts(scripts, Blueprints([])) for problem in definition.problems]
    if kind == "blueprint":
        return _judge_blueprint(document, item.get("inputs") or {})
    return _judge_block(kind.partition("_")[0].rstrip("s"), value)


def _names_scripts(value: Any) -> bool:
    return isinstance(value, Mapping) and "sequence" not in value and "use_blueprint" not in value


def _judge_blueprint(document: Document, inputs: Mapping[str, Any]) -> list[Problem]:
    try:
        blueprint = parse_blueprint(document, "")
        filled = fill_in(blueprint, inputs)
    except InvalidBlueprint as error:
        return list(error.problems)
    except ConfigError as error:
        return [problem_at(position_of(document.value, ()), str(error), "blueprint")]
    if blueprint.model.domain == "automation":
        return _validate(AutomationModel.model_validate, newest_spelling(filled), AutomationModel)
    return _validate(ScriptModel.model_validate, filled, ScriptModel) if blueprint.model.domain == "script" else []


def _judge_block(kind: str, value: Any) -> list[Problem]:
    if isinstance(value, Mapping):
        value = value.get(f"{kind}s", value[kind] if isinstance(value.get(kind, ""), list | None) else value)
    return [] if value is None else _validate(_BLOCKS[kind].validate_python, value, None)


def _validate(validate: Callable[[Any], object], node: Any, model: Any) -> list[Problem]:
    try:
        validate(node)
    except ValidationError as error:
        return explain(error, node, model)
    except ValueError as error:
        return [problem_at(position_of(node, ()), str(error), "exclusive")]
    return []
