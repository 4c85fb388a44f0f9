"""One server, connected: what goes its rounds, and what actions work with."""

from datetime import datetime

from hub.api import ActionError, Category, Hub, HubError
from hub_librenms.alarms import Alarms
from hub_librenms.alert import State
from hub_librenms.api import LibreNms, segment
from hub_librenms.board import Board
from hub_librenms.config import Kind, LibreNmsConfig
from hub_librenms.details import Details
from hub_librenms.inventory import Inventory
from hub_librenms.problems import Problems
from hub_librenms.rounds import Round, Rounds

INVENTORY, DOWN, ALERTS, SERVICES = "inventory", "down", "alerts", "services"


class Session:
    """A LibreNMS."""

    def __init__(self, config: LibreNmsConfig, hub: Hub, api: LibreNms, version: str) -> None:
        self.config, self.api = config, api
        self._hub = hub
        self._board, self._problems = Board(hub), Problems(hub)
        self.inventory = Inventory(hub, api, self._board, self._problems, config)
        self.alarms = Alarms(hub, api, self._board, self.inventory, config)
        self._details = Details(api, hub.clock, self._board, self.inventory, config)
        self.rounds = self._rounds()
        hub.sensor("version", name="Version", icon="mdi:tag-outline", category=Category.DIAGNOSTIC).set(version or None)

    async def begin(self) -> None:
        """Go the rounds."""
        self._problems.begin()
        shown = set(self.config.kinds)
        shown |= {Kind.DEVICES} if self.config.shows(Kind.UPTIME) else set()
        shown |= {Kind.PORTS} if self.config.shows(Kind.TRAFFIC) else set()
        await self._board.keep_only(shown)
        self.rounds.begin()

    def path_of(self, device: str) -> str:
        """Return the device's piece of a path: its id where it is known, since LibreNMS takes a name of digits for an id."""
        switch = self.inventory.find(device)
        return segment(device if switch is None else switch.id)

    def now(self) -> datetime:
        """Return the moment by the server's local time."""
        return self._hub.clock.now().astimezone(self.config.zone)

    async def settle(self, alert_id: int, state: State, path: str, body: dict[str, object]) -> str:
        """Acknowledge or unmute an alert; returns LibreNMS's message. Raises ActionError when there is none with this id."""
        self.alarms.expect(alert_id, state)
        try:
            message = str((await self.api.change("PUT", path, body)).get("message") or "")
            if message.lower().startswith("no alert"):  # LibreNMS says so with 200
                raise ActionError(f"there is no alert {alert_id}")
        except HubError:
            self.alarms.expect_no_more(alert_id, state)
            raise
        self.rounds.soon(ALERTS)
        return message

    def _rounds(self) -> Rounds:
        pace, details = self.config.intervals, self._details
        rounds = Rounds(self._hub, self._problems)
        rounds.add(Round(INVENTORY, pace.inventory, self.inventory.look, essential=True))
        rounds.add(Round(DOWN, pace.down, self._look_down, essential=True))
        if self.config.shows(Kind.ALERTS):
            rounds.add(Round(ALERTS, pace.alerts, self.alarms.look, self.alarms.lose))
        if self.config.shows(Kind.PORTS, Kind.TRAFFIC):
            rounds.add(Round("ports", pace.ports, details.look_ports, details.loser(Kind.PORTS)))
        if self.config.shows(Kind.SENSORS):
            rounds.add(Round("sensors", pace.sensors, details.look_sensors, details.loser(Kind.SENSORS)))
        if self.config.shows(Kind.SERVICES):
            rounds.add(Round(SERVICES, pace.services, details.look_services, details.loser(Kind.SERVICES)))
        if self.config.shows(Kind.BGP):
            rounds.add(Round("bgp", pace.bgp, details.look_bgp, details.loser(Kind.BGP)))
        return rounds

    async def _look_down(self) -> None:
        if await self.inventory.look_down():
            self.rounds.soon(INVENTORY)
