"""The API v0 of the simulator: routes, rights, envelopes and oddities of the real one (LibreNMS, api_functions.inc.php)."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hub_librenms.simulator.network import Network
from hub_librenms.simulator.tables import Row

TOKEN = "rehearsal"  # noqa: S105  # of a server that is simulated
ANYBODY, GLOBAL_READ, ADMIN = range(3)

_CHECKS = ("dummy", "http", "icmp", "ping", "ssh")
_DEFAULT_COLUMNS = "port_id, ifName"

Answer = Callable[[Request], Awaitable[Response]]


class RestApi:
    """Answers as LibreNMS does."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.rights = ADMIN
        """What the token's user may do."""
        self.texts = False
        """Whether numbers are told as texts, as older database drivers do."""
        self.missing_columns: set[str] = set()
        """Columns of ports that this version does not have."""
        self.old_validation = False
        """Whether a wrong column is answered `1`, as some versions do."""
        self.calls: list[str] = []
        """Every call, such as `GET /devices?type=down`."""
        self.troubles: deque[Response] = deque()
        """What the next calls are answered in place of the truth."""
        self.trouble_at: dict[str, Response] = {}
        """What calls of a path are answered in place of the truth, until it is taken out."""

    def routes(self) -> list[Route]:
        """Return what it answers."""
        paths: list[tuple[int, str, str, Answer]] = [
            (ANYBODY, "GET", "/system", self._system),
            (ANYBODY, "GET", "/devices", self._devices),
            (ADMIN, "POST", "/devices", self._add_device),
            (ANYBODY, "GET", "/devices/{host}", self._device),
            (ADMIN, "DELETE", "/devices/{host}", self._remove_device),
            (ANYBODY, "GET", "/devices/{host}/ports", self._ports),
            (ANYBODY, "GET", "/devices/{host}/availability", self._availability),
            (ANYBODY, "GET", "/devices/{host}/discover", self._discover),
            (ADMIN, "POST", "/devices/{host}/maintenance", self._maintenance),
            (GLOBAL_READ, "GET", "/devicegroups/{group}", self._group),
            (ADMIN, "POST", "/devicegroups/{group}/maintenance", self._maintenance),
            (ANYBODY, "GET", "/ports", self._ports),
            (ANYBODY, "GET", "/resources/sensors", self._sensors),
            (GLOBAL_READ, "GET", "/alerts", self._alerts),
            (ADMIN, "PUT", "/alerts/{id}", self._acknowledge),
            (ADMIN, "PUT", "/alerts/unmute/{id}", self._unmute),
            (GLOBAL_READ, "GET", "/rules", self._rules),
            (GLOBAL_READ, "GET", "/services", self._services),
            (GLOBAL_READ, "GET", "/services/{host}", self._services),
            (ADMIN, "POST", "/services/{host}", self._add_service),
            (ADMIN, "PATCH", "/services/{id}", self._edit_service),
            (GLOBAL_READ, "GET", "/bgp", self._bgp),
            (ADMIN, "POST", "/syslogsink", self._syslogsink),
        ]
        routes = [
            Route(f"/api/v0{path}", self._guarded(right, answer), methods=[method]) for right, method, path, answer in paths
        ]
        everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return [*routes, Route("/api/v0/{path:path}", self._guarded(ANYBODY, _no_route), methods=everything)]

    def _guarded(self, right: int, answer: Answer) -> Answer:
        async def guarded(request: Request) -> Response:
            path = request.url.path.removeprefix("/api/v0")
            self.calls.append(f"{request.method} {path}" + (f"?{request.url.query}" if request.url.query else ""))
            if self.troubles:
                return self.troubles.popleft()
            if path in self.trouble_at:
                return self.trouble_at[path]
            return self._refusal(request, right) or await answer(request)

        return guarded

    def _refusal(self, request: Request, right: int) -> Response | None:
        if request.headers.get("x-auth-token") != TOKEN:
            if "json" not in request.headers.get("accept", ""):
                return RedirectResponse("/login")
            return JSONResponse({"message": "Unauthenticated."}, 401)
        if self.rights < right:
            return JSONResponse({"message": "This action is unauthorized."}, 403)
        return None

    async def _system(self, _: Request) -> Response:
        versions = {"local_ver": "26.1.0", "local_sha": "0123abc", "db_schema": "2026_01_01 (350)", "php_ver": "8.3.6"}
        return self._ok("system", [versions])

    async def _devices(self, request: Request) -> Response:
        kind = request.query_params.get("type", "all")
        fits: Callable[[Row], bool] = {
            "active": lambda row: not row["ignore"] and not row["disabled"],
            "ignored": lambda row: row["ignore"] and not row["disabled"],
            "disabled": lambda row: row["disabled"],
            "up": lambda row: row["status"] and not row["ignore"] and not row["disabled"],
            "down": lambda row: not row["status"] and not row["ignore"] and not row["disabled"],
        }.get(kind, lambda _: True)
        return self._ok("devices", filter(fits, self._network.devices.values()))

    async def _device(self, request: Request) -> Response:
        row = self._found(request)
        return _error(404, f"Device {request.path_params['host']} does not exist") if row is None else self._ok("devices", [row])

    async def _add_device(self, request: Request) -> Response:
        data = await _json(request)
        if not data.get("hostname"):
            return _error(
                400, "Missing the device hostname" if data else "No information has been provided to add this new device"
            )
        if self._network.device(str(data["hostname"])) is not None:
            return _error(500, f"Already have host {data['hostname']}")
        row = self._network.add(hostname=data["hostname"], sysName=data.get("display") or data["hostname"])
        return self._ok("devices", [row], f"Device {row['hostname']} ({row['device_id']}) has been added successfully")

    async def _remove_device(self, request: Request) -> Response:
        row = self._found(request)
        if row is None:
            return _error(404, f"Device {request.path_params['host']} not found")
        self._network.remove(row["device_id"])
        return self._ok("devices", [row], f"Removed device {row['hostname']}\n")

    async def _availability(self, request: Request) -> Response:
        if self._found(request) is None:
            return _error(403, "Insufficient permissions to access this device")
        return self._ok("availability", [{"duration": seconds, "availability_perc": "99.9"} for seconds in (86_400, 604_800)])

    async def _discover(self, request: Request) -> Response:
        row = self._found(request)
        if row is None:
            return _error(404, f"Device {request.path_params['host']} does not exist")
        self._network.discovered.append(row["device_id"])
        return self._ok("result", {"status": 0, "message": "Device will be rediscovered"})

    async def _maintenance(self, request: Request) -> Response:
        data, params = await _json(request), request.path_params
        name = params.get("host") or params["group"]
        if self._found(request) is None if "host" in params else name not in self._network.groups:
            return _error(404, f"Device {name} not found" if "host" in params else f"Device group {name} not found")
        if not data.get("duration"):
            return _error(400, "Duration not provided")
        self._network.windows.append({"of": name, **data})
        return _said(f"Device {name} moved into maintenance mode for {data['duration']}h", 201)

    async def _group(self, request: Request) -> Response:
        members = self._network.groups.get(request.path_params["group"])
        if members is None:
            return _error(404, "Device group not found")
        if not members:
            return _error(404, f"No devices found in group {request.path_params['group']}")
        return self._ok("devices", [{"device_id": device_id} for device_id in sorted(members)])

    async def _ports(self, request: Request) -> Response:
        columns = [name.strip() for name in request.query_params.get("columns", _DEFAULT_COLUMNS).split(",")]
        known = set(next(iter(self._network.ports.values()), {})) - self.missing_columns
        wrong = [name for name in columns if known and name not in known]
        if wrong:
            return (
                Response("1", media_type="text/html")
                if self.old_validation
                else _error(400, f"Invalid columns: {','.join(wrong)}")
            )
        rows: Iterable[Row] = self._network.ports.values()
        if "host" in request.path_params:
            row = self._found(request)
            rows = [port for port in rows if row is not None and port["device_id"] == row["device_id"]]
        return self._ok("ports", [{name: port[name] for name in columns} for port in rows])

    async def _sensors(self, _: Request) -> Response:
        rows = list(self._network.sensors.values())
        return self._ok("sensors", rows) if rows else _error(404, "Sensors do not exist")

    async def _alerts(self, request: Request) -> Response:
        wanted = request.query_params.get("state", "1").split(",")
        found = []
        for alert in self._network.alerts.values():
            device, rule = self._network.devices.get(alert["device_id"]), self._network.rules.get(alert["rule_id"])
            if str(alert["state"]) in wanted and device is not None and rule is not None:
                found.append({"hostname": device["hostname"], **alert, "severity": rule["severity"]})
        return self._ok("alerts", found)

    async def _acknowledge(self, request: Request) -> Response:
        data, alert_id = await _json(request), request.path_params["id"]
        if not alert_id.isdigit():
            return _error(400, "Invalid alert has been provided")
        done = self._network.acknowledge(int(alert_id), str(data.get("note") or ""), until_clear=data.get("until_clear"))
        return _said("Alert has been acknowledged" if done else "No Alert by that ID")

    async def _unmute(self, request: Request) -> Response:
        data, alert_id = await _json(request), request.path_params["id"]
        if not alert_id.isdigit():
            return _error(400, "Invalid alert has been provided")
        done = self._network.unmute(int(alert_id), str(data.get("note") or ""))
        return _said("Alert has been unmuted" if done else "No alert by that ID")

    async def _rules(self, _: Request) -> Response:
        return self._ok("rules", self._network.rules.values())

    async def _services(self, request: Request) -> Response:
        rows: Iterable[Row] = self._network.services.values()
        if "host" in request.path_params:
            row = self._found(request)
            if row is None:
                return _error(500, "No valid hostname or device id provided")
            rows = [service for service in rows if service["device_id"] == row["device_id"]]
        return self._ok("services", [list(rows)])  # a list in a list, since ever

    async def _add_service(self, request: Request) -> Response:
        data, row = await _json(request), self._found(request)
        if not data.get("type"):
            return _error(400, "Required fields missing (hostname and type needed)")
        if data["type"] not in _CHECKS:
            return _error(400, f"The service {data['type']} does not exist.\n Available service types: {', '.join(_CHECKS)}")
        if row is None:
            return _error(500, "Failed to add the service")
        name = str(data.get("name") or "")
        service_id = self._network.add_service(row["device_id"], data["type"], name, disabled=int(bool(data.get("disable"))))
        return _said(f"Service {data['type']} has been added to device {request.path_params['host']} (#{service_id})", 201)

    async def _edit_service(self, request: Request) -> Response:
        data, service_id = await _json(request), request.path_params["id"]
        service = self._network.services.get(int(service_id)) if service_id.isdigit() else None
        # Its database tells how many rows were changed, and none was when all is as it should be.
        if service is None or all(service.get(name) == value for name, value in data.items()):
            return _error(500, f"Failed to update the service with id {service_id}")
        service |= data
        self._network.counts["services_told"] += 1
        return _said("Service updated successfully", 201)

    async def _bgp(self, _: Request) -> Response:
        return self._ok("bgp_sessions", self._network.sessions.values())

    async def _syslogsink(self, request: Request) -> Response:
        told = json.loads(await request.body())
        lines = told if isinstance(told, list) else [told]
        self._network.syslog += lines
        self._network.counts["syslog_lines"] += len(lines)
        return _said(f"Syslog received: {len(lines)}")

    def _found(self, request: Request) -> Row | None:
        return self._network.device(request.path_params.get("host", ""))

    def _ok(self, name: str, result: Any, message: str = "") -> Response:
        rows = result if isinstance(result, list | dict) else list(result)
        told: Row = {"status": "ok", name: _as_texts(rows) if self.texts else rows}
        if message:
            told["message"] = message
        return JSONResponse(told | ({"count": len(rows)} if isinstance(rows, list) else {}))


async def _no_route(_: Request) -> Response:
    return _error(404, "This API route doesn't exist.")


async def _json(request: Request) -> Row:
    try:
        data = json.loads(await request.body())
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _as_texts(value: Any) -> Any:
    match value:
        case dict():
            return {name: _as_texts(item) for name, item in value.items()}
        case list():
            return [_as_texts(item) for item in value]
        case bool() | None:
            return value
        case int() | float():
            return str(value)
        case _:
            return value


def _said(message: str, status: int = 200) -> Response:
    return JSONResponse({"status": "ok", "message": message}, status)


def _error(status: int, message: str) -> Response:
    return JSONResponse({"status": "error", "message": message}, status)
