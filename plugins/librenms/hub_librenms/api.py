"""The API v0 of one server."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from hub.api import AuthenticationFailed, Clock, PluginError
from hub_librenms.envelope import content_of, message_in, rows_in
from hub_librenms.failures import Garbled, Refused, TryLater, Unreachable, asked_wait
from hub_librenms.http import Answer, Http, Parameters

R = TypeVar("R", bound=msgspec.Struct)

_PREFIX = "/api/v0"
_WAITS = (1.0, 5.0)  # seconds between the attempts to read something
_LONGEST_WAIT = 30.0
_NO_ROUTE = "route doesn't exist"
_JSON = {"Content-Type": "application/json"}


class LibreNms:
    """Asks and tells the server."""

    def __init__(self, http: Http, clock: Clock, address: str, token: str) -> None:
        self._http, self._clock, self._address = http, clock, address + _PREFIX
        # Without `Accept` a wrong token is led to the page where people log in.
        self._headers = {"X-Auth-Token": token, "Accept": "application/json"}

    async def version(self) -> str:
        """Return the server's version, empty when it does not say. Raises as `read` does."""
        found = (await self.read("/system")).get("system")
        first = found[0] if isinstance(found, list) and found else found
        version = first.get("local_ver") if isinstance(first, dict) else None
        return version if isinstance(version, str) else ""

    async def rows(self, path: str, name: str, row: type[R], params: Parameters = ()) -> list[R]:
        """Return a list; a list that LibreNMS does not find is empty. Raises as `read` does."""
        return rows_of(await self.fetch(path, params), name, row, path)

    async def read(self, path: str, params: Parameters = ()) -> Mapping[str, Any]:
        """Return all that an answer says. Raises AuthenticationFailed, Refused, TryLater, Garbled, Unreachable."""
        answer = await self.fetch(path, params)
        if answer.status != 200:
            raise failure(answer, f"GET {path}")
        return content_of(answer.body)

    async def change(self, method: str, path: str, body: object = None) -> Mapping[str, Any]:
        """Tell the server something, once; returns what it answers. Raises as `read` does."""
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers if content is None else {**self._headers, **_JSON}
        answer = await self._http.send(method, self._address + path, headers=headers, body=content)
        if answer.status in (200, 201, 202):
            return content_of(answer.body)
        if answer.status == 500 and (reason := message_in(answer.body)):  # so some of its functions answer wrong data
            raise Refused(f"LibreNMS refused {method} {path}: {reason}")
        raise failure(answer, f"{method} {path}")

    async def fetch(self, path: str, params: Parameters = (), headers: Mapping[str, str] | None = None) -> Answer:
        """Return an answer of 200, 304 or 404, after as many attempts as it takes. Raises as `read` does."""
        for wait in _WAITS:
            try:
                return await self._once(path, params, headers or {})
            except (TryLater, Unreachable) as error:
                asked = getattr(error, "retry_after", None)
                if asked is not None and asked > _LONGEST_WAIT:
                    raise
                await self._clock.sleep(wait if asked is None else asked)
        return await self._once(path, params, headers or {})

    async def _once(self, path: str, params: Parameters, headers: Mapping[str, str]) -> Answer:
        answer = await self._http.send("GET", self._address + path, headers={**self._headers, **headers}, params=params)
        if answer.status in (200, 304, 404):
            return answer
        raise failure(answer, f"GET {path}")


class Listing(Generic[R]):
    """One list that is asked for again and again; what is as it was before is not read again."""

    def __init__(self, api: LibreNms, path: str, name: str, row: type[R], params: Parameters = ()) -> None:
        self._api, self._path, self._name, self._row, self._params = api, path, name, row, params
        self._etag = ""
        self._seen: bytes | None = None

    async def news(self) -> list[R] | None:
        """Return the list; None when it is what the last call returned. Raises as `LibreNms.read` does."""
        headers = {"If-None-Match": self._etag} if self._etag and self._seen is not None else {}
        answer = await self._api.fetch(self._path, self._params, headers)
        if answer.status == 304:
            return None
        seen = hashlib.blake2b(answer.body, digest_size=16).digest()
        if seen == self._seen:
            return None
        found = rows_of(answer, self._name, self._row, self._path)
        self._etag, self._seen = answer.headers.get("etag", ""), seen
        return found

    def forget(self) -> None:
        """Let the next call return the list, whatever the last one returned."""
        self._seen = None


def segment(name: object) -> str:
    """Return a name as one piece of a path, slashes and all."""
    return quote(str(name), safe="")


def rows_of(answer: Answer, name: str, row: type[R], path: str) -> list[R]:
    """Return the rows of an answer; that nothing was found is no rows. Raises Refused, Garbled."""
    if answer.status == 200:
        return rows_in(answer.body, name, row)
    message = message_in(answer.body)
    if message is None or _NO_ROUTE in message or "group not found" in message.lower():
        raise failure(answer, f"GET {path}")
    return []


def failure(answer: Answer, call: str) -> PluginError | Refused:
    """Return what an answer that is no success means."""
    status, reason = answer.status, message_in(answer.body)
    if status == 401:
        return AuthenticationFailed("LibreNMS does not know the token")
    if status == 429 or status >= 500:
        words = f": {reason}" if reason else ""
        return TryLater(f"LibreNMS answered {status} to {call}{words}", asked_wait(answer.headers))
    if 300 <= status < 400:
        target = answer.headers.get("location", "").partition("?")[0]
        return Garbled(f"{call} is led on to {target or 'nowhere'}; `url` must be the address itself")
    if status == 403:
        return Refused(f"the token's user may not {call} (alerts, services and BGP need global read): {reason or 403}")
    if reason is None:
        return Garbled(f"{call} was answered {status}, and not by LibreNMS; is `url` right?")
    return Refused(f"LibreNMS refused {call} ({status}): {reason or 'it does not say why'}")
