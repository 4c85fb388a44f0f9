"""What the keys of a set prove."""

from random import Random

import pytest
from hub_airpods_ble.keys import Addresses, AddressKey, ChargeKey, make_address
from hub_airpods_ble.message import Battery, status_bytes
from hub_airpods_ble.simulator import SimulatedSet
from hypothesis import given
from hypothesis import strategies as st

SAMPLE = bytes.fromhex("ec0234a357c8ad05341010a60a397d9b")
"""The sample key of the Bluetooth specification, and the address it makes of its sample number."""
SAMPLE_ADDRESS = "70:81:94:0D:FB:AA"


def made(key: bytes, *addresses: str) -> list[str]:
    return [addresses[at] for at in AddressKey(key).made(Addresses(addresses))]


def value_of(worn: SimulatedSet) -> bytes:
    value = status_bytes(worn.message())
    assert value is not None
    return value


def test_the_specification_s_sample() -> None:
    """The key makes the address, and knows it again."""
    assert make_address(SAMPLE, bytes.fromhex("708194")) == SAMPLE_ADDRESS
    assert made(SAMPLE, SAMPLE_ADDRESS) == [SAMPLE_ADDRESS]


def test_the_key_may_be_written_backwards() -> None:
    """Programs that show keys do not agree on the order of their bytes."""
    assert made(SAMPLE[::-1], SAMPLE_ADDRESS) == [SAMPLE_ADDRESS]


@pytest.mark.parametrize(
    "address",
    ["70:81:94:0D:FB:AB", "F0:81:94:0D:FB:AA", "30:81:94:0D:FB:AA", "70:81:94", "", "6F1C9C7E-0000-4000-8000-0123456789AB"],
    ids=["another", "static", "not resolvable", "cut", "nothing", "macOS"],
)
def test_other_addresses_are_not_its_own(address: str) -> None:
    """Those of other keys, of other kinds, and what is no address."""
    assert made(SAMPLE, address) == []


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=3, max_size=3))
def test_a_key_knows_every_address_it_makes(key: bytes, random: bytes) -> None:
    """However often the set changes it."""
    address = make_address(key, random)
    assert address in made(key, address)


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 1000))
def test_a_key_finds_its_addresses_among_others(own: list[bool], seed: int) -> None:
    """Each at its place, and no others."""
    random = Random(seed)
    key, other = random.randbytes(16), random.randbytes(16)
    addresses = ["", *(make_address(key if mine else other, random.randbytes(3)) for mine in own)]

    found = AddressKey(key).made(Addresses(addresses))

    assert sorted(found) == [place for place, mine in enumerate(own, start=1) if mine]


@pytest.mark.parametrize("right_speaks", [False, True])
def test_the_encryption_key_opens_exact_charges(right_speaks: bool) -> None:
    """In steps of 1 %; of the pod that speaks first, then of the other."""
    worn = SimulatedSet(Random("x"), left=83, right=71, right_speaks=right_speaks)

    charges = ChargeKey(worn.encryption_key).open(value_of(worn))

    assert charges is not None
    assert [charges.first.percent, charges.second.percent] == ([71, 83] if right_speaks else [83, 71])
    assert charges.case == Battery()


def test_another_key_opens_nothing(ada: SimulatedSet, stranger: SimulatedSet) -> None:
    """Not once in ten thousand messages that tell the same charges."""
    opened = ChargeKey(ada.encryption_key).opens([value_of(stranger) for _ in range(10_000)])

    assert len(opened) <= 1


def test_a_key_finds_its_messages_among_others(ada: SimulatedSet, stranger: SimulatedSet) -> None:
    """Each at its place."""
    values = [value_of(ada if number % 3 == 0 else stranger) for number in range(30)]

    assert ChargeKey(ada.encryption_key).opens(values) == list(range(0, 30, 3))
    assert ChargeKey(ada.encryption_key).opens([]) == []
