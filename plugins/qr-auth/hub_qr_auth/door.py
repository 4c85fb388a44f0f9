"""The door of the pages: what a request must be like before anybody looks at what it wants."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final
from urllib.parse import parse_qsl

from hub.api import PluginError, WebhookRequest
from hub_qr_auth.config import QrAuthConfig

BROWSER, SESSION, PHONE = "qr_auth_browser", "qr_auth_session", "qr_auth_phone"
"""Cookies: of a browser that waits, of one that is signed in, of a phone that is known."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_FORM: Final = "application/x-www-form-urlencoded"
_LARGEST = 8 << 10
_MOST_FIELDS = 16
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "CrOS", "Linux")
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


class Refusal(PluginError):
    """A request that is not answered as asked; the status in HTTP's words, the text for a person."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.headers = status, dict(headers or {})

    @classmethod
    def wait(cls, seconds: float) -> "Refusal":
        """Refuse somebody who comes too often."""
        after = max(1, int(seconds + 0.999))
        return cls(429, f"Too many tries. Please wait {after} seconds.", {"retry-after": str(after)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that has been looked through."""

    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    address: str
    browser: str
    """What it says it is, in two words; not to be believed."""

    def token(self, name: str) -> str:
        """Return a token out of the form or the query; empty when it does not look like one."""
        text = self.form.get(name) or self.query.get(name) or ""
        return text if _TOKEN.fullmatch(text) else ""


class Door:
    """Lets in what comes from our own pages, in the form in which they send it."""

    def __init__(self, config: QrAuthConfig, path: str) -> None:
        self._origin, self._trusted = config.external_url, config.trusted_proxies
        self._cookie_end = f"; Path={path}; HttpOnly; SameSite=Lax{'; Secure' if config.encrypted else ''}"

    def look_through(self, request: WebhookRequest) -> Visit:
        """Check a request. Raises Refusal."""
        return Visit(
            query=request.query,
            form=self._form(request) if request.method == "POST" else {},
            cookies=_cookies(request.headers.get("cookie", "")),
            address=_address(request, self._trusted),
            browser=_browser(request.headers.get("user-agent", "")),
        )

    def cookie(self, name: str, token: str, seconds: float) -> dict[str, str]:
        """Return the header that sets a cookie for so many seconds; without a token, one that removes it."""
        return {"set-cookie": f"{name}={token}; Max-Age={int(seconds) if token else 0}{self._cookie_end}"}

    def _form(self, request: WebhookRequest) -> dict[str, str]:
        # A browser always says from which site a page sends; no other site can say ours.
        if request.headers.get("origin", "").lower() != self._origin:
            raise Refusal(403, f"This was not sent from a page of {self._origin}.")
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Refusal(403, "This was sent from another site.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise Refusal(415, "This is not a form.")
        if len(request.body) > _LARGEST:
            raise Refusal(413, "This is too long.")
        try:
            pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise Refusal(400, "This form cannot be read.") from None
        if len({name for name, _ in pairs}) < len(pairs):
            raise Refusal(400, "This form says something twice.")
        return dict(pairs)


def _cookies(header: str) -> dict[str, str]:
    """Read our own cookies; whatever does not look like one of them is not there."""
    pairs = [part.strip().partition("=") for part in header[:_LARGEST].split(";")]
    return {name: text for name, _, text in pairs if name in (BROWSER, SESSION, PHONE) and _TOKEN.fullmatch(text)}


def _address(request: WebhookRequest, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """Return where the request comes from: beyond our own proxies, each of which adds whom it heard it from."""
    told = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",")]
    address = request.remote or ""
    while told and told[-1] and _is_in(address, trusted):
        address = told.pop()
    return address[:64]


def _is_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _browser(agent: str) -> str:
    name = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((system for system in _SYSTEMS if system in agent), "").replace("Mac OS X", "macOS").replace("CrOS", "ChromeOS")
    return " on ".join(filter(None, (name, system))) or "an unknown browser"
