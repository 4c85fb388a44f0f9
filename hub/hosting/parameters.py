"""The parameters of an action function, and the checking of what a call gives for them."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NotRequired, get_type_hints

from pydantic import ConfigDict, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError, with_config
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

from hub.config import explain, nearest
from hub.errors import BadActionData, HubError
from hub.hosting.types_in_words import type_in_words
from hub.model.action import Parameter

_FORM = ConfigDict(extra="forbid", coerce_numbers_to_str=True, arbitrary_types_allowed=False)


class NotAnAction(HubError):
    """A function cannot be offered as an action."""


class Asked:
    """One parameter as its function declares it."""

    __slots__ = ("annotation", "default", "description", "name", "required")

    def __init__(self, name: str, annotation: Any, default: object = inspect.Parameter.empty) -> None:
        self.name = name
        self.annotation = annotation
        texts = [item for item in getattr(annotation, "__metadata__", ()) if isinstance(item, str)]
        self.description = FieldInfo.from_annotation(annotation).description or " ".join(texts)
        self.required = default is inspect.Parameter.empty
        self.default = None if self.required else default

    def as_parameter(self) -> Parameter:
        """Return what documentation shows."""
        return Parameter(
            name=self.name,
            description=self.description,
            required=self.required,
            default=self.default,
            type=type_in_words(self.annotation),
        )


def parameters_of(full_name: str, function: Callable[..., object]) -> list[Asked]:
    """Read the parameters behind the first, which is the session. Raises NotAnAction."""
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters:
        raise NotAnAction(f"action {full_name} takes no parameter; the first one is the session")
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise NotAnAction(f"action {full_name}: {error}") from error
    for parameter in parameters[1:]:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise NotAnAction(f"action {full_name}: {str(parameter)!r} can take anything; name each parameter")
        if parameter.name not in hints:
            raise NotAnAction(f"action {full_name}: parameter {parameter.name!r} has no type")
    return [Asked(parameter.name, hints[parameter.name], parameter.default) for parameter in parameters[1:]]


class Check:
    """Turns the data of a call into what the function takes; what is not given stays the function's own default."""

    def __init__(self, full_name: str, parameters: list[Asked]) -> None:
        self._full_name = full_name
        self._names = [asked.name for asked in parameters]
        fields = {asked.name: asked.annotation if asked.required else NotRequired[asked.annotation] for asked in parameters}
        # A TypedDict, not a model: no parameter's name can clash with it.
        form: Any = with_config(_FORM)(TypedDict("form", fields))  # type: ignore[operator]  # its fields are known only now
        try:
            self._adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(form)
        except (PydanticSchemaGenerationError, PydanticUserError) as error:
            raise NotAnAction(f"action {full_name}: {error.message.splitlines()[0]}") from error

    def __call__(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the data as the function takes it. Raises BadActionData."""
        try:
            return self._adapter.validate_python(dict(data))
        except ValidationError as error:
            raise BadActionData(f"action {self._full_name}: {'; '.join(self._wrongs(error, data))}") from None

    def _wrongs(self, error: ValidationError, data: Mapping[str, Any]) -> list[str]:
        details = [(each["type"], each["loc"]) for each in error.errors(include_url=False, include_input=False)]
        unknown = [str(place[0]) for kind, place in details if kind == "extra_forbidden" and len(place) == 1]
        meant = {name: nearest(name, self._names) for name in unknown}
        missing = [str(place[0]) for kind, place in details if kind == "missing" and len(place) == 1]
        return [
            *(f"there is no parameter `{name}`{self._hint(meant[name])}" for name in unknown),
            *(f"the parameter `{name}` is missing" for name in missing if name not in meant.values()),
            *(
                f"parameter `{'.'.join(map(str, problem.path))}`: {problem.message}"
                for problem in explain(error, data)
                if problem.path and problem.path not in [(name,) for name in unknown]
            ),
        ]

    def _hint(self, meant: str | None) -> str:
        return f"; it takes {', '.join(f'`{name}`' for name in self._names)}" if meant is None else f"; did you mean `{meant}`?"
