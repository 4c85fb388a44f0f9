"""Whose set it is. Only sets of people who have agreed are ever known; of all others nothing is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub_airpods_ble.config import Person
from hub_airpods_ble.keys import AddressKey, ChargeKey
from hub_airpods_ble.message import Charges, sealed

_REMEMBERED: Final = 1800.0  # seconds; sets change their address about every 15 minutes
_MOST_ADDRESSES: Final = 8  # of one person at the same time; each pod may have its own
_MOST_GUESSES: Final = 64


class Proof(StrEnum):
    """What shows that a set is somebody's."""

    ADDRESS = "address"
    IRK = "irk"
    ENCRYPTION_KEY = "encryption_key"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose set sent a message."""

    person: Person
    proof: Proof
    charges: Charges | None
    """The exact charges, when the person's encryption key is known."""


class Identities:
    """Recognises sets by what does not change with their address."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = [_Keys(person) for person in people]
        self._bound: dict[str, _Bound] = {}
        self._guesses: dict[str, tuple[_Keys, bytes]] = {}

    def knows(self, address: str) -> bool:
        """Whether the address is somebody's already."""
        return address in self._bound

    def owner(self, address: str, value: bytes, now: float) -> Owner | None:
        """Say whose set sent this status (25 bytes) from this address at this time (seconds), or None."""
        bound = self._bound.get(address) or self._recognise(address, value)
        if bound is None:
            return None
        bound.heard = now
        return Owner(bound.keys.person, bound.proof, bound.keys.open(value))

    def tidy(self, now: float) -> None:
        """Forget addresses that nobody uses any more."""
        for address, bound in list(self._bound.items()):
            if now - bound.heard > _REMEMBERED:
                del self._bound[address]

    def _recognise(self, address: str, value: bytes) -> "_Bound | None":
        for keys in self._people:
            proof = keys.proof(address)
            if proof is not None:
                return self._bind(address, _Bound(keys, proof))
        for keys in self._people:
            if keys.open(value) is not None:
                return self._believe(address, keys, value)
        return None

    def _believe(self, address: str, keys: "_Keys", value: bytes) -> "_Bound | None":
        # A wrong key opens one message of a hundred thousand by chance, so it takes a second one that is different.
        guess = self._guesses.get(address)
        if guess is not None and guess[0] is keys and guess[1] != sealed(value):
            del self._guesses[address]
            return self._bind(address, _Bound(keys, Proof.ENCRYPTION_KEY))
        if len(self._guesses) >= _MOST_GUESSES:
            self._guesses.pop(next(iter(self._guesses)))
        self._guesses[address] = (keys, sealed(value))
        return None

    def _bind(self, address: str, bound: "_Bound") -> "_Bound":
        others = sorted((old.heard, other) for other, old in self._bound.items() if old.keys is bound.keys)
        for _, other in others[: max(len(others) - _MOST_ADDRESSES + 1, 0)]:
            del self._bound[other]
        self._bound[address] = bound
        return bound


class _Keys:
    """What makes one person's set known."""

    def __init__(self, person: Person) -> None:
        irk, encryption_key = person.keys
        self.person = person
        self._address_key = AddressKey(irk) if irk else None
        self._charge_key = ChargeKey(encryption_key) if encryption_key else None

    def proof(self, address: str) -> Proof | None:
        if address == self.person.address:
            return Proof.ADDRESS
        return Proof.IRK if self._address_key and self._address_key.made(address) else None

    def open(self, value: bytes) -> Charges | None:
        return self._charge_key.open(value) if self._charge_key else None


@dataclass(slots=True)
class _Bound:
    keys: _Keys
    proof: Proof
    heard: float = 0.0
