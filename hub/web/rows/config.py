"""What `/api/config` and `get_config` say."""

from collections.abc import Mapping
from typing import Any, Final

from hub.web.sources import WebSources

API_VERSION: Final = "2025.4.0"
"""The release of Home Assistant whose API this is; its clients choose by it what they dare to ask."""

_UNITS = {
    "length": "km",
    "accumulated_precipitation": "mm",
    "area": "m²",
    "mass": "g",
    "pressure": "Pa",
    "temperature": "°C",
    "volume": "L",
    "wind_speed": "m/s",
}


def config_row(sources: WebSources) -> Mapping[str, Any]:
    """Return what the hub is, where it stands, and what is in it."""
    facts = sources.facts
    return {
        "location_name": facts.name,
        "time_zone": facts.time_zone,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
        "elevation": facts.elevation,
        "radius": 100,
        "unit_system": _UNITS,
        "country": facts.country,
        "currency": facts.currency,
        "language": facts.language,
        "config_dir": str(facts.config_dir),
        "config_source": "yaml",
        "components": components(sources),
        "allowlist_external_dirs": [],
        "whitelist_external_dirs": [],  # the older name, which hass-cli reads
        "allowlist_external_urls": [],
        "external_url": facts.external_url,
        "internal_url": None,
        "recovery_mode": False,
        "safe_mode": False,
        "debug": False,
        "state": sources.phase(),
        "version": API_VERSION,
        "hub_version": facts.version,
    }


def components(sources: WebSources) -> list[str]:
    """Return the domains of all entities and actions, in order."""
    domains = {entity_id.domain for entity_id in sources.states.ids()}
    domains |= {action.domain for action in sources.actions.all()}
    return sorted(domains | {"api", "websocket_api"})
