"""The two keys of a set, and what they prove. The only user of `cryptography`.

Identity resolving key: Bluetooth Core, volume 3 part H 2.2.2. A resolvable private address is three random bytes (the two highest
bits are 01) and three bytes that only the key makes of them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from hub_airpods_ble.message import MARK, MARK_AT, Charges, agree, read_charges, sealed

SIZE: Final = 16
"""Bytes of either key."""
_ADDRESS_SIZE: Final = 6


class Addresses:
    """Addresses (`AA:BB:…`) that a key is tried on, all at once."""

    def __init__(self, addresses: Sequence[str]) -> None:
        numbers = [(place, _bytes_of(address)) for place, address in enumerate(addresses)]
        resolvable = [(place, number) for place, number in numbers if number and number[0] >> 6 == 0b01]
        self.places = [place for place, _ in resolvable]
        """Where the addresses that a key can have made stand among those given."""
        self.blocks = b"".join(bytes(13) + number[:3] for _, number in resolvable)
        self.ends = tuple(int.from_bytes(bytes(number[at] for _, number in resolvable)) for at in (3, 4, 5))
        """The bytes that the key makes: all first ones, all second ones, all third ones."""


class AddressKey:
    """An identity resolving key; it is taken in either byte order, since programs that show it do not agree on one."""

    def __init__(self, key: bytes) -> None:
        self._encrypt = (_encryption(key), _encryption(key[::-1]))

    def made(self, addresses: Addresses) -> list[int]:
        """Return where the addresses stand that were made with this key."""
        return [addresses.places[at] for encrypt in self._encrypt for at in _fitting(encrypt(addresses.blocks), addresses.ends)]


class ChargeKey:
    """An accessory's encryption key."""

    def __init__(self, key: bytes) -> None:
        self._decrypt = Cipher(AES(key), ECB()).decryptor().update  # noqa: S305  # the set's choice; every block stands alone

    def open(self, value: bytes) -> Charges | None:
        """Open the sealed part of a status; None when it was sealed with another key."""
        charges = read_charges(self._decrypt(sealed(value)))
        return charges if charges is not None and agree(value, charges) else None

    def opens(self, values: Sequence[bytes]) -> list[int]:
        """Return where the statuses stand that were sealed with this key."""
        opened = self._decrypt(b"".join(sealed(value) for value in values))
        marks = opened[MARK_AT::SIZE]
        return [at for at in _places(marks, MARK) if self.open(values[at]) is not None]


def make_address(key: bytes, random: bytes) -> str:
    """Return the resolvable private address that the key makes of three random bytes."""
    first = bytes([random[0] & 0x3F | 0x40, *random[1:3]])
    number = first + _encryption(key)(bytes(13) + first)[-3:]
    return ":".join(f"{byte:02X}" for byte in number)


def seal(key: bytes, block: bytes) -> bytes:
    """Return the sealed form of 16 bytes."""
    return _encryption(key)(block)


def _encryption(key: bytes) -> Callable[[bytes], bytes]:
    return Cipher(AES(key), ECB()).encryptor().update  # noqa: S305  # what Bluetooth's function `e` is


def _fitting(blocks: bytes, ends: tuple[int, ...]) -> Iterator[int]:
    """Yield which of the blocks end as wanted. It is done on all of them at once: there are many keys and many addresses."""
    count = len(blocks) // SIZE
    different = 0
    for column, wanted in enumerate(ends, start=SIZE - len(ends)):
        different |= int.from_bytes(blocks[column::SIZE]) ^ wanted
    return _places(different.to_bytes(count), 0)


def _places(text: bytes, byte: int) -> Iterator[int]:
    at = text.find(byte)
    while at >= 0:
        yield at
        at = text.find(byte, at + 1)


def _bytes_of(address: str) -> bytes | None:
    number = bytes.fromhex(address.replace(":", "")) if ":" in address else b""
    return number if len(number) == _ADDRESS_SIZE else None
