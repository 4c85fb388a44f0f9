"""What automations can ask of LibreNMS."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import SecretStr

from hub.api import ActionError, Answer, BadActionData, Effect, action
from hub_librenms.alert import State
from hub_librenms.api import segment
from hub_librenms.failures import Refused
from hub_librenms.parts import STATUSES, ServiceRow, check
from hub_librenms.session import INVENTORY, SERVICES, Session

Which = Annotated[str, "Host name, system name or id of the device."]
AlertId = Annotated[int, "LibreNMS's id of the alert, such as `trigger.event.data.alert_id`."]
Note = Annotated[str | None, "What to write into the alert's notes; say who it was, since LibreNMS names the token's user."]


class SnmpVersion(StrEnum):
    """How a device is asked."""

    V1 = "v1"
    V2C = "v2c"
    V3 = "v3"


class ServiceStatus(StrEnum):
    """How a service does."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """Priorities of syslog, the worst first."""

    EMERG = "emerg"
    ALERT = "alert"
    CRIT = "crit"
    ERR = "err"
    WARNING = "warning"
    NOTICE = "notice"
    INFO = "info"
    DEBUG = "debug"


_LARGEST_ANSWER = 1000  # rows
_SECRETS, _STARS = {"community", "authpass", "cryptopass"}, "**********"
_PUSHED_TYPE = "dummy"
"""A check that every LibreNMS with the monitoring plugins has. It is never run: the service is disabled for LibreNMS's checks."""


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def acknowledge(
    session: Session,
    alert: AlertId,
    note: Note = None,
    until_clear: Annotated[bool, "Whether it stays quiet until it is over; else it is told again when it changes."] = True,
) -> Mapping[str, Any]:
    """Say that somebody takes care of an alert; answers with LibreNMS's message."""
    body: dict[str, object] = {"note": note or "", "until_clear": until_clear}
    return {"message": await session.settle(alert, State.ACKNOWLEDGED, f"/alerts/{alert}", body)}


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def unmute(session: Session, alert: AlertId, note: Note = None) -> Mapping[str, Any]:
    """Take an acknowledgement back; answers with LibreNMS's message."""
    return {"message": await session.settle(alert, State.ALERT, f"/alerts/unmute/{alert}", {"note": note or ""})}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def maintenance(
    session: Session,
    duration: Annotated[timedelta, "How long, in whole minutes."],
    device: Annotated[str | None, "Host name, system name or id of the device."] = None,
    group: Annotated[str | None, "Or the device group."] = None,
    title: Annotated[str | None, "What the window is called."] = None,
    notes: Annotated[str | None, "Why."] = None,
    start: Annotated[datetime | None, "When it begins; now unless said. Without a zone it is the server's time."] = None,
) -> Mapping[str, Any]:
    """Begin a maintenance window, in which LibreNMS sends no alerts; answers with its message."""
    if (device is None) == (group is None):
        raise BadActionData("say either the device or the group")
    minutes = int(duration.total_seconds()) // 60
    if minutes < 1:
        raise BadActionData("duration: a window is at least a minute long")
    body: dict[str, object] = {"duration": f"{minutes // 60}:{minutes % 60:02d}"}
    if start is not None:
        local = start if start.tzinfo is None else start.astimezone(session.config.zone)
        body["start"] = local.strftime("%Y-%m-%d %H:%M:00")
    body |= {name: value for name, value in (("title", title), ("notes", notes)) if value}
    path = f"/devicegroups/{segment(group)}" if device is None else f"/devices/{session.path_of(device)}"
    return _said(await session.api.change("POST", f"{path}/maintenance", body))


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def rediscover(session: Session, device: Which) -> Mapping[str, Any]:
    """Have LibreNMS look anew what a device has; answers with its message."""
    answer = await session.api.read(f"/devices/{session.path_of(device)}/discover")
    result = answer.get("result")
    return _said(result if isinstance(result, dict) else answer)


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def add_device(
    session: Session,
    hostname: Annotated[str, "Host name or address."],
    version: Annotated[SnmpVersion, "Version of SNMP: v1, v2c or v3."] = SnmpVersion.V2C,
    community: Annotated[SecretStr | None, "Community, for v1 and v2c; LibreNMS's own unless said."] = None,
    port: Annotated[int | None, "Port of SNMP."] = None,
    transport: Annotated[str | None, "udp, tcp, udp6 or tcp6."] = None,
    display: Annotated[str | None, "What LibreNMS calls it."] = None,
    poller_group: Annotated[int | None, "Id of the poller group."] = None,
    ping_only: Annotated[bool, "Whether it is only pinged, without SNMP."] = False,
    force: Annotated[bool, "Whether it is added although it does not answer."] = False,
    auth_level: Annotated[str | None, "v3: noAuthNoPriv, authNoPriv or authPriv."] = None,
    auth_name: Annotated[str | None, "v3: user."] = None,
    auth_password: Annotated[SecretStr | None, "v3: password of the user."] = None,
    auth_algorithm: Annotated[str | None, "v3: such as SHA."] = None,
    crypto_password: Annotated[SecretStr | None, "v3: password of the encryption."] = None,
    crypto_algorithm: Annotated[str | None, "v3: such as AES."] = None,
) -> Mapping[str, Any]:
    """Have LibreNMS watch a device; answers with its message and the device's id."""
    given: dict[str, object] = {
        "hostname": hostname,
        "version": version.value,
        "community": community,
        "port": port,
        "transport": transport,
        "display": display,
        "poller_group": poller_group,
        "snmp_disable": ping_only or None,
        "force_add": force or None,
        "authlevel": auth_level,
        "authname": auth_name,
        "authpass": auth_password,
        "authalgo": auth_algorithm,
        "cryptopass": crypto_password,
        "cryptoalgo": crypto_algorithm,
    }
    body = {name: _open(value) for name, value in given.items() if value is not None}
    answer = await session.api.change("POST", "/devices", body)
    session.rounds.soon(INVENTORY)
    devices = answer.get("devices")
    first = devices[0] if isinstance(devices, list) and devices and isinstance(devices[0], dict) else {}
    return {**_said(answer), "device_id": first.get("device_id")}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def remove_device(
    session: Session,
    device: Which,
    confirm: Annotated[bool, "Must be true: the device's history in LibreNMS goes with it."] = False,
) -> Mapping[str, Any]:
    """Remove a device and all its history from LibreNMS; answers with its message."""
    if not confirm:
        raise BadActionData(f"removing {device} takes its history in LibreNMS with it: say confirm: true")
    answer = await session.api.change("DELETE", f"/devices/{session.path_of(device)}")
    session.rounds.soon(INVENTORY)
    return _said(answer)


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def push_service(
    session: Session,
    device: Which,
    service: Annotated[str, "Name of the service; it is made when the device has none of this name."],
    status: Annotated[ServiceStatus, "ok, warning, critical or unknown."],
    message: Annotated[str, "What LibreNMS shows beside it."] = "",
) -> Mapping[str, Any]:
    """Show something of the hub as a service of a device in LibreNMS; answers with the service's id."""
    host = session.path_of(device)
    service_id = await _service_id(session, host, service)
    if service_id is None:
        body: dict[str, object] = {"type": _PUSHED_TYPE, "name": service, "desc": service, "ip": "", "disable": True}
        await session.api.change("POST", f"/services/{host}", body)
        service_id = await _service_id(session, host, service)
        if service_id is None:
            raise ActionError(f"LibreNMS has not made the service {service!r}")
    told: dict[str, object] = {"service_status": STATUSES.index(status.value), "service_message": message, "service_disabled": 1}
    try:
        await session.api.change("PATCH", f"/services/{service_id}", told)
    except Refused:
        # LibreNMS says that it failed, too, when nothing had to be changed.
        if not await _is_so(session, host, service_id, status.value, message):
            raise
    session.rounds.soon(SERVICES)
    return {"service_id": service_id}


@action(effect=Effect.EXTERNAL)
async def syslog(
    session: Session,
    device: Which,
    message: Annotated[str, "The message."],
    level: Annotated[Level, "Such as notice (the default), warning or err."] = Level.NOTICE,
    program: Annotated[str, "Which program says so."] = "hub",
    facility: Annotated[str, "Facility of syslog."] = "local0",
) -> None:
    """Write a line into a device's syslog in LibreNMS."""
    switch = session.inventory.find(device)
    line = {
        "host": device if switch is None else switch.hostname,
        "msg": message,
        "facility": facility,
        "priority": level.value,
        "level": level.value,
        "tag": "",
        "program": program,
        "timestamp": session.now().strftime("%Y-%m-%d %H:%M:%S"),
    }
    await session.api.change("POST", "/syslogsink", [line])


@action(effect=Effect.READ, answer=Answer.ONLY)
async def get(
    session: Session,
    path: Annotated[str, "What to ask for, below `/api/v0`, such as `devices/core-1/availability`."],
    parameters: Annotated[dict[str, str] | None, "The query."] = None,
) -> Mapping[str, Any]:
    """Ask LibreNMS for anything that its API tells; answers with what it says."""
    pieces = path.strip("/").split("/")
    if any(piece in ("", ".", "..") for piece in pieces) or any(mark in path for mark in "?#\\"):
        raise BadActionData("path: pieces joined by `/`, such as `devices/core-1/availability`; what follows `?` are parameters")
    asked = "/" + "/".join(segment(piece) for piece in pieces)
    answer = await session.api.read(asked, list((parameters or {}).items()))
    for name, value in answer.items():
        if isinstance(value, list) and len(value) > _LARGEST_ANSWER:
            raise ActionError(f"{path} answers with {len(value)} {name}; ask for less than {_LARGEST_ANSWER}")
    return {name: _masked(value) for name, value in answer.items()}


async def _service_id(session: Session, host: str, name: str) -> int | None:
    rows = await session.api.rows(f"/services/{host}", "services", ServiceRow)
    found = [service for service in map(check, rows) if service is not None and service.name == name]
    return found[0].id if found else None


async def _is_so(session: Session, host: str, service_id: int, status: str, message: str) -> bool:
    rows = await session.api.rows(f"/services/{host}", "services", ServiceRow)
    services = {service.id: service for service in map(check, rows) if service is not None}
    found = services.get(service_id)
    return found is not None and (found.status, found.message) == (status, message.strip()[:255])


def _said(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"message": str(answer.get("message") or "")}


def _masked(value: Any) -> Any:
    """Hide the passwords with which LibreNMS asks its devices: it tells them to every admin's token."""
    match value:
        case dict():
            return {name: _STARS if name in _SECRETS and item else _masked(item) for name, item in value.items()}
        case list():
            return [_masked(item) for item in value]
        case _:
            return value


def _open(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
