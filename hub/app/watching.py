"""Triggers and templates that API clients follow."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hub.automation.schema.triggers import Triggers
from hub.automation.tracking import TemplateTracker
from hub.automation.triggers.attaching import attach
from hub.automation.world import World
from hub.bus import Cancel
from hub.errors import BadActionData, TemplateError
from hub.model.context import Context
from hub.templates import Reads
from hub.web.sources import Row, WatchedTemplate

_NONE: Mapping[str, Any] = {}
_TRIGGERS: TypeAdapter[Triggers] = TypeAdapter(Triggers)


async def watch_trigger(world: World, written: Any, variables: Row, come: Callable[[Row, Context], None]) -> Cancel:
    """Call whenever one of the triggers fires. Raises BadActionData when they are not spelt right."""
    try:
        models = _TRIGGERS.validate_python(written)
    except ValidationError as error:
        raise BadActionData("; ".join(str(one["msg"]) for one in error.errors())) from error

    def told(trigger: dict[str, Any], context: Context | None, own: Mapping[str, Any] = _NONE, /) -> None:
        come({**own, "trigger": trigger}, context or Context.new())

    cancels = [attach(model, index, variables, world, told) for index, model in enumerate(models)]

    def leave() -> None:
        for cancel in cancels:
            cancel()

    return leave


def watch_template(world: World, source: str, variables: Row, told: Callable[[WatchedTemplate], None]) -> WatchedTemplate:
    """Call with each new result of a template; returns the first. Raises TemplateError."""
    last: Any = None

    def again(result: Any, error: TemplateError | None, _: object) -> None:
        nonlocal last
        if error is None and result != last:
            last = result
            told(_watched(result, tracker))

    tracker = TemplateTracker(world.templates.compile(source), variables, world, again)
    if tracker.error is not None:
        tracker.close()
        raise tracker.error
    last = tracker.result
    return _watched(last, tracker)


def _watched(result: Any, tracker: TemplateTracker) -> WatchedTemplate:
    reads = tracker.reads or Reads()
    return WatchedTemplate(
        result=result,
        cancel=tracker.close,
        entities=sorted(reads.entities),
        domains=sorted(reads.domains),
        all_states=reads.all_states,
        time=reads.time,
    )
