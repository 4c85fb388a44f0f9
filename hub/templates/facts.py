"""What templates may know of the installation."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Where and what this hub is."""

    name: str = "Hub"
    latitude: float = 0.0
    """Degrees north."""
    longitude: float = 0.0
    """Degrees east."""
    units: Literal["metric", "us_customary", "metres"] = "metric"
    """In which distances are told: kilometres, miles, or metres."""
    version: str = ""
