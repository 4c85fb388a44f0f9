"""What may stand under `triggers:` (DIALECT 2)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PlainValidator, Tag, model_validator

from hub.automation.schema.primitives import (
    EntityIds,
    ExactText,
    PositivePeriod,
    StaticPeriod,
    Switch,
    Template,
    TemplateText,
    Text,
    Texts,
    Variables,
    one_or_many,
    read_entity_id,
    read_period,
    refuse,
)
from hub.errors import ConfigError
from hub.model.names import EntityId
from hub.scheduler import Cron
from hub.templates import is_template

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NOT_SUPPORTED: Final = ("device", "zone", "geo_location", "conversation", "mqtt")
_KINDS: Final = (
    "state",
    "numeric_state",
    "template",
    "time",
    "time_pattern",
    "event",
    "webhook",
    "homeassistant",
    "sun",
    "calendar",
    "tag",
    "persistent_notification",
    "cron",
    "interval",
)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]?\d)(?::([0-5]?\d))?")
_THRESHOLD_DOMAINS: Final = ("input_number", "number", "sensor", "zone")


class TriggerModel(BaseModel):
    """What every trigger has."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    trigger: Text
    id: ExactText | None = None
    alias: Text | None = None
    enabled: Switch = True
    variables: Variables = Field(default_factory=dict)


def _wanted(value: Any) -> tuple[Any, ...] | None:
    return None if value is None else tuple(one_or_many(value))


Wanted = Annotated[tuple[Any, ...] | None, PlainValidator(_wanted)]


class StateTrigger(TriggerModel):
    """An entity's state, or one attribute of it, changes."""

    entity_id: EntityIds
    to: Wanted = None
    from_: Wanted = Field(None, alias="from")
    not_to: Wanted = None
    not_from: Wanted = None
    attribute: Text | None = None
    for_: PositivePeriod | None = Field(None, alias="for")

    @model_validator(mode="after")
    def _check(self) -> Self:
        for one, other in (("from_", "not_from"), ("to", "not_to")):
            if one in self.model_fields_set and other in self.model_fields_set:
                raise refuse("exclusive", f"{one.rstrip('_')} and {other} cannot stand together")
        if self.attribute is None:
            for name in ("from_", "to", "not_from", "not_to"):
                for value in getattr(self, name) or ():
                    _check_state_text(name.rstrip("_"), value)
        return self


def _check_state_text(key: str, value: Any) -> None:
    if not isinstance(value, str):
        word = {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value
        raise refuse("state-text", f"{key}: a state is a text; put quotes round it: '{word}'")


def _threshold(value: Any) -> float | EntityId:
    if isinstance(value, str) and "." in value and not _is_number(value):
        entity_id = read_entity_id(value)
        if entity_id.domain not in _THRESHOLD_DOMAINS:
            raise refuse("threshold", f"{value!r}: a limit may be a number or an entity of {', '.join(_THRESHOLD_DOMAINS)}")
        return entity_id
    if isinstance(value, bool) or not _is_number(value):
        raise refuse("threshold", f"{value!r} is neither a number nor an entity id")
    return float(value)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


Threshold = Annotated[float | EntityId, PlainValidator(_threshold)]


def need_bound(above: float | EntityId | None, below: float | EntityId | None) -> None:
    """Refuse a range that has no bound."""
    if above is None and below is None:
        raise refuse("missing-key", "at least one of above and below is needed")


def need_room(above: float | EntityId | None, below: float | EntityId | None) -> None:
    """Refuse a range that cannot hold a number."""
    if isinstance(above, float) and isinstance(below, float) and above > below:
        message = f"nothing is above {above:g} and below {below:g} at the same time; you probably want two triggers or conditions"
        raise refuse("empty-range", message)


class NumericStateTrigger(TriggerModel):
    """A number enters a range."""

    entity_id: EntityIds
    above: Threshold | None = None
    below: Threshold | None = None
    attribute: Text | None = None
    value_template: TemplateText | None = None
    for_: PositivePeriod | None = Field(None, alias="for")

    @model_validator(mode="after")
    def _check(self) -> Self:
        need_bound(self.above, self.below)
        need_room(self.above, self.below)
        return self


class TemplateTrigger(TriggerModel):
    """A template becomes true."""

    value_template: TemplateText
    for_: PositivePeriod | None = Field(None, alias="for")


class TimeEntity(BaseModel):
    """A moment that an entity tells, with an offset."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    entity_id: Annotated[EntityId, PlainValidator(read_entity_id)]
    offset: StaticPeriod = timedelta(0)


class TimeOfDay(BaseModel):
    """A time on the wall clock."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    hour: int
    minute: int
    second: int

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02}:{self.second:02}"


def read_time(value: Any) -> TimeOfDay:
    """Read "HH:MM" or "HH:MM:SS"."""
    if isinstance(value, str) and (match := _TIME.fullmatch(value.strip())):
        return TimeOfDay(hour=int(match[1]), minute=int(match[2]), second=int(match[3] or 0))
    hint = "; put quotes round it" if isinstance(value, int) and not isinstance(value, bool) else ""
    raise refuse("time", f'{value!r} is not a time of day: expected "HH:MM" or "HH:MM:SS"{hint}')


def _moment(value: Any) -> TimeOfDay | TimeEntity | Template:
    if isinstance(value, str) and is_template(value):
        return Template(value)
    if isinstance(value, Mapping):
        return _check_time_entity(TimeEntity.model_validate(value))
    if isinstance(value, str) and re.match(r"\s*(input_datetime|sensor)\.", value):
        return TimeEntity(entity_id=read_entity_id(value))
    return read_time(value)


def _check_time_entity(moment: TimeEntity) -> TimeEntity:
    if moment.entity_id.domain not in ("input_datetime", "sensor"):
        raise refuse("time", f"{moment.entity_id} tells no time: expected an input_datetime or a sensor")
    return moment


Moment = Annotated[TimeOfDay | TimeEntity | Template, PlainValidator(_moment)]


class TimeTrigger(TriggerModel):
    """A time of day comes."""

    at: Annotated[list[Moment], BeforeValidator(one_or_many)]
    weekday: Annotated[list[Weekday], BeforeValidator(one_or_many)] | None = None


def _pattern(limit: int) -> Any:
    def read(value: Any) -> str:
        if value is None:
            raise refuse("time-pattern", 'a number, "*" or "/n" is missing')
        text = str(value).strip()
        if text == "*":
            return "*"
        number = text.removeprefix("/")
        if isinstance(value, bool) or not number.isdigit():
            raise refuse("time-pattern", f'{value!r} is not a pattern: expected a number, "*" or "/n"')
        if not (1 if text.startswith("/") else 0) <= int(number) <= limit:
            raise refuse("time-pattern", f"{value!r} is out of range: must be between 0 and {limit}")
        return ("/" if text.startswith("/") else "") + str(int(number))

    return PlainValidator(read)


class TimePatternTrigger(TriggerModel):
    """The clock shows a pattern, such as every fifth minute."""

    hours: Annotated[str, _pattern(23)] | None = None
    minutes: Annotated[str, _pattern(59)] | None = None
    seconds: Annotated[str, _pattern(59)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.hours is None and self.minutes is None and self.seconds is None:
            raise refuse("missing-key", "at least one of hours, minutes and seconds is needed")
        return self


def _data(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse("mapping", "expected a mapping of names to values")
    return dict(value)


class EventTrigger(TriggerModel):
    """An event happens."""

    event_type: Annotated[list[Text], BeforeValidator(one_or_many)]
    event_data: Annotated[dict[Any, Any], PlainValidator(_data)] | None = None
    context: Annotated[dict[str, Any], PlainValidator(_data)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.event_type:
            raise refuse("missing-key", "an event type is missing")
        if "state_reported" in self.event_type:
            raise refuse("event-type", "state_reported cannot be listened for")
        return self


def _methods(value: Any) -> tuple[str, ...]:
    methods = tuple(str(item).upper() for item in one_or_many(value))
    for method in methods:
        if method not in ("GET", "HEAD", "POST", "PUT"):
            raise refuse("choice", f"{method} is not allowed here: expected GET, HEAD, POST or PUT")
    return methods


class WebhookTrigger(TriggerModel):
    """Somebody calls `/api/webhook/<id>`."""

    webhook_id: Text
    allowed_methods: Annotated[tuple[str, ...], PlainValidator(_methods)] = ("POST", "PUT")
    local_only: Switch = True


class HomeassistantTrigger(TriggerModel):
    """The hub starts or stops."""

    event: Literal["start", "shutdown"]


class SunTrigger(TriggerModel):
    """The sun rises or sets."""

    event: Literal["sunrise", "sunset"]
    offset: StaticPeriod = timedelta(0)


class CalendarTrigger(TriggerModel):
    """An event of a calendar begins or ends."""

    entity_id: Annotated[EntityId, PlainValidator(read_entity_id)]
    event: Literal["start", "end"] = "start"
    offset: StaticPeriod = timedelta(0)


class TagTrigger(TriggerModel):
    """A code is scanned."""

    tag_id: Texts
    device_id: Texts | None = None


class PersistentNotificationTrigger(TriggerModel):
    """A persistent notification comes or goes."""

    notification_id: Text | None = None
    update_type: Annotated[list[Literal["added", "removed", "updated", "current"]], BeforeValidator(one_or_many)] | None = None


def _cron(value: Any) -> str:
    try:
        Cron(str(value), ZoneInfo("UTC"))
    except ConfigError as error:
        raise refuse("cron", str(error)) from error
    return str(value)


class CronTrigger(TriggerModel):
    """A cron line comes round; Home Assistant has no such trigger."""

    cron: Annotated[str, PlainValidator(_cron)]


def _longer_than_nothing(value: Any) -> timedelta:
    period = read_period(value)
    if not isinstance(period, timedelta) or period < timedelta(seconds=1):
        raise refuse("period", f"{value!r} is not an interval: expected a duration of a second or more")
    return period


class IntervalTrigger(TriggerModel):
    """So much time has passed again; Home Assistant has no such trigger."""

    every: Annotated[timedelta, PlainValidator(_longer_than_nothing)]


class OfferedTrigger(TriggerModel):
    """A trigger that a plugin or a domain offers: `ftp.file_arrived`, `timer.finished`; what it takes is checked by its owner."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="allow")

    target: dict[str, Any] | None = None
    options: dict[str, Any] | None = None


def _spelling(value: Any) -> Any:
    """Bring the older spellings to the newest: `platform`, lifted `options`, a dropped `note`."""
    if not isinstance(value, Mapping):
        raise refuse("mapping", "a trigger is a mapping, such as trigger: state")
    if "platform" in value and "trigger" in value:
        raise refuse("exclusive", "platform and trigger mean the same: write trigger only")
    kind = value.get("trigger", value.get("platform"))
    if kind is None:
        raise refuse("missing-key", "the key trigger is missing: it says what kind of trigger this is")
    _check_kind(kind)
    found: dict[str, Any] = {"trigger": kind}
    for key, item in value.items():
        if key == "options" and kind in _KINDS and isinstance(item, Mapping):
            found.update(item)
        elif key not in ("platform", "note"):
            found[key] = item
    return found


def _check_kind(kind: Any) -> None:
    if not isinstance(kind, str):
        raise refuse("unknown-trigger", f"{kind!r} is not a kind of trigger")
    if kind in NOT_SUPPORTED:
        raise refuse("not-supported", f"trigger {kind} is not supported here")
    if kind not in _KINDS and "." not in kind:
        close = get_close_matches(kind, _KINDS, 1)
        raise refuse("unknown-trigger", f"{kind!r} is not a kind of trigger" + (f"; did you mean {close[0]!r}?" if close else ""))


def _kind(value: Any) -> str:
    kind = value["trigger"] if isinstance(value, dict) else value.trigger
    return str(kind) if kind in _KINDS else "offered"


Trigger = Annotated[
    Annotated[
        Annotated[StateTrigger, Tag("state")]
        | Annotated[NumericStateTrigger, Tag("numeric_state")]
        | Annotated[TemplateTrigger, Tag("template")]
        | Annotated[TimeTrigger, Tag("time")]
        | Annotated[TimePatternTrigger, Tag("time_pattern")]
        | Annotated[EventTrigger, Tag("event")]
        | Annotated[WebhookTrigger, Tag("webhook")]
        | Annotated[HomeassistantTrigger, Tag("homeassistant")]
        | Annotated[SunTrigger, Tag("sun")]
        | Annotated[CalendarTrigger, Tag("calendar")]
        | Annotated[TagTrigger, Tag("tag")]
        | Annotated[PersistentNotificationTrigger, Tag("persistent_notification")]
        | Annotated[CronTrigger, Tag("cron")]
        | Annotated[IntervalTrigger, Tag("interval")]
        | Annotated[OfferedTrigger, Tag("offered")],
        Discriminator(_kind),
    ],
    BeforeValidator(_spelling),
]


def _spliced(value: Any) -> Any:
    """Put the items of nested `triggers:` lists in their place."""
    items: list[Any] = []
    for item in one_or_many(value):
        if isinstance(item, Mapping) and set(item) == {"triggers"}:
            items.extend(one_or_many(item["triggers"]))
        else:
            items.append(item)
    return items


Triggers = Annotated[list[Trigger], BeforeValidator(_spliced)]
