"""The running hub, seen through its HTTP API."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from hub.errors import HubError
from hub.web.address import FILE_NAME, Address, read_address

_DEMO = Path("demo", "data")  # below the data folder: where `hub demo` keeps its own


class NotReached(HubError):
    """No hub answers."""


class NotDone(HubError):
    """The hub answers that it does not do what was asked."""


class Remote:
    """A running hub."""

    def __init__(self, address: Address) -> None:
        try:
            parts = urlsplit(address.url)
            origin = (parts.scheme == "https", parts.hostname or "", parts.port)
        except ValueError:
            raise _no_address(address.url) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _no_address(address.url)
        self._origin = origin
        self._netloc = parts.netloc
        self._path = parts.path.rstrip("/")
        self.token = address.token
        self.url = address.url.rstrip("/")

    @property
    def websocket_url(self) -> str:
        """Where its WebSocket is."""
        return f"{'wss' if self._origin[0] else 'ws'}://{self._netloc}{self._path}/api/websocket"

    def get(self, *path: str) -> Any:
        """Read. Raises NotReached or NotDone."""
        return self._ask("GET", path, None)

    def post(self, *path: str, body: object = None, query: str = "") -> Any:
        """Ask for something to be done. Raises NotReached or NotDone."""
        return self._ask("POST", path, body, query)

    def delete(self, *path: str) -> Any:
        """Ask for something to be removed. Raises NotReached or NotDone."""
        return self._ask("DELETE", path, None)

    def _ask(self, method: str, path: tuple[str, ...], body: object, query: str = "") -> Any:
        from hub.cli.exchange import exchange

        target = "/".join((f"{self._path}/api", *(quote(part, safe="") for part in path))) + query
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        content = None if body is None else json.dumps(body, default=str).encode()
        try:
            status, text = exchange(self._origin, method, target, headers, content)
        except OSError as error:
            raise NotReached(f"no hub answers at {self.url}: {error}") from None
        return _content(status, text)


def reach(url: str | None, token: str | None, data_dir: Path) -> Remote:
    """Find the running hub: where the options say, else where its data folder says. Raises NotReached."""
    known = read_address(data_dir) or read_address(data_dir / _DEMO)
    if url is None:
        if known is None:
            where = data_dir / FILE_NAME
            raise NotReached(
                f"no hub runs here ({where} is not there): start one with `hub run`, or name it with --url and --token"
            )
        return Remote(Address(known.url, token or known.token))
    if token is None:
        if known is None or url.rstrip("/") != known.url.rstrip("/"):
            raise NotReached(f"a token is needed for {url}: give it with --token or in HUB_TOKEN")
        token = known.token
    return Remote(Address(url, token))


def _no_address(url: str) -> NotReached:
    return NotReached(f"{url!r} is no address of a hub: expected one such as http://127.0.0.1:8123")


def _content(status: int, text: bytes) -> Any:
    try:
        content = json.loads(text) if text else None
    except ValueError:
        raise NotReached("what answers is no hub") from None
    if status < 300:
        return content
    message = content.get("message") if isinstance(content, dict) else None
    if status == 401:
        raise NotDone("the hub does not know this token")
    raise NotDone(str(message or f"the hub answers {status}"))
