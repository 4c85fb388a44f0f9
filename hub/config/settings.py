"""The core's own settings: the section `hub:` (or `homeassistant:`) of the configuration."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode


class UnitSystem(StrEnum):
    """In which units people want to read."""

    METRIC = "metric"
    US_CUSTOMARY = "us_customary"


class LogLevel(StrEnum):
    """From which severity on messages are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @classmethod
    def _missing_(cls, value: object) -> "LogLevel | None":
        lowered = str(value).lower()
        return next((level for level in cls if level.value == lowered), None)


class _Part(BaseModel):
    """Base of a part of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Selection(_Part):
    """Entities and events, by patterns such as `sensor.roof_*`."""

    entities: tuple[str, ...] = Field((), description="Patterns of entity ids.")
    event_types: tuple[str, ...] = Field((), description="Patterns of event types.")


class StoreSettings(_Part):
    """Where history is kept."""

    url: str = Field("sqlite:///{data_dir}/hub.db", description="Address of the database; `{data_dir}` is replaced.")
    keep_days: int = Field(10, ge=1, description="How many days of history are kept.")
    commit_interval: timedelta = Field(timedelta(seconds=1), ge=timedelta(0), description="How often history is written.")
    include: Selection = Field(Selection(), description="What is recorded; everything if nothing is named.")
    exclude: Selection = Field(Selection(), description="What is not recorded.")


class HttpSettings(_Part):
    """Where the hub answers."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8123, ge=0, le=65535, description="TCP port to listen on; 0 takes a free one.")
    external_url: str | None = Field(None, pattern="^https?://[^/]", description="How people reach the hub, for links.")
    tokens: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Access tokens valid from the start; empty ones are ignored. In a variable, separated by commas.",
    )

    @field_validator("tokens", mode="before")
    @classmethod
    def _without_empty(cls, tokens: Any) -> Any:
        if isinstance(tokens, str):
            tokens = [token.strip() for token in tokens.split(",")]
        return [token for token in tokens if token not in {"", None}] if isinstance(tokens, list | tuple) else tokens


class LoggingSettings(_Part):
    """What is logged."""

    level: LogLevel = Field(LogLevel.INFO, description="From which severity on.")
    loggers: dict[str, LogLevel] = Field({}, description="Other levels for single loggers, by name.")


class DefaultSettings(_Part):
    """What an automation does that does not say it itself."""

    missed: Literal["run", "skip"] = Field("run", description="What becomes of work whose time fell into a downtime.")
    grace: timedelta = Field(timedelta(hours=1), ge=timedelta(0), description="After how long missed work is skipped.")


class Settings(_Part):
    """The core's own settings."""

    name: str = Field("Hub", description="What this hub is called.")
    time_zone: ZoneInfo = Field(ZoneInfo("UTC"), description="Time zone of all times of day, such as Europe/Berlin.")
    latitude: float | None = Field(None, ge=-90, le=90, description="Degrees north, for the sun.")
    longitude: float | None = Field(None, ge=-180, le=180, description="Degrees east, for the sun.")
    elevation: float = Field(0, description="Metres above the sea.")
    unit_system: UnitSystem = Field(UnitSystem.METRIC, description="In which units people want to read.")
    country: str | None = Field(None, pattern="^[A-Z]{2}$", description="Two letters, such as DE.")
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="Three letters, such as EUR.")
    language: str = Field("en", description="Language tag, such as de or en-GB.")
    data_dir: Path = Field(Path(".hub"), description="Where the hub keeps its data; relative to the configuration file.")
    packages: tuple[str, ...] = Field((), description="Configurations to be merged, by name; here, the names that were.")
    store: StoreSettings = Field(StoreSettings(), description="Where history is kept.")
    http: HttpSettings = Field(HttpSettings(), description="Where the hub answers.")
    logging: LoggingSettings = Field(LoggingSettings(), description="What is logged.")
    defaults: DefaultSettings = Field(DefaultSettings(), description="What automations do that do not say it themselves.")

    @field_validator("unit_system", mode="before")
    @classmethod
    def _imperial(cls, value: Any) -> Any:
        return UnitSystem.US_CUSTOMARY if value == "imperial" else value

    @field_validator("country", "language", mode="before")
    @classmethod
    def _norway(cls, value: Any, info: Any) -> Any:
        # In YAML 1.1, `country: NO` says false.
        return ("NO" if info.field_name == "country" else "no") if value is False else value

    def placed(self, folder: Path) -> "Settings":
        """Return the same with the data beside the configuration, which stands in the folder."""
        data_dir = folder / self.data_dir
        store = self.store.model_copy(update={"url": self.store.url.replace("{data_dir}", data_dir.as_posix())})
        return self.model_copy(update={"data_dir": data_dir, "store": store})
