"""The page on which a person sees the network, and lets things happen in it."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub_librenms.alert import State
from hub_librenms.simulator.network import Network
from hub_librenms.simulator.tables import Row
from hub_librenms.simulator.transport import Sender

_PAGE = Path(__file__).with_name("page.html")
_SHOWN = 60
_PERSON = "ada"


class Page:
    """Shows the network."""

    def __init__(self, network: Network, sender: Sender) -> None:
        self._network, self._sender = network, sender

    def routes(self) -> list[Route]:
        """Return what it answers."""
        return [
            Route("/", self._html),
            Route("/page/network", self._state),
            Route("/page/devices/{id:int}/{does}", self._press_device, methods=["POST"]),
            Route("/page/alerts/{id:int}/acknowledge", self._press_alert, methods=["POST"]),
        ]

    async def _html(self, _: Request) -> Response:
        return HTMLResponse(_PAGE.read_text())

    async def _state(self, _: Request) -> Response:
        network = self._network
        alerts = [self._alert(alert) for alert in network.alerts.values() if alert["state"] != State.OK]
        names = ("device_id", "sysName", "location", "status", "status_reason", "hardware")
        devices = [{name: row[name] for name in names} for row in list(network.devices.values())[:_SHOWN]]
        pushed = [
            {
                "device": network.devices[row["device_id"]]["sysName"],
                "name": row["service_name"],
                "message": row["service_message"],
            }
            | {"status": row["service_status"]}
            for row in network.services.values()
        ]
        told = {"alerts": alerts, "devices": devices, "services": pushed[:_SHOWN], "syslog": network.syslog[-10:]}
        return JSONResponse(told | {"counts": network.counts, "delivered": self._sender.delivered})

    async def _press_device(self, request: Request) -> Response:
        device_id, does = request.path_params["id"], request.path_params["does"]
        if device_id not in self._network.devices or does not in ("down", "up"):
            return Response(status_code=404)
        (self._network.go_down if does == "down" else self._network.come_up)(device_id)
        return Response(status_code=204)

    async def _press_alert(self, request: Request) -> Response:
        done = self._network.acknowledge(request.path_params["id"], "on the page", until_clear=True, who=_PERSON)
        return Response(status_code=204 if done else 404)

    def _alert(self, alert: Row) -> Row:
        device, rule = self._network.devices[alert["device_id"]], self._network.rules[alert["rule_id"]]
        told = {name: alert[name] for name in ("id", "state", "note", "timestamp")}
        return told | {"device": device["sysName"], "rule": rule["name"], "severity": rule["severity"]}
