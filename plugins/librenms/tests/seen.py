"""What a hub shows, found by the plugin's own names."""

from typing import Any

from hub.clock import SystemClock
from hub.testing import Running


def ids(hub: Running[SystemClock]) -> dict[str, str]:
    return {entry.unique_id.partition("/")[2]: str(entry.entity_id) for entry in hub.entities.all()}


def value(hub: Running[SystemClock], key: str) -> str | None:
    return hub.value(ids(hub)[key])


def attributes(hub: Running[SystemClock], key: str) -> dict[str, Any]:
    state = hub.state(ids(hub)[key])
    assert state is not None
    return dict(state.attributes)
