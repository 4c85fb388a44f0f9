"""One path of the API: who may come in, what they are told when something is wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.errors import HubError, PluginError
from hub.web.allowed import NotAllowed
from hub.web.encoding import decode, encode
from hub.web.fragments import compressed
from hub.web.identity import Identity, Role
from hub.web.site import Site

_log = logging.getLogger(__name__)
_WORTH_COMPRESSING = 4096  # bytes
_NOBODY = Identity(id="", name="nobody", role=Role.VIEWER)


class Refused(HubError):
    """The request is not answered as asked; the status says why in HTTP's words."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


class Ask:
    """One request, as an answer sees it."""

    __slots__ = ("identity", "request", "site")

    def __init__(self, request: Request, site: Site, identity: Identity) -> None:
        self.request = request
        self.site = site
        self.identity = identity

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """Return a parameter behind the question mark; `?name` alone is empty text."""
        return self.request.query_params.get(name)

    async def body(self) -> bytes:
        """Read the body. Raises Refused when it is too large or too slow."""
        limits = self.site.sources.limits
        if _length(self.request) > limits.body:
            raise _too_large(limits.body)
        chunks, size = [], 0
        try:
            async with asyncio.timeout(limits.body_seconds):
                async for chunk in self.request.stream():
                    size += len(chunk)
                    if size > limits.body:
                        raise _too_large(limits.body)
                    chunks.append(chunk)
        except TimeoutError:
            raise Refused(408, "the body took too long to arrive", {"connection": "close"}) from None
        return b"".join(chunks)

    async def mapping(self) -> dict[str, Any]:
        """Read the body as a JSON object; no body is an empty one. Raises Refused."""
        body = await self.body()
        if not body:
            return {}
        try:
            value = decode(body)
        except ValueError:
            raise Refused(400, "Invalid JSON specified.") from None
        if not isinstance(value, dict):
            raise Refused(400, "The body must be a JSON object.")
        return value

    def accepts_gzip(self) -> bool:
        """Tell whether the answer may be compressed."""
        return "gzip" in self.request.headers.get("accept-encoding", "")


def json_body(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with what is JSON already."""
    return Response(body, status, headers, "application/json")


def json_answer(value: object, status: int = 200) -> Response:
    """Answer with a value as JSON."""
    return json_body(encode(value), status)


async def large_answer(ask: Ask, value: object) -> Response:
    """Answer with a value as JSON, compressed when that is worth it and welcome."""
    body = encode(value)
    if len(body) < _WORTH_COMPRESSING or not ask.accepts_gzip():
        return json_body(body)
    return json_body(await compressed(body), headers={"content-encoding": "gzip", "vary": "accept-encoding"})


Answer = Callable[[Ask], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one path, and who may use it; `role=None` lets everybody in."""

    method: str
    path: str
    role: Role | None
    answer: Answer


class Endpoint:
    """All doors of one path, as an ASGI application."""

    def __init__(self, site: Site, doors: Iterable[Door]) -> None:
        self._site = site
        self._doors = {door.method: door for door in doors}
        if "GET" in self._doors:
            self._doors.setdefault("HEAD", self._doors["GET"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever goes wrong."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        except Refused as refused:
            response = _message(refused.status, str(refused), refused.headers)
        except NotAllowed as error:
            response = _message(403, str(error))
        except PluginError as error:
            response = _message(503, str(error))
        except HubError as error:
            response = _message(400, str(error))
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            response = _message(500, "the hub failed; its log says why")
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        door = self._doors.get(request.method)
        identity = _NOBODY
        if door is None or door.role is not None:
            identity = self._identify(request)
        if door is None:
            raise Refused(405, f"{request.method} is not allowed here", {"allow": ", ".join(sorted(self._doors))})
        if door.role is not None and not identity.role.covers(door.role):
            raise Refused(403, f"this needs the role {door.role}; {identity.name} is {identity.role}")
        return await door.answer(Ask(request, self._site, identity))

    def _identify(self, request: Request) -> Identity:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        identity = self._site.sources.tokens.identify(token.strip()) if kind.lower() == "bearer" else None
        if identity is None:
            raise Refused(401, "a valid token is needed: Authorization: Bearer …", {"www-authenticate": "Bearer"})
        return identity


async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 404."""
    await _message(404, "there is nothing at this address")(scope, receive, send)


def _message(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_body(encode({"message": text}), status, headers)


def _length(request: Request) -> int:
    text = request.headers.get("content-length", "0")
    return int(text) if text.isdecimal() else 0


def _too_large(limit: int) -> Refused:
    return Refused(413, f"the body is larger than {limit} bytes", {"connection": "close"})
