"""The rounds: each list is asked for at its own pace, never all at a time, and a server in trouble is given time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hub.api import Clock, Hub, PluginError
from hub_librenms.failures import Garbled, Refused, TryLater
from hub_librenms.problems import Problems

_LEAST = 5.0  # seconds between two looks, however much happens
_PATIENCE = 3  # looks that may fail before what they saw counts as unknown
_SLOWEST = 8  # times the interval, for one that fails again and again


@dataclass(slots=True)
class Round:
    """One thing that is asked for again and again."""

    name: str
    interval: timedelta
    look: Callable[[], Awaitable[None]]
    lost: Callable[[], None] = lambda: None
    """Called when what was seen last is too old to be believed."""
    essential: bool = False
    """Whether there is no connection without it."""
    failures: int = 0
    due: asyncio.Event = field(default_factory=asyncio.Event)


class Rounds:
    """Goes all rounds; the first one before the others."""

    def __init__(self, hub: Hub, problems: Problems) -> None:
        self._hub, self._problems = hub, problems
        self._clock: Clock = hub.clock
        self._rounds: dict[str, Round] = {}
        self._ready = asyncio.Event()

    def add(self, made: Round) -> None:
        """Go this round too."""
        self._rounds[made.name] = made

    def begin(self) -> None:
        """Begin."""
        for number, made in enumerate(self._rounds.values()):
            self._hub.start(self._goer(made, number), name=made.name)

    def soon(self, name: str) -> None:
        """Go this round at once, if it was not gone just now."""
        if name in self._rounds:
            self._rounds[name].due.set()

    def _goer(self, made: Round, number: int) -> Callable[[], Awaitable[None]]:
        async def go() -> None:
            if number:
                await self._ready.wait()
            # After the first time the rounds are spread over their intervals, so that LibreNMS is never asked for all at once.
            share = 1.0 - number / (2 * len(self._rounds))
            while True:
                began = self._clock.monotonic()
                wait = await self._once(made)
                self._ready.set()
                wait = wait * share - (self._clock.monotonic() - began)
                share = 1.0
                await self._pause(made, max(wait, _LEAST))

        return go

    async def _once(self, made: Round) -> float:
        """Go a round; returns seconds until the next. Raises PluginError when nothing works without it."""
        interval = made.interval.total_seconds()
        try:
            await made.look()
        except (TryLater, Garbled, Refused) as error:
            return self._failed(made, error, interval)
        made.failures = 0
        self._problems.tell(made.name, None)
        return interval

    def _failed(self, made: Round, error: TryLater | Garbled | Refused, interval: float) -> float:
        # A refusal is not passing; a server that is busy for a moment is.
        made.failures += _PATIENCE if isinstance(error, Refused) else 1
        if made.essential and (made.failures >= _PATIENCE or not self._ready.is_set()):
            raise PluginError(str(error)) from error
        self._problems.tell(made.name, str(error))
        if made.failures >= _PATIENCE:
            made.lost()
        wait = min(interval * 2.0 ** (made.failures - 1), interval * _SLOWEST)
        return max(wait, getattr(error, "retry_after", None) or 0.0)

    async def _pause(self, made: Round, seconds: float) -> None:
        ended = self._clock.monotonic()
        timer = self._clock.after(seconds, made.due.set)
        try:
            await made.due.wait()
        finally:
            timer.cancel()
        early = _LEAST - (self._clock.monotonic() - ended)
        if early > 0:
            await self._clock.sleep(early)
        made.due.clear()
