"""The pages: plain HTML that needs nothing from anywhere else, under a policy that forbids everything else."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from hub.api import WebhookReply

_FOLDER = Path(__file__).parent / "pages"


class Html(str):
    """Text that is markup already; all other text is escaped when it is put into a page."""

    __slots__ = ()


def page(
    name: str, title: str, values: Mapping[str, str] | None = None, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> WebhookReply:
    """Return the page of a file, with values put into it."""
    script = _script(name)
    body = Template(_text(f"{name}.html")).substitute({key: _escaped(value) for key, value in (values or {}).items()})
    frame = Template(_text("frame.html"))
    text = frame.substitute(
        title=escape(title), style=_text("style.css"), body=body, script=f"<script>{script}</script>\n" if script else ""
    )
    return WebhookReply(
        status=status, body=text, content_type="text/html", headers={**_common(), **_policy(script), **(headers or {})}
    )


def part(name: str, values: Mapping[str, str]) -> Html:
    """Return a piece of a page."""
    return Html(Template(_text(f"{name}.html")).substitute({key: _escaped(value) for key, value in values.items()}))


def message(
    title: str, text: str, *, status: int = 200, good: bool = False, headers: Mapping[str, str] | None = None
) -> WebhookReply:
    """Return a page that says one thing."""
    values = {"title": title, "text": text, "mark": "✓" if good else "!", "kind": "good" if good else "bad"}
    return page("message", title, values, status=status, headers=headers)


def answer(value: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None) -> WebhookReply:
    """Return JSON for our own script."""
    return WebhookReply(
        status=status, body=json.dumps(value), content_type="application/json", headers={**_common(), **(headers or {})}
    )


def see(address: str, headers: Mapping[str, str] | None = None) -> WebhookReply:
    """Send the browser to another page."""
    return WebhookReply(status=303, headers={"location": address, **_common(), **(headers or {})})


def _common() -> dict[str, str]:
    return {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        # With `no-referrer` browsers would not say from where a form comes.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }


def _policy(script: str) -> dict[str, str]:
    rules = [
        "default-src 'none'",
        f"style-src '{_hash(_text('style.css'))}'",
        *([f"script-src '{_hash(script)}'", "connect-src 'self'"] if script else []),
        "img-src data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return {"content-security-policy": "; ".join(rules)}


def _escaped(value: str) -> str:
    return value if isinstance(value, Html) else escape(value)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _script(name: str) -> str:
    return _text(f"{name}.js") if (_FOLDER / f"{name}.js").exists() else ""


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
