"""From the models of conditions to checks."""

import sys
from collections.abc import Sequence
from functools import partial

from hub.automation.conditions.checks import (
    Check,
    Checks,
    ConditionError,
    Record,
    Seen,
    Variables,
    all_hold,
    any_holds,
    none_holds,
)
from hub.automation.conditions.state import numeric_check, state_check
from hub.automation.conditions.time import sun_check, time_check
from hub.automation.schema.conditions import (
    Condition,
    LogicCondition,
    NumericStateCondition,
    OfferedCondition,
    StateCondition,
    SunCondition,
    TemplateCondition,
    TimeCondition,
    TriggerCondition,
)
from hub.automation.schema.primitives import Template as Source
from hub.automation.values import is_condition_true
from hub.automation.world import Asked, World
from hub.errors import ConfigError
from hub.templates import Template


def compile_conditions(models: Sequence[Condition], path: str, world: World) -> Checks:
    """Compile a list of conditions; `path` is where it stands, such as `condition` or `action/0/if/condition`."""
    return Checks((compile_condition(model, sys.intern(f"{path}/{index}"), world) for index, model in enumerate(models)), path)


def compile_condition(model: Condition, path: str, world: World) -> Check:
    """Compile one condition. Raises ConfigError when nobody offers it."""
    check = _compile(model, path, world)
    if model.enabled is True:
        return check
    return _switched(model.enabled, check, path, world)


def _compile(model: Condition, path: str, world: World) -> Check:
    match model:
        case LogicCondition():
            return _logic(model, path, world)
        case StateCondition():
            return state_check(model, path, world)
        case NumericStateCondition():
            return numeric_check(model, path, world)
        case TemplateCondition():
            return _template(model, path, world)
        case TimeCondition():
            return time_check(model, path, world)
        case TriggerCondition():
            return _trigger(model, path)
        case SunCondition():
            return sun_check(model, path, world)
        case OfferedCondition():
            return _offered(model, path, world)


def _logic(model: LogicCondition, path: str, world: World) -> Check:
    checks = compile_conditions(model.conditions, f"{path}/conditions", world)
    join = {"and": all_hold, "or": any_holds, "not": none_holds}[model.condition]

    def check(variables: Variables, record: Record | None) -> bool:
        result = join(checks, variables, record)
        if record is not None:
            record.append(Seen(path, result))
        return result

    return check


def _template(model: TemplateCondition, path: str, world: World) -> Check:
    # A partial takes half the memory of a closure, and there are many of these.
    return partial(_is_true, world.templates.compile(model.value_template.source), path)


def _is_true(template: Template, path: str, variables: Variables, record: Record | None) -> bool:
    rendered = template.text(variables)
    result = is_condition_true(rendered)
    if record is not None:
        record.append(Seen(path, result, (template.source, rendered), "true"))
    return result


def _trigger(model: TriggerCondition, path: str) -> Check:
    return partial(_was_triggered_by, tuple(model.id), path)


def _was_triggered_by(ids: tuple[str, ...], path: str, variables: Variables, record: Record | None) -> bool:
    trigger = variables.get("trigger")
    found = trigger.get("id") if isinstance(trigger, dict) else None
    result = found in ids
    if record is not None:
        record.append(Seen(path, result, ("trigger", found), " or ".join(ids)))
    return result


def _offered(model: OfferedCondition, path: str, world: World) -> Check:
    offered = world.offered_conditions.get(model.condition)
    if offered is None:
        raise ConfigError(f"condition {model.condition} is not offered by any plugin")
    judge = offered.prepare(Asked(model.target or {}, {**(model.options or {}), **(model.model_extra or {})}))

    def check(variables: Variables, record: Record | None) -> bool:
        del variables
        result, observed = judge()
        if record is not None:
            record.append(Seen(path, result, observed, model.condition))
        return result

    return check


def _switched(enabled: bool | Source, check: Check, path: str, world: World) -> Check:
    def disabled(variables: Variables, record: Record | None) -> bool | None:
        del variables
        if record is not None:
            record.append(Seen(path, None))
        return None

    if not isinstance(enabled, Source):
        return disabled
    # A limited template that sees no variables (DIALECT 3.2): it always gives the same.
    template = world.templates.compile(enabled.source, limited=True)

    def perhaps(variables: Variables, record: Record | None) -> bool | None:
        try:
            on = bool(template.render({}))
        except Exception as error:
            raise ConditionError(f"enabled: {error}") from error
        return check(variables, record) if on else disabled(variables, record)

    return perhaps
