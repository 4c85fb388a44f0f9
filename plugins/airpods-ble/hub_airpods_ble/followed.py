"""One person who is followed: whether they are there, and what their set says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub_airpods_ble.board import PersonBoard
from hub_airpods_ble.config import Person
from hub_airpods_ble.identity import Owner, Proof
from hub_airpods_ble.inbox import Heard
from hub_airpods_ble.message import read_status, with_charges
from hub_airpods_ble.presence import Presence
from hub_airpods_ble.readings import Readings


class Followed:
    """Follows one person; without a board (`report: team`) nothing but their presence."""

    def __init__(self, person: Person, presence: Presence, readings: Readings, board: PersonBoard | None) -> None:
        self.person = person
        self._presence = presence
        self._readings = readings
        self._board = board
        self._proof: Proof | None = None

    @property
    def present(self) -> bool:
        """Whether the person is there."""
        return self._presence.present

    def begin(self) -> None:
        """Show what is remembered."""
        if self._board and self.present:
            self._board.show_present(None)
        elif self._board:
            self._board.show_absent()

    def take(self, heard: Heard, owner: Owner, now: float, moment: datetime) -> bool:
        """Take what was heard of the person's set; tell whether they have come with it."""
        arrived = self._presence.hear(heard.signal, now)
        if self._board and self.present:
            if arrived or owner.proof is not self._proof:
                self._proof = owner.proof
                self._board.show_present(owner.proof)
            status = read_status(heard.value)
            if owner.charges is not None:
                status = with_charges(status, owner.charges)
            self._board.show_status(status, heard, moment)
            self._readings.take(status)
        return arrived

    def wait(self, now: float) -> bool:
        """Let time pass; tell whether the person has gone."""
        if not self._presence.wait(now):
            return False
        self._proof = None
        self._readings.forget()
        if self._board:
            self._board.show_absent()
        return True

    def kept(self) -> Mapping[str, Any]:
        """Return what is remembered over a restart."""
        return {"present": self.present, "low": sorted(self._readings.low)}
