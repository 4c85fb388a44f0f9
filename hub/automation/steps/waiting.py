"""The steps that wait: delay, wait_template, wait_for_trigger (DIALECT 4.5)."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.automation.run import WAITING, Abort, Block, Strand
from hub.automation.schema.primitives import Period
from hub.automation.schema.steps import DelayStep, WaitForTriggerStep, WaitTemplateStep
from hub.automation.schema.triggers import Trigger
from hub.automation.steps.step import CompiledStep
from hub.automation.tracking import TemplateTracker
from hub.automation.triggers.attaching import attach_all
from hub.automation.values import is_condition_true, is_trigger_true, period_of
from hub.automation.world import World, soon
from hub.bus import Cancel
from hub.clock import Clock, Timer
from hub.errors import TemplateError
from hub.model.context import Context


class Delay(CompiledStep):
    """Waits for some time."""

    __slots__ = ("_clock", "_period")

    def __init__(self, model: DelayStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._clock = world.clock
        self._period = period_of(model.delay, world.templates)

    def execute(self, strand: Strand) -> object:
        """Begin to wait; a delay that cannot be understood ends the run."""
        seconds = _seconds(self._period, strand, "delay")
        strand.run.trace.result({"delay": seconds})
        if not seconds:
            return None
        strand.wait = self._clock.after(seconds, strand.resume)
        return WAITING

    def freeze(self, strand: Strand) -> dict[str, Any]:
        """Return how long it waits yet, in seconds."""
        timer = strand.wait
        return {"remaining": timer.when - self._clock.monotonic() if isinstance(timer, Timer) else 0.0}

    def thaw(self, strand: Strand, frozen: dict[str, Any], blocks: dict[str, Block]) -> None:
        """Wait for the rest."""
        del blocks
        strand.wait = self._clock.after(max(0.0, frozen["remaining"]), strand.resume)


def _seconds(period: Callable[[Mapping[str, Any]], Any], strand: Strand, what: str) -> float:
    try:
        return float(period(strand.variables).total_seconds())
    except ValueError as error:
        raise Abort(f"{what}: {error}") from error


class _TimedWait:
    """A wait that ends by something happening, or by its timeout."""

    __slots__ = ("_begun", "_cancels", "_clock", "_on_timeout", "_step", "_strand", "_timeout", "_timer")

    def __init__(self, strand: Strand, timeout: float | None, clock: Clock, on_timeout: bool) -> None:
        self._strand, self._timeout, self._clock = strand, timeout, clock
        self._on_timeout = on_timeout
        self._step = strand.run.trace.step
        self._begun = clock.monotonic()
        self._cancels: list[Cancel] = []
        self._timer: Timer | None = None

    def hold(self, cancels: list[Cancel]) -> None:
        """Wait for what these belong to."""
        self._cancels = cancels
        self._strand.wait = self
        if self._timeout is not None:
            self._timer = self._clock.after(self._timeout, self.run_out)

    def remaining(self) -> float | None:
        """Seconds until the timeout."""
        return None if self._timeout is None else max(0.0, self._timeout - (self._clock.monotonic() - self._begun))

    def succeed(self, wait: dict[str, Any]) -> None:
        """What was waited for has come."""
        self.cancel()
        self._tell(wait)
        self._strand.resume()

    def run_out(self, missing: Mapping[str, Any] | None = None) -> None:
        """Time is up."""
        self.cancel()
        self._tell({"completed": False, "remaining": 0.0, **(missing or self._missing())})
        self._strand.resume(None if self._on_timeout else _time_is_up)

    def cancel(self) -> None:
        """Wait no longer."""
        for cancel in self._cancels:
            cancel()
        self._cancels = []
        if self._timer is not None:
            self._timer.cancel()

    def _missing(self) -> Mapping[str, Any]:
        known = self._strand.variables.get("wait")
        return {"trigger": None} if isinstance(known, dict) and "trigger" in known else {}

    def _tell(self, wait: dict[str, Any]) -> None:
        self._strand.assign("wait", wait)
        self._step.changed = {"wait": wait}


def _time_is_up() -> None:
    raise Abort("the wait ran out of time")


class _Waiting(CompiledStep):
    """What both kinds of wait have."""

    __slots__ = ("_continue_on_timeout", "_timeout", "_world")

    def __init__(self, model: WaitTemplateStep | WaitForTriggerStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._world = world
        timeout: Period | None = model.timeout
        self._timeout = None if timeout is None else period_of(timeout, world.templates)
        self._continue_on_timeout = model.continue_on_timeout

    def _begin(self, strand: Strand) -> tuple[_TimedWait, float | None]:
        timeout = None if self._timeout is None else _seconds(self._timeout, strand, "timeout")
        return _TimedWait(strand, timeout, self._world.clock, self._continue_on_timeout), timeout

    def freeze(self, strand: Strand) -> dict[str, Any]:
        """Return how long it waits yet, in seconds; None for ever."""
        wait = strand.wait
        return {"remaining": wait.remaining() if isinstance(wait, _TimedWait) else None}

    def thaw(self, strand: Strand, frozen: dict[str, Any], blocks: dict[str, Block]) -> None:
        """Wait for the rest of the time."""
        del blocks
        wait = _TimedWait(strand, frozen["remaining"], self._world.clock, self._continue_on_timeout)
        if not self._follow(strand, wait):
            soon(strand.resume)

    def _follow(self, strand: Strand, wait: _TimedWait) -> bool:
        """Begin to look out for what is waited for; False when there is nothing to look out for."""
        raise NotImplementedError


class WaitTemplate(_Waiting):
    """Waits until a template is true."""

    __slots__ = ("_template",)

    def __init__(self, model: WaitTemplateStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._template = world.templates.compile(model.wait_template.source)

    def execute(self, strand: Strand) -> object:
        """Look once by the rule of conditions, then follow by the rule of triggers (DIALECT 7.3)."""
        wait, timeout = self._begin(strand)
        strand.assign("wait", {"remaining": timeout, "completed": False})
        if is_condition_true(self._template.text(strand.variables)):
            strand.assign("wait", {"remaining": timeout, "completed": True})
            return None
        if timeout == 0:
            strand.assign("wait", {"remaining": 0.0, "completed": False})
            if not self._continue_on_timeout:
                _time_is_up()
            return None
        self._follow(strand, wait)
        return WAITING

    def _follow(self, strand: Strand, wait: _TimedWait) -> bool:
        was_true = False

        def told(result: Any, error: TemplateError | None, _: object) -> None:
            nonlocal was_true
            if error is not None:
                return
            now_true = is_trigger_true(result)
            if now_true and not was_true:
                wait.succeed({"remaining": wait.remaining(), "completed": True})
            was_true = now_true

        tracker = TemplateTracker(self._template, dict(strand.variables), self._world, told)
        was_true = tracker.error is None and is_trigger_true(tracker.result)
        wait.hold([tracker.close])
        return True


class WaitForTrigger(_Waiting):
    """Waits until one of some triggers fires."""

    __slots__ = ("_triggers",)

    def __init__(self, model: WaitForTriggerStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._triggers: list[Trigger] = model.wait_for_trigger

    def execute(self, strand: Strand) -> object:
        """Arm the triggers; the first that fires ends the wait."""
        wait, timeout = self._begin(strand)
        strand.assign("wait", {"remaining": timeout, "completed": False, "trigger": None})
        if timeout == 0:
            strand.assign("wait", {"remaining": 0.0, "completed": False, "trigger": None})
            if not self._continue_on_timeout:
                _time_is_up()
            return None
        return WAITING if self._follow(strand, wait) else None

    def _follow(self, strand: Strand, wait: _TimedWait) -> bool:
        def come(trigger: dict[str, Any], context: Context | None, own: Mapping[str, Any] | None = None) -> None:
            del context, own
            wait.succeed({"remaining": wait.remaining(), "completed": True, "trigger": trigger})

        place = f"{strand.run.owner} {self.path}"
        cancels = attach_all(self._triggers, dict(strand.variables), self._world, come, place)
        if cancels:
            wait.hold(cancels)
        return bool(cancels)
