"""What the plugin tells automations."""

from datetime import datetime

from pydantic import Field

from hub.api import PluginEvent


class FileArrived(PluginEvent):
    """A file that was not known before is in the lake."""

    server: str = Field(description="Name of the server.")
    path: str = Field(description="Path on the server.")
    local: str = Field(description="Path of the copy.")
    size: int = Field(description="Bytes.")
    modified: datetime | None = Field(description="Its time on the server.")


class FileChanged(PluginEvent):
    """A known file has other content; the copy has been replaced."""

    server: str = Field(description="Name of the server.")
    path: str = Field(description="Path on the server.")
    local: str = Field(description="Path of the copy.")
    size: int = Field(description="Bytes.")
    modified: datetime | None = Field(description="Its time on the server.")
    grown: int = Field(description="Bytes that it is longer than before; negative when it shrank.")


class FileRemoved(PluginEvent):
    """A known file is no longer on the server; the copy stays."""

    server: str = Field(description="Name of the server.")
    path: str = Field(description="Path on the server.")


class RowsRejected(PluginEvent):
    """A file has rows that cannot be read."""

    server: str = Field(description="Name of the server.")
    path: str = Field(description="Path on the server.")
    count: int = Field(description="Rows that were left out and not reported before.")
    rows: tuple[str, ...] = Field(description="The first of them, as `file:line: reason`.")


class SyncFailed(PluginEvent):
    """The server could not be listed, or files could not be copied. Told once until the problems change."""

    server: str = Field(description="Name of the server.")
    reason: str = Field(description="The first problem in words.")
    problems: tuple[str, ...] = Field(description="Every problem, at most 20.")
