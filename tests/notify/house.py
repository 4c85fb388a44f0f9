"""A house in which notices can be sent: everything of `hub.notify`, joined under simulated time, with targets that behave."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from hub.actions import Actions
from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.event import Event
from hub.model.notice import Notice, Receipt
from hub.notify.alerts import Alerts
from hub.notify.groups import parse_groups
from hub.notify.notify import Notify
from hub.notify.outbox import Outbox
from hub.notify.person import offer_alert_actions
from hub.notify.retry import Retry
from hub.notify.shelf import Shelf
from hub.states import StateMachine

MONDAY_NOON = 1_767_614_400.0
"""2026-01-05T12:00:00Z"""
STEADY = Retry(first=2.0, longest=60.0, attempts=5, expiry=3600.0, patience=30.0, capacity=20_000, chance=lambda: 1.0)


class Target:
    """Takes notices, after those failures that are still to happen."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.got: list[Notice] = []
        self.tries = 0

    async def deliver(self, notice: Notice) -> Receipt:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(notice)
        return Receipt(reference=f"{len(self.got)}")

    @property
    def messages(self) -> list[str]:
        return [notice.message for notice in self.got]

    @property
    def phases(self) -> list[str]:
        return [notice.phase.value for notice in self.got]


class House:
    """Everything of `hub.notify`."""

    def __init__(self, groups: object = None, shelf: Shelf | None = None, kept: dict[str, Any] | None = None) -> None:
        self.clock = SimulatedClock(MONDAY_NOON)
        self.bus = Bus(self.clock)
        self.states = StateMachine(self.bus, self.clock)
        self.actions = Actions(self.bus)
        self.kept: dict[str, Any] = {} if kept is None else kept
        self.outbox = Outbox(self.bus, self.clock, shelf, STEADY)
        self.alerts = Alerts(self.outbox, self.bus, self.states, self.clock, self._save)
        self.alerts.restore(dict(self.kept))
        self.notify = Notify(self.actions, self.outbox, self.alerts, self.clock, groups=parse_groups(groups))
        self.withdraw = offer_alert_actions(self.actions, self.alerts)
        self.events: list[Event] = []
        self.bus.listen("*", self._note)

    def target(self, name: str, *failures: Exception) -> Target:
        target = Target(*failures)
        self.notify.add(name, target.deliver)
        return target

    async def call(self, action: str, call_key: str | None = None, **data: Any) -> None:
        await self.actions.call(action, data, key=call_key)
        await self.clock.advance()

    def told(self, event_type: str) -> list[Mapping[str, Any]]:
        return [event.data for event in self.events if event.event_type == event_type]

    async def _save(self, changes: Mapping[str, Any]) -> None:
        for key, value in changes.items():
            if value is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = value

    def _note(self, event: Event) -> None:
        if event.event_type.startswith(("notify.", "alert.")):
            self.events.append(event)


@asynccontextmanager
async def living(
    groups: object = None, shelf: Shelf | None = None, kept: dict[str, Any] | None = None
) -> AsyncGenerator[House, None]:
    """Run the house until the block ends."""
    house = House(groups, shelf, kept)
    tasks = [asyncio.create_task(house.outbox.run()), asyncio.create_task(house.alerts.run())]
    try:
        yield house
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
