"""The steps that choose a way: choose, if, sequence, parallel."""

import logging
from collections.abc import Iterable
from typing import Any, Final

from hub.automation.codec import decode
from hub.automation.conditions.checks import Checks, Record, passes
from hub.automation.conditions.compiling import compile_conditions
from hub.automation.freezing import freeze_ending, freeze_strand, thaw_ending, thaw_strand
from hub.automation.run import WAITING, Block, Strand
from hub.automation.schema.steps import ChooseStep, IfStep, ParallelStep, SequenceStep
from hub.automation.steps.step import CompileBlock, CompiledStep
from hub.automation.world import World

_log: Final = logging.getLogger(__name__)


def _holds(checks: Checks, strand: Strand, path: str) -> bool:
    record: Record = []
    held = passes(checks, strand.variables, record, f"{strand.run.owner} {path}")
    for seen in record:
        strand.run.trace.note(seen.path, [seen])
    return held


class Choose(CompiledStep):
    """Takes the first way whose conditions hold."""

    __slots__ = ("_default", "_options")

    def __init__(self, model: ChooseStep, path: str, world: World, block: CompileBlock) -> None:
        super().__init__(model, path, world)
        self._options = [
            (
                compile_conditions(option.conditions, f"{path}/choose/{index}/conditions", world),
                block(option.sequence, f"{path}/choose/{index}/sequence"),
            )
            for index, option in enumerate(model.choose)
        ]
        self._default = block(model.default, f"{path}/default") if model.default else None

    def execute(self, strand: Strand) -> object:
        """Choose."""
        entry = strand.run.trace
        for index, (checks, chosen) in enumerate(self._options):
            if _holds(checks, strand, self.path):
                entry.result({"choice": index})
                entry.note(f"{self.path}/choose/{index}", {"result": True})
                strand.push(chosen, self.continue_on_error)
                return None
        if self._default is not None:
            entry.result({"choice": "default"})
            strand.push(self._default, self.continue_on_error)
        return None

    def blocks(self) -> Iterable[Block]:
        """Return the ways."""
        return [*(way for _, way in self._options), *([self._default] if self._default is not None else [])]


class If(CompiledStep):
    """Takes one of two ways."""

    __slots__ = ("_checks", "_else", "_then")

    def __init__(self, model: IfStep, path: str, world: World, block: CompileBlock) -> None:
        super().__init__(model, path, world)
        self._checks = compile_conditions(model.if_, f"{path}/if/condition", world)
        self._then = block(model.then, f"{path}/then")
        self._else = block(model.else_, f"{path}/else") if model.else_ else None

    def execute(self, strand: Strand) -> object:
        """Judge and go."""
        if _holds(self._checks, strand, self.path):
            strand.run.trace.result({"choice": "then"})
            strand.push(self._then, self.continue_on_error)
        elif self._else is not None:
            strand.run.trace.result({"choice": "else"})
            strand.push(self._else, self.continue_on_error)
        return None

    def blocks(self) -> Iterable[Block]:
        """Return the ways."""
        return (self._then,) if self._else is None else (self._then, self._else)


class Group(CompiledStep):
    """A sequence of its own: a false condition ends only it."""

    __slots__ = ("_block",)

    def __init__(self, model: SequenceStep, path: str, world: World, block: CompileBlock) -> None:
        super().__init__(model, path, world)
        self._block = block(model.sequence, f"{path}/sequence")

    def execute(self, strand: Strand) -> object:
        """Go in."""
        strand.push(self._block, self.continue_on_error)
        return None

    def blocks(self) -> Iterable[Block]:
        """Return the ways."""
        return (self._block,)


class Parallel(CompiledStep):
    """Begins all branches in order and ends when all have ended."""

    __slots__ = ("_blocks",)

    def __init__(self, model: ParallelStep, path: str, world: World, block: CompileBlock) -> None:
        super().__init__(model, path, world)
        self._blocks = [
            block(branch.sequence, f"{path}/parallel/{index}/sequence") for index, branch in enumerate(model.parallel)
        ]

    def execute(self, strand: Strand) -> object:
        """Begin the branches."""
        if not self._blocks:
            return None
        join = _Join(strand, self._blocks)
        strand.wait = join
        join.begin()
        return WAITING

    def blocks(self) -> Iterable[Block]:
        """Return the branches."""
        return self._blocks

    def freeze(self, strand: Strand) -> dict[str, Any]:
        """Return where the branches stand."""
        join = strand.wait
        return join.freeze() if isinstance(join, _Join) else {}

    def thaw(self, strand: Strand, frozen: dict[str, Any], blocks: dict[str, Block]) -> None:
        """Put the branches where they stood."""
        join = _Join(strand, self._blocks)
        strand.wait = join
        join.thaw(frozen, blocks)


class _Join:
    """The branches of one `parallel` that have not ended yet."""

    __slots__ = ("_errors", "_left", "_parent", "_strands")

    def __init__(self, parent: Strand, blocks: list[Block]) -> None:
        self._parent = parent
        own: dict[str, Any] = {name: parent.variables[name] for name in ("wait", "repeat") if name in parent.variables}
        self._strands = [Strand(parent.run, block, self._ended, dict(own)) for block in blocks]
        self._errors: list[BaseException | None] = [None] * len(blocks)
        self._left = len(blocks)

    def begin(self) -> None:
        run = self._parent.run
        run.branches.extend(self._strands)
        for strand in self._strands:
            if run.ended:
                return
            strand.advance()

    def cancel(self) -> None:
        for strand in self._strands:
            if strand.wait is not None:
                strand.wait.cancel()
                strand.wait = None

    def freeze(self) -> dict[str, Any]:
        """Return where each branch stands; None for one that has ended, with the words of its error."""
        branches = self._parent.run.branches
        return {
            "strands": [freeze_strand(strand) if strand in branches else None for strand in self._strands],
            "errors": [None if error is None else freeze_ending(error) for error in self._errors],
        }

    def thaw(self, frozen: dict[str, Any], blocks: dict[str, Block]) -> None:
        """Put the branches where they stood."""
        self._errors = [None if error is None else thaw_ending(error) for error in frozen["errors"]]
        going_on = [(one, data) for one, data in zip(self._strands, frozen["strands"], strict=True) if data is not None]
        self._left = len(going_on)
        self._parent.run.branches.extend(strand for strand, _ in going_on)
        for strand, data in going_on:
            strand.restore_own(decode(data["own"]))
            thaw_strand(strand, data, blocks)

    def _ended(self, strand: Strand, error: BaseException | None) -> None:
        self._errors[self._strands.index(strand)] = error
        if strand in strand.run.branches:
            strand.run.branches.remove(strand)
        self._left -= 1
        if self._left == 0 and not strand.run.ended:
            self._parent.resume(self._raise_first)

    def _raise_first(self) -> None:
        for error in self._errors:
            if error is not None:
                raise error
