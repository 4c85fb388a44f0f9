"""What an admin says: whose sets may be followed, and where to listen."""

import ipaddress
import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.api import Config, slugify
from hub_airpods_ble.keys import SIZE

_ADDRESS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")


class Source(StrEnum):
    """Where advertisements come from."""

    BLUETOOTH = "bluetooth"
    REPLAY = "replay"


class Scanning(StrEnum):
    """How the adapter listens."""

    AUTO = "auto"
    PASSIVE = "passive"
    ACTIVE = "active"


class Reporting(StrEnum):
    """Whom reports are about."""

    PERSON = "person"
    TEAM = "team"


class Person(Config):
    """Somebody whose set may be followed, if they agree."""

    name: str = Field(min_length=1, max_length=64, description="What the person is called.")
    team: str | None = Field(None, min_length=1, max_length=64, description="The team the person is counted in.")
    consent: bool = Field(False, description="Whether the person has agreed; without it nothing of theirs is followed.")
    irk: SecretStr | None = Field(
        None, description="Identity resolving key of the set: 32 hexadecimal digits, in either byte order."
    )
    encryption_key: SecretStr | None = Field(
        None, description="Encryption key of the set: 32 hexadecimal digits; gives charges in steps of 1 % as well."
    )
    address: str | None = Field(
        None, description="Address of a set that does not change it for this receiver, since the two are paired."
    )

    @field_validator("irk", "encryption_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(_digits(key)) != SIZE:
            raise ValueError("a key has 32 hexadecimal digits")
        return key

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not _ADDRESS.fullmatch(address.upper()):
            raise ValueError("an address looks like 12:34:56:78:9A:BC (on macOS: a UUID)")
        return None if address is None else address.upper()

    @property
    def slug(self) -> str:
        """The name as it stands in keys."""
        return slugify(self.name)

    @property
    def keys(self) -> tuple[bytes | None, bytes | None]:
        """The identity resolving key and the encryption key."""
        return _key(self.irk), _key(self.encryption_key)


class Replay(Config):
    """A capture, or a feed of one, in place of a Bluetooth adapter."""

    file: Path | None = Field(None, description="A capture that was recorded with `record`.")
    address: str | None = Field(
        None, description="`host:port` of a feed of capture lines on this computer, such as `127.0.0.1:5570`."
    )
    speed: float = Field(1.0, gt=0, le=1000, description="How many times as fast a file is replayed.")
    repeat: bool = Field(False, description="Whether a file begins again at its end.")

    @field_validator("address")
    @classmethod
    def _is_on_this_computer(cls, address: str | None) -> str | None:
        if address is not None:
            host, port = split_address(address)
            if not port or not _is_loopback(host):
                raise ValueError(
                    "a feed is not encrypted, so it must be on this computer: 127.0.0.1:port (use a tunnel for others)"
                )
        return address

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if (self.file is None) == (self.address is None):
            raise ValueError("give either `file` or `address`")
        return self


class AirpodsConfig(Config):
    """Whose sets are followed, where to listen, and what is told."""

    name: str | None = Field(None, min_length=1, max_length=64, description="What the place is called, when there are several.")
    source: Source = Field(Source.BLUETOOTH, description="`bluetooth`, or `replay` for a capture or a feed.")
    adapters: tuple[str, ...] = Field((), description="Adapters to listen with, such as `hci0`; the first that works when empty.")
    scanning: Scanning = Field(
        Scanning.AUTO, description="`passive` sends nothing, `active` asks for more, `auto` is passive where that works."
    )
    replay: Replay | None = Field(None, description="What is replayed, with `source: replay`.")
    record: Path | None = Field(None, description="File in which the advertisements of the people below are recorded.")
    record_limit: int = Field(
        10_000_000, ge=10_000, description="Bytes at which the recording begins anew; one older file is kept beside it."
    )
    people: tuple[Person, ...] = Field(min_length=1, max_length=500, description="Whose sets may be followed.")
    report: Reporting = Field(Reporting.PERSON, description="`person`, or `team` to tell only how many of a team are there.")
    smallest_team: int = Field(3, ge=1, description="People who must have agreed for a team to be reported, with `report: team`.")
    arrive_signal: int = Field(-80, ge=-126, le=20, description="Signal in dBm from which somebody counts as having come.")
    leave_signal: int = Field(-90, ge=-126, le=20, description="Signal in dBm from which somebody still counts as there.")
    arrive_after: timedelta = Field(
        timedelta(seconds=5), ge=timedelta(0), description="For how long somebody must be heard before they have come."
    )
    leave_after: timedelta = Field(
        timedelta(minutes=3), gt=timedelta(0), description="For how long nothing is heard before somebody has gone."
    )
    low_battery: int = Field(20, ge=0, le=90, description="Charge in percent at which a battery is low.")

    @property
    def followed(self) -> tuple[Person, ...]:
        """The people who have agreed; nobody else's keys are ever used."""
        return tuple(person for person in self.people if person.consent)

    @property
    def teams(self) -> tuple[str, ...]:
        """The teams of those who have agreed, in order of appearance."""
        return tuple(dict.fromkeys(person.team for person in self.followed if person.team))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.source is Source.REPLAY) != (self.replay is not None):
            raise ValueError("`source: replay` and `replay` belong together")
        if self.leave_signal > self.arrive_signal:
            raise ValueError("`leave_signal` must not be above `arrive_signal`")
        _differ("people", [person.slug for person in self.people])
        _differ("teams", [slugify(team) for team in self.teams])
        _differ("addresses", [person.address for person in self.people if person.address])
        _differ("keys", [_digits(person.irk) for person in self.people if person.irk])
        _differ("keys", [_digits(person.encryption_key) for person in self.people if person.encryption_key])
        _differ("adapters", self.adapters)
        return self

    @model_validator(mode="after")
    def _can_be_followed(self) -> Self:
        blind = [person.name for person in self.followed if not (person.irk or person.encryption_key or person.address)]
        if blind:
            raise ValueError(f"nothing says which set is theirs (`irk`, `encryption_key` or `address`): {', '.join(blind)}")
        return self

    @model_validator(mode="after")
    def _hides_people_in_teams(self) -> Self:
        if self.report is Reporting.PERSON:
            return self
        if self.record is not None:
            raise ValueError("a recording would tell who was there; with `report: team` there is none")
        alone = [person.name for person in self.followed if person.team is None]
        if alone:
            raise ValueError(f"with `report: team` everybody needs a `team`: {', '.join(alone)}")
        sizes = Counter(person.team for person in self.followed)
        small = [team for team, size in sizes.items() if size < self.smallest_team]
        if small:
            raise ValueError(f"too few people have agreed in {', '.join(map(str, small))} to hide anybody; see `smallest_team`")
        return self


def split_address(address: str) -> tuple[str, int]:
    """Split `host:port`; a port that is none is 0."""
    host, _, port = address.rpartition(":")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else 0
    return host.strip("[]"), number if number <= 65535 else 0


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _digits(key: SecretStr) -> bytes:
    try:
        return bytes.fromhex(key.get_secret_value().replace(":", ""))
    except ValueError:
        return b""


def _key(key: SecretStr | None) -> bytes | None:
    return None if key is None else _digits(key)


def _differ(what: str, names: Sequence[object]) -> None:
    if len(set(names)) < len(names):
        raise ValueError(f"two {what} are the same")
