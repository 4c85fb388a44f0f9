"""What the plugin tells."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from hub.api import PluginEvent


class Message(PluginEvent):
    """A message came that no profile speaks of; one event for each record in it."""

    queue: str = Field(description="Queue or stream that it came from.")
    exchange: str = Field(description="Exchange that it was published to; empty for the default one.")
    routing_key: str = Field(description="Its routing key.")
    message_id: str | None = Field(description="Its id, when the publisher gave one.")
    framing: str = Field(description="`json`, `text`, `avro_container`, `avro_single_object` or `avro_registry`.")
    schema_name: str | None = Field(description="Full name of the Avro schema that it was written with.")
    body: Any = Field(description="What it says: a mapping, a list, a text or a number.")
    enriched: Mapping[str, Any] = Field(description="What the queue's table knows of it.")


class Telemetry(PluginEvent):
    """A fitness tracker measured something."""

    queue: str = Field(description="Queue or stream that it came from.")
    device: str = Field(description="The tracker's name.")
    heart_rate: float | None = Field(description="Beats per minute.")
    steps: int | None = Field(description="Steps since midnight.")
    battery: float | None = Field(description="Charge in percent.")
    measured_at: str | None = Field(description="When, in ISO 8601.")
    wearer: str | None = Field(description="Who wears it, if the table knows.")
    team: str | None = Field(description="Team of who wears it, if the table knows.")
    more: Mapping[str, Any] = Field(description="Fields that the profile does not speak of.")
    message_id: str | None = Field(description="Id of the message, when the publisher gave one.")


class Rejected(PluginEvent):
    """A message could not be read and went to the dead-letter queue."""

    queue: str = Field(description="Queue or stream that it came from.")
    fault: str = Field(
        description="What kind of wrong: `too_large`, `properties`, `format`, `truncated`, `schema`, `unknown_schema`, "
        "`incompatible_schema` or `value`."
    )
    reason: str = Field(description="What is wrong with it, in words.")
    dead_letter: str = Field(description="Queue where it lies now.")
    exchange: str = Field(description="Exchange that it was published to.")
    routing_key: str = Field(description="Its routing key.")
    message_id: str | None = Field(description="Its id, when the publisher gave one.")


class SchemaChanged(PluginEvent):
    """A queue's messages are written with a schema that had not been seen there before."""

    queue: str = Field(description="Queue or stream that it was seen in.")
    schema_name: str = Field(description="Full name of the schema.")
    fingerprint: str = Field(description="CRC-64-AVRO of the schema, as on the wire.")
    added: tuple[str, ...] = Field(description="Fields that the newest schema before it did not have.")
    removed: tuple[str, ...] = Field(description="Fields that it has no more.")
