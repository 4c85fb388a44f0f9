"""What LibreNMS's "API" alert transport sends, as far as it can be read. Pure.

The admin writes the template, so the body may be JSON, a form, lines, or nothing but a query; older servers put texts into JSON
as they are, quotes and line breaks and all (LibreNMS, Alert/Transport/Api.php and View/SimpleTemplate.php).
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from hub.api import WebhookRequest

HEADER = "x-hub-secret"
"""The header that carries the secret; basic auth with the secret as password does as well."""

TEMPLATE = """{
  "alert_id": {{ $alert_id|json_encode }},
  "device_id": {{ $device_id|json_encode }},
  "rule_id": {{ $rule_id|json_encode }},
  "hostname": {{ $hostname|json_encode }},
  "name": {{ $name|json_encode }},
  "severity": {{ $severity|json_encode }},
  "state": {{ $state|json_encode }},
  "timestamp": {{ $timestamp|json_encode }},
  "title": {{ $title|json_encode }}
}"""
"""The body to configure: only what is never empty, since a filter makes nothing at all of an empty value."""

_FIELDS = (
    "alert_id",
    "device_id",
    "hostname",
    "id",
    "message",
    "msg",
    "name",
    "rule",
    "rule_id",
    "severity",
    "state",
    "sysName",
    "timestamp",
    "title",
    "uid",
)
_MARK = re.compile(r'[{,]\s*"(' + "|".join(_FIELDS) + r')"\s*:\s*')
_LINE = re.compile(r"\s*(" + "|".join(_FIELDS) + r")\s*[:=]\s*(.*)")
_LONGEST = 64 << 10  # characters of a body that is no JSON which are looked at


class Heard(NamedTuple):
    """What a request says."""

    fields: Mapping[str, Any]
    wrong: str
    """What is wrong with its body; empty when all is well."""


def is_from_librenms(request: WebhookRequest, secrets: Iterable[str]) -> bool:
    """Tell whether the request carries one of the secrets; takes the same time whatever is wrong."""
    given = [request.headers.get(HEADER, ""), _password(request.headers.get("authorization", ""))]
    wanted = [secret.encode() for secret in secrets if secret]
    found = [hmac.compare_digest(one.encode(errors="replace"), other) for one in given for other in wanted]
    return any(found)  # all were compared


def heard(request: WebhookRequest) -> Heard:
    """Read a request: its body, and where that says nothing its query."""
    told, wrong = _read(request.body.decode(errors="replace").strip(), request.headers.get("content-type", ""))
    fields = {**request.query, **{name: value for name, value in told.items() if value not in (None, "")}}
    if not fields and not wrong:
        wrong = "it says nothing: the transport needs a body, or options"
    return Heard(fields, wrong)


def _password(authorization: str) -> str:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded, validate=True).decode(errors="replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _read(body: str, content_type: str) -> tuple[Mapping[str, Any], str]:
    if not body:
        return {}, ""
    try:
        told = json.loads(body, strict=False)
    except (ValueError, RecursionError):
        return _salvaged(body, content_type)
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    if isinstance(told, dict):
        return told, ""
    return {}, "its JSON is no object"


def _salvaged(body: str, content_type: str) -> tuple[Mapping[str, Any], str]:
    """Read what is no JSON; a form and lines are as good, broken JSON is told of."""
    body = body[:_LONGEST]
    if body.startswith(("{", "[")):
        return _pieces(body), "its JSON is broken: use |json_encode in the template, and only with values that are never empty"
    if "form-urlencoded" in content_type or ("&" in body and "\n" not in body):
        return dict(parse_qsl(body, max_num_fields=200) if body.count("&") < 200 else ()), ""
    lines = [found for line in body.splitlines() if (found := _LINE.fullmatch(line))]
    return {found[1]: found[2].strip() for found in lines}, "" if lines else "it is neither JSON nor a form nor lines"


def _pieces(body: str) -> Mapping[str, str]:
    """Cut broken JSON at the names that are known: what stands between two is the value of the first."""
    marks = list(_MARK.finditer(body))
    ends = [*(mark.start() for mark in marks[1:]), len(body)][: len(marks)]
    return {
        mark[1]: body[mark.end() : end].strip().rstrip("},").strip().strip('"') for mark, end in zip(marks, ends, strict=True)
    }
