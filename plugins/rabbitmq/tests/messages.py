"""What the tests say and expect."""

import json
from collections.abc import Mapping
from typing import Any

from hub_rabbitmq.simulator import Simulator

MEASURED: Mapping[str, Any] = {"device": "Band 7", "heart_rate": 61, "steps": 900, "battery": 80}
WEARERS = {"Band 7": {"wearer": "Ada", "team": "Night shift", "site": "Berlin"}}


def telemetry(broker: Simulator, **more: Any) -> dict[str, Any]:
    """A configuration with the fitness queue."""
    queue = {"name": "telemetry", "profile": "fitness", "enrich": {"table": WEARERS}, **more}
    return {**broker.config, "queues": [queue]}


def orders(broker: Simulator, **more: Any) -> dict[str, Any]:
    """A configuration with a queue that no profile speaks of."""
    return {**broker.config, "queues": [{"name": "orders", **more}]}


def body(**more: Any) -> bytes:
    """A measurement in JSON."""
    return json.dumps({**MEASURED, **more}).encode()
