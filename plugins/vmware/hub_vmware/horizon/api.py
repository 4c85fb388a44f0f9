"""Horizon Server REST: login, token, pages. Routes and forms: Omnissa's OpenAPI document of the Horizon Server API."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from hub.api import AuthenticationFailed
from hub_vmware.config import Horizon
from hub_vmware.failures import Busy, Garbled, Refused
from hub_vmware.horizon.http import Answer, Http, Parameters

_PAGE = 1000
_MOST_PAGES = 100
_VERSIONS = range(1, 10)


class Api:
    """A login at a connection server; the token is renewed when it has expired."""

    def __init__(self, http: Http, config: Horizon) -> None:
        self._http = http
        self._config = config
        self._access = ""
        self._refresh = ""
        self._versions: dict[str, int] = {}

    async def login(self) -> None:
        """Log in. Raises AuthenticationFailed, NotConnected, Garbled, Busy."""
        config = self._config
        person = {"domain": config.domain, "username": config.user, "password": config.password.get_secret_value()}
        answer = await self._send("POST", "/login", person)
        if answer.status in (400, 401, 403):
            raise AuthenticationFailed("Horizon refuses the user or the password")
        tokens = _object(_read(answer))
        self._access, self._refresh = _text(tokens, "access_token"), _text(tokens, "refresh_token")

    async def logout(self) -> None:
        """Give the login back."""
        await self._send("POST", "/logout", {"refresh_token": self._refresh})

    async def list_all(self, what: str, params: Parameters = ()) -> list[dict[str, Any]]:
        """Return every item of `/inventory/<version>/<what>`, in the first version that the server knows."""
        known = self._versions.get(what)
        for version in _VERSIONS if known is None else [known]:
            answer = await self._ask(
                "GET", f"/inventory/v{version}/{what}", params=[("page", "1"), ("size", str(_PAGE)), *params]
            )
            if answer.status != 404:
                self._versions[what] = version
                return await self._rest(answer, f"/inventory/v{version}/{what}", params)
        raise Refused(f"Horizon has no {what}")

    async def get(self, path: str, params: Parameters = ()) -> Any:
        """Return what is at this path; None when nothing is."""
        answer = await self._ask("GET", path, params=params)
        return None if answer.status == 404 else _read(answer)

    async def act(self, path: str, ids: object, params: Parameters = ()) -> None:
        """Do something to several things. Raises Refused with the reasons when it failed for one."""
        answer = await self._ask("POST", path, ids, params)
        items = _read(answer)
        for item in items if isinstance(items, list) else ():
            status = item.get("status_code") if isinstance(item, dict) else None
            if isinstance(status, int) and status >= 400:
                raise Refused("; ".join(map(str, item.get("error_messages") or [])) or f"Horizon answers {status}")

    async def _rest(self, answer: Answer, path: str, params: Parameters) -> list[dict[str, Any]]:
        items = _objects(_read(answer))
        for page in range(2, _MOST_PAGES + 1):
            if answer.headers.get("has_more_records", answer.headers.get("has-more-records", "")).upper() != "TRUE":
                break
            answer = await self._ask("GET", path, params=[("page", str(page)), ("size", str(_PAGE)), *params])
            items += _objects(_read(answer))
        return items

    async def _ask(self, method: str, path: str, body: object = None, params: Parameters = ()) -> Answer:
        used = self._access
        answer = await self._send(method, path, body, params)
        if answer.status != 401:
            return answer
        if used == self._access:  # nobody else has renewed it in the meantime
            await self._renew()
        answer = await self._send(method, path, body, params)
        if answer.status == 401:
            raise AuthenticationFailed("Horizon takes neither the token nor the password any more")
        return answer

    async def _renew(self) -> None:
        answer = await self._send("POST", "/refresh", {"refresh_token": self._refresh})
        if answer.status == 200:
            self._access = _text(_object(_read(answer)), "access_token")
        else:
            await self.login()

    async def _send(self, method: str, path: str, body: object = None, params: Parameters = ()) -> Answer:
        headers = {"accept": "application/json"}
        if path not in ("/login", "/refresh", "/logout"):
            headers["authorization"] = f"Bearer {self._access}"
        content = None
        if body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body).encode()
        url = f"{self._config.url}/rest{quote(path)}"
        answer = await self._http.send(method, url, headers=headers, params=params, body=content)
        if answer.status in (429, 502, 503, 504):
            raise Busy(f"Horizon is busy ({answer.status})")
        return answer


def _read(answer: Answer) -> Any:
    if answer.status >= 500:
        raise Garbled(f"Horizon is broken ({answer.status})")
    if answer.status >= 400:
        raise Refused(_reason(answer))
    if not answer.body.strip():
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        raise Garbled("the answer is none of Horizon's: it is not JSON") from None


def _reason(answer: Answer) -> str:
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    words = [said.get("error_message"), *(said.get("error_messages") or [])] if isinstance(said, dict) else []
    return "; ".join(str(word) for word in words if word) or f"Horizon answers {answer.status}"


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(item, dict) for item in value):
        raise Garbled("the answer is none of Horizon's: a list was expected")
    return list(value)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Garbled("the answer is none of Horizon's: an object was expected")
    return value


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text:
        raise Garbled(f"the answer is none of Horizon's: it has no {key}")
    return text
