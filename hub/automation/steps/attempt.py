"""`x_retry` and `x_on_error`: steps that are tried again, and what is done when they fail all the same."""

from collections.abc import Iterable, Sequence

from hub.automation.run import Block, Step, Strand
from hub.automation.schema.extras import Retry
from hub.automation.schema.steps import DelayStep, StepModel
from hub.automation.steps.step import CompiledStep
from hub.automation.steps.waiting import Delay
from hub.automation.world import World

ERROR = "x_error"
"""The variable that tells the steps under `x_on_error` what went wrong: message, type, path."""


class Into(CompiledStep):
    """Goes into a block."""

    __slots__ = ("_block",)

    def __init__(self, block: Block, path: str, world: World) -> None:
        super().__init__(StepModel(), path, world)
        self._block = block

    def execute(self, strand: Strand) -> object:
        """Go in."""
        strand.push(self._block, guarded=False)
        return None

    def blocks(self) -> Iterable[Block]:
        """Return the block."""
        return (self._block,)


class Attempt(CompiledStep):
    """Does a block, and again after a pause when it fails."""

    __slots__ = ("_on_error", "_tries")

    def __init__(self, model: StepModel, steps: Sequence[Step], path: str, world: World, on_error: Block | None) -> None:
        super().__init__(model, f"{path}/x_attempt", world)
        retry: Retry | None = model.x_retry
        pauses = [] if retry is None else retry.pauses()
        self._tries = [Block(f"{path}/x_try/0", tuple(steps))]
        for number, pause in enumerate(pauses, 1):
            wait = Delay(DelayStep(delay=pause), f"{path}/x_retry/{number}", world)
            self._tries.append(Block(f"{path}/x_try/{number}", (wait, *steps)))
        self._on_error = on_error

    def execute(self, strand: Strand) -> object:
        """Begin the first try."""
        self.begin(strand, 0)
        return None

    def blocks(self) -> Iterable[Block]:
        """Return the tries, and the error steps."""
        return self._tries if self._on_error is None else (*self._tries, self._on_error)

    def begin(self, strand: Strand, number: int) -> bool:
        """Begin a try; False when there are no more."""
        if number >= len(self._tries):
            return False
        strand.push(self._tries[number], self.continue_on_error, rescue=_Try(self, strand, number))
        return True

    def give_up(self, strand: Strand, error: Exception) -> bool:
        """Go to the error steps; False when there are none."""
        if self._on_error is None:
            return False
        told = {"message": str(error) or type(error).__name__, "type": type(error).__name__, "path": strand.run.trace.step.path}
        strand.assign(ERROR, told)
        strand.push(self._on_error, self.continue_on_error)
        return True

    def thaw_rescue(self, strand: Strand, number: int) -> "_Try":
        """Return what was to happen when this try failed."""
        return _Try(self, strand, number)


class _Try:
    """One try that is under way."""

    __slots__ = ("_attempt", "_strand", "number")

    def __init__(self, attempt: Attempt, strand: Strand, number: int) -> None:
        self._attempt, self._strand, self.number = attempt, strand, number

    def __call__(self, error: Exception, can_be_swallowed: bool) -> bool:
        if can_be_swallowed and self._attempt.begin(self._strand, self.number + 1):
            return True
        return self._attempt.give_up(self._strand, error)
