"""`timer:` counts down, and tells when it has finished."""

from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from hub.automation.schema.primitives import Boolean, StaticPeriod, period_from_rendered
from hub.automation.world import World
from hub.clock import Timer as Alarm
from hub.errors import ActionError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State
from hub.virtual.domain import ActionData, Domain, EntityAction, simple
from hub.virtual.entity import Described
from hub.virtual.value import shown

_NOTHING: Final = timedelta(0)


class TimerModel(Described):
    """One timer."""

    duration: StaticPeriod = _NOTHING
    restore: Boolean = False


class Timer:
    """A timer: idle, active or paused."""

    def __init__(self, entity_id: EntityId, model: TimerModel, world: World) -> None:
        self.entity_id = entity_id
        self._model, self._world = model, world
        self._state = "idle"
        self._running_for = model.duration
        self._remaining: timedelta | None = None
        self._end: datetime | None = None
        self._transition: str | None = None
        self._alarm: Alarm | None = None

    # ------------------------------------------------------------------------------------------------------------- its life

    def begin(self, last: State | None) -> None:
        """Go on where it stood, with `restore`; what ended meanwhile is told when everybody listens."""
        if last is not None and self._model.restore:
            self._restore(last)
        self._write(None)

    def start(self) -> None:
        """Tell that it finished while the hub was down, at the moment when it really did."""
        if self._end is not None and self._alarm is None:
            self.finish(Context.new())

    def renew(self, model: TimerModel) -> None:
        """Take another duration; a timer that runs goes on."""
        self._model = model
        if self._state == "idle":
            self._running_for = model.duration
        self._write(None)

    def end(self) -> None:
        """Let no alarm come any more."""
        self._stop()

    def _restore(self, last: State) -> None:
        if last.state not in ("active", "paused"):
            return
        attributes = last.attributes
        try:
            running_for = period_from_rendered(attributes["duration"])
            if last.state == "paused":
                self._remaining = period_from_rendered(attributes["remaining"])
            else:
                self._end = datetime.fromisoformat(attributes["finishes_at"])
                self._remaining = max(self._end - self._now(), _NOTHING)
        except (KeyError, ValueError, TypeError):
            return  # what stands there is not what a timer writes
        self._state, self._running_for = last.state, running_for
        self._transition = attributes.get("last_transition")
        if self._end is not None and self._remaining:
            self._set_alarm(self._end)

    # -------------------------------------------------------------------------------------------------------------- actions

    def run(self, data: "Start", context: Context) -> None:
        """Start, start again, or go on after a pause."""
        self._stop()
        event = "started" if self._state == "idle" else "restarted"
        self._state = "active"
        if data.duration:
            self._remaining = self._running_for = data.duration
        elif not self._remaining:
            self._remaining = self._running_for
        self._end = self._now() + self._remaining
        self._tell(event, context)
        self._set_alarm(self._end)
        self._write(context)

    def change(self, data: "Change", context: Context) -> None:
        """Add to the time of a running timer, or take away. Raises ActionError when that cannot be."""
        if self._alarm is None or self._end is None or self._remaining is None:
            raise ActionError(f"{self.entity_id} does not run: only a running timer can be changed")
        if self._remaining + data.duration > self._running_for:
            raise ActionError(f"{self.entity_id} cannot run longer than its duration of {in_hours(self._running_for)}")
        if self._remaining + data.duration < _NOTHING:
            raise ActionError(f"{self.entity_id} would have to end in the past")
        self._stop()
        self._end += data.duration
        self._remaining = self._end - self._now()
        self._fire("changed", context)
        self._set_alarm(self._end)
        self._write(context)

    def pause(self, context: Context) -> None:
        """Stop counting; a timer that does not run is left alone."""
        if self._alarm is None or self._end is None:
            return
        self._stop()
        self._remaining = self._end - self._now()
        self._state, self._end = "paused", None
        self._tell("paused", context)
        self._write(context)

    def cancel(self, context: Context) -> None:
        """Go back to the beginning."""
        self._be_idle()
        self._tell("cancelled", context)
        self._write(context)

    def finish(self, context: Context) -> None:
        """End before its time; a timer that does not run is left alone."""
        if self._state != "active" or self._end is None:
            return
        end = self._end
        self._be_idle()
        self._tell("finished", context, finished_at=end.isoformat())
        self._write(context)

    # ---------------------------------------------------------------------------------------------------------------- inside

    def _now(self) -> datetime:
        """Timers count in whole seconds, as in Home Assistant."""
        return self._world.clock.now().replace(microsecond=0)

    def _be_idle(self) -> None:
        self._stop()
        self._state, self._end, self._remaining = "idle", None, None
        self._running_for = self._model.duration

    def _set_alarm(self, end: datetime) -> None:
        self._alarm = self._world.clock.at(end.timestamp(), lambda: self.finish(Context.new()))

    def _stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _tell(self, transition: str, context: Context, **more: str) -> None:
        self._transition = transition
        self._fire(transition, context, **more)

    def _fire(self, event: str, context: Context, **more: str) -> None:
        self._world.bus.fire(f"timer.{event}", {"entity_id": str(self.entity_id), **more}, context)

    def _write(self, context: Context | None) -> None:
        attributes: dict[str, Any] = {"duration": in_hours(self._running_for)}
        if self._end is not None:
            attributes["finishes_at"] = self._end.isoformat()
        if self._remaining is not None:
            attributes["remaining"] = in_hours(self._remaining)
        if self._model.restore:
            attributes["restore"] = True
        if self._transition is not None:
            attributes["last_transition"] = self._transition
        self._world.states.set(self.entity_id, self._state, {**attributes, **shown(self._model)}, context, force=True)


def in_hours(period: timedelta) -> str:
    """Return a duration as `H:MM:SS`."""
    seconds = int(period.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


class Start(ActionData):
    """What `timer.start` takes."""

    duration: StaticPeriod = Field(_NOTHING, description="How long; without it, as long as before or as defined.")


class Change(ActionData):
    """What `timer.change` takes."""

    duration: StaticPeriod = Field(_NOTHING, description="What to add; a negative duration takes away.")


TIMER: Final = Domain(
    name="timer",
    model=TimerModel,
    build=Timer,
    actions=[
        EntityAction("start", "Start, start again, or go on after a pause.", Timer.run, Start),
        EntityAction("change", "Change the time that is left of a running timer.", Timer.change, Change),
        simple("pause", "Stop counting, and keep what is left.", Timer.pause),
        simple("cancel", "Go back to the beginning, without finishing.", Timer.cancel),
        simple("finish", "Finish now.", Timer.finish),
    ],
)
