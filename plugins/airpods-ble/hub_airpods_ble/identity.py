"""Whose set it is. Only sets of people who have agreed are ever known; of all others nothing is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub_airpods_ble.config import Person
from hub_airpods_ble.keys import Addresses, AddressKey, ChargeKey
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
        self._lasting = {keys.person.address: keys for keys in self._people if keys.person.address}
        self._bound: dict[str, _Bound] = {}
        self._guesses: dict[str, tuple[_Keys, bytes]] = {}

    def knows(self, address: str) -> bool:
        """Whether the address is somebody's already."""
        return address in self._bound

    def meet(self, messages: Sequence[tuple[str, bytes]], now: float) -> None:
        """Find out whose sets sent these statuses (address and 25 bytes), as far as they are anybody's; `now` in seconds."""
        unknown = [(address, value) for address, value in messages if address not in self._bound]
        if not unknown:
            return
        addresses, values = Addresses([address for address, _ in unknown]), [value for _, value in unknown]
        for address, _ in unknown:
            if address in self._lasting:
                self._bind(address, _Bound(self._lasting[address], Proof.ADDRESS, now))
        for keys in self._people:
            for at in keys.made(addresses):
                self._bind(unknown[at][0], _Bound(keys, Proof.IRK, now))
            for at in keys.opens(values):
                self._believe(unknown[at][0], keys, values[at], now)

    def owner(self, address: str, value: bytes, now: float) -> Owner | None:
        """Say whose set sent this status, or None; who is met for the first time must have been met with `meet`."""
        bound = self._bound.get(address)
        if bound is None:
            return None
        bound.heard = now
        return Owner(bound.keys.person, bound.proof, bound.keys.open(value))

    def tidy(self, now: float) -> None:
        """Forget addresses that nobody uses any more."""
        for address, bound in list(self._bound.items()):
            if now - bound.heard > _REMEMBERED:
                del self._bound[address]

    def _believe(self, address: str, keys: "_Keys", value: bytes, now: float) -> None:
        if address in self._bound:
            return
        # A wrong key opens one message of a hundred thousand by chance, so it takes a second one that is different.
        guess = self._guesses.pop(address, None)
        if guess is not None and guess[0] is keys and guess[1] != sealed(value):
            self._bind(address, _Bound(keys, Proof.ENCRYPTION_KEY, now))
            return
        if len(self._guesses) >= _MOST_GUESSES:
            del self._guesses[next(iter(self._guesses))]
        self._guesses[address] = (keys, sealed(value))

    def _bind(self, address: str, bound: "_Bound") -> None:
        others = sorted((old.heard, other) for other, old in self._bound.items() if old.keys is bound.keys)
        for _, other in others[: max(len(others) - _MOST_ADDRESSES + 1, 0)]:
            del self._bound[other]
        self._bound[address] = bound


class _Keys:
    """What makes one person's set known."""

    def __init__(self, person: Person) -> None:
        irk, encryption_key = person.keys
        self.person = person
        self._address_key = AddressKey(irk) if irk else None
        self._charge_key = ChargeKey(encryption_key) if encryption_key else None

    def made(self, addresses: Addresses) -> list[int]:
        return self._address_key.made(addresses) if self._address_key else []

    def opens(self, values: Sequence[bytes]) -> list[int]:
        return self._charge_key.opens(values) if self._charge_key else []

    def open(self, value: bytes) -> Charges | None:
        return self._charge_key.open(value) if self._charge_key else None


@dataclass(slots=True)
class _Bound:
    keys: _Keys
    proof: Proof
    heard: float
