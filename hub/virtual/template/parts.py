"""All templates of one entity, rendered together."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from hub.automation.values import is_trigger_true
from hub.errors import TemplateError
from hub.templates import Reads, Template, Templates, is_template
from hub.virtual.template.schema import SensorModel, TemplateEntityModel

_TEXTS: Final = frozenset({"name", "icon", "picture"})
"""Parts that are texts whatever they look like, and that are shown also while the entity is unavailable."""


class Rendered(msgspec.Struct):
    """What the templates gave."""

    available: bool = True
    values: dict[str, Any] = {}
    """By part: `state`, `name`, `icon`, `picture`, `last_reset`."""
    attributes: dict[str, Any] = {}
    failed: dict[str, TemplateError] = {}
    variables: Mapping[str, Any] = {}
    """What the templates saw."""

    @property
    def state(self) -> Any:
        """What the state's template gave; None when it failed or was not asked."""
        return self.values.get("state")


class Parts:
    """The templates of one entity; they see `this`, and what else they are given."""

    def __init__(self, model: TemplateEntityModel, templates: Templates, this: Callable[[], Mapping[str, Any] | None]) -> None:
        self._this = this
        self._availability = None if model.availability is None else templates.compile(model.availability.source)
        self._variables = {
            name: templates.compile(value) if isinstance(value, str) and is_template(value) else value
            for name, value in model.variables.items()
        }
        sources = {name: getattr(model, name) for name in ("state", "name", "icon", "picture")}
        if isinstance(model, SensorModel):
            sources["last_reset"] = model.last_reset
        self._values = {name: templates.compile(source.source) for name, source in sources.items() if source is not None}
        self._attributes = {name: templates.compile(source.source) for name, source in model.attributes.items()}
        whole = [model.availability, *sources.values(), *model.attributes.values()]
        self.mentions_itself = any(source is not None and "this" in source.source for source in whole)
        self.count = len(self._values) + len(self._attributes)

    def render_tracked(self, variables: Mapping[str, Any] | None = None) -> tuple[Rendered, Reads]:
        """Render everything, and say what was read; what fails is part of the answer.

        While `availability` says no, state and attributes are not rendered.
        """
        known: dict[str, Any] = {"this": self._this(), **(variables or {})}
        rendered, reads = Rendered(variables=known), Reads()
        for name, value in self._variables.items():
            known[name], reads = self._one(value, known, name, rendered, reads) if isinstance(value, Template) else (value, reads)
        if self._availability is not None:
            value, reads = self._one(self._availability, known, "availability", rendered, reads)
            rendered.available = "availability" in rendered.failed or is_trigger_true(value)
        for name, template in self._values.items():
            if rendered.available or name in _TEXTS:
                rendered.values[name], reads = self._one(template, known, name, rendered, reads)
        for name, template in self._attributes.items() if rendered.available else ():
            rendered.attributes[name], reads = self._one(template, known, f"attribute {name}", rendered, reads)
        if self._availability is None and "state" in rendered.failed:
            rendered.available = False
        return rendered, reads

    def _one(
        self, template: Template, known: Mapping[str, Any], name: str, rendered: Rendered, before: Reads
    ) -> tuple[Any, Reads]:
        try:
            value, reads = (template.text_tracked if name in _TEXTS else template.render_tracked)(known)
        except TemplateError as error:
            rendered.failed[name] = error
            return None, _joined(before, getattr(error, "reads", None))
        return value, _joined(before, reads)


def _joined(one: Reads, other: Reads | None) -> Reads:
    if other is None:
        return one
    return Reads(
        one.entities | other.entities, one.domains | other.domains, one.all_states or other.all_states, one.time or other.time
    )
