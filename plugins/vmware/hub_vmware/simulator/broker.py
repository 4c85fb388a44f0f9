"""A simulated Horizon connection server: REST under `/rest`."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DOMAIN, USER, PASSWORD = "CORP", "hub", "kilowatt"  # of a server that is simulated
PEOPLE = {"S-1-5-21-1": "ada", "S-1-5-21-2": "grace", "S-1-5-21-3": "linus"}


class SimulatedHorizon:
    """One pod with one pool."""

    def __init__(self) -> None:
        self.pools = [{"id": "pool-1", "name": "executives", "display_name": "Executive Desktop", "enabled": True}]
        self.machines: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.spoil: Callable[[str, bytes], bytes] = lambda _, body: body
        """Changes an answer before it goes out; is told the path."""
        self.forbidden = ""
        """The path that is answered with 403."""
        self.counts = {"logins": 0, "refreshes": 0, "actions": 0}
        self._tokens: set[str] = set()
        self._refreshes: set[str] = set()
        for number, name in enumerate(("exec-1", "exec-2", "exec-3"), 1):
            self.machines[f"machine-{number}"] = {
                "id": f"machine-{number}",
                "name": name,
                "desktop_pool_id": "pool-1",
                "state": "AVAILABLE",
                "user_ids": [],
            }
        self.connect("S-1-5-21-1", "machine-1")

    def connect(self, user: str, machine: str) -> str:
        """Begin a session; return its id."""
        key = f"session-{user.rpartition('-')[2]}"
        self.sessions[key] = {
            "id": key,
            "user_id": user,
            "machine_id": machine,
            "desktop_pool_id": "pool-1",
            "session_state": "CONNECTED",
            "session_type": "DESKTOP",
            "session_protocol": "BLAST",
            "idle_duration": 0,
        }
        self.machines[machine]["state"] = "CONNECTED"
        return key

    def expire(self, *, refresh: bool = False) -> None:
        """Let the access token expire, and the refresh token too if that is said."""
        self._tokens.clear()
        if refresh:
            self._refreshes.clear()

    def routes(self) -> list[Route]:
        """Where it answers."""
        get, post = ["GET"], ["POST"]
        return [
            Route("/rest/login", self._login, methods=post),
            Route("/rest/refresh", self._refresh, methods=post),
            Route("/rest/logout", self._logout, methods=post),
            Route("/rest/inventory/v1/desktop-pools", self._listed(lambda: self.pools), methods=get),
            Route("/rest/inventory/v1/machines", self._listed(lambda: list(self.machines.values())), methods=get),
            Route("/rest/inventory/v1/sessions", self._listed(lambda: list(self.sessions.values())), methods=get),
            Route("/rest/inventory/v1/sessions/action/send-message", self._message, methods=post),
            Route("/rest/inventory/v1/sessions/action/{action}", self._act, methods=post),
            Route("/rest/inventory/v1/machines/{machine}/action/assign-users", self._assign, methods=post),
            Route("/rest/external/v1/ad-users-or-groups", self._people, methods=get),
            Route("/rest/external/v1/ad-users-or-groups/{sid}", self._person, methods=get),
        ]

    async def _login(self, request: Request) -> Response:
        self.counts["logins"] += 1
        told = await request.json()
        if (told.get("domain"), told.get("username"), told.get("password")) != (DOMAIN, USER, PASSWORD):
            return JSONResponse({"status": "UNAUTHORIZED", "error_message": "Invalid username or password"}, 401)
        refresh = f"refresh-{self.counts['logins']}"
        self._refreshes.add(refresh)
        return JSONResponse({"access_token": self._token(), "refresh_token": refresh})

    async def _refresh(self, request: Request) -> Response:
        self.counts["refreshes"] += 1
        if (await request.json()).get("refresh_token") not in self._refreshes:
            return JSONResponse({"status": "BAD_REQUEST", "error_message": "The token has expired"}, 400)
        return JSONResponse({"access_token": self._token()})

    async def _logout(self, request: Request) -> Response:
        self._refreshes.discard((await request.json()).get("refresh_token"))
        self._tokens.clear()
        return Response(status_code=200)

    def _token(self) -> str:
        token = f"token-{self.counts['logins']}-{self.counts['refreshes']}"
        self._tokens = {token}
        return token

    def _listed(self, items: Callable[[], list[dict[str, Any]]]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            if (refusal := self._refusal(request)) is not None:
                return refusal
            page, size = (int(request.query_params.get(name, default)) for name, default in (("page", 1), ("size", 1000)))
            every = items()
            body = json.dumps(every[(page - 1) * size : page * size]).encode()
            headers = {"HAS_MORE_RECORDS": "TRUE"} if page * size < len(every) else {}
            return Response(self.spoil(request.url.path, body), headers=headers, media_type="application/json")

        return answer

    async def _act(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        self.counts["actions"] += 1
        ids, action = await request.json(), request.path_params["action"]
        return JSONResponse([self._acted(action, key) for key in ids])

    def _acted(self, action: str, key: str) -> dict[str, Any]:
        session = self.sessions.get(key)
        if session is None:
            return {"id": key, "status_code": 404, "error_messages": ["The session does not exist"]}
        if action == "disconnect":
            session["session_state"] = self.machines[session["machine_id"]]["state"] = "DISCONNECTED"
        else:
            del self.sessions[key]
            self.machines[session["machine_id"]]["state"] = "AVAILABLE"
        return {"id": key, "status_code": 200}

    async def _message(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        told = await request.json()
        self.messages.append(told)
        return JSONResponse([{"id": key, "status_code": 200} for key in told["session_ids"]])

    async def _assign(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        sids = await request.json()
        self.machines[request.path_params["machine"]]["user_ids"] = sids
        return JSONResponse([{"id": sid, "status_code": 200} for sid in sids])

    async def _people(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        [same] = json.loads(request.query_params["filter"])["filters"]
        return JSONResponse([_person(sid, name) for sid, name in PEOPLE.items() if name == same["value"]])

    async def _person(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        sid = request.path_params["sid"]
        return JSONResponse(_person(sid, PEOPLE[sid])) if sid in PEOPLE else JSONResponse({"error_message": "unknown"}, 404)

    def _refusal(self, request: Request) -> Response | None:
        self.calls.append(f"{request.method} {request.url.path}")
        if request.url.path == self.forbidden:
            return JSONResponse({"status": "FORBIDDEN", "error_message": "You may not"}, 403)
        if request.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens:
            return None
        return JSONResponse({"status": "UNAUTHORIZED", "error_message": "The token has expired"}, 401)


def _person(sid: str, name: str) -> dict[str, Any]:
    return {"id": sid, "login_name": name, "name": name.title(), "domain": DOMAIN, "group": False}
