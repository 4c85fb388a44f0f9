"""What an admin says about one FTP server."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from hub.api import Config, slugify
from hub_ftp.metrics.mapping import Mapping

UNFINISHED = ("*.part", "*.partial", "*.tmp", "*.temp", "*.filepart", "*.crdownload", "*.swp", "*~", ".~*", "~$*")
"""Names that programs give to files they have not finished."""


class Encryption(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


class Folder(Config):
    """One folder of the server that is watched."""

    path: str = Field("", description="Folder on the server; a relative one starts where the login puts you.")
    patterns: tuple[str, ...] = Field(
        ("*",),
        min_length=1,
        description="Globs of the files to take; one with `/` is matched to the path below the folder, `**` is any depth.",
    )
    recursive: bool = Field(False, description="Whether the folders below are watched too.")

    @field_validator("path")
    @classmethod
    def _is_one_line(cls, path: str) -> str:
        if any(ord(letter) < 32 for letter in path) or ".." in path.split("/"):
            raise ValueError("a folder has no line breaks and no `..`")
        return path


class FtpConfig(Config):
    """One FTP server, the folders to copy from it, and the metrics in its files."""

    name: str | None = Field(
        None, min_length=1, max_length=64, description="What people call the server; names its folder in the lake. Else the host."
    )
    host: str = Field(min_length=1, description="Name or address of the server.")
    port: int | None = Field(None, ge=1, le=65535, description="TCP port; 21, or 990 with implicit encryption, when not given.")
    user: str = Field("anonymous", min_length=1, description="User to log in as.")
    password: SecretStr = Field(SecretStr("anonymous@"), description="The user's password.")
    encryption: Encryption = Field(
        Encryption.NONE, description="`none`, `explicit` (AUTH TLS) or `implicit` (TLS from the first byte)."
    )
    verify: bool = Field(True, description="Whether the server's certificate must be valid for its name.")
    ca_file: Path | None = Field(None, description="PEM file of the authority to trust instead of the system's.")
    encoding: str = Field("utf-8", description="How the server spells names; `latin-1` takes every byte.")
    folders: tuple[Folder, ...] = Field((Folder(),), min_length=1, description="What is watched.")
    ignore: tuple[str, ...] = Field(UNFINISHED, description="Globs of file names that are never taken.")
    lake: Path = Field(
        Path("lake"),
        description="Local folder for the copies, `<lake>/<server>/<path>`; a relative one is below the working folder.",
    )
    scan_interval: timedelta = Field(timedelta(seconds=60), gt=timedelta(0), description="How often the folders are listed.")
    stable_for: timedelta = Field(
        timedelta(seconds=30),
        ge=timedelta(0),
        description="A file is taken when two listings this far apart agree on its size and time; 0 takes it at once.",
    )
    connections: int = Field(2, ge=1, le=16, description="Most connections at the same time.")
    bandwidth: int | None = Field(None, ge=1024, description="Most bytes per second in each direction, over all connections.")
    timeout: timedelta = Field(
        timedelta(seconds=30), gt=timedelta(0), description="Longest silence of the server, on each connection."
    )
    metrics: tuple[Mapping, ...] = Field((), description="How files become sensors.")

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "/".encode(encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {encoding!r}") from None
        return encoding

    @model_validator(mode="after")
    def _has_unique_sensors(self) -> Self:
        keys = [sensor.key for mapping in self.metrics for sensor in mapping.sensors]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        if repeated:
            raise ValueError(f"sensor keys must differ: {', '.join(repeated)}")
        return self

    @property
    def server(self) -> str:
        """What the server is called in events and on its device."""
        return self.name or self.host

    @property
    def home(self) -> Path:
        """The folder of this server in the lake."""
        return self.lake / slugify(self.server)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return self.host, self.port or (990 if self.encryption is Encryption.IMPLICIT else 21)
