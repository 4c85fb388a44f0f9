"""The hub as one connection of one plugin instance sees it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

from hub.clock import Clock
from hub.hosting.entities import CONNECTED, Entities, Told
from hub.hosting.work import Work
from hub.model.entity import Category, Device, EntityDescription
from hub.model.names import is_slug
from hub.model.notice import Notice, Receipt
from hub.plugin import Memory, PluginEvent, Reply, Request, Sensor, Value, WebhookReply, WebhookRequest

Answer = Callable[[WebhookRequest], Awaitable[WebhookReply]]
Deliver = Callable[[Notice], Awaitable[Receipt]]


class Outlets(Protocol):
    """What an instance offers to the rest of the hub, while it is connected."""

    def emit(self, event: PluginEvent) -> None:
        """Tell the bus."""

    def webhook(self, name: str, answer: Answer) -> str:
        """Open an address; returns its path."""

    def notifier(self, name: str, deliver: Deliver) -> None:
        """Offer a target for notices."""

    async def ask(self, request: Request) -> Reply:
        """Ask the desk."""

    def complain(self, about: str, wrong: str) -> None:
        """Count what the plugin did wrong, and log the first thing about each."""


class LentHub:
    """`hub.plugin.Hub` for the length of one connection; afterwards what was made through it does nothing."""

    def __init__(self, *, instance: str, clock: Clock, memory: Memory, entities: Entities, outlets: Outlets, work: Work) -> None:
        self.instance = instance
        self.clock = clock
        self.log = logging.getLogger(f"hub.instance.{instance}")
        self.memory = memory
        self._entities = entities
        self._outlets = outlets
        self._work = work
        self._open = True

    def sensor(
        self,
        key: str,
        *,
        name: str | None = None,
        unit: str | None = None,
        device_class: str | None = None,
        state_class: str | None = None,
        icon: str | None = None,
        category: Category | None = None,
        options: Sequence[str] | None = None,
        device: Device | None = None,
    ) -> Sensor[Value]:
        """Declare a sensor; the same key is the same entity for ever, whatever it is called."""
        return self._declare(
            EntityDescription(
                domain="sensor",
                key=key,
                name=name,
                unit=unit,
                device_class=device_class,
                state_class=state_class,
                icon=icon,
                category=category,
                options=None if options is None else tuple(options),
                device=device,
            )
        )

    def binary_sensor(
        self,
        key: str,
        *,
        name: str | None = None,
        device_class: str | None = None,
        icon: str | None = None,
        category: Category | None = None,
        device: Device | None = None,
    ) -> Sensor[bool | None]:
        """Declare something that is on or off."""
        return self._declare(
            EntityDescription(
                domain="binary_sensor",
                key=key,
                name=name,
                device_class=device_class,
                icon=icon,
                category=category,
                device=device,
            )
        )

    def emit(self, event: PluginEvent) -> None:
        """Tell that something happened."""
        if self._open:
            self._outlets.emit(event)

    def every(self, interval: timedelta, look: Callable[[], Awaitable[None]]) -> None:
        """Call at once and then again after each interval, never twice at a time. What it raises ends the connection."""
        self._work.every(interval, look)

    def start(self, work: Callable[[], Awaitable[None]], *, name: str | None = None) -> None:
        """Run something beside; when it raises, the connection ends."""
        self._work.start(work, name)

    def webhook(self, name: str, answer: Answer) -> str:
        """Take requests at an address of the hub; returns its path, such as `/api/plugin/pagerduty/events`. Raises ValueError."""
        if not is_slug(name):
            raise ValueError(f"a webhook cannot be called {name!r}; use lower-case words joined by underscores")
        return self._outlets.webhook(name, answer)

    def notifier(self, name: str, deliver: Deliver) -> None:
        """Offer the target `notify.<name>`. Raises ValueError."""
        if not is_slug(name):
            raise ValueError(f"a notifier cannot be called {name!r}; use lower-case words joined by underscores")
        self._outlets.notifier(name, deliver)

    async def ask(self, request: Request) -> Reply:
        """Ask the hub in the name of a person."""
        return await self._outlets.ask(request)

    def close(self) -> None:
        """The connection is over."""
        self._open = False

    def _declare(self, description: EntityDescription) -> Told:
        if description.key == CONNECTED:
            raise ValueError(f"the key {CONNECTED!r} is the hub's own: it says whether the instance is connected")
        entity = self._entities.declare(description)
        if self._open:
            entity.appear()
        return Told(entity, self._is_open, self._outlets.complain)

    def _is_open(self) -> bool:
        return self._open
