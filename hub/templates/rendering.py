"""The render that is going on."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from hub.errors import TemplateError
from hub.templates.reads import Reading


class TookTooLong(TemplateError):
    """A render used up its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} seconds")


class Rendering:
    """What is being rendered, until when, and what it has read so far; renders never overlap."""

    __slots__ = ("_limit", "deadline", "reading", "source")

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self.source = ""
        self.deadline = float("inf")
        self.reading: Reading | None = None

    # The budget is the computer's time, not the hub's: a simulated clock stands still while a template loops.

    @contextmanager
    def of(self, source: str) -> Generator[None, None, None]:
        """Render this text within the limit; a render inside another shares its deadline."""
        before = (self.source, self.deadline)
        self.source, self.deadline = source, min(self.deadline, time.monotonic() + self._limit)
        try:
            yield
        finally:
            self.source, self.deadline = before

    def tick(self) -> None:
        """Raise TookTooLong when the time is up; called wherever a template can repeat itself."""
        if time.monotonic() > self.deadline:
            raise TookTooLong(self._limit)
