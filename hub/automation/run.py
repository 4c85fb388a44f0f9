"""A run: data that a small interpreter advances.

A run has strands (one, and one more for each branch of a `parallel`); a strand is a stack of frames; a frame is a block of
steps, the index of the next one, and where a loop stands. Nothing of it is a suspended coroutine: what a run waits for is written
in its strands.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, Protocol

from hub.automation.completion import Completion
from hub.automation.trace import Trace
from hub.automation.world import Tasks, soon
from hub.errors import BadActionData, BadName, HubError, TemplateError, UnknownAction
from hub.model.context import Context

_BURST: Final = 2000  # steps in one turn of the loop, so that an endless loop does not stop the hub
_RUN_NUMBERS = itertools.count()


class Outcome(StrEnum):
    """How a run ended, in Home Assistant's words."""

    FINISHED = "finished"
    ABORTED = "aborted"
    ERROR = "error"
    CANCELLED = "cancelled"


class ConditionFailed(Exception):
    """A condition step says no: the innermost sequence ends."""


class Abort(HubError):
    """The run cannot go on; its caller does."""


class Stopped(Exception):
    """A `stop` step ends the whole run."""

    def __init__(self, reason: str, response: Any, error: bool) -> None:
        super().__init__(reason)
        self.response = response
        self.error = error


class CallFailed(HubError):
    """A call could not be prepared: its name or data could not be rendered."""


class Interrupted(HubError):
    """The process ended while a call was under way that cannot be made twice."""


class MissingResponse(HubError):
    """A response was asked for in a way that does not fit."""


WAITING: Final = object()
Finish = Callable[[], None]


class Step(Protocol):
    """One compiled step."""

    path: str
    enabled: Callable[[Mapping[str, Any]], bool] | None
    """None: always."""
    continue_on_error: bool

    def execute(self, strand: "Strand") -> object:
        """Do it. WAITING says that the strand will be resumed; anything else that it is done or has pushed a frame."""

    def blocks(self) -> "Iterable[Block]":
        """Return the sequences within it."""


class Block:
    """A sequence of compiled steps."""

    __slots__ = ("path", "steps")

    def __init__(self, path: str, steps: tuple[Step, ...]) -> None:
        self.path = path
        self.steps = steps


class Loop(Protocol):
    """Where a `repeat` stands."""

    def again(self, strand: "Strand") -> bool:
        """Prepare the next pass; False when the loop is over."""

    def leave(self, strand: "Strand") -> None:
        """The loop ends before its time."""

    def freeze(self) -> dict[str, Any]:
        """Return where it stands, as JSON can hold it."""


class Rescue(Protocol):
    """What happens when a block fails."""

    number: int
    """Which try it is that failed, from 0."""

    def __call__(self, error: Exception, can_be_swallowed: bool) -> bool:
        """Take the error, and whether `continue_on_error` could swallow it; tell whether the run goes on."""


class Frame:
    """A block on its way."""

    __slots__ = ("block", "guarded", "index", "loop", "rescue")

    def __init__(self, block: Block, guarded: bool, loop: Loop | None = None, rescue: Rescue | None = None) -> None:
        self.block = block
        self.index = 0
        self.guarded = guarded
        """Whether an error that comes out of the block is swallowed."""
        self.loop = loop
        self.rescue = rescue


class Wait(Protocol):
    """What a strand waits for."""

    def cancel(self) -> None:
        """Wait no longer."""


class Strand:
    """One line of execution."""

    __slots__ = ("_on_end", "_step", "frames", "own", "run", "variables", "wait")

    def __init__(
        self, run: "Run", block: Block, on_end: Callable[["Strand", BaseException | None], None], own: dict[str, Any] | None
    ) -> None:
        self.run = run
        self.frames = [Frame(block, guarded=False)]
        self.own = own
        """In a branch of a `parallel`: the names that it does not share with the others (`wait`, `repeat`)."""
        self.variables: dict[str, Any] = run.variables if own is None else {**run.variables, **own}
        self.wait: Wait | None = None
        self._on_end = on_end
        self._step = run.trace.step

    def restore_own(self, own: dict[str, Any]) -> None:
        """Take back the names of its own that a branch had."""
        self.own = own
        self.variables = {**self.run.variables, **own}

    def assign(self, name: str, value: Any) -> None:
        """Give a name a value, where the name belongs (DIALECT 4.8)."""
        if self.own is not None and name in ("wait", "repeat"):
            self.own[name] = value
            self.variables[name] = value
            return
        self.run.variables[name] = value
        for strand in self.run.branches:
            if name not in (strand.own or ()):
                strand.variables[name] = value

    def forget(self, name: str) -> None:
        """Take a name away again."""
        self.variables.pop(name, None)
        if self.own is not None:
            self.own.pop(name, None)

    def push(self, block: Block, guarded: bool, loop: Loop | None = None, rescue: Rescue | None = None) -> None:
        """Go into a block."""
        self.frames.append(Frame(block, guarded, loop, rescue))

    def resume(self, finish: Finish | None = None) -> None:
        """Go on after a wait; what `finish` raises is an error of the step that waited."""
        self.wait = None
        if self.run.ended:
            return
        if finish is not None:
            self.run.trace.step = self._step
            try:
                finish()
            except Exception as error:
                if not self._survives(error):
                    self._end(error)
                    return
        self.advance()

    def advance(self) -> None:
        """Do steps until one waits or none is left."""
        frames, run, trace = self.frames, self.run, self.run.trace
        executing = run.executing
        before, executing.run = executing.run, run
        try:
            for _ in range(_BURST):
                if not frames:
                    break
                frame = frames[-1]
                steps = frame.block.steps
                if frame.index >= len(steps):
                    if frame.loop is None:
                        frames.pop()
                    elif not self._pass_over(frame, frame.loop):
                        return
                    continue
                step = steps[frame.index]
                frame.index += 1
                try:
                    if step.enabled is not None and not step.enabled(self.variables):
                        trace.add(step.path, {"enabled": False})
                        continue
                    trace.add(step.path)
                    self._step = trace.step
                    if step.execute(self) is WAITING:
                        return
                except Exception as error:
                    if not self._survives(error):
                        self._end(error)
                        return
                if run.ended:
                    return
            else:
                soon(self.resume)
                return
        finally:
            executing.run = before
        self._end(None)

    def _pass_over(self, frame: Frame, loop: Loop) -> bool:
        """Begin the next pass of a loop, or leave it; False when that ended the strand."""
        try:
            if loop.again(self):
                frame.index = 0
                return True
        except Exception as error:
            self.frames.pop()
            if not self._survives(error):
                self._end(error)
                return False
            return True
        if self.frames and self.frames[-1] is frame:
            self.frames.pop()
        return True

    def _survives(self, error: Exception) -> bool:
        """Unwind to where the run goes on after the error; False when nowhere."""
        if isinstance(error, ConditionFailed):
            frame = self.frames[-1]
            frame.index = len(frame.block.steps)
            if len(self.frames) == 1 and self.own is None:
                self.run.cut_short = True
            return True
        if not isinstance(error, Stopped) or error.error:
            self.run.trace.fail(error)
        if isinstance(error, Stopped | Abort):
            return False
        can_be_swallowed = _can_be_swallowed(error)
        frame = self.frames[-1]
        if can_be_swallowed and frame.block.steps[frame.index - 1].continue_on_error:
            return True
        while self.frames:
            left = self.frames.pop()
            if left.loop is not None:
                left.loop.leave(self)
            if left.rescue is not None and left.rescue(error, can_be_swallowed):
                return True
            if left.guarded and can_be_swallowed:
                return True
        return False

    def _end(self, error: BaseException | None) -> None:
        self.frames.clear()
        self._on_end(self, error)


def _can_be_swallowed(error: Exception) -> bool:
    return not isinstance(error, UnknownAction | BadActionData | BadName | MissingResponse | TemplateError)


class Executing:
    """Which run executes at this very moment, so that what it calls knows its caller."""

    __slots__ = ("run",)

    def __init__(self) -> None:
        self.run: Run | None = None


class Run:
    """One run of an automation or script."""

    __slots__ = (
        "_on_end",
        "begun",
        "branches",
        "completion",
        "context",
        "cut_short",
        "ended",
        "error",
        "executing",
        "key",
        "number",
        "outcome",
        "owner",
        "response",
        "stack",
        "strand",
        "tasks",
        "trace",
        "variables",
    )

    def __init__(
        self,
        owner: str,
        block: Block,
        variables: dict[str, Any],
        context: Context,
        trace: Trace,
        executing: Executing,
        tasks: Tasks,
        stack: tuple[str, ...],
        on_end: "Callable[[Run], None]",
    ) -> None:
        self.number = next(_RUN_NUMBERS)
        self.owner = owner
        """Entity id of the automation or script."""
        self.variables = variables
        self.context = context
        self.trace = trace
        self.executing = executing
        self.tasks = tasks
        self.stack = stack
        """The scripts whose calls led here, the outermost first."""
        self.branches: list[Strand] = []
        self.completion: Completion | None = None
        """Who waits for the end, if somebody does."""
        self.begun = False
        self.ended = False
        self.cut_short = False
        self.key: str | None = None
        """What the run is for, where runs are kept apart by keys."""
        self.response: Any = None
        self.error: BaseException | None = None
        self.outcome: Outcome | None = None
        self._on_end = on_end
        self.strand: Strand | None = Strand(self, block, self._finish, None)
        """The first line of execution; None when the run has ended."""

    def begin(self) -> None:
        """Do the first steps, if that was not done."""
        if self.strand is not None and not self.begun:
            self.begun = True
            self.strand.advance()

    def cancel(self) -> None:
        """End the run where it stands; what it waits for is given up."""
        if not self.ended:
            self._end(Outcome.CANCELLED)

    def _finish(self, strand: Strand, error: BaseException | None) -> None:
        del strand
        if self.ended:
            return
        if isinstance(error, Stopped):
            self.response = error.response
            self._end(Outcome.ABORTED if error.error else Outcome.FINISHED)
        elif isinstance(error, Abort):
            self._end(Outcome.ABORTED)
        elif error is not None:
            self.error = error
            self._end(Outcome.ERROR)
        else:
            self._end(Outcome.ABORTED if self.cut_short else Outcome.FINISHED)

    def _end(self, outcome: Outcome) -> None:
        self.ended = True
        self.outcome = outcome
        for strand in (self.strand, *self.branches):
            if strand is not None and strand.wait is not None:
                strand.wait.cancel()
                strand.wait = None
        self.branches.clear()
        self.strand = None  # run and strand would hold each other, and only the garbage collector could free them
        self._on_end(self)
