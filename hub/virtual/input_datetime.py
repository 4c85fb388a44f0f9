"""`input_datetime:` a date, a time of day, or both."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final, Self

from pydantic import Field, PlainValidator, model_validator

from hub.automation.schema.primitives import Boolean, Number, Text, refuse
from hub.automation.schema.triggers import read_time
from hub.errors import ActionError
from hub.model.context import Context
from hub.model.state import State
from hub.virtual.domain import ActionData, Domain, EntityAction
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity

_MIDNIGHT: Final = time(0)


def _date(value: Any) -> date:
    if isinstance(value, date):  # YAML reads 2024-01-31 as a date
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise refuse("date", f"{value!r} is not a date such as 2024-01-31") from error


def _time(value: Any) -> time:
    if isinstance(value, time):
        return value
    moment = read_time(value)
    return time(moment.hour, moment.minute, moment.second)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError as error:
        raise refuse("datetime", f'{value!r} is not a date and time such as "2024-01-31 08:30:00"') from error


class InputDatetimeModel(Described):
    """One date or time."""

    has_date: Boolean = False
    has_time: Boolean = False
    initial: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.has_date and not self.has_time:
            raise refuse("missing-key", "at least one of has_date and has_time must be true")
        if self.initial:
            self.read(self.initial, date.min)
        return self

    def read(self, text: str, today: date) -> datetime:
        """Read what a state or `initial` says; a time alone is one of today. Raises ValueError."""
        if self.has_date and self.has_time:
            return _moment(text)
        return datetime.combine(_date(text), _MIDNIGHT) if self.has_date else datetime.combine(today, _time(text))


class InputDatetime(ValueEntity[InputDatetimeModel, datetime]):
    """A date or time that people set; the value is in the hub's zone."""

    def first(self, last: State | None) -> datetime:
        """Return `initial`, or what it was; today at midnight when it was nothing of this kind."""
        today = self._world.clock.now().astimezone(self._world.scheduler.zone).date()
        for text in (self.model.initial, None if last is None else last.state):
            try:
                if text:
                    return self._placed(self.model.read(text, today))
            except ValueError:
                continue
        return self._placed(datetime.combine(today, _MIDNIGHT))

    def text(self, value: datetime) -> str:
        """Return `2024-01-31 08:30:00`, or the half of it that the entity has."""
        if self.model.has_date and self.model.has_time:
            return value.strftime("%Y-%m-%d %H:%M:%S")
        return value.strftime("%Y-%m-%d" if self.model.has_date else "%H:%M:%S")

    def attributes(self) -> Mapping[str, Any]:
        """Return the parts, and the timestamp: seconds since 1970, or since midnight without a date."""
        model, value = self.model, self.value
        found: dict[str, Any] = {"has_date": model.has_date, "has_time": model.has_time}
        if value is None:
            return found
        if model.has_date:
            found |= {"year": value.year, "month": value.month, "day": value.day}
        if model.has_time:
            found |= {"hour": value.hour, "minute": value.minute, "second": value.second}
        if not model.has_date:
            found["timestamp"] = value.hour * 3600 + value.minute * 60 + value.second
        else:
            found["timestamp"] = (
                value if model.has_time else value.replace(hour=0, minute=0, second=0, microsecond=0)
            ).timestamp()
        return found

    def set(self, data: "SetDatetime", context: Context) -> None:
        """Take the parts that the entity has. Raises ActionError when none of them was given."""
        moment = data.datetime
        if data.timestamp is not None:
            moment = datetime.fromtimestamp(data.timestamp, UTC).astimezone(self._world.scheduler.zone)
        new_date, new_time = (data.date, data.time) if moment is None else (moment.date(), moment.time())
        new_date = new_date if self.model.has_date else None
        new_time = new_time if self.model.has_time else None
        if new_date is None and new_time is None:
            raise ActionError(
                f"{self.entity_id}: there is nothing to set: it has {'a date' if self.model.has_date else 'a time'} only"
            )
        before = self.value or self.first(None)
        whole = datetime.combine(new_date or before.date(), new_time or before.time(), self._world.scheduler.zone)
        self.put(whole, context)

    def _placed(self, moment: datetime) -> datetime:
        zone = self._world.scheduler.zone
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


class SetDatetime(ActionData):
    """Either `date` and `time` (or one of them), or `datetime`, or `timestamp`."""

    date: Annotated[date, PlainValidator(_date)] | None = Field(None, description="The date.")
    time: Annotated[time, PlainValidator(_time)] | None = Field(None, description="The time of day.")
    datetime: Annotated[datetime, PlainValidator(_moment)] | None = Field(None, description="Date and time together.")
    timestamp: Number | None = Field(None, description="Seconds since 1970.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        ways = [self.date is not None or self.time is not None, self.datetime is not None, self.timestamp is not None]
        if sum(ways) != 1:
            raise refuse("exclusive", "exactly one way is needed: date and time, datetime, or timestamp")
        return self


INPUT_DATETIME: Final = Domain(
    name="input_datetime",
    model=InputDatetimeModel,
    build=InputDatetime,
    actions=[EntityAction("set_datetime", "Set date or time.", InputDatetime.set, SetDatetime)],
)
