"""The REST API v2: incidents, notes, who is on call, webhook subscriptions."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from hub.api import AuthenticationFailed, Clock
from hub_pagerduty.failures import Refused, TryLater, Unreachable, asked_wait
from hub_pagerduty.http import Answer, Http

Parameters = Sequence[tuple[str, str]]

_PAGE = 100
_LAST = 10_000  # offset + limit beyond this is refused
_WAITS = (1.0, 5.0)  # seconds between the attempts of one call
_LONGEST_WAIT = 30.0


class RestApi:
    """Asks and tells the REST API."""

    def __init__(self, http: Http, clock: Clock, address: str, key: str, from_email: str | None) -> None:
        self._http, self._clock, self._address = http, clock, address
        self._headers = {
            "Authorization": f"Token token={key}",
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Content-Type": "application/json",
        }
        self._from = {"From": from_email} if from_email else {}

    async def pages(self, path: str, name: str, parameters: Parameters = ()) -> AsyncGenerator[Mapping[str, Any], None]:
        """Yield the items of a list that comes in pages, at most the 10,000 that can be asked for."""
        for offset in range(0, _LAST, _PAGE):
            page = await self.get(path, [*parameters, ("limit", str(_PAGE)), ("offset", str(offset))])
            for item in page.get(name) or ():
                if isinstance(item, dict):
                    yield item
            if not page.get("more"):
                return

    async def get(self, path: str, parameters: Parameters = ()) -> dict[str, Any]:
        """Ask. Raises AuthenticationFailed, Refused, TryLater, Unreachable."""
        return await self._call("GET", path, parameters, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make something. Raises as `get` does."""
        return await self._call("POST", path, (), json.dumps(body).encode())

    async def delete(self, path: str) -> None:
        """Take something away. Raises as `get` does."""
        await self._call("DELETE", path, (), None)

    async def _call(self, method: str, path: str, parameters: Parameters, body: bytes | None) -> dict[str, Any]:
        for wait in _WAITS:
            try:
                return await self._once(method, path, parameters, body)
            except TryLater as error:
                asked = wait if error.retry_after is None else error.retry_after
                if asked > _LONGEST_WAIT:
                    raise
                await self._clock.sleep(asked)
        return await self._once(method, path, parameters, body)

    async def _once(self, method: str, path: str, parameters: Parameters, body: bytes | None) -> dict[str, Any]:
        headers = self._headers if method == "GET" else {**self._headers, **self._from}
        answer = await self._http.send(method, self._address + path, headers=headers, params=parameters, body=body)
        if answer.status in (200, 201, 202):
            return answer.data()
        if answer.status == 204:
            return {}
        raise _failure(answer, f"{method} {path}")


def _failure(answer: Answer, call: str) -> Exception:
    if answer.status == 401:
        return AuthenticationFailed("PagerDuty does not know the api_key (or it is of another region)")
    if answer.status == 429 or answer.status >= 500:
        return TryLater(f"the REST API answered {answer.status} to {call}", asked_wait(answer.headers))
    if 400 <= answer.status < 500:
        return Refused(f"PagerDuty refused {call} ({answer.status}): {_reasons(answer)}")
    return Unreachable(f"the REST API answered {answer.status} to {call}")


def _reasons(answer: Answer) -> str:
    try:
        told = answer.data().get("error")
    except Unreachable:
        told = None
    if not isinstance(told, dict):
        return "it does not say why"
    return "; ".join([str(told.get("message", "")), *map(str, told.get("errors") or ())]).strip("; ")
