"""The Events API v2 of the simulator."""

import json
from collections import deque
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.api import Clock
from hub_pagerduty.event import LARGEST_EVENT
from hub_pagerduty.simulator.account import Account, Json
from hub_pagerduty.simulator.limits import Limit
from hub_pagerduty.simulator.schema import change_mistakes, mistakes

_PER_MINUTE = 120


class EventsApi:
    """Takes events as PagerDuty does: by its schema, its limits and its rate."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self.limit = Limit(clock, _PER_MINUTE)
        self.received: list[Json] = []
        """Every event that was accepted."""
        self.troubles: deque[Response] = deque()
        """What the next calls are answered in place of the truth."""

    def routes(self) -> list[Route]:
        """Return what it answers."""
        return [
            Route("/v2/enqueue", self._alert, methods=["POST"]),
            Route("/v2/change/enqueue", self._change, methods=["POST"]),
        ]

    async def _alert(self, request: Request) -> Response:
        return await self._take(request, mistakes, self._account.accept)

    async def _change(self, request: Request) -> Response:
        def accept(event: Json) -> None:
            self._account.accept_change(event)

        return await self._take(request, change_mistakes, accept)

    async def _take(
        self, request: Request, check: Callable[[object], list[str]], accept: Callable[[Json], str | None]
    ) -> Response:
        body = await request.body()
        if self.troubles:
            return self.troubles.popleft()
        if len(body) > LARGEST_EVENT:
            return _invalid(413, ["Event exceeds the maximum size of 512 KB"])
        try:
            event = json.loads(body)
        except ValueError:
            return _invalid(400, ["JSON parse error"])
        found = check(event)
        if found:
            return _invalid(400, found)
        if self.limit.exceeded(event["routing_key"]) is not None:
            told = {"status": "throttle exceeded", "message": "Requests for this service are arriving too quickly."}
            return JSONResponse(told, 429)
        self.received.append(event)
        key = accept(event)
        told = {"status": "success", "message": "Event processed"}
        return JSONResponse({**told, "dedup_key": key} if key else told, 202)


def _invalid(status: int, errors: list[str]) -> Response:
    return JSONResponse({"status": "invalid event", "message": "Event object is invalid", "errors": errors}, status)
