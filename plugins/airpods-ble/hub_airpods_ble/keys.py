"""The two keys of a set, and what they prove. The only user of `cryptography`.

Identity resolving key: Bluetooth Core, volume 3 part H 2.2.2. A resolvable private address is three random bytes (the two highest
bits are 01) and three bytes that only the key makes of them.
"""

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from hub_airpods_ble.message import Charges, agree, read_charges, sealed

SIZE: Final = 16
"""Bytes of either key."""
_ADDRESS_SIZE: Final = 6


class AddressKey:
    """An identity resolving key; it is taken in either byte order, since programs that show it do not agree on one."""

    def __init__(self, key: bytes) -> None:
        self._encrypt = (_encryption(key), _encryption(key[::-1]))

    def made(self, address: str) -> bool:
        """Whether the address (`AA:BB:…`) was made with this key."""
        number = _bytes_of(address)
        if number is None or number[0] >> 6 != 0b01:
            return False
        block = bytes(13) + number[:3]
        return any(encrypt(block)[-3:] == number[3:] for encrypt in self._encrypt)


class ChargeKey:
    """An accessory's encryption key."""

    def __init__(self, key: bytes) -> None:
        self._decrypt = Cipher(AES(key), ECB()).decryptor().update  # noqa: S305  # the set's choice; every block stands alone

    def open(self, value: bytes) -> Charges | None:
        """Open the sealed part of a status; None when it was sealed with another key."""
        charges = read_charges(self._decrypt(sealed(value)))
        return charges if charges is not None and agree(value, charges) else None


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


def _bytes_of(address: str) -> bytes | None:
    number = bytes.fromhex(address.replace(":", "")) if ":" in address else b""
    return number if len(number) == _ADDRESS_SIZE else None
