"""Where advertisements wait to be looked at, once a second: as many as there is room for, one for each address."""

from collections.abc import Callable
from dataclasses import dataclass

from hub_airpods_ble.message import status_bytes
from hub_airpods_ble.sighting import NOT_HEARD, Sighting


@dataclass(slots=True)
class Heard:
    """What was heard of one address since the last look."""

    address: str
    value: bytes
    """The last status: 25 bytes."""
    signal: int
    """The strongest, in dBm."""
    adapter: str
    """The one that heard it strongest."""


class Inbox:
    """Takes any number of advertisements at little cost; those of addresses that are known always find room."""

    def __init__(self, room: int, known: Callable[[str], bool]) -> None:
        self._room = room
        self._known = known
        self._waiting: dict[str, Heard] = {}
        self.dropped = 0
        """Messages for which there was no room."""

    def put(self, sighting: Sighting) -> None:
        """Take an advertisement; what is no readable status of a set is dropped."""
        if sighting.signal <= NOT_HEARD:
            return  # a receiver tells once more what it heard long ago
        value = status_bytes(sighting.data)
        if value is None:
            return
        heard = self._waiting.get(sighting.address)
        if heard is None:
            self._add(Heard(sighting.address, value, sighting.signal, sighting.adapter))
            return
        heard.value = value
        if sighting.signal > heard.signal:
            heard.signal, heard.adapter = sighting.signal, sighting.adapter

    def take(self) -> list[Heard]:
        """Return what waits, and be empty."""
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())

    def _add(self, heard: Heard) -> None:
        if len(self._waiting) >= self._room and not self._known(heard.address):
            self.dropped += 1
            return
        self._waiting[heard.address] = heard
