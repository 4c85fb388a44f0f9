"""What automations may reach: the world that they run in."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.actions import Actions
from hub.bus import Bus, Cancel
from hub.clock import Clock
from hub.model.context import Context
from hub.model.names import EntityId
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.templates import Templates

Fire = Callable[[dict[str, Any], Context | None], None]
"""Called by a trigger with the `trigger` variable and the context of what caused it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an admin wants of an offered trigger or condition."""

    target: Mapping[str, Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OfferedTrigger:
    """A trigger that a plugin or a domain offers under a dotted name."""

    name: str
    fields: frozenset[str]
    """The options that it takes."""
    attach: Callable[[Asked, Mapping[str, Any], Fire], Cancel]
    """Given what the admin wrote, the `trigger` variable to build on and whom to tell. Raises ConfigError."""


Judge = Callable[[], tuple[bool, tuple[str, str]]]
"""Tells whether a condition holds, what it looked at, and what it saw there."""


@dataclass(frozen=True, slots=True)
class OfferedCondition:
    """A condition that a domain offers under a dotted name."""

    name: str
    fields: frozenset[str]
    """The options that it takes."""
    prepare: Callable[[Asked], Judge]
    """Given what the admin wrote. Raises ConfigError."""


def named_entities(target: Mapping[str, Any]) -> list[EntityId]:
    """Return the entities that a target names by id, whether they are there or not. Raises BadName."""
    named = target.get("entity_id") or []
    texts = [part.strip() for part in named.split(",")] if isinstance(named, str) else list(named)
    return [EntityId.parse(text) for text in texts]


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where triggers take webhooks."""

    add: Callable[[str, tuple[str, ...], bool, Callable[[Mapping[str, Any]], None]], Cancel]
    """Takes an id, methods, whether only local callers are heard, and what to call with the request's variables."""


@dataclass(slots=True)
class Lifecycle:
    """Whether the hub has started; those who wait for it, and those who are told before it stops."""

    started: bool = False
    at_start: list[Callable[[], None]] = field(default_factory=list)
    at_shutdown: list[Callable[[], None]] = field(default_factory=list)

    def start(self) -> None:
        """Call everybody who waits for the start, once."""
        self.started = True
        waiting, self.at_start = self.at_start, []
        for call in waiting:
            call()

    def shut_down(self) -> None:
        """Call everybody who wants to know that the hub stops."""
        for call in list(self.at_shutdown):
            call()


class Tasks:
    """The tasks of action calls that really wait; they end with the hub at the latest."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Awaitable[Any], name: str) -> asyncio.Task[Any]:
        """Run the work beside."""
        # A coroutine is the task itself: inside another one it would never be begun if the task is cancelled at once.
        coroutine = work if inspect.iscoroutine(work) else _await(work)
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def count(self) -> int:
        """How many are running."""
        return len(self._tasks)

    async def close(self) -> None:
        """Cancel what still runs and wait for its end."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One event of a calendar."""

    uid: str
    summary: str
    description: str | None
    location: str | None
    begins: datetime
    """In UTC."""
    ends: datetime
    all_day: bool
    start: str
    """As people write it: a day, or a moment in the hub's zone."""
    end: str

    def as_dict(self) -> dict[str, Any]:
        """Return what automations see as `trigger.calendar_event`."""
        names = ("uid", "summary", "description", "location", "start", "end", "all_day")
        return {name: getattr(self, name) for name in names}


EventsBetween = Callable[[datetime, datetime], Sequence[CalendarEvent]]
"""Returns the events of a calendar that touch a time, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a trigger, condition or step may need."""

    states: StateMachine
    bus: Bus
    actions: Actions
    clock: Clock
    templates: Templates
    scheduler: Scheduler
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    tasks: Tasks = field(default_factory=Tasks)
    webhooks: Webhooks | None = None
    offered: Mapping[str, OfferedTrigger] = field(default_factory=dict)
    calendars: dict[EntityId, EventsBetween] = field(default_factory=dict)
    """The calendars that there are; they come and go."""
    offered_conditions: Mapping[str, OfferedCondition] = field(default_factory=dict)
    targets: Callable[[Mapping[str, Any]], Sequence[EntityId]] = field(default=named_entities)
    """Finds the entities of a target."""
    entity_of: Callable[[str], EntityId | None] = field(default=lambda _: None)
    """Finds the entity of a registry id."""
    latitude: float | None = None
    longitude: float | None = None

    def entity(self, entity_id: EntityId) -> EntityId:
        """Turn a registry id into the entity's present id; an entity id stays."""
        return entity_id if "." in entity_id else self.entity_of(entity_id) or entity_id


async def _await(work: Awaitable[Any]) -> Any:
    return await work


def soon(call: Callable[[], None]) -> None:
    """Call in the next turn of the loop."""
    asyncio.get_running_loop().call_soon(call)
