"""A message as it goes to Discord, in values; limits from the API documentation (v10, August 2026)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub_discord.text import length

LONGEST_CONTENT = 2000
LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 4096
LONGEST_FIELD_NAME = 256
LONGEST_FIELD_VALUE = 1024
LONGEST_EMBEDS = 6000
"""All texts of all embeds of a message together."""
LONGEST_LABEL = 80
LONGEST_CUSTOM_ID = 100
LONGEST_BUTTON_LINK = 512
LONGEST_LINK = 2048
LONGEST_NONCE = 25
LONGEST_THREAD_NAME = 100
MOST_FIELDS = 25
MOST_EMBEDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """A card with a coloured edge; every text is already escaped and cut to size."""

    colour: int
    title: str = ""
    description: str = ""
    link: str | None = None
    image: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    at: datetime | None = None

    @property
    def size(self) -> int:
        """How much it takes of LONGEST_EMBEDS."""
        texts = (self.title, self.description, self.footer, *(text for field in self.fields for text in field))
        return sum(map(length, texts))

    def as_dict(self) -> dict[str, Any]:
        """Return the embed as the API takes it."""
        whole: dict[str, Any] = {
            "type": "rich",
            "color": self.colour,
            "title": self.title,
            "description": self.description,
            "url": self.link,
            "image": {"url": self.image} if self.image else None,
            "fields": [{"name": name, "value": value, "inline": True} for name, value in self.fields],
            "footer": {"text": self.footer} if self.footer else None,
            "timestamp": self.at.isoformat() if self.at else None,
        }
        return {key: value for key, value in whole.items() if value or key == "color"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkButton:
    """A button that opens an address."""

    label: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertButton:
    """A button that comes back to the hub."""

    action: str
    """`acknowledge` or `snooze`."""
    alert: str
    """What stands for the alert's key in the button's id: see `hub_discord.ledger.mark`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A text file under the message."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message."""

    content: str = ""
    embeds: tuple[Embed, ...] = ()
    buttons: tuple[AlertButton | LinkButton, ...] = ()
    attachment: Attachment | None = None
    pings: tuple[int, ...] = ()
    """Ids of roles that the content may ping; nothing else ever pings anybody."""
    nonce: str | None = None
    """The same nonce within some minutes is the same message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where a message is."""

    channel: int
    message: int

    def as_dict(self) -> Mapping[str, int]:
        """Return both ids."""
        return {"channel": self.channel, "message": self.message}
