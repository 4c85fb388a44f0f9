"""The REST API v2 of the simulator."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.api import Clock
from hub_pagerduty.simulator.account import ACKNOWLEDGED, API_KEY, RESOLVED, Account, Incident, Json, as_rest
from hub_pagerduty.simulator.limits import Limit
from hub_pagerduty.simulator.sender import Sender

_ACCEPTED = ("application/vnd.pagerduty+json;version=2", "application/json", "*/*")
_PER_MINUTE = 960
_MOST_PER_PUT = 250
_MOST_PER_PAGE = 100
_LAST = 10_000

Answer = Callable[[Request], Awaitable[Response]]


class RestApi:
    """Asks for the key, the version and the sender, and pages its lists, as PagerDuty does."""

    def __init__(self, account: Account, sender: Sender, clock: Clock) -> None:
        self._account, self._sender = account, sender
        self.limit = Limit(clock, _PER_MINUTE)
        self.calls: list[str] = []
        """Every call, such as `GET /incidents`."""
        self.troubles: deque[Response] = deque()
        """What the next calls are answered in place of the truth."""

    def routes(self) -> list[Route]:
        """Return what it answers."""
        paths: list[tuple[str, str, Answer]] = [
            ("GET", "/abilities", self._abilities),
            ("GET", "/incidents", self._incidents),
            ("PUT", "/incidents", self._update),
            ("GET", "/incidents/{id}/notes", self._notes),
            ("POST", "/incidents/{id}/notes", self._add_note),
            ("GET", "/oncalls", self._on_calls),
            ("GET", "/priorities", self._priorities),
            ("GET", "/webhook_subscriptions", self._subscriptions),
            ("POST", "/webhook_subscriptions", self._subscribe),
            ("DELETE", "/webhook_subscriptions/{id}", self._unsubscribe),
            ("POST", "/webhook_subscriptions/{id}/ping", self._ping),
        ]
        return [Route(path, self._guarded(answer), methods=[method]) for method, path, answer in paths]

    def _guarded(self, answer: Answer) -> Answer:
        async def guarded(request: Request) -> Response:
            self.calls.append(f"{request.method} {request.url.path}")
            if self.troubles:
                return self.troubles.popleft()
            refusal = self._refusal(request)
            return await answer(request) if refusal is None else refusal

        return guarded

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("authorization") not in (f"Token token={API_KEY}", f"Bearer {API_KEY}"):
            return _error(401, 2006, "Authentication failed")
        wait = self.limit.exceeded(API_KEY)
        if wait is not None:
            headers = {"ratelimit-limit": str(_PER_MINUTE), "ratelimit-remaining": "0", "ratelimit-reset": str(int(wait) + 1)}
            return _error(429, 2020, "Rate Limit Exceeded", headers=headers)
        if request.headers.get("accept", "*/*") not in _ACCEPTED:
            return _error(406, 2014, "Accept must name version 2")
        if request.method in ("POST", "PUT") and request.headers.get("content-type") != "application/json":
            return _error(415, 2015, "Content-Type must be application/json")
        if request.url.path.startswith("/incidents") and request.method != "GET" and "@" not in request.headers.get("from", ""):
            return _error(400, 1008, "Requester User Not Found", ["the From header must be the e-mail of a user"])
        return None

    async def _abilities(self, _: Request) -> Response:
        return JSONResponse({"abilities": ["sso", "urgencies", "webhooks"]})

    async def _incidents(self, request: Request) -> Response:
        query = request.query_params
        statuses, services, key = query.getlist("statuses[]"), query.getlist("service_ids[]"), query.get("incident_key")
        found = [
            incident
            for incident in reversed(self._account.incidents)
            if (not statuses or incident.status in statuses)
            and (not services or incident.service in services)
            and (key is None or incident.key == key)
        ]
        return _page(request, "incidents", [as_rest(incident) for incident in found])

    async def _update(self, request: Request) -> Response:
        asked = _items(await _body(request), "incidents")
        if len(asked) > _MOST_PER_PUT:
            return _error(413, 2001, "Too many incidents")
        changed = []
        for item in asked:
            incident = self._account.find(str(item.get("id")))
            if incident is None or item.get("status") not in (ACKNOWLEDGED, RESOLVED):
                return _error(400, 2001, "Invalid Input Provided", ["Incident not found or status not possible"])
            self._account.become(incident, item["status"], self._user())
            changed.append(as_rest(incident))
        return JSONResponse({"incidents": changed})

    async def _notes(self, request: Request) -> Response:
        incident = self._incident(request)
        return _not_found() if incident is None else JSONResponse({"notes": incident.notes})

    async def _add_note(self, request: Request) -> Response:
        incident, text = self._incident(request), (await _body(request)).get("note", {}).get("content")
        if incident is None:
            return _not_found()
        if not isinstance(text, str) or not text:
            return _error(400, 2001, "Invalid Input Provided", ["Content cannot be blank"])
        return JSONResponse({"note": self._account.annotate(incident, text, self._user())})

    async def _on_calls(self, request: Request) -> Response:
        policy = {"id": "PPOL001", "type": "escalation_policy_reference", "summary": "Operations"}
        wanted = request.query_params.getlist("escalation_policy_ids[]")
        entries = [
            {"user": self._account.person(person), "escalation_policy": policy, "escalation_level": level, "schedule": None}
            for person, level in self._account.on_call
            if not wanted or policy["id"] in wanted
        ]
        return _page(request, "oncalls", entries)

    async def _priorities(self, request: Request) -> Response:
        return _page(
            request,
            "priorities",
            [{"id": f"PPRI{n}", "type": "priority", "summary": f"P{n}", "name": f"P{n}"} for n in range(1, 6)],
        )

    async def _subscriptions(self, request: Request) -> Response:
        return _page(request, "webhook_subscriptions", [subscription.as_rest() for subscription in self._sender.subscriptions])

    async def _subscribe(self, request: Request) -> Response:
        asked = (await _body(request)).get("webhook_subscription", {})
        url, events = asked.get("delivery_method", {}).get("url"), asked.get("events")
        if not isinstance(url, str) or not url.startswith("http") or not events or "type" not in asked.get("filter", {}):
            return _error(400, 2001, "Invalid Input Provided", ["delivery_method.url, events and filter.type are required"])
        subscription = self._sender.subscribe(url, events)
        return JSONResponse({"webhook_subscription": subscription.as_rest(secret=True)}, 201)

    async def _unsubscribe(self, request: Request) -> Response:
        return Response(status_code=204) if self._sender.unsubscribe(request.path_params["id"]) else _not_found()

    async def _ping(self, request: Request) -> Response:
        for subscription in self._sender.subscriptions:
            if subscription.id == request.path_params["id"]:
                self._sender.send_to(subscription, self._account.ping())
                return Response(status_code=202)
        return _not_found()

    def _incident(self, request: Request) -> Incident | None:
        return self._account.find(request.path_params["id"])

    def _user(self) -> Json:
        return self._account.person("PADA001")


async def _body(request: Request) -> Json:
    body = await request.json()
    return body if isinstance(body, dict) else {}


def _items(body: Json, name: str) -> list[Json]:
    items = body.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _page(request: Request, name: str, items: list[Any]) -> Response:
    limit = min(int(request.query_params.get("limit", "25")), _MOST_PER_PAGE)
    offset = int(request.query_params.get("offset", "0"))
    if offset + limit > _LAST:
        return _error(400, 2001, "Invalid Input Provided", ["Offset plus limit must not exceed 10000"])
    more = offset + limit < len(items)
    return JSONResponse({name: items[offset : offset + limit], "limit": limit, "offset": offset, "total": None, "more": more})


def _not_found() -> Response:
    return _error(404, 2100, "Not Found")


def _error(
    status: int, code: int, message: str, errors: list[str] | None = None, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse({"error": {"message": message, "code": code, "errors": errors or []}}, status, headers)
