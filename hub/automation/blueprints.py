"""Blueprints: automations and scripts with inputs (DIALECT 6)."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.automation.schema.entries import newest_spelling
from hub.automation.schema.primitives import Text
from hub.config import Document, Input, Problem, explain, load, position_of, problem_at
from hub.config import Mapping as Node
from hub.config import Sequence as NodeList
from hub.config.nodes import entries_of, join_mapping
from hub.errors import ConfigError

_VERSION: Final = re.compile(r"\d+\.\d+\.\d+")


class InputModel(BaseModel):
    """One input of a blueprint."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    name: Text | None = None
    description: Text | None = None
    default: Any = None
    selector: dict[str, Any] | None = None
    visible: Any = None


class SectionModel(BaseModel):
    """A group of inputs, for showing."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    name: Text | None = None
    icon: Text | None = None
    description: Text | None = None
    collapsed: bool = False
    visible: Any = None
    input: dict[str, InputModel | None]


class DialectModel(BaseModel):
    """The least version of Home Assistant's dialect that the blueprint asks for; told, not enforced."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    min_version: str = Field("0.0.0", pattern=_VERSION.pattern)


class BlueprintModel(BaseModel):
    """What stands under `blueprint:`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    name: Text
    domain: Literal["automation", "script", "template"]
    description: Text | None = None
    author: Text | None = None
    source_url: Text | None = None
    homeassistant: DialectModel | None = None
    icon: Text | None = None
    input: dict[str, SectionModel | InputModel | None] = Field(default_factory=dict)

    def inputs(self) -> dict[str, InputModel]:
        """Return all inputs, those in sections too."""
        found: dict[str, InputModel] = {}
        for name, model in self.input.items():
            if isinstance(model, SectionModel):
                found.update({inner: one or InputModel() for inner, one in model.input.items()})
            else:
                found[name] = model or InputModel()
        return found


class Blueprint(msgspec.Struct, frozen=True):
    """A blueprint that loaded."""

    model: BlueprintModel
    body: Mapping[str, Any]
    file: str

    def calls(self) -> set[str]:
        """Return the actions that its steps name; templates and inputs as they are written."""
        return set(_calls_in(self.body))


def _calls_in(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key in ("action", "service"):
            if isinstance(node.get(key), str | Input):
                yield f"!input {node[key].name}" if isinstance(node[key], Input) else node[key]
        for value in node.values():
            yield from _calls_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from _calls_in(item)


class InvalidBlueprint(ConfigError):
    """A blueprint, or the use of one, is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class UnknownBlueprint(ConfigError):
    """There is no such file."""

    code = "unknown-blueprint"

    def __init__(self, domain: str, path: str) -> None:
        super().__init__(f"there is no blueprint {path!r} below blueprints/{domain}/")


def parse_blueprint(document: Document, file: str, domain: str | None = None) -> Blueprint:
    """Check the text of a blueprint. Raises InvalidBlueprint with every problem of it."""
    if document.problems:
        raise InvalidBlueprint(list(document.problems))
    root = document.value
    if not isinstance(root, dict) or not isinstance(root.get("blueprint"), dict):
        raise InvalidBlueprint(
            [problem_at(position_of(root, ()), "this is no blueprint: the key blueprint is missing", "missing-key")]
        )
    try:
        model = BlueprintModel.model_validate(root["blueprint"])
    except ValidationError as error:
        raise InvalidBlueprint(explain(error, root["blueprint"], BlueprintModel, ("blueprint",))) from error
    problems = _problems(root, model, domain)
    if problems:
        raise InvalidBlueprint(problems)
    return Blueprint(model, _without(root, "blueprint"), file)


def _problems(root: Mapping[str, Any], model: BlueprintModel, domain: str | None) -> list[Problem]:
    problems = []
    if domain is not None and model.domain != domain:
        message = f"this blueprint is for {model.domain}, not for {domain}"
        problems.append(problem_at(position_of(root, ("blueprint", "domain")), message, "blueprint-domain"))
    known = model.inputs()
    for path, name in _inputs_used({key: value for key, value in root.items() if key != "blueprint"}):
        if name not in known:
            problems.append(
                problem_at(position_of(root, path), f"!input {name}: the blueprint declares no such input", "unknown-input")
            )
    return problems


def _inputs_used(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, Input):
        return [(path, node.name)]
    if isinstance(node, Mapping):
        return [found for key, value in node.items() for found in _inputs_used(value, (*path, key))]
    if isinstance(node, list):
        return [found for index, value in enumerate(node) for found in _inputs_used(value, (*path, index))]
    return []


def ready_made() -> Path:
    """Return the folder of the hub's own blueprints: beside the source, or where the wheel puts it."""
    source = Path(__file__).parents[2] / "blueprints"
    return source if source.is_dir() else Path(sys.prefix) / "share" / "integration-hub" / "blueprints"


class Blueprints:
    """The blueprints of a folder, read when first used; `forget` makes edits count."""

    def __init__(self, folders: list[Path], read: Callable[[Path], Document] = lambda file: load(file, secrets=False)) -> None:
        self._folders, self._read = folders, read
        self._read_before: dict[tuple[str, str], Blueprint] = {}

    def forget(self) -> None:
        """Read files again when they are used next."""
        self._read_before.clear()

    def get(self, domain: str, path: str) -> Blueprint:
        """Return the blueprint at a path below `blueprints/<domain>/`. Raises InvalidBlueprint or ConfigError."""
        known = self._read_before.get((domain, path))
        if known is None:
            file = self._find(domain, path)
            known = self._read_before[domain, path] = parse_blueprint(self._read(file), str(file), domain)
        return known

    def _find(self, domain: str, path: str) -> Path:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts or parts.suffix != ".yaml":
            raise ConfigError(f"{path!r} is not the path of a blueprint: expected a .yaml file below blueprints/{domain}/")
        for folder in self._folders:
            if (file := folder / domain / parts).is_file():
                return file
        raise UnknownBlueprint(domain, path)


class UseModel(BaseModel):
    """What stands under `use_blueprint:`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    path: Text
    input: dict[str, Any] = Field(default_factory=dict)


class InstanceModel(BaseModel):
    """What uses a blueprint; its other keys are not looked at."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    use_blueprint: UseModel


def instantiate(instance: Mapping[Any, Any], domain: str, blueprints: Blueprints) -> Mapping[Any, Any]:
    """Return the configuration that an instance of a blueprint stands for. Raises InvalidBlueprint or ConfigError."""
    try:
        use = InstanceModel.model_validate(instance).use_blueprint
    except ValidationError as error:
        raise InvalidBlueprint(explain(error, instance, InstanceModel)) from error
    blueprint = blueprints.get(domain, use.path)
    filled, own = fill_in(blueprint, use.input), _without(instance, "use_blueprint")
    if domain == "automation":
        return _over(newest_spelling(filled), newest_spelling(own))
    return _over(filled, own)


def at_their_cause(
    problems: Iterable[Problem], instance: Mapping[Any, Any], domain: str, blueprints: Blueprints
) -> list[Problem]:
    """Place problems of a filled-in blueprint where they come from: in the instance, when the value of an input is wrong."""
    use = InstanceModel.model_validate(instance).use_blueprint
    body = blueprints.get(domain, use.path).body
    return [_at_its_cause(problem, newest_spelling(body) if domain == "automation" else body, instance) for problem in problems]


def _at_its_cause(problem: Problem, node: Any, instance: Mapping[Any, Any]) -> Problem:
    for number, part in enumerate((*problem.path, None)):
        if isinstance(node, Input):
            place = position_of(instance, ("use_blueprint", "input", node.name, *problem.path[number:]))
            return problem_at(place, problem.message, problem.code, severity=problem.severity, path=problem.path)
        node = _child(node, part)
    return problem


def _child(node: Any, part: str | int | None) -> Any:
    if isinstance(node, Mapping):
        return node.get(part)
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None


def _without(mapping: Mapping[Any, Any], key: str) -> Mapping[Any, Any]:
    if isinstance(mapping, Node):
        return join_mapping(mapping.position, [entry for entry in entries_of(mapping) if entry.key != key])
    return {name: value for name, value in mapping.items() if name != key}


def _over(below: Mapping[Any, Any], above: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Lay one mapping over another."""
    if isinstance(below, Node) and isinstance(above, Node):
        return join_mapping(above.position, [*entries_of(below), *entries_of(above)])
    return {**below, **above}


def fill_in(blueprint: Blueprint, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put values in the place of a blueprint's inputs. Raises ConfigError naming the inputs that are missing."""
    inputs = blueprint.model.inputs()
    values = {name: model.default for name, model in inputs.items() if "default" in model.model_fields_set}
    values.update({name: value for name, value in given.items() if name in inputs})
    missing = [name for name in inputs if name not in values]
    if missing:
        raise ConfigError(f"blueprint {blueprint.model.name!r} needs the input {', '.join(missing)}")
    filled: Mapping[str, Any] = substitute(blueprint.body, values)
    return filled


def substitute(node: Any, values: Mapping[str, Any]) -> Any:
    """Replace each `!input` by its value; what holds none stays the very same object, with its positions."""
    if isinstance(node, Input):
        return values[node.name]
    if isinstance(node, Mapping):
        items = {key: substitute(value, values) for key, value in node.items()}
        if all(items[key] is value for key, value in node.items()):
            return node
        return _placed_mapping(node, items)
    if isinstance(node, list):
        parts = [substitute(value, values) for value in node]
        if all(new is old for new, old in zip(parts, node, strict=True)):
            return node
        return _placed_list(node, parts)
    return node


def _placed_mapping(node: Mapping[Any, Any], items: dict[Any, Any]) -> Mapping[Any, Any]:
    if not isinstance(node, Node) or not hasattr(node, "places"):
        return items
    copy = Node(items)
    copy.places, copy.first, copy.names = node.places, node.first, node.names
    return copy


def _placed_list(node: list[Any], parts: list[Any]) -> list[Any]:
    if not isinstance(node, NodeList) or not hasattr(node, "places"):
        return parts
    copy = NodeList(parts)
    copy.places, copy.first, copy.size = node.places, node.first, node.size
    return copy
