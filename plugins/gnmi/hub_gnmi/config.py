"""What an admin says about one target."""

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path as File
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator

from hub.api import Config
from hub_gnmi.paths import ANY, ANY_DEPTH, Path

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SHORTEST = timedelta(milliseconds=100)


class Spelling(StrEnum):
    """How the target shall spell values."""

    AUTO = "auto"
    JSON_IETF = "json_ietf"
    JSON = "json"
    PROTO = "proto"
    ASCII = "ascii"
    BYTES = "bytes"


class Subscribe(StrEnum):
    """How the target is asked for values."""

    STREAM = "stream"
    POLL = "poll"
    ONCE = "once"


class Send(StrEnum):
    """When a target sends a leaf of a stream."""

    SAMPLE = "sample"
    ON_CHANGE = "on_change"
    TARGET_DEFINED = "target_defined"


class ReadAs(StrEnum):
    """What a leaf's value means."""

    AUTO = "auto"
    NUMBER = "number"
    TEXT = "text"
    FLOAT32 = "float32"
    TIME = "time"


class ProfileName(StrEnum):
    """A ready-made set of paths."""

    INTERFACES = "interfaces"
    LOSS = "loss"
    CPU = "cpu"
    COMPONENT_CPU = "component_cpu"
    MEMORY = "memory"
    UPTIME = "uptime"
    TEMPERATURE = "temperature"
    SYSTEM = "system"
    PROBES = "probes"


def _ascii(text: str | SecretStr) -> str | SecretStr:
    spelt = text.get_secret_value() if isinstance(text, SecretStr) else text
    if not all(32 <= ord(letter) < 127 for letter in spelt):
        raise ValueError("gRPC carries printable ASCII only")
    return text


def _use(written: Any) -> Any:
    """A profile may be said by its name alone."""
    return {"profile": written} if isinstance(written, str) else written


def _path(text: str) -> str:
    Path.parse(text)
    return text


def _globs(written: Any) -> Any:
    """One glob stands for a list of one."""
    if isinstance(written, dict):
        return {key: [value] if isinstance(value, str) else value for key, value in written.items()}
    return written


Interval = Annotated[timedelta, Field(ge=_SHORTEST)]
Globs = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_globs)]
User = Annotated[str, AfterValidator(_ascii)]
Password = Annotated[SecretStr, AfterValidator(_ascii)]


class ProfileUse(Config):
    """A ready-made set of paths that is used."""

    profile: ProfileName = Field(description="Which one.")
    interval: Interval | None = Field(None, description="How often its samples come; the target's `interval` when not given.")
    only: Globs = Field(default_factory=dict, description="Globs that a key must fit, such as `name: Ethernet*`.")
    ignore: Globs = Field(default_factory=dict, description="Globs of a key that is left out.")


class SensorConfig(Config):
    """A path of the target that becomes a sensor for every leaf that fits it."""

    path: Annotated[str, AfterValidator(_path)] = Field(
        description="gNMI path of a leaf; `*` stands for any key or element, `...` for any depth, `origin:/…` names an origin."
    )
    key: str | None = Field(
        None,
        pattern=r"^[a-z0-9_]+$",
        max_length=64,
        description="Names the sensor for ever; the path's last element when not given.",
    )
    name: str | None = Field(
        None,
        max_length=128,
        description="What people call it; `{name}` is the value of the key `name`, `{leaf}` the last element.",
    )
    binary: bool = Field(False, description="Whether it is on or off instead of a value.")
    on: tuple[str, ...] = Field(("UP", "ENABLED", "ACTIVE", "TRUE", "1"), description="Values that are on, in any case.")
    unit: str | None = Field(None, description="Unit of the value.")
    device_class: str | None = Field(None, description="Device class, such as `temperature`.")
    state_class: str | None = Field(None, description="State class: `measurement`, `total` or `total_increasing`.")
    icon: str | None = Field(None, description="Icon, such as `mdi:fan`.")
    read_as: ReadAs = Field(
        ReadAs.AUTO, description="`number`, `text`, `float32` (four bytes) or `time`; `auto` is number when there is a unit."
    )
    rate: bool = Field(False, description="Whether a counter becomes its growth per second.")
    bits: int = Field(64, description="Size of the counter, 32 or 64: where it wraps.")
    scale: float | None = Field(None, description="What the value is multiplied by, such as 8 for octets to bits.")
    send: Send = Field(Send.SAMPLE, description="`sample`, `on_change` or `target_defined`.")
    interval: Interval | None = Field(None, description="How often samples come; the target's `interval` when not given.")
    heartbeat: Interval | None = Field(None, description="How often a leaf comes although it has not changed.")
    only: Globs = Field(default_factory=dict, description="Globs that a key must fit, such as `name: Ethernet*`.")
    ignore: Globs = Field(default_factory=dict, description="Globs of a key that is left out.")

    @field_validator("bits")
    @classmethod
    def _is_a_size(cls, bits: int) -> int:
        if bits not in (32, 64):
            raise ValueError("a counter has 32 or 64 bits")
        return bits

    @model_validator(mode="after")
    def _has_its_placeholders(self) -> Self:
        path = Path.parse(self.path)
        known = {name for part, key, _ in path.keys for name in (key, f"{part}_{key}")} | {"leaf"}
        unknown = [name for name in _PLACEHOLDER.findall(self.name or "") if name not in known]
        if unknown and not any(each.name in (ANY, ANY_DEPTH) for each in path.elements):
            raise ValueError(f"{{{unknown[0]}}} is no key of the path; there are {', '.join(sorted(known))}")
        return self


DEFAULT_PROFILES = tuple(
    ProfileUse(profile=name) for name in (ProfileName.INTERFACES, ProfileName.CPU, ProfileName.MEMORY, ProfileName.UPTIME)
)


class GnmiConfig(Config):
    """One target: a switch, a router."""

    name: str | None = Field(
        None, min_length=1, max_length=64, description="What people call the target; its host when not given."
    )
    host: str = Field(min_length=1, description="Name or address of the target.")
    port: int = Field(9339, ge=1, le=65535, description="TCP port.")
    username: User | None = Field(None, description="User to log in as.")
    password: Password | None = Field(None, description="The user's password.")
    plaintext: bool = Field(False, description="Whether to do without TLS: everybody on the way reads along, the password too.")
    ca_file: File | None = Field(None, description="PEM file of the authority to trust instead of gRPC's own list.")
    cert_file: File | None = Field(None, description="PEM file of our own certificate (mTLS).")
    key_file: File | None = Field(None, description="PEM file of our own certificate's key.")
    server_name: str | None = Field(None, description="Name in the target's certificate, when it is not the host.")
    fingerprint: str | None = Field(
        None, description="SHA-256 of the target's certificate, which is then trusted whoever signed it; it is never learnt."
    )
    target: str = Field("", max_length=128, description="Name of the target behind a gateway (gNMI's `prefix.target`).")
    encoding: Spelling = Field(Spelling.AUTO, description="`json_ietf`, `json`, `proto`, `ascii` or `bytes`; `auto` tries them.")
    subscribe: Subscribe = Field(
        Subscribe.STREAM, description="`stream`; `poll` and `once` ask at every `interval`, for targets that stream badly."
    )
    interval: Interval = Field(timedelta(seconds=10), description="How often samples come.")
    heartbeat: Interval | None = Field(None, description="How often leaves come that are sent on change and have not changed.")
    profiles: tuple[Annotated[ProfileUse, BeforeValidator(_use)], ...] = Field(
        DEFAULT_PROFILES, description="Ready-made sets of paths, by name."
    )
    sensors: tuple[SensorConfig, ...] = Field((), description="Further paths that become sensors.")
    max_entities: int = Field(5000, ge=1, le=100_000, description="Most entities of the target; what comes beyond is counted.")
    max_message_size: int = Field(
        16 * 1024 * 1024, ge=65536, le=256 * 1024 * 1024, description="Most bytes of a message that is taken."
    )
    timeout: timedelta = Field(timedelta(seconds=30), gt=timedelta(0), description="Longest wait for an answer.")
    sync_timeout: timedelta = Field(
        timedelta(seconds=60),
        gt=timedelta(0),
        description="After this time a target that does not say it has told all has done so.",
    )
    allow_set: bool = Field(False, description="Whether `gnmi.set` may change the target.")

    @field_validator("fingerprint")
    @classmethod
    def _is_sha256(cls, fingerprint: str | None) -> str | None:
        if fingerprint is None:
            return None
        bare = fingerprint.lower().removeprefix("sha256:").replace(":", "")
        if not _FINGERPRINT.fullmatch(bare):
            raise ValueError("a fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits")
        return bare

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        secured = [name for name in ("ca_file", "cert_file", "key_file", "server_name", "fingerprint") if getattr(self, name)]
        if self.plaintext and secured:
            raise ValueError(f"`plaintext` does without TLS, so there can be no `{secured[0]}`")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("`cert_file` and `key_file` belong together")
        if self.fingerprint and self.ca_file:
            raise ValueError("either `fingerprint` or `ca_file` says whom to trust")
        if self.password is not None and self.username is None:
            raise ValueError("a `password` needs a `username`")
        if not self.profiles and not self.sensors:
            raise ValueError("there is nothing to subscribe to: name `profiles` or `sensors`")
        return self

    @model_validator(mode="after")
    def _has_unique_sensors(self) -> Self:
        keys = [sensor.key or sensor.path for sensor in self.sensors]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        if repeated:
            raise ValueError(f"sensors must differ: {', '.join(repeated)}")
        return self

    @property
    def title(self) -> str:
        """What the target is called in events and on its device."""
        return self.name or self.host
