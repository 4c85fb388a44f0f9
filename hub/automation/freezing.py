"""Runs as data that can be written down: frozen where they stand, and thawed to go on there."""

from collections.abc import Iterator
from typing import Any

from hub.automation.codec import decode, encode
from hub.automation.run import Abort, Block, Frame, Run, Stopped, Strand
from hub.automation.world import soon
from hub.errors import HubError


def freeze(run: Run) -> dict[str, Any]:
    """Return everything that a run is that has not ended, as JSON can hold it."""
    if run.strand is None:
        raise ValueError("a run that has ended does not go on")
    return {
        "variables": encode(run.variables),
        "context": encode(run.context),
        "stack": list(run.stack),
        "key": run.key,
        "begun": run.begun,
        "cut_short": run.cut_short,
        "strand": freeze_strand(run.strand),
    }


def thaw(run: Run, frozen: dict[str, Any], block: Block) -> None:
    """Put a run that was just made where the frozen one stood; it goes on waiting for what that waited for."""
    run.key, run.cut_short = frozen["key"], frozen["cut_short"]
    if frozen["begun"] and run.strand is not None:
        run.begun = True
        thaw_strand(run.strand, frozen["strand"], {one.path: one for one in blocks_below(block)})


def variables_of(frozen: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a frozen run."""
    variables: dict[str, Any] = decode(frozen["variables"])
    return variables


def freeze_strand(strand: Strand) -> dict[str, Any]:
    """Return where a strand stands, and what it waits for."""
    return {
        "own": None if strand.own is None else encode(strand.own),
        "frames": [_freeze_frame(frame) for frame in strand.frames],
        "wait": None if strand.wait is None else _waiting_step(strand).freeze(strand),
    }


def thaw_strand(strand: Strand, frozen: dict[str, Any], blocks: dict[str, Block]) -> None:
    """Put a strand where the frozen one stood."""
    strand.frames.clear()
    for data in frozen["frames"]:
        frame = Frame(blocks[data["block"]], data["guarded"])
        frame.index = data["index"]
        if data["loop"] is not None:
            frame.loop = _waiting_step(strand).thaw_loop(data["loop"])
        if data["rescue"] is not None:
            frame.rescue = _waiting_step(strand).thaw_rescue(strand, data["rescue"])
        strand.frames.append(frame)
    if frozen["wait"] is None:
        soon(strand.resume)
    else:
        _waiting_step(strand).thaw(strand, frozen["wait"], blocks)


def freeze_ending(error: BaseException) -> list[Any]:
    """Return how a strand ended, as JSON can hold it."""
    if isinstance(error, Stopped):
        return ["stopped", str(error), encode(error.response), error.error]
    return ["abort" if isinstance(error, Abort) else "error", str(error) or type(error).__name__]


def thaw_ending(frozen: list[Any]) -> BaseException:
    """Return how a strand ended; of a foreign error only the words are left."""
    kind, words, *rest = frozen
    if kind == "stopped":
        return Stopped(words, decode(rest[0]), rest[1])
    return Abort(words) if kind == "abort" else HubError(words)


def blocks_below(block: Block) -> Iterator[Block]:
    """Return the block and all blocks within its steps."""
    yield block
    for step in block.steps:
        for inner in step.blocks():
            yield from blocks_below(inner)


def _freeze_frame(frame: Frame) -> dict[str, Any]:
    return {
        "block": frame.block.path,
        "index": frame.index,
        "guarded": frame.guarded,
        "loop": None if frame.loop is None else frame.loop.freeze(),
        "rescue": None if frame.rescue is None else frame.rescue.number,
    }


def _waiting_step(strand: Strand) -> Any:
    """Return the step that was done last: the one that waits, or whose block comes next."""
    frame = strand.frames[-1]
    return frame.block.steps[frame.index - 1]
