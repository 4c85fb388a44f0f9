"""Following a template: it is rendered again whenever something that it read changes."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from hub.automation.world import World
from hub.bus import Cancel
from hub.clock import Timer
from hub.errors import TemplateError
from hub.model.names import EntityId
from hub.model.state import StateChange
from hub.scheduler import pattern
from hub.templates import Reads

_EVERYTHING_AT_MOST_EVERY: Final = 60.0  # seconds between renderings of a template that reads all states (DIALECT 2.3)
_DOMAIN_AT_MOST_EVERY: Final = 1.0  # seconds, for one that reads all states of a domain

Told = Callable[[Any, TemplateError | None, StateChange | None], None]
"""Called with the result or the error, and the change that made it (None when time did)."""


class Renders(Protocol):
    """A template, or several as one."""

    def render_tracked(self, variables: Mapping[str, Any] | None = None) -> tuple[Any, Reads]:
        """Render, and say what was read. Raises TemplateError, which may say so as well."""


class TemplateTracker:
    """Keeps a template's result up to date until it is closed."""

    def __init__(self, template: Renders, variables: Mapping[str, Any], world: World, told: Told) -> None:
        self._template, self._variables, self._world, self._told = template, variables, world, told
        self._watched: dict[EntityId, Cancel] = {}
        self._reads: Reads | None = None
        self._leave_all: Cancel | None = None
        self._leave_clock: Cancel | None = None
        self._last = float("-inf")
        self._later: Timer | None = None
        self._closed = False
        self.result, self.error = self._render()

    @property
    def reads(self) -> Reads | None:
        """What the template read the last time; None when that could not be found out."""
        return self._reads

    def close(self) -> None:
        """Stop following."""
        self._closed = True
        for cancel in self._watched.values():
            cancel()
        self._watched.clear()
        for leave in (self._leave_all, self._leave_clock):
            if leave is not None:
                leave()
        self._leave_all = self._leave_clock = None
        if self._later is not None:
            self._later.cancel()

    def _render(self) -> tuple[Any, TemplateError | None]:
        self._last = self._world.clock.monotonic()
        result, error, reads = None, None, None
        try:
            result, reads = self._template.render_tracked(self._variables)
        except TemplateError as failure:
            error, reads = failure, getattr(failure, "reads", None)
        if reads is not None and reads != self._reads:
            self._follow(reads)
        return result, error

    def _again(self, change: StateChange | None) -> None:
        if self._closed:
            return
        self.result, self.error = self._render()
        self._told(self.result, self.error, change)

    def _follow(self, reads: Reads) -> None:
        self._reads = reads
        wanted = {EntityId(entity_id) for entity_id in reads.entities}
        for entity_id in list(self._watched):
            if entity_id not in wanted:
                self._watched.pop(entity_id)()
        for entity_id in sorted(wanted - self._watched.keys()):
            self._watched[entity_id] = self._world.bus.watch(entity_id, self._again)
        broad = bool(reads.all_states or reads.domains)
        if broad and self._leave_all is None:
            self._leave_all = self._world.bus.watch_all(self._on_any)
        elif not broad and self._leave_all is not None:
            self._leave_all()
            self._leave_all = None
        if reads.time and self._leave_clock is None:
            each_minute = pattern(None, None, "0", self._world.scheduler.zone)
            self._leave_clock = self._world.scheduler.add(each_minute, lambda _: self._again(None), "template")

    def _on_any(self, change: StateChange) -> None:
        reads = self._reads
        if reads is None or change.entity_id in self._watched:
            return
        if reads.all_states:
            self._limited(change, _EVERYTHING_AT_MOST_EVERY)
        elif change.entity_id.domain in reads.domains:
            self._limited(change, _DOMAIN_AT_MOST_EVERY)

    def _limited(self, change: StateChange, seconds: float) -> None:
        wait = self._last + seconds - self._world.clock.monotonic()
        if wait <= 0:
            self._again(change)
        elif self._later is None or not self._later.pending:
            self._later = self._world.clock.after(wait, lambda: self._again(change))
