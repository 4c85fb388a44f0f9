"""What an admin configures."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator

from hub.api import Config, slugify
from hub_vmware.link import Protocol, Scheme, checked_server


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address begins with https:// or http://")
    return url.rstrip("/").removesuffix("/rest").removesuffix("/sdk").removesuffix("/ui")


def _some(value: object) -> object:
    """Take one for a list of one."""
    return value if value is None or isinstance(value, list | tuple) else [value]


WebAddress = Annotated[str, AfterValidator(_web_address)]
Names = Annotated[tuple[str, ...], BeforeValidator(_some)]
Server = Annotated[str, AfterValidator(checked_server)]


class VCenter(Config):
    """A vCenter (or a single ESXi host), 6.7 or newer."""

    url: WebAddress = Field(description="Address of vCenter, as people open it.")
    user: str = Field(min_length=1, description="Who logs in; the role *Read-only* is enough to watch.")
    password: SecretStr = Field(description="The user's password.")
    verify: bool = Field(True, description="Whether the server's certificate must be valid for its name.")
    ca_file: Path | None = Field(None, description="Certificate of the authority that signed the server's.")
    vms: Names = Field((), description="Globs of names of virtual machines that are shown; empty: all.")
    exclude: Names = Field((), description="Globs of names of virtual machines that are left out, such as `vCLS-*`.")
    timeout: timedelta = Field(
        timedelta(seconds=30), ge=timedelta(seconds=2), le=timedelta(minutes=5), description="How long an answer may take."
    )
    task_timeout: timedelta = Field(
        timedelta(minutes=30), ge=timedelta(seconds=5), le=timedelta(days=1), description="How long a task is followed."
    )


class Desktop(Config):
    """A person's virtual desktop."""

    pool: str = Field(min_length=1, description="Display name of the desktop pool, as the client shows it.")
    user: str | None = Field(None, description="The person's login name; else the person's key under `desktops`.")
    protocol: Protocol = Field(Protocol.BLAST, description="How the desktop is shown: BLAST, PCOIP or RDP.")


class Horizon(Config):
    """A Horizon connection server (VMware's, or Omnissa's), 2111 (8.4) or newer."""

    url: WebAddress = Field(description="Address of one connection server; not of a load balancer that spreads requests.")
    domain: str = Field(min_length=1, description="Windows domain of the user, and of the people in launch links.")
    user: str = Field(min_length=1, description="Who logs in: an administrator of Horizon, read-only to watch.")
    password: SecretStr = Field(description="The user's password.")
    verify: bool = Field(True, description="Whether the server's certificate must be valid for its name.")
    ca_file: Path | None = Field(None, description="Certificate of the authority that signed the server's.")
    scan_interval: timedelta = Field(
        timedelta(seconds=60), ge=timedelta(seconds=5), description="How often pools, machines and sessions are asked for."
    )
    launch_server: Server | None = Field(
        None, description="Name that clients reach, perhaps a gateway's; else the host of `url`."
    )
    scheme: Scheme = Field(
        Scheme.HORIZON, description="horizon-client (Omnissa's clients), vmware-view (VMware's older ones) or https (a browser)."
    )
    desktops: dict[str, Desktop] = Field(default_factory=dict, description="Whose desktops are shown and can be launched.")

    @field_validator("desktops")
    @classmethod
    def _slugs(cls, desktops: dict[str, Desktop]) -> dict[str, Desktop]:
        for name in desktops:
            if slugify(name) != name:
                raise ValueError(f"a person is called in lower-case words joined by underscores, such as {slugify(name)!r}")
        return desktops


class VmwareConfig(Config):
    """A vCenter, a Horizon, or both."""

    name: str | None = Field(None, min_length=1, max_length=64, description="What the instance is called when there are several.")
    vcenter: VCenter | None = Field(None, description="Where virtual machines run.")
    horizon: Horizon | None = Field(None, description="Where virtual desktops are handed out.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.vcenter is None and self.horizon is None:
            raise ValueError("say `vcenter`, `horizon`, or both")
        return self
