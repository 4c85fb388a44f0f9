"""The data of a `notify.<target>` call, and the notice that it becomes."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hub.config.problems import did_you_mean
from hub.errors import BadActionData
from hub.model.action import Parameter
from hub.model.notice import Notice, Phase, Severity


def _text(value: object) -> object:
    """Take numbers for text: a template that renders `21.5` gives a number."""
    return str(value) if isinstance(value, int | float) else value


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _names(value: object) -> object:
    """Take one name, or several with commas between, for a list of them."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return [value] if isinstance(value, int) else value


def _facts(value: object) -> object:
    """Take `[{name, value}]`, as chats have it, for a mapping."""
    if isinstance(value, list | tuple):
        return {str(item.get("name", "")): item.get("value", "") for item in value if isinstance(item, Mapping)}
    return value


def _first(value: object) -> object:
    return value[0] if isinstance(value, list | tuple) and value else value


Text = Annotated[str, BeforeValidator(_text)]
Names = Annotated[tuple[Text, ...], BeforeValidator(_names)]
Facts = Annotated[dict[str, Text], BeforeValidator(_facts)]
SeverityName = Annotated[Severity, BeforeValidator(_lowered)]
PhaseName = Annotated[Phase, BeforeValidator(_lowered)]


class Extras(BaseModel):
    """Home Assistant's `data:`: what we know of it counts, the rest (sounds, channels of telephones) is let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Text | None = Field(None, description="Heading of the message.")
    severity: SeverityName | None = Field(None, description="How bad it is.")
    link: Text | None = Field(None, validation_alias=AliasChoices("link", "url", "clickAction"), description="Address to open.")
    image: Annotated[Text | None, BeforeValidator(_first)] = Field(
        None, validation_alias=AliasChoices("image", "images"), description="Address of a picture."
    )
    fields: Facts | None = Field(None, description="Short facts shown as a table.")
    key: Text | None = Field(None, validation_alias=AliasChoices("key", "tag"), description="Names the matter.")

    def changes(self) -> dict[str, Any]:
        """What it says, by the names of a notice's fields."""
        return {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}


class Message(BaseModel):
    """What a call of `notify.<target>` takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: Text = Field(description="The text.")
    title: Text | None = Field(None, description="Heading of the message.")
    severity: SeverityName | None = Field(None, description="How bad it is: info (the default), warning, error or critical.")
    link: Text | None = Field(None, description="Address to open.")
    image: Text | None = Field(None, description="Address of a picture to show.")
    fields: Facts | None = Field(None, description="Short facts shown as a table: name → text.")
    key: Text | None = Field(None, description="Names the matter: later messages with the same key update the alert.")
    phase: PhaseName | None = Field(
        None, description="raised (the default), acknowledged, or resolved for the all-clear of a key."
    )
    actions: Names | None = Field(None, description="What people may press: acknowledge, snooze, open.")
    target: Names | None = Field(None, description="Whom within the target; for notify.notify: names of targets and groups.")
    data: Extras | None = Field(None, description="As in Home Assistant: link (url), image, severity, fields, key (tag).")

    def notice(self, notice_id: str) -> Notice:
        """Make the notice; what stands beside the message wins over the same in `data`."""
        told = {} if self.data is None else self.data.changes()
        told |= {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}
        told.pop("data", None)
        recipients = told.pop("target", ())
        if told.get("key") and "actions" not in told:
            told["actions"] = ("acknowledge", "snooze", *(("open",) if told.get("link") else ()))
        return Notice(**{**told, "key": told.get("key") or None}, recipients=recipients, id=notice_id)


def parse(model: type[BaseModel], data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the data as the model understands them, without what is not said. Raises BadActionData."""
    try:
        return model.model_validate(dict(data)).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise BadActionData("; ".join(_mistakes(error, model.model_fields))) from None


def parameters(model: type[BaseModel]) -> tuple[Parameter, ...]:
    """Describe the model's fields as parameters of an action."""
    return tuple(
        Parameter(
            name=name,
            description=field.description or "",
            required=field.is_required(),
            type=_type_in_words(field.annotation),
        )
        for name, field in model.model_fields.items()
    )


def _mistakes(error: ValidationError, known: Iterable[str]) -> Iterable[str]:
    for mistake in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in mistake["loc"])
        if mistake["type"] == "extra_forbidden":
            yield f"{where} is not known{did_you_mean(str(mistake['loc'][-1]), known)}"
        elif mistake["type"] == "missing":
            yield f"{where} is missing"
        else:
            yield f"{where}: {mistake['msg']}"


_WORDS: Mapping[type, str] = {str: "text", bool: "boolean", timedelta: "duration", Extras: "mapping"}


def _type_in_words(annotation: object) -> str:
    kinds = [kind for kind in getattr(annotation, "__args__", (annotation,)) if kind is not type(None)]
    kind = kinds[0] if kinds else annotation
    kind = getattr(kind, "__origin__", kind) if hasattr(kind, "__metadata__") else kind
    origin = getattr(kind, "__origin__", kind)
    if isinstance(origin, type) and issubclass(origin, Severity | Phase):
        return " | ".join(origin)
    if origin in (tuple, list):
        return "list"
    if origin is dict:
        return "mapping"
    return _WORDS.get(origin, "any") if isinstance(origin, type) else "any"
