"""What an admin says of the bot."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, UrlConstraints, model_validator
from pydantic_core import Url

from hub.api import Config, Severity, slugify

Snowflake = Annotated[int, Field(ge=1, lt=1 << 63)]
"""Discord's name for anything: a positive number of 64 bits, in YAML as a number or as text."""
WebSocketUrl = Annotated[Url, UrlConstraints(allowed_schemes=["ws", "wss"])]


class Target(Config):
    """Where the notices of one `notify.<name>` go."""

    channel: Snowflake | None = Field(None, description="Id of a text channel or thread.")
    user: Snowflake | None = Field(None, description="Id of a person, who gets direct messages.")
    ping_role: Snowflake | None = Field(None, description="Id of a role to ping when a new notice is severe enough.")
    ping_from: Severity = Field(Severity.CRITICAL, description="The least severity that pings the role.")
    alert_threads: bool = Field(False, description="Open a thread under each alert and tell its further life there.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.channel is None) == (self.user is None):
            raise ValueError("say either channel or user")
        if self.user is not None and (self.alert_threads or self.ping_role is not None):
            raise ValueError("direct messages have no threads and no roles to ping")
        return self


def _slug(name: str) -> str:
    if name != slugify(name):
        raise ValueError(f"{name!r} is not a slug; try {slugify(name)!r}")
    return name


class DiscordConfig(Config):
    """One bot on one Discord server."""

    token: SecretStr = Field(description="The bot's token, from the page Bot of the developer portal.")
    guild: Snowflake | None = Field(
        None, description="Id of the server in which the slash commands are offered; without it there are none."
    )
    targets: Mapping[Annotated[str, AfterValidator(_slug)], Target] = Field(
        default_factory=dict, description="Name → where it leads: each is offered as `notify.<name>`."
    )
    roles: tuple[Snowflake, ...] = Field((), description="Ids of the roles whose members may use commands and buttons.")
    users: tuple[Snowflake, ...] = Field((), description="Ids of people who may use commands and buttons whatever their roles.")
    message_content: bool = Field(
        False,
        description="Read messages and emit `discord.message`. Needs the Message Content Intent, switched on in the portal.",
    )
    presence_interval: timedelta = Field(
        timedelta(minutes=1), ge=timedelta(seconds=15), description="How often the bot's presence is set to the hub's health."
    )
    api_url: HttpUrl | None = Field(
        None, description="Address of the REST API in place of https://discord.com/api/v10, for rehearsal and proxies."
    )
    gateway_url: WebSocketUrl | None = Field(
        None, description="Address of the gateway in place of wss://gateway.discord.gg, for rehearsal and proxies."
    )
