"""What an admin configures."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator

from hub.api import Config, slugify


class Region(StrEnum):
    """Where the account lives."""

    US = "us"
    EU = "eu"


_EVENTS_URLS = {Region.US: "https://events.pagerduty.com", Region.EU: "https://events.eu.pagerduty.com"}
_API_URLS = {Region.US: "https://api.pagerduty.com", Region.EU: "https://api.eu.pagerduty.com"}


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address begins with https:// or http://")
    return url.rstrip("/")


def _some(value: object) -> object:
    """Take one for a list of one."""
    return value if value is None or isinstance(value, list | tuple) else [value]


WebAddress = Annotated[str, AfterValidator(_web_address)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_some)]


class Target(Config):
    """A service of PagerDuty that can be paged."""

    routing_key: SecretStr = Field(
        description="Integration key of an Events API v2 integration of the service.", min_length=32, max_length=32
    )


class PagerDutyConfig(Config):
    """One PagerDuty account."""

    targets: dict[str, Target] = Field(default_factory=dict, description="Who can be paged: each becomes `notify.<name>`.")
    api_key: SecretStr | None = Field(None, description="REST API key; without it there are no incidents, notes and on-call.")
    from_email: str | None = Field(None, description="E-mail of the account's user in whose name notes are written.")
    webhook_secret: Secrets = Field((), description="Secret of a v3 webhook subscription; several while it is being changed.")
    external_url: WebAddress | None = Field(
        None, description="The hub's own address as PagerDuty reaches it; with an `api_key` the hub then subscribes by itself."
    )
    region: Region = Field(Region.US, description="us or eu: the region of the account.")
    events_url: WebAddress | None = Field(None, description="Address of the Events API, when it is not the region's.")
    api_url: WebAddress | None = Field(None, description="Address of the REST API, when it is not the region's.")
    source: str = Field("hub", min_length=1, max_length=1024, description="What events name as their source.")
    services: tuple[str, ...] = Field((), description="Ids of the services whose incidents count; empty: all.")
    escalation_policies: tuple[str, ...] = Field((), description="Ids of the policies whose on-call counts; empty: all.")
    scan_interval: timedelta = Field(
        timedelta(seconds=60), ge=timedelta(seconds=5), description="How often the REST API is asked."
    )
    calls_per_minute: int = Field(100, ge=20, le=10_000, description="Events per minute and routing key; PagerDuty takes 120.")

    @field_validator("targets")
    @classmethod
    def _slugs(cls, targets: dict[str, Target]) -> dict[str, Target]:
        for name in targets:
            if slugify(name) != name:
                raise ValueError(
                    f"a target is called in lower-case words joined by underscores, such as {slugify(name) or 'oncall'!r}"
                )
        return targets

    @property
    def events_address(self) -> str:
        """Where events go."""
        return self.events_url or _EVENTS_URLS[self.region]

    @property
    def api_address(self) -> str:
        """Where the REST API is."""
        return self.api_url or _API_URLS[self.region]
