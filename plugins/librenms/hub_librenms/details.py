"""What is inside the devices: ports, sensors, services and BGP sessions."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from hub.api import Clock
from hub_librenms.api import LibreNms
from hub_librenms.board import Board, Facet
from hub_librenms.config import Kind, LibreNmsConfig
from hub_librenms.facets import bgp_facet, port_traffic, port_up, sensor_facet, service_facet
from hub_librenms.failures import Garbled, Refused
from hub_librenms.http import Parameters
from hub_librenms.inventory import Inventory
from hub_librenms.parts import BgpRow, PortRow, SensorRow, ServiceRow, check, neighbour, port, reading
from hub_librenms.selection import Fits, matcher

R = TypeVar("R", bound=msgspec.Struct)

_COLUMNS = tuple(PortRow.__struct_encode_fields__)
_ALWAYS_THERE = ("port_id", "device_id", "ifName", "ifAlias", "ifDescr", "ifOperStatus", "ifAdminStatus")
_FEW = 50  # devices up to which the ports of each are asked for, instead of all ports of LibreNMS
_LONGEST_GAP = 1.0  # seconds between the requests for single devices
_SHARE = 0.5  # of the interval that the requests for single devices may take
_TURN = 500
_INVALID = "invalid columns:"


class Details:
    """Asks for what is inside the devices that are looked at, and shows it."""

    def __init__(self, api: LibreNms, clock: Clock, board: Board, inventory: Inventory, config: LibreNmsConfig) -> None:
        self._api, self._clock, self._board, self._inventory, self._config = api, clock, board, inventory, config
        self._columns = _COLUMNS
        self._is_port: Fits = matcher(config.port_names) if config.port_names else lambda _: True
        self._classes = {name.lower() for name in config.sensor_classes}

    async def look_ports(self) -> None:
        """Ask for ports. Raises as `LibreNms.rows` does."""
        devices, rows = self._inventory.switches, []
        if self._inventory.covers_all or len(devices) > _FEW:
            rows = await self._port_rows("/ports")
        else:
            gap = min(_LONGEST_GAP, _SHARE * self._config.intervals.ports.total_seconds() / max(len(devices), 1))
            for device_id in list(devices):
                rows += await self._port_rows(f"/devices/{device_id}/ports")
                await self._clock.sleep(gap)
        await self._show(Kind.PORTS, rows, self._port)

    async def look_sensors(self) -> None:
        """Ask for sensors. Raises as `LibreNms.rows` does."""
        rows = await self._api.rows("/resources/sensors", "sensors", SensorRow)
        await self._show(Kind.SENSORS, rows, self._sensor)

    async def look_services(self) -> None:
        """Ask for services. Raises as `LibreNms.rows` does."""
        rows = await self._api.rows("/services", "services", ServiceRow)
        await self._show(Kind.SERVICES, rows, self._service)

    async def look_bgp(self) -> None:
        """Ask for BGP sessions. Raises as `LibreNms.rows` does."""
        rows = await self._api.rows("/bgp", "bgp_sessions", BgpRow)
        await self._show(Kind.BGP, rows, self._bgp)

    def loser(self, kind: Kind) -> Callable[[], None]:
        """Return what says that nobody knows a kind any more."""
        return lambda: self._board.lose(kind)

    async def _show(self, kind: Kind, rows: Iterable[R], facets_of: Callable[[R], Iterator[Facet]]) -> None:
        facets: list[Facet] = []
        for number, row in enumerate(rows, 1):
            facets += facets_of(row)
            if number % _TURN == 0:
                await asyncio.sleep(0)
        await self._board.show(kind, facets)

    async def _port_rows(self, path: str) -> list[PortRow]:
        """Ask for ports with the columns that this server has: it refuses all when it does not know one."""
        try:
            return await self._api.rows(path, "ports", PortRow, self._asked())
        except Refused as error:
            _, marked, names = str(error).lower().partition(_INVALID)
            wrong = {name.strip() for name in names.split(",")}
            kept = tuple(column for column in self._columns if column.lower() not in wrong)
            if not marked or kept == self._columns:
                raise
            self._columns = kept
        except Garbled:  # older ones answer `1` instead
            if self._columns == _ALWAYS_THERE:
                raise
            self._columns = _ALWAYS_THERE
        return await self._api.rows(path, "ports", PortRow, self._asked())

    def _asked(self) -> Parameters:
        return [("columns", ",".join(self._columns))]

    def _port(self, row: PortRow) -> Iterator[Facet]:
        found = port(row)
        if found is None or (device := self._inventory.device(found.device_id)) is None:
            return
        if any(map(self._is_port, (found.name, found.alias, found.description))):
            reachable = self._inventory.is_up(found.device_id)
            if self._config.shows(Kind.PORTS):
                yield port_up(found, device, reachable=reachable)
            if self._config.shows(Kind.TRAFFIC):
                yield from port_traffic(found, device, reachable=reachable)

    def _sensor(self, row: SensorRow) -> Iterator[Facet]:
        found = reading(row)
        if found is None or (device := self._inventory.device(found.device_id)) is None:
            return
        if not self._classes or found.kind in self._classes:
            yield sensor_facet(found, device, reachable=self._inventory.is_up(found.device_id))

    def _service(self, row: ServiceRow) -> Iterator[Facet]:
        found = check(row)
        if found is not None and (device := self._inventory.device(found.device_id)) is not None:
            yield service_facet(found, device)

    def _bgp(self, row: BgpRow) -> Iterator[Facet]:
        found = neighbour(row)
        if found is not None and (device := self._inventory.device(found.device_id)) is not None:
            yield bgp_facet(found, device, reachable=self._inventory.is_up(found.device_id))
