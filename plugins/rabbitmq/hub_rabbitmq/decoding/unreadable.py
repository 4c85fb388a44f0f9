"""A message that nobody here can read, and why; or that cannot be read yet."""

from enum import StrEnum

from hub.api import PluginError


class Fault(StrEnum):
    """What is wrong with a message."""

    TOO_LARGE = "too_large"
    PROPERTIES = "properties"
    FORMAT = "format"
    TRUNCATED = "truncated"
    SCHEMA = "schema"
    UNKNOWN_SCHEMA = "unknown_schema"
    INCOMPATIBLE = "incompatible_schema"
    VALUE = "value"


class Unreadable(Exception):
    """The message will never be read; trying again makes no sense."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why[:500])
        self.fault = fault


class RegistryAway(PluginError):
    """The schema registry cannot be asked at the moment: what waits for it must wait."""
