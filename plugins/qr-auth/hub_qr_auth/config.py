"""What an admin configures."""

from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator

from hub.api import Config, slugify
from hub_qr_auth.desktop import Protocol, Scheme, checked_link, checked_server, launch_link
from hub_qr_auth.totp import checked_secret

_THIS_COMPUTER = ("127.0.0.1", "::1", "localhost")
_SHORTEST_KEY = 32  # characters


class Scans(StrEnum):
    """Who may report that a badge was scanned."""

    PEOPLE = "people"
    ANYBODY = "anybody"


def _secure_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise ValueError("an address looks like https://hub.example.com")
    if parts.scheme == "http" and parts.hostname not in _THIS_COMPUTER:
        raise ValueError("only this computer can be reached without encryption; elsewhere the address begins with https://")
    return url.rstrip("/")


def _origin(url: str) -> str:
    if urlsplit(url).path.rstrip("/") or urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError("only the address of the hub, without a path")
    return url.lower()


def _some(value: object) -> object:
    """Take one for a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def _long_enough(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not keys or any(len(key.get_secret_value()) < _SHORTEST_KEY for key in keys):
        raise ValueError(f"a key has at least {_SHORTEST_KEY} random characters")
    return keys


def _seed(secret: SecretStr) -> SecretStr:
    return SecretStr(checked_secret(secret.get_secret_value()))


Address = Annotated[str, AfterValidator(_secure_address)]
Keys = Annotated[tuple[SecretStr, ...], BeforeValidator(_some), AfterValidator(_long_enough)]
Seed = Annotated[SecretStr, AfterValidator(_seed)]


class Desktop(Config):
    """A virtual desktop; either where it is, or a link."""

    server: Annotated[str, AfterValidator(checked_server)] | None = Field(
        None, description="Connection server, such as horizon.example.com or horizon.example.com:8443."
    )
    pool: str | None = Field(None, min_length=1, max_length=255, description="Display name or id of the desktop pool.")
    protocol: Protocol = Field(Protocol.BLAST, description="BLAST, PCOIP or RDP.")
    domain: str | None = Field(None, min_length=1, max_length=255, description="Active Directory domain to propose.")
    scheme: Scheme = Field(Scheme.HORIZON, description="horizon-client (Omnissa) or vmware-view (clients before 2024).")
    link: Annotated[str, AfterValidator(checked_link)] | None = Field(
        None, description="Link to open instead, such as the identity provider's that starts the desktop."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        placed = self.server is not None and self.pool is not None
        if placed == (self.link is not None):
            raise ValueError("say either `server` and `pool`, or `link`")
        return self

    @property
    def address(self) -> str:
        """What the person opens."""
        if self.link is not None:
            return self.link
        return launch_link(self.scheme, self.server or "", self.pool or "", self.protocol, self.domain)


class Person(Config):
    """Somebody who may sign in."""

    name: str = Field(min_length=1, max_length=100, description="How the person is called.")
    desktops: tuple[str, ...] = Field((), description="Desktops for which tickets may be made.")
    totp_secret: Seed | None = Field(
        None, description="Secret of the authenticator (base32, 112 bits or more), when it is handed out otherwise."
    )


class QrAuthConfig(Config):
    """Signing in by QR code."""

    key: Keys = Field(description="What secrets are encrypted with; a list while it is being changed, the new one first.")
    external_url: Annotated[Address, AfterValidator(_origin)] = Field(description="The hub's own address as phones reach it.")
    people: dict[str, Person] = Field(description="Who may sign in.")
    desktops: dict[str, Desktop] = Field(default_factory=dict, description="Virtual desktops that tickets lead to.")
    landing_url: Address | None = Field(None, description="Where to go on after signing in, such as a dashboard.")
    issuer: str = Field(
        "Hub", min_length=1, max_length=64, pattern="^[^:]+$", description="What authenticator apps call the hub."
    )
    lifetime: timedelta = Field(
        timedelta(seconds=60), ge=timedelta(seconds=10), le=timedelta(seconds=60), description="How long a sign-in code is good."
    )
    ticket_lifetime: timedelta = Field(
        timedelta(seconds=60), ge=timedelta(seconds=10), le=timedelta(minutes=15), description="How long a ticket is good."
    )
    enrolment_lifetime: timedelta = Field(
        timedelta(minutes=10), ge=timedelta(minutes=1), le=timedelta(days=1), description="How long an enrolment link is good."
    )
    session_lifetime: timedelta = Field(
        timedelta(hours=1), ge=timedelta(minutes=1), le=timedelta(days=1), description="How long somebody stays signed in."
    )
    remember_phone: timedelta = Field(
        timedelta(hours=12), ge=timedelta(0), le=timedelta(days=30), description="How long a phone needs no code again; 0: never."
    )
    same_network: bool = Field(False, description="Whether phone and browser must come from the same network.")
    scans: Scans = Field(Scans.PEOPLE, description="Who may report scanned badges: people (who prove who they are) or anybody.")
    tries: int = Field(5, ge=1, le=20, description="Failures after which a person is locked.")
    first_lock: timedelta = Field(
        timedelta(minutes=1),
        ge=timedelta(seconds=1),
        description="How long the first lock lasts; each further one twice as long.",
    )
    longest_lock: timedelta = Field(timedelta(hours=1), ge=timedelta(seconds=1), description="How long a lock lasts at most.")
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        (), description="Networks of proxies in front of the hub, whose `X-Forwarded-For` is believed."
    )

    @field_validator("people", "desktops")
    @classmethod
    def _slugs(cls, named: dict[str, object]) -> dict[str, object]:
        for name in named:
            if not name or slugify(name) != name:
                raise ValueError(f"names are lower-case words joined by underscores, such as {slugify(name) or 'ada'!r}")
        return named

    @model_validator(mode="after")
    def _known_desktops(self) -> Self:
        for slug, person in self.people.items():
            for desktop in person.desktops:
                if desktop not in self.desktops:
                    raise ValueError(f"{slug} has the desktop {desktop!r}, which is not among `desktops`")
        return self

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach the hub over TLS."""
        return self.external_url.startswith("https://")
