"""Keeps one instance of a plugin connected."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub.clock import Clock
from hub.errors import AuthenticationFailed, NotConnected
from hub.hosting.catalog import Condition, Report
from hub.hosting.connection import Connection, DoesNotStop, Patience
from hub.hosting.entities import CONNECTED, Entities, Registers
from hub.hosting.failures import Bugs, cause_of, in_words, is_bug, secrets_in
from hub.hosting.instances import Instance
from hub.hosting.lent import LentHub
from hub.hosting.outlets import AddNotifier, Ask, Fire, InstanceOutlets
from hub.hosting.work import Work
from hub.model.entity import Category, EntityDescription
from hub.plugin import Memory

_STATUS = EntityDescription(domain="binary_sensor", key=CONNECTED, device_class="connectivity", category=Category.DIAGNOSTIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the hub has to lend, before it is bound to one instance."""

    clock: Clock
    registers: Registers
    fire: Fire
    memory: Callable[[str], Awaitable[Memory]]
    """Returns what the instance of this name remembers."""
    add_notifier: AddNotifier
    ask: Ask
    chance: Callable[[], float]
    """Returns a number in [0, 1): spreads retries."""
    patience: Patience = field(default_factory=Patience)


class Supervisor:
    """One instance: its connection, its entities, and what it offers."""

    def __init__(self, instance: Instance, house: House) -> None:
        self.instance = instance
        self._house = house
        self._clock = house.clock
        self._log = logging.getLogger(f"hub.instance.{instance.name}")
        self._secrets = secrets_in(instance.config)
        self._bugs = Bugs(self._log, self._secrets)
        self.entities = Entities(house.registers, instance.plugin.name, instance.name)
        self.outlets = InstanceOutlets(
            plugin=instance.plugin.name,
            instance=instance.name,
            declared=instance.plugin.events,
            bugs=self._bugs,
            fire=house.fire,
            add_notifier=house.add_notifier,
            ask=house.ask,
            not_connected=self._not_connected,
        )
        self._connection: Connection | None = None
        self._condition = Condition.CONNECTING
        self._since = self._clock.time()
        self._last_error: str | None = None
        self._attempts = self._failures_in_a_row = self._losses = 0
        self._connected_at: float | None = None
        self._tried = asyncio.Event()
        self._status = self.entities.declare(_STATUS)

    async def run(self) -> None:
        """Keep the instance connected until cancelled; ends by itself only when trying again makes no sense."""
        try:
            while await self._connect_once():
                await self._clock.sleep(self._wait())
        except asyncio.CancelledError:
            self._stopped()
            raise

    def session(self) -> object:
        """Return what `connect` yielded. Raises NotConnected."""
        if self._connection is None or not self._connection.is_open:
            raise self._not_connected()
        return self._connection.session

    async def tried(self) -> None:
        """Wait until the first attempt to connect has succeeded or failed."""
        await self._tried.wait()

    @property
    def given_up(self) -> bool:
        """Whether it does not try any more."""
        return self._condition is Condition.FAILED

    def report(self) -> Report:
        """Say how the instance is doing now."""
        return Report(
            instance=self.instance.name,
            plugin=self.instance.plugin.name,
            version=self.instance.version,
            condition=self._condition,
            since=datetime.fromtimestamp(self._since, UTC),
            last_error=self._last_error,
            attempts=self._attempts,
            events=self.outlets.events,
            losses=self._losses,
            bugs=self._bugs.count,
            webhooks=self.outlets.webhooks,
            notifiers=self.outlets.notifiers,
        )

    async def _connect_once(self) -> bool:
        """Connect, stay connected, and clean up; tell whether to try again."""
        self._attempts += 1
        self._become(Condition.CONNECTING)
        self.entities.begin()
        self._connection = Connection(self.instance, self._clock, self._house.patience, self._lend, self._came)
        self._lost(await self._connection.run())
        return not self.given_up

    async def _lend(self, work: Work) -> LentHub:
        return LentHub(
            instance=self.instance.name,
            clock=self._clock,
            memory=await self._house.memory(self.instance.name),
            entities=self.entities,
            outlets=self.outlets,
            work=work,
        )

    def _came(self) -> None:
        if self._last_error is not None:
            self._log.info("connected again")
        self._connected_at = self._clock.monotonic()
        self._attempts, self._last_error = 0, None
        self.entities.arrive()
        self._become(Condition.CONNECTED)
        self._tried.set()

    def _lost(self, error: BaseException) -> None:
        cause = cause_of(error)
        words = in_words(cause, self._secrets)
        self.outlets.suspend()
        self.entities.lose()
        self._count(cause, words)
        self._last_error = words
        self._become(Condition.FAILED if isinstance(cause, AuthenticationFailed | DoesNotStop) else Condition.CONNECTING)
        self._tried.set()

    def _stopped(self) -> None:
        error = None if self._connection is None else self._connection.error
        if error is not None and is_bug(cause_of(error)):
            self._bugs.report(cause_of(error), "closing")
        self._become(Condition.STOPPED)

    def _count(self, cause: BaseException, words: str) -> None:
        if isinstance(cause, DoesNotStop):
            self._bugs.count += 1  # the connection has logged it
        elif is_bug(cause):
            self._bugs.report(cause, "connecting" if self._connected_at is None else "connected")
        else:
            self._losses += 1
            if isinstance(cause, AuthenticationFailed):
                self._log.error("gives up until the configuration is reloaded: %s", words)
            elif words != self._last_error:
                self._log.warning("not connected: %s", words)

    def _wait(self) -> float:
        """Seconds before the next attempt: growing, with full jitter."""
        patience = self._house.patience
        began, self._connected_at = self._connected_at, None
        if began is not None and self._clock.monotonic() - began >= patience.steady:
            self._failures_in_a_row = 0
        longest = min(patience.first_retry * 2.0 ** min(self._failures_in_a_row, 60), patience.longest_retry)
        self._failures_in_a_row += 1
        return longest * self._house.chance()

    def _become(self, condition: Condition) -> None:
        if condition is not self._condition:
            self._condition, self._since = condition, self._clock.time()
        since = datetime.fromtimestamp(self._since, UTC).isoformat()
        attributes = {"last_error": self._last_error, "attempts": self._attempts, "since": since}
        self._status.tell("on" if condition is Condition.CONNECTED else "off", attributes)

    def _not_connected(self) -> NotConnected:
        why = f": {self._last_error}" if self._last_error else " yet" if self._condition is Condition.CONNECTING else ""
        return NotConnected(f"{self.instance.name} is not connected{why}")
