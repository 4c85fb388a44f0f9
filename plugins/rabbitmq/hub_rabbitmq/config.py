"""What an admin says of a broker, its queues, and what their messages mean."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, model_validator

from hub.api import Config, slugify
from hub_rabbitmq.decoding.framing import Format

Name = Annotated[str, Field(min_length=1, max_length=255)]
"""A name on the broker."""
Scalar = str | int | float | bool


def _slug(name: str) -> str:
    if name != slugify(name):
        raise ValueError(f"{name!r} is not a slug; try {slugify(name)!r}")
    return name


class QueueType(StrEnum):
    """What kind of queue the broker keeps."""

    QUORUM = "quorum"
    CLASSIC = "classic"
    STREAM = "stream"


class ExchangeType(StrEnum):
    """How an exchange chooses queues."""

    TOPIC = "topic"
    DIRECT = "direct"
    FANOUT = "fanout"
    HEADERS = "headers"


class Start(StrEnum):
    """Where a stream is read from when nothing is remembered of it."""

    FIRST = "first"
    LAST = "last"
    NEXT = "next"


class Profile(StrEnum):
    """What messages are about, where the plugin knows it already."""

    FITNESS = "fitness"


class Exchange(Config):
    """An exchange to declare."""

    name: Name = Field(description="Name on the broker.")
    type: ExchangeType = Field(ExchangeType.TOPIC, description="`topic`, `direct`, `fanout` or `headers`.")


class Binding(Config):
    """Which messages come into a queue."""

    exchange: Name = Field(description="Name of the exchange; it must exist, or be among `exchanges`.")
    routing_key: str = Field("#", max_length=255, description="Pattern of the routing keys; `#` is every one.")


class SensorConfig(Config):
    """A field of the messages that becomes a sensor."""

    field: str = Field(min_length=1, description="Where the value is in the record; `a.b` is the field b inside a.")
    key: Annotated[str, AfterValidator(_slug)] | None = Field(
        None, description="What the entity is called for ever; else the field."
    )
    name: str | None = Field(None, max_length=64, description="What people call it.")
    unit: str | None = Field(None, max_length=32, description="Unit of measurement; the value must then be a number.")
    device_class: str | None = Field(None, max_length=64, description="Home Assistant's device class.")
    state_class: str | None = Field(
        None, max_length=64, description="Home Assistant's state class; the value must then be a number."
    )
    least: float | None = Field(None, description="Smallest value that can be true; a message with less is refused.")
    most: float | None = Field(None, description="Largest value that can be true; a message with more is refused.")

    @property
    def lasting_key(self) -> str:
        """What the entity is called for ever."""
        return self.key or slugify(self.field)

    @property
    def is_number(self) -> bool:
        """Whether only a number will do."""
        return bool(self.unit or self.state_class) or self.least is not None or self.most is not None


class Enrichment(Config):
    """A table that says more about what a message speaks of."""

    field: str | None = Field(None, description="Field whose value is looked up; the device when not given.")
    table: Mapping[str, Mapping[str, Scalar]] = Field(
        description="Value → what is known of it, such as `wearer` and `team`; write it here or `!include` it."
    )


class QueueConfig(Config):
    """One queue or stream that is consumed."""

    name: Name = Field(description="Name on the broker.")
    type: QueueType = Field(QueueType.QUORUM, description="`quorum`, `classic` or `stream`.")
    declare: bool = Field(True, description="Whether to make the queue when it is missing; false for queues that others own.")
    arguments: Mapping[str, Scalar] = Field(
        default_factory=dict, description="More arguments of the declaration, such as x-max-age."
    )
    bindings: tuple[Binding, ...] = Field((), description="Exchanges to bind the queue to.")
    prefetch: int = Field(200, ge=1, le=5000, description="Most messages that are on the way without being acknowledged.")
    delivery_limit: int = Field(
        20,
        ge=1,
        le=1000,
        description="Quorum queues: the broker dead-letters a message after so many attempts that ended in a crash.",
    )
    dead_letter: str | None = Field(
        None, max_length=255, description="Queue for what cannot be read; `<name>.dead` when not given."
    )
    start: Start = Field(Start.NEXT, description="Streams: where to begin when nothing is remembered: `first`, `last` or `next`.")
    format: Format = Field(Format.AUTO, description="`auto` (by content type and first bytes), `json`, `avro` or `text`.")
    schema_file: Path | None = Field(
        None, description="Avro schema that messages are read as; one that cannot be read as it is refused, with the reason."
    )
    profile: Profile | None = Field(None, description="`fitness`: telemetry of fitness trackers, with sensors ready made.")
    device: str | None = Field(None, description="Field that names the device; each then has sensors of its own.")
    max_devices: int = Field(
        1000, ge=1, le=100_000, description="Most devices that get sensors; the events of others come all the same."
    )
    sensors: tuple[SensorConfig, ...] = Field((), description="Fields that become sensors.")
    enrich: Enrichment | None = Field(None, description="A table that says more about each device.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.dead_letters == self.name:
            raise ValueError("a queue cannot be its own dead-letter queue")
        keys = [sensor.lasting_key for sensor in self.sensors]
        if repeated := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"sensor keys must differ: {', '.join(repeated)}")
        return self

    @property
    def dead_letters(self) -> str:
        """The queue for what cannot be read."""
        return self.dead_letter or f"{self.name}.dead"

    @property
    def slug(self) -> str:
        """The queue's name as part of an entity's key."""
        return slugify(self.name)


class RegistryConfig(Config):
    """A schema registry."""

    url: HttpUrl = Field(description="Address of the registry, such as http://registry.example.com:8081.")
    user: str | None = Field(None, description="User, when it asks for one.")
    password: SecretStr | None = Field(None, description="The user's password.")


class RabbitmqConfig(Config):
    """One broker."""

    host: str = Field(min_length=1, description="Name or address of the broker.")
    port: int | None = Field(None, ge=1, le=65535, description="TCP port; 5672, or 5671 with TLS, when not given.")
    user: str = Field("guest", min_length=1, description="User to log in as.")
    password: SecretStr = Field(SecretStr("guest"), description="The user's password.")
    vhost: str = Field("/", min_length=1, description="Virtual host.")
    tls: bool = Field(False, description="Whether the connection is encrypted.")
    verify: bool = Field(True, description="Whether the broker's certificate must be valid for its name.")
    ca_file: Path | None = Field(None, description="PEM file of the authority to trust instead of the system's.")
    cert_file: Path | None = Field(None, description="PEM file with a certificate of our own, for mutual TLS.")
    key_file: Path | None = Field(None, description="PEM file with its private key, when that is a file of its own.")
    heartbeat: timedelta = Field(
        timedelta(seconds=10),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=10),
        description="How often both sides show that they live; a silence of three such intervals is a lost connection.",
    )
    timeout: timedelta = Field(timedelta(seconds=30), gt=timedelta(0), description="Longest wait for an answer of the broker.")
    exchanges: tuple[Exchange, ...] = Field((), description="Exchanges to declare.")
    queues: tuple[QueueConfig, ...] = Field((), description="Queues and streams to consume.")
    schemas: tuple[Path, ...] = Field(
        (), description="Avro schemas (.avsc) of single objects that may come, and for `rabbitmq.publish`."
    )
    registry: RegistryConfig | None = Field(None, description="Schema registry, for registry-framed Avro.")
    max_message_bytes: int = Field(
        262_144,
        ge=256,
        le=16 * 1024 * 1024,
        description="Largest body that is taken, also unpacked; what is larger is dead-lettered.",
    )
    remember: int = Field(
        10_000, ge=0, le=1_000_000, description="Message ids remembered for each queue, to recognise duplicates."
    )
    depth_interval: timedelta = Field(
        timedelta(seconds=15),
        gt=timedelta(0),
        description="How often the lengths of queues and dead-letter queues are asked for.",
    )

    @model_validator(mode="after")
    def _has_unique_queues(self) -> Self:
        slugs = [queue.slug for queue in self.queues]
        if repeated := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
            raise ValueError(f"queues must differ: {', '.join(repeated)}")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.host, self.port or (5671 if self.tls else 5672)

    def queue(self, name: str) -> QueueConfig | None:
        """Return the queue of this name, if it is configured."""
        return next((queue for queue in self.queues if queue.name == name), None)
