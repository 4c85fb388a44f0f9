"""Fitness trackers of a night shift: some speak Avro, a newer one says more, one speaks JSON."""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any

from hub_rabbitmq.decoding.records import write_record
from hub_rabbitmq.decoding.schema import Schema, read_schema


@dataclass(slots=True)
class Tracker:
    """One device on one wrist."""

    name: str
    firmware: str
    """`avro`, `newer` or `json`."""
    rate: float
    battery: float
    steps: int = 0
    sent: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311  # no secret is made of it

    def measure(self, now: datetime) -> dict[str, Any]:
        """Return what it measures at this moment."""
        effort = 0.5 + 0.5 * math.sin(now.timestamp() / 300 + len(self.name))
        self.steps += int(40 * effort * self.chance.random())
        self.battery = max(0.0, self.battery - 0.01)
        rate = self.rate + 60 * effort + self.chance.uniform(-3, 3)
        return {
            "device": self.name,
            "measured_at": now,
            "heart_rate": round(rate),
            "steps": self.steps,
            "battery": round(self.battery, 1),
        }


def trackers() -> Sequence[Tracker]:
    """The trackers of the rehearsal."""
    return (
        Tracker("Band 1", "avro", 58, 91),
        Tracker("Band 2", "newer", 62, 64),
        Tracker("Band 3", "json", 66, 22),
    )


def encode(tracker: Tracker, now: datetime) -> tuple[bytes, str]:
    """Return a body and its content type."""
    measured = tracker.measure(now)
    if tracker.firmware == "json":
        return json.dumps({**measured, "measured_at": now.isoformat()}).encode(), "application/json"
    if tracker.firmware == "newer":
        warmth = 33 + tracker.chance.random()
        return write_record({**measured, "skin_temperature": round(warmth, 1)}, newer_schema()), "avro/binary"
    return write_record(measured, fitness_schema()), "avro/binary"


def fitness_schema() -> Schema:
    """The schema that the fitness profile reads."""
    return read_schema(files("hub_rabbitmq").joinpath("fitness.avsc").read_text())


def newer_schema() -> Schema:
    """The schema of a newer firmware, with one field more."""
    return read_schema(newer_text())


def newer_text() -> str:
    """The text of the newer schema."""
    source = fitness_schema().source
    added = {"name": "skin_temperature", "type": ["null", "double"], "default": None}
    return json.dumps({**source, "fields": [*source["fields"], added]})
