"""`schedule:` weekly blocks of time: on within them, off between; entries with `cron` or `every` are another thing."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from hub.automation.schedules import is_schedule
from hub.automation.schema.primitives import Variables, one_or_many, refuse
from hub.automation.schema.triggers import read_time
from hub.automation.world import World
from hub.clock import Timer as Alarm
from hub.model.names import EntityId
from hub.model.state import State
from hub.virtual.domain import Domain
from hub.virtual.entity import Described
from hub.virtual.reading import Definition, read_section
from hub.virtual.value import shown

_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_END_OF_DAY: Final = 24 * 3600


def _seconds(value: Any) -> int:
    moment = read_time(value)
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _until(value: Any) -> int:
    return _END_OF_DAY if value in ("24:00", "24:00:00") else _seconds(value)


class Block(BaseModel):
    """A block of time within a day; seconds since midnight."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    begin: Annotated[int, PlainValidator(_seconds)] = Field(validation_alias="from")
    end: Annotated[int, PlainValidator(_until)] = Field(validation_alias="to")
    data: Variables = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.begin >= self.end:
            raise refuse("time", "a block must begin before it ends; one that crosses midnight is written as two")
        return self


def _apart(blocks: list[Block]) -> list[Block]:
    ordered = sorted(blocks, key=lambda block: block.begin)
    for one, following in pairwise(ordered):
        if one.end > following.begin:
            raise refuse("time", "two blocks of a day overlap")
    return ordered


_Day = Annotated[list[Block], BeforeValidator(one_or_many)]


class ScheduleModel(Described):
    """One week."""

    monday: _Day = Field(default_factory=list)
    tuesday: _Day = Field(default_factory=list)
    wednesday: _Day = Field(default_factory=list)
    thursday: _Day = Field(default_factory=list)
    friday: _Day = Field(default_factory=list)
    saturday: _Day = Field(default_factory=list)
    sunday: _Day = Field(default_factory=list)

    def blocks(self, weekday: int) -> list[Block]:
        """Return the blocks of a day (0 is Monday), in order. Raises an error of validation when two overlap."""
        return _apart(getattr(self, _WEEK[weekday]))

    @model_validator(mode="after")
    def _check(self) -> Self:
        for weekday in range(7):
            self.blocks(weekday)
        return self


class Schedule:
    """On within its blocks."""

    def __init__(self, entity_id: EntityId, model: ScheduleModel, world: World) -> None:
        self.entity_id = entity_id
        self._model, self._world = model, world
        self._alarm: Alarm | None = None

    def begin(self, last: State | None) -> None:
        """Be what the time of day says."""
        del last
        self._look()

    def start(self) -> None:
        """Nothing more: the clock has been watched since the beginning."""

    def renew(self, model: ScheduleModel) -> None:
        """Follow another week."""
        self._model = model
        self._look()

    def end(self) -> None:
        """Watch the clock no longer."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _look(self) -> None:
        self.end()
        now = self._world.clock.now().astimezone(self._world.scheduler.zone)
        second = now.hour * 3600 + now.minute * 60 + now.second
        block = next((one for one in self._model.blocks(now.weekday()) if one.begin <= second < one.end), None)
        following = self._next_moment(now)
        attributes = {**(block.data if block else {}), "next_event": following, **shown(self._model)}
        self._world.states.set(self.entity_id, "on" if block else "off", attributes)
        if following is not None:
            self._alarm = self._world.clock.at(following.timestamp(), self._look)

    def _next_moment(self, now: datetime) -> datetime | None:
        """Return when a block begins or ends next; today's weekday is looked at again in a week."""
        for ahead in range(8):
            moments = self._moments(now.date() + timedelta(days=ahead))
            if later := [moment for moment in moments if moment.timestamp() > now.timestamp()]:
                return min(later, key=datetime.timestamp)
        return None

    def _moments(self, day: date) -> Iterator[datetime]:
        for block in self._model.blocks(day.weekday()):
            for seconds in (block.begin, block.end):
                at = datetime.combine(day + timedelta(seconds // _END_OF_DAY), _clock(seconds), self._world.scheduler.zone)
                yield at
                again = at.replace(fold=1)
                if again.timestamp() > at.timestamp():  # the change back from summer time repeats it
                    yield again


def _clock(seconds: int) -> time:
    return time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)


def _read(section: object) -> Iterator[Definition[ScheduleModel]]:
    """Read weekly blocks; a list, or a mapping with `cron` or `every`, is what `hub.automation.schedules` reads."""
    return iter(()) if is_schedule(section) else read_section("schedule", ScheduleModel, section)


SCHEDULE: Final = Domain(name="schedule", model=ScheduleModel, build=Schedule, read=_read)
