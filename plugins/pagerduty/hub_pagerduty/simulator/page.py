"""The page on which a person sees the incidents, and acknowledges and resolves them."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub_pagerduty.simulator.account import ACKNOWLEDGED, RESOLVED, Account, Incident, Json
from hub_pagerduty.simulator.sender import Sender

_PAGE = Path(__file__).with_name("page.html")
_DOES = {"acknowledge": ACKNOWLEDGED, "resolve": RESOLVED}
_SHOWN = 50


class Page:
    """Shows the account."""

    def __init__(self, account: Account, sender: Sender) -> None:
        self._account, self._sender = account, sender

    def routes(self) -> list[Route]:
        """Return what it answers."""
        return [
            Route("/", self._html),
            Route("/page/account", self._state),
            Route("/page/incidents/{id}/{does}", self._press, methods=["POST"]),
        ]

    async def _html(self, _: Request) -> Response:
        return HTMLResponse(_PAGE.read_text())

    async def _state(self, _: Request) -> Response:
        incidents = [_shown(incident) for incident in reversed(self._account.incidents[-_SHOWN:])]
        subscriptions = [
            {"url": each.url, "disabled": each.disabled_until > 0, "answers": each.answers[-10:]}
            for each in self._sender.subscriptions
        ]
        on_call = [self._account.people[person] for person, level in self._account.on_call if level == 1]
        told = {"incidents": incidents, "subscriptions": subscriptions, "on_call": on_call, "counts": self._account.counts}
        return JSONResponse({**told, "changes": self._account.changes[-10:]})

    async def _press(self, request: Request) -> Response:
        incident, status = self._account.find(request.path_params["id"]), _DOES.get(request.path_params["does"])
        if incident is None or status is None:
            return Response(status_code=404)
        done = self._account.become(incident, status, self._account.person("PADA001"))
        return Response(status_code=204 if done else 409)


def _shown(incident: Incident) -> Json:
    names = ("id", "number", "title", "status", "urgency", "severity", "key", "created_at", "details", "links")
    timeline = [{"at": moment.at, "what": moment.what, "who": moment.who} for moment in incident.timeline[-20:]]
    return {name: getattr(incident, name) for name in names} | {"timeline": timeline}
