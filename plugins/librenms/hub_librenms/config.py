"""What an admin configures."""

from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from hub.api import Config


class Kind(StrEnum):
    """What can be shown of the devices."""

    DEVICES = "devices"
    ALERTS = "alerts"
    UPTIME = "uptime"
    PORTS = "ports"
    TRAFFIC = "traffic"
    SENSORS = "sensors"
    SERVICES = "services"
    BGP = "bgp"


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address begins with https:// or http://")
    if "@" in url:
        raise ValueError("an address holds no user and no password: it is told in messages")
    return url.rstrip("/").removesuffix("/api/v0")


def _some(value: object) -> object:
    """Take one for a list of one."""
    return value if value is None or isinstance(value, list | tuple) else [value]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("a time zone is called as in Europe/Berlin") from error
    return name


WebAddress = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Names = Annotated[tuple[str, ...], BeforeValidator(_some)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_some)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_some)]


class Selection(Config):
    """Which devices are looked at: those that fit every line that is given."""

    names: Names = Field((), description="Host names or system names, such as `core-*`; empty: all.")
    exclude: Names = Field((), description="Host names or system names that are left out.")
    groups: Names = Field((), description="Device groups of LibreNMS; a device must be in one of them.")
    types: Names = Field((), description="Types, such as `network` or `server`.")
    systems: Names = Field((), description="Operating systems, such as `ios`.")
    locations: Names = Field((), description="Locations, such as `Berlin*`.")


class Intervals(Config):
    """How often each list is asked for."""

    alerts: timedelta = Field(timedelta(seconds=60), ge=timedelta(seconds=10), description="Alerts.")
    down: timedelta = Field(timedelta(seconds=60), ge=timedelta(seconds=10), description="Which devices are down.")
    inventory: timedelta = Field(timedelta(minutes=15), ge=timedelta(seconds=30), description="All devices.")
    ports: timedelta = Field(timedelta(minutes=5), ge=timedelta(seconds=30), description="Ports and their traffic.")
    sensors: timedelta = Field(timedelta(minutes=5), ge=timedelta(seconds=30), description="Sensors.")
    services: timedelta = Field(timedelta(minutes=5), ge=timedelta(seconds=30), description="Services.")
    bgp: timedelta = Field(timedelta(minutes=5), ge=timedelta(seconds=30), description="BGP sessions.")


class LibreNmsConfig(Config):
    """One LibreNMS server."""

    url: WebAddress = Field(description="Address of LibreNMS, as people open it.")
    token: SecretStr = Field(min_length=1, description="API token, made at `/api-access` of LibreNMS.")
    kinds: frozenset[Kind] = Field(
        frozenset({Kind.DEVICES, Kind.ALERTS}),
        description="What is shown: devices, alerts, uptime, ports, traffic, sensors, services, bgp.",
    )
    devices: Selection = Field(Selection(), description="Which devices; all unless said.")
    port_names: Names = Field((), description="Names, aliases or descriptions of ports, such as `uplink*`; empty: all.")
    sensor_classes: Names = Field((), description="Classes of sensors, such as `temperature`; empty: all.")
    intervals: Intervals = Field(Intervals(), description="How often each list is asked for.")
    requests_at_once: int = Field(2, ge=1, le=20, description="How many requests LibreNMS has to answer at a time, at most.")
    webhook_secret: Secrets = Field((), description="Secret that LibreNMS sends with alerts; several while it is being changed.")
    webhook_from: Networks = Field((), description="Networks from which alerts are taken; empty: any.")
    time_zone: Zone = Field("UTC", description="Time zone of the server: it writes local times.")
    areas_from_locations: bool = Field(False, description="Whether a new device is put into an area named after its location.")
    verify_tls: bool = Field(True, description="Whether the server's certificate is checked.")
    ca_file: Path | None = Field(None, description="Certificate of the authority that signed the server's.")

    @property
    def zone(self) -> ZoneInfo:
        """The server's time zone."""
        return ZoneInfo(self.time_zone)

    def shows(self, *kinds: Kind) -> bool:
        """Tell whether one of these is shown."""
        return any(kind in self.kinds for kind in kinds)
