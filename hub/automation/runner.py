"""Runs and their modes: what happens when something is to run that is running already (DIALECT 5)."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from hub.automation.codec import decode
from hub.automation.completion import Completion
from hub.automation.freezing import thaw, variables_of
from hub.automation.run import Block, Executing, Outcome, Run
from hub.automation.schema.entries import RunMode
from hub.automation.trace import Trace, Traces
from hub.automation.world import World, soon
from hub.errors import HubError
from hub.model.action import Response
from hub.model.context import Context

AUTOMATION_FAILED: Final = "automation_failed"
"""Told when a run ends in an error that nobody took care of; the trace is in its data."""
_log: Final = logging.getLogger(__name__)
_LEVELS: Final = {"warn": logging.WARNING, "fatal": logging.CRITICAL, "notset": logging.NOTSET}


class Runner:
    """The runs of one automation or script."""

    __slots__ = ("_block", "_executing", "_level", "_on_change", "_owner", "_world", "mode", "most", "runs", "traces")

    def __init__(
        self,
        owner: str,
        block: Block,
        world: World,
        executing: Executing,
        *,
        mode: RunMode,
        most: int,
        max_exceeded: str,
        keep_traces: int,
        on_change: Callable[[], None],
    ) -> None:
        self._owner, self._block, self._world, self._executing = owner, block, world, executing
        self.mode, self.most = mode, most
        self._level = (
            None
            if max_exceeded == "silent"
            else _LEVELS.get(max_exceeded, getattr(logging, max_exceeded.upper(), logging.WARNING))
        )
        self._on_change = on_change
        self.runs: dict[Run, None] = {}
        self.traces = Traces(keep_traces)

    @property
    def current(self) -> int:
        """How many runs are under way, waiting ones included."""
        return len(self.runs)

    def accepts(self, trace: Trace, key: str | None = None) -> bool:
        """Tell whether the mode allows another run (for the key) now; a refusal is traced and logged."""
        if not self.runs or self.mode == "restart":
            return True
        under_way = len(self.runs) if key is None else len(self._others(key))
        if not under_way or (self.mode != "single" and under_way < self.most):
            return True
        refusal = "failed_single" if self.mode == "single" else "failed_max_runs"
        trace.end(refusal)
        self.traces.refuse(trace)
        if self._level is not None:
            why = "already running" if self.mode == "single" else f"already {under_way} runs"
            _log.log(self._level, "%s: %s", self._owner, why)
        return False

    def start(
        self,
        variables: dict[str, Any],
        context: Context,
        trace: Trace,
        stack: tuple[str, ...] = (),
        key: str | None = None,
    ) -> Run:
        """Begin a run that was accepted: at once, or when its turn comes."""
        run = Run(self._owner, self._block, variables, context, trace, self._executing, self._world.tasks, stack, self._ended)
        run.key = key
        self.traces.keep(trace)
        others = self._others(key) if self.runs and self.mode in ("restart", "queued") else ()
        if others:
            self.runs[run] = None
            if self.mode == "restart":
                for other in others:
                    other.cancel()
                soon(run.begin)
        else:
            self.runs[run] = None
            run.begin()
        return run

    def go_on(self, frozen: dict[str, Any], trace: Trace) -> Run:
        """Take up a run that was frozen: it waits for what it waited for, or for its turn."""
        variables, context, stack = variables_of(frozen), decode(frozen["context"]), tuple(frozen["stack"])
        run = Run(self._owner, self._block, variables, context, trace, self._executing, self._world.tasks, stack, self._ended)
        others = self._others(frozen["key"])
        self.runs[run] = None
        self.traces.keep(trace)
        thaw(run, frozen, self._block)
        if not run.begun and not others:
            soon(run.begin)
        return run

    def completion(self, run: Run) -> Completion:
        """Return the end of the run, for its caller."""
        completion = Completion(run.cancel)
        if run.ended:
            _finish(completion, run)
        else:
            run.completion = completion
        return completion

    def stop(self) -> None:
        """End all runs, those that wait for their turn too."""
        for run in list(self.runs):
            run.cancel()

    def _tell_failure(self, run: Run) -> None:
        if self._world.bus.hears(AUTOMATION_FAILED):
            told = {
                "entity_id": self._owner,
                "error": str(run.error),
                "step": run.trace.step.path,
                "run_id": str(run.trace.run_id),
            }
            self._world.bus.fire(AUTOMATION_FAILED, {**told, "trace": run.trace.as_dict()}, run.context)

    def _others(self, key: str | None) -> Sequence[Run]:
        return [run for run in self.runs if run.key == key]

    def _ended(self, run: Run) -> None:
        self.runs.pop(run, None)
        outcome = run.outcome or Outcome.FINISHED
        run.trace.end(outcome, run.error)
        if run.completion is not None:
            _finish(run.completion, run)
        elif run.error is not None:
            _log.error("%s: %s", self._owner, run.error, exc_info=_bug(run.error))
            self._tell_failure(run)
        if self.mode == "queued" and self.runs:
            following = next(iter(self._others(run.key)), None)
            if following is not None and not following.begun:
                soon(following.begin)
        self._on_change()


def _finish(completion: Completion, run: Run) -> None:
    if run.error is not None:
        completion.finish(None, run.error)
        return
    response: Response = run.response if run.response is not None else {}
    completion.finish(response)


def _bug(error: BaseException) -> BaseException | None:
    """A traceback is of use only when the error is not one of ours."""
    return None if isinstance(error, HubError) else error
