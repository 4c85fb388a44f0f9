"""From configuration to definitions: what each automation and script is, or what is wrong with it."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from pydantic import ValidationError

from hub.automation.blueprints import Blueprints, InvalidBlueprint, at_their_cause, instantiate
from hub.automation.schema.entries import AutomationModel, ScriptModel, newest_spelling
from hub.config import Problem, explain, position_of, problem_at
from hub.errors import ConfigError
from hub.model.names import is_slug

_log: Final = logging.getLogger(__name__)
_FORBIDDEN_SCRIPTS: Final = ("reload", "toggle", "turn_off", "turn_on")


class Definition(msgspec.Struct, frozen=True):
    """One automation as the files define it."""

    name: str
    """Its alias, or `automation N`."""
    id: str | None
    model: AutomationModel | None
    """None: it is invalid, `problems` say why."""
    raw: Mapping[Any, Any]
    """What was written, a blueprint's part filled in; two that are equal run alike."""
    problems: tuple[Problem, ...] = ()
    blueprint: str | None = None
    domain: str = "automation"
    """`schedule` for the entries under `schedule:`."""


class ScriptDefinition(msgspec.Struct, frozen=True):
    """One script as the files define it."""

    object_id: str
    model: ScriptModel | None
    raw: Mapping[Any, Any]
    problems: tuple[Problem, ...] = ()
    blueprint: str | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return (self.model.alias if self.model else None) or self.object_id


def read_automations(section: Any, blueprints: Blueprints) -> Iterator[Definition]:
    """Read what stands under `automation:`, one by one; an automation that is wrong does not hurt the others."""
    if section is None:
        return
    for index, raw in enumerate(section if isinstance(section, list) else [section]):
        yield _read_automation(raw, index, blueprints, section)


def _read_automation(raw: Any, index: int, blueprints: Blueprints, section: Any) -> Definition:
    name = f"automation {index}"
    if not isinstance(raw, Mapping):
        place = position_of(section, (index,))
        return Definition(name, None, None, {}, (problem_at(place, "an automation is a mapping", "mapping"),))
    alias = raw.get("alias")
    name = str(alias) if isinstance(alias, str | int | float) else name
    identity = raw["id"] if isinstance(raw.get("id"), str) else None
    blueprint = _blueprint_path(raw)
    try:
        whole = newest_spelling(raw) if blueprint is None else instantiate(raw, "automation", blueprints)
        model = AutomationModel.model_validate(whole)
    except ValidationError as error:
        problems = explain(error, whole, AutomationModel)
        if blueprint is not None:
            problems = at_their_cause(problems, raw, "automation", blueprints)
        return Definition(name, identity, None, raw, tuple(problems), blueprint)
    except InvalidBlueprint as error:
        return Definition(name, identity, None, raw, tuple(error.problems), blueprint)
    except (ValueError, ConfigError) as error:
        return Definition(name, identity, None, raw, (_problem(raw, error),), blueprint)
    return Definition(model.alias or name, model.id, model, whole, (), blueprint)


def read_scripts(section: Any, blueprints: Blueprints) -> list[ScriptDefinition]:
    """Read what stands under `script:`."""
    if not isinstance(section, Mapping):
        return []
    return [_read_script(str(key), raw, section, blueprints) for key, raw in section.items()]


def _read_script(object_id: str, raw: Any, section: Mapping[Any, Any], blueprints: Blueprints) -> ScriptDefinition:
    place = position_of(section, (object_id,))
    if not is_slug(object_id) or object_id in _FORBIDDEN_SCRIPTS:
        problem = problem_at(place, f"{object_id!r} cannot be the name of a script", "script-name")
        return ScriptDefinition(object_id, None, {}, (problem,))
    if not isinstance(raw, Mapping):
        return ScriptDefinition(object_id, None, {}, (problem_at(place, "a script is a mapping with a sequence", "mapping"),))
    blueprint = _blueprint_path(raw)
    whole: Mapping[Any, Any] = raw
    try:
        if blueprint is not None:
            whole = instantiate(raw, "script", blueprints)
        model = ScriptModel.model_validate(whole)
    except ValidationError as error:
        problems = explain(error, whole, ScriptModel)
        if blueprint is not None:
            problems = at_their_cause(problems, raw, "script", blueprints)
        return ScriptDefinition(object_id, None, raw, tuple(problems), blueprint)
    except InvalidBlueprint as error:
        return ScriptDefinition(object_id, None, raw, tuple(error.problems), blueprint)
    except (ValueError, ConfigError) as error:
        return ScriptDefinition(object_id, None, raw, (_problem(raw, error),), blueprint)
    return ScriptDefinition(object_id, model, whole, (), blueprint)


def _problem(raw: Mapping[Any, Any], error: Exception) -> Problem:
    code = str(getattr(error, "code", "blueprint" if "use_blueprint" in raw else "exclusive"))
    return problem_at(position_of(raw, ("use_blueprint",)), str(error), code)


def _blueprint_path(raw: Mapping[Any, Any]) -> str | None:
    use = raw.get("use_blueprint")
    if "use_blueprint" not in raw:
        return None
    return str(use.get("path", "")) if isinstance(use, Mapping) else ""
