"""The end of something that may already have come: what a called script gives its caller, without a task."""

import asyncio
from collections.abc import Callable, Generator

from hub.model.action import Response


class Completion:
    """The end of a run, to come or come."""

    __slots__ = ("_callbacks", "_cancel", "_error", "_response", "done")

    def __init__(self, cancel: Callable[[], None]) -> None:
        self.done = False
        self._cancel = cancel
        self._response: Response = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[], None]] = []

    def finish(self, response: Response, error: BaseException | None = None) -> None:
        """Say that the end has come."""
        self.done = True
        self._response, self._error = response, error
        callbacks, self._callbacks = self._callbacks, []
        for call in callbacks:
            call()

    def when_done(self, call: Callable[[], None]) -> None:
        """Call when the end comes."""
        self._callbacks.append(call)

    def take(self) -> Response:
        """Return the response, or raise the error."""
        if self._error is not None:
            raise self._error
        return self._response

    def give_up(self) -> None:
        """Nobody waits any more: end what is running."""
        self._callbacks.clear()
        if not self.done:
            self._cancel()

    def __await__(self) -> Generator[None, None, Response]:
        future = asyncio.get_running_loop().create_future()
        if not self.done:
            self.when_done(lambda: None if future.done() else future.set_result(None))
            try:
                yield from future.__await__()
            except asyncio.CancelledError:
                self.give_up()
                raise
        return self.take()
