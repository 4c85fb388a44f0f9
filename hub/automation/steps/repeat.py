"""The step `repeat` (DIALECT 4.6)."""

import logging
from collections.abc import Iterable
from typing import Any, Final

from hub.automation.codec import decode, encode
from hub.automation.conditions.checks import Checks, ConditionError, Record, all_hold
from hub.automation.conditions.compiling import compile_conditions
from hub.automation.run import Abort, Block, Strand
from hub.automation.schema.primitives import Template
from hub.automation.schema.steps import RepeatStep
from hub.automation.steps.step import CompileBlock, CompiledStep
from hub.automation.values import compile_value
from hub.automation.world import World
from hub.errors import TemplateError

_log: Final = logging.getLogger(__name__)
_WARN_AT: Final = 5_000  # passes of while and until after which an endless loop is suspected
_MOST: Final = 10_000  # and after which the run is ended


class Repeat(CompiledStep):
    """Does a block several times."""

    __slots__ = ("_block", "_count", "_items", "_model", "_render_items", "_until", "_while")

    def __init__(self, model: RepeatStep, path: str, world: World, block: CompileBlock) -> None:
        super().__init__(model, path, world)
        repeat = self._model = model.repeat
        self._block = block(repeat.sequence, f"{path}/repeat/sequence")
        self._while = None if repeat.while_ is None else compile_conditions(repeat.while_, f"{path}/repeat/while", world)
        self._until = None if repeat.until is None else compile_conditions(repeat.until, f"{path}/repeat/until", world)
        self._count = compile_value(repeat.count, world.templates) if isinstance(repeat.count, Template) else None
        self._items = repeat.for_each
        self._render_items = compile_value(repeat.for_each, world.templates)

    def execute(self, strand: Strand) -> object:
        """Begin the first pass, if there is one."""
        loop = self._loop(strand)
        if loop.begin(strand):
            strand.push(self._block, self.continue_on_error, loop)
        return None

    def blocks(self) -> Iterable[Block]:
        """Return what is repeated."""
        return (self._block,)

    def thaw_loop(self, frozen: dict[str, Any]) -> "_Loop":
        """Return the loop where it stood."""
        loop = _Loop(
            decode(frozen["outer"]),
            path=self.path,
            count=frozen["count"],
            items=decode(frozen["items"]),
            before=self._while,
            after=self._until,
        )
        loop.go_on(frozen["index"])
        return loop

    def _loop(self, strand: Strand) -> "_Loop":
        outer = strand.variables.get("repeat")
        if self._while is not None:
            return _Loop(outer, before=self._while, path=self.path)
        if self._until is not None:
            return _Loop(outer, after=self._until, path=self.path)
        if self._model.count is not None:
            return _Loop(outer, count=self._passes(strand), path=self.path)
        items = self._each(strand)
        return _Loop(outer, count=len(items), items=items, path=self.path)

    def _passes(self, strand: Strand) -> int:
        if self._count is None:
            count = self._model.count
            return count if isinstance(count, int) else 0
        try:
            return int(float(self._count(strand.variables)))
        except (TypeError, ValueError, OverflowError, TemplateError) as error:
            raise Abort(f"repeat: count is not a number: {error}") from error

    def _each(self, strand: Strand) -> list[Any]:
        try:
            items = self._items if self._render_items is None else self._render_items(strand.variables)
        except TemplateError as error:
            raise Abort(f"repeat: for_each cannot be rendered: {error}") from error
        if not isinstance(items, list):
            raise Abort(f"repeat: for_each needs a list, not {type(items).__name__}")
        return items


class _Loop:
    """Where a loop stands."""

    __slots__ = ("_after", "_before", "_count", "_index", "_items", "_outer", "_path")

    def __init__(
        self,
        outer: Any,
        *,
        path: str,
        count: int | None = None,
        items: list[Any] | None = None,
        before: Checks | None = None,
        after: Checks | None = None,
    ) -> None:
        self._outer, self._path = outer, path
        self._count, self._items = count, items
        self._before, self._after = before, after
        self._index = 0

    def freeze(self) -> dict[str, Any]:
        """Return where it stands, as JSON can hold it."""
        return {"outer": encode(self._outer), "count": self._count, "items": encode(self._items), "index": self._index}

    def go_on(self, index: int) -> None:
        """Stand in the pass with this number."""
        self._index = index

    def begin(self, strand: Strand) -> bool:
        """Prepare the first pass; False when there is none."""
        if self._next(strand):
            return True
        self.leave(strand)
        return False

    def again(self, strand: Strand) -> bool:
        """Prepare the next pass; False when the loop is over."""
        over = self._after is not None and self._holds(self._after, strand, error_means=True)
        if not over and self._next(strand):
            return True
        self.leave(strand)
        return False

    def _next(self, strand: Strand) -> bool:
        if self._count is not None and self._index >= self._count:
            return False
        self._check_endless(strand)
        self._index += 1
        strand.assign("repeat", self._variable())
        return self._before is None or self._holds(self._before, strand, error_means=False)

    def _variable(self) -> dict[str, Any]:
        repeat: dict[str, Any] = {"first": self._index == 1, "index": self._index}
        if self._count is not None:
            repeat["last"] = self._index == self._count
        if self._items is not None and (item := self._items[self._index - 1]) is not None:
            repeat["item"] = item
        return repeat

    def leave(self, strand: Strand) -> None:
        """Give the name `repeat` back to the loop around this one, if there is one."""
        if self._outer is None:
            strand.forget("repeat")
        else:
            strand.assign("repeat", self._outer)

    def _holds(self, checks: Checks, strand: Strand, *, error_means: bool) -> bool:
        record: Record = []
        try:
            held = all_hold(checks, strand.variables, record)
        except (ConditionError, TemplateError) as error:
            _log.warning("%s: %s: a condition cannot be judged: %s", strand.run.owner, self._path, error)
            held = error_means
        for seen in record:
            strand.run.trace.note(seen.path, [seen])
        return held

    def _check_endless(self, strand: Strand) -> None:
        if self._count is not None:
            return
        if self._index == _WARN_AT:
            _log.warning("%s: %s has been repeated %d times: is it endless?", strand.run.owner, self._path, _WARN_AT)
        elif self._index >= _MOST:
            raise Abort(f"{self._path} was repeated {_MOST} times: it is endless")
