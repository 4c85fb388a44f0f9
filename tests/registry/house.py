"""Registries on a bus, and a keeper that remembers in memory what it was told."""

from dataclasses import dataclass
from typing import Any

from hub.bus import Bus
from hub.registry import Registries, Row
from hub.states import StateMachine


class Shelf:
    """Keeps rows in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def save(self, row: Row) -> None:
        self.rows[(type(row).__name__, row.id)] = row

    def forget(self, row: Row) -> None:
        del self.rows[(type(row).__name__, row.id)]

    def ids(self, kind: str) -> list[str]:
        return [row_id for name, row_id in self.rows if name == kind]


@dataclass
class House:
    """Everything that a test looks at."""

    bus: Bus
    states: StateMachine
    shelf: Shelf
    registries: Registries
    told: list[tuple[str, dict[str, Any]]]
