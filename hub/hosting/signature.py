"""A plugin's action function, read: its signature and docstring are the action's schema."""

import difflib
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, NotRequired, Protocol, get_type_hints

from pydantic import ConfigDict, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError, with_config
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

from hub.errors import ActionError, BadActionData, HubError
from hub.hosting.types_in_words import type_in_words
from hub.model.action import Action, ActionCall, Parameter, Response
from hub.plugin import ActionOptions

INSTANCE = "instance"
"""The parameter that says which instance of the plugin is meant."""
KEY = "idempotency_key"
"""A function that takes it gets the key of the call; people do not see it."""

_FORM = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

ActionFunction = Callable[..., Awaitable[Mapping[str, Any] | None]]


class NotAnAction(HubError):
    """A function cannot be offered as an action."""


class Sessions(Protocol):
    """Where an action finds the connection it works on."""

    def session(self, plugin: str, instance: str | None) -> object:
        """Return what `connect` yielded. Raises NotConnected, or BadActionData when the instance is not clear."""


def action_name(function: ActionFunction) -> str:
    """Return the name people use: `list_` is offered as `list`."""
    return function.__name__.removesuffix("_")


def action_of(plugin: str, function: ActionFunction, sessions: Sessions) -> Action:
    """Make the action `<plugin>.<function>`. Raises NotAnAction."""
    full_name = f"{plugin}.{action_name(function)}"
    signature = _read(full_name, function)
    options = getattr(function, "hub_action", ActionOptions())
    check = _Check(full_name, signature)
    takes_key = KEY in inspect.signature(function).parameters

    async def handle(call: ActionCall) -> Response:
        given = dict(call.data)
        session = sessions.session(plugin, given.pop(INSTANCE, None))
        if takes_key:
            given[KEY] = call.key
        try:
            return await function(session, **given)
        except OSError as error:  # a TimeoutError is one
            raise ActionError(f"{full_name} failed: {str(error) or type(error).__name__}") from error

    return Action(
        domain=plugin,
        name=action_name(function),
        handler=handle,
        description=_first_line(function),
        parameters=tuple(_described(name, parameter) for name, parameter in signature.items()),
        check=check,
        effect=options.effect,
        answer=options.answer,
    )


class _Asked:
    """One parameter as its function declares it."""

    __slots__ = ("annotation", "default", "description", "required")

    def __init__(self, annotation: Any, default: object) -> None:
        self.annotation = annotation
        field = FieldInfo.from_annotation(annotation)
        texts = [item for item in getattr(annotation, "__metadata__", ()) if isinstance(item, str)]
        self.description = field.description or " ".join(texts)
        self.required = default is inspect.Parameter.empty
        self.default = None if self.required else default


_INSTANCE = _Asked(Annotated[str | None, "Which instance; may be left out while there is only one."], None)


def _read(full_name: str, function: ActionFunction) -> dict[str, _Asked]:
    if not inspect.iscoroutinefunction(function):
        raise NotAnAction(f"action {full_name} is not a coroutine function")
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters:
        raise NotAnAction(f"action {full_name} takes no parameter; the first one is the session")
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise NotAnAction(f"action {full_name}: {error}") from error
    asked: dict[str, _Asked] = {}
    for parameter in parameters[1:]:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise NotAnAction(f"action {full_name}: {parameter} can take anything; name each parameter")
        if parameter.name not in hints:
            raise NotAnAction(f"action {full_name}: parameter {parameter.name!r} has no type")
        if parameter.name != KEY:
            asked[parameter.name] = _Asked(hints[parameter.name], parameter.default)
    asked.setdefault(INSTANCE, _INSTANCE)
    return asked


class _Check:
    """Turns the data of a call into what the function takes."""

    def __init__(self, full_name: str, signature: Mapping[str, _Asked]) -> None:
        self._full_name = full_name
        self._names = tuple(signature)
        fields = {
            name: asked.annotation if asked.required else NotRequired[asked.annotation] for name, asked in signature.items()
        }
        # A TypedDict, not a model: no parameter name clashes with it, and what is not given stays the function's own default.
        form: Any = with_config(_FORM)(TypedDict("form", fields))  # type: ignore[operator]  # its fields are known only now
        try:
            self._adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(form)
        except (PydanticSchemaGenerationError, PydanticUserError) as error:
            raise NotAnAction(f"action {full_name}: {error.message.splitlines()[0]}") from error

    def __call__(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return self._adapter.validate_python(dict(data))
        except ValidationError as error:
            wrongs = [self._in_words(wrong["type"], wrong["loc"], wrong["msg"]) for wrong in error.errors()]
            raise BadActionData(f"action {self._full_name}: {'; '.join(wrongs)}") from None

    def _in_words(self, kind: str, place: tuple[int | str, ...], message: str) -> str:
        name = str(place[0]) if place else ""
        if len(place) == 1 and kind == "extra_forbidden":
            near = difflib.get_close_matches(name, self._names, n=1)
            return f"parameter {name!r} does not exist" + (f"; did you mean {near[0]!r}?" if near else "")
        if len(place) == 1 and kind == "missing":
            return f"parameter {name!r} is missing"
        return f"parameter {'.'.join(map(str, place))!r}: {message[:1].lower()}{message[1:]}"


def _first_line(function: ActionFunction) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _described(name: str, asked: _Asked) -> Parameter:
    return Parameter(
        name=name,
        description=asked.description,
        required=asked.required,
        default=asked.default,
        type=type_in_words(asked.annotation),
    )
