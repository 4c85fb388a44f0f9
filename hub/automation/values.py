"""Values as people write them: constants, templates, and lists and mappings of both."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hub.automation.schema.primitives import Period, Template, period_from_rendered
from hub.errors import TemplateError
from hub.templates import Templates, is_template

Variables = Mapping[str, Any]
Render = Callable[[Variables], Any]


def compile_value(raw: Any, templates: Templates, *, limited: bool = False) -> Render | None:
    """Return what renders the value for each run, or None when it is a constant."""
    if isinstance(raw, str):
        return templates.compile(raw, limited=limited).render if is_template(raw) else None
    if isinstance(raw, dict):
        return _compile_mapping(raw, templates, limited)
    if isinstance(raw, list):
        return _compile_list(raw, templates, limited)
    if isinstance(raw, Template):
        return templates.compile(raw.source, limited=limited).render
    return None


def render_of(raw: Any, templates: Templates, *, limited: bool = False) -> Render:
    """Return what renders the value; a constant is rendered as itself."""
    return compile_value(raw, templates, limited=limited) or (lambda _: raw)


def _compile_list(raw: list[Any], templates: Templates, limited: bool) -> Render | None:
    renders = [compile_value(item, templates, limited=limited) for item in raw]
    if not any(renders):
        return None
    pairs = list(zip(raw, renders, strict=True))

    def render(variables: Variables) -> list[Any]:
        return [item if render is None else render(variables) for item, render in pairs]

    return render


def _compile_mapping(raw: Mapping[Any, Any], templates: Templates, limited: bool) -> Render | None:
    keys = [compile_value(key, templates, limited=limited) for key in raw]
    values = [compile_value(value, templates, limited=limited) for value in raw.values()]
    if not any(values) and not any(keys):
        return None
    if not any(keys):
        return _render_values(raw, values)
    items = list(zip(raw.items(), keys, values, strict=True))

    def render(variables: Variables) -> dict[Any, Any]:
        return {
            (key if render_key is None else render_key(variables)): (value if render_value is None else render_value(variables))
            for (key, value), render_key, render_value in items
        }

    return render


def _render_values(raw: Mapping[Any, Any], values: list[Render | None]) -> Render:
    constants = {key: value for (key, value), render in zip(raw.items(), values, strict=True) if render is None}
    rendered = [(key, render) for key, render in zip(raw, values, strict=True) if render is not None]
    if not constants and len(rendered) == 1:
        only, render_only = rendered[0]
        return lambda variables: {only: render_only(variables)}
    order = list(raw)

    def render(variables: Variables) -> dict[Any, Any]:
        found = dict.fromkeys(order)
        found.update(constants)
        for key, render_one in rendered:
            found[key] = render_one(variables)
        return found

    return render


def seconds_of(period: Period, templates: Templates) -> Callable[[Variables], float]:
    """Return what gives a duration in seconds. The result raises ValueError or TemplateError when a template gives none."""
    if isinstance(period, timedelta):
        known = period.total_seconds()
        return lambda _: known
    render = render_of(period, templates)

    def seconds(variables: Variables) -> float:
        return period_from_rendered(render(variables)).total_seconds()

    return seconds


def period_of(period: Period, templates: Templates) -> Callable[[Variables], timedelta]:
    """Return what gives a duration of 0 or more. The result raises ValueError when a template gives none."""
    if isinstance(period, timedelta) and period >= timedelta(0):
        return lambda _: period
    seconds = seconds_of(period, templates)

    def give(variables: Variables) -> timedelta:
        try:
            found = seconds(variables)
        except TemplateError as error:
            raise ValueError(str(error)) from error
        if found < 0:
            raise ValueError(f"a duration of {found} s is negative")
        return timedelta(seconds=found)

    return give


def is_trigger_true(value: Any) -> bool:
    """The truth of template triggers: true, a number other than 0, or 1, true, yes, on, enable as text (DIALECT 7.3)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.strip().lower() in ("1", "true", "yes", "on", "enable")
    return isinstance(value, int | float) and value != 0


def is_condition_true(text: str) -> bool:
    """The truth of template conditions: the text `true` in any case (DIALECT 7.3)."""
    return text.lower() == "true"
