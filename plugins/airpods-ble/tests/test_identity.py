"""Whose set it is."""

import time
from random import Random

from hub_airpods_ble.config import Person
from hub_airpods_ble.identity import Identities, Owner, Proof
from hub_airpods_ble.message import status_bytes
from hub_airpods_ble.simulator import SimulatedSet
from hub_airpods_ble.tracker import ROOM


def value_of(worn: SimulatedSet) -> bytes:
    value = status_bytes(worn.message())
    assert value is not None
    return value


def met(identities: Identities, worn: SimulatedSet, value: bytes, now: float) -> Owner | None:
    """Say whose set sent the status."""
    identities.meet([(worn.address, value)], now)
    return identities.owner(worn.address, value, now)


def owned(worn: SimulatedSet, name: str = "Ada", **keys: str | None) -> Person:
    return Person.model_validate({**worn.owned_by(name), **keys})


def test_a_set_is_known_by_its_identity_resolving_key(ada: SimulatedSet) -> None:
    """From the first message, and from the first message after each change of address."""
    identities = Identities([owned(ada)])
    for moment in range(5):
        owner = met(identities, ada, value_of(ada), moment)
        assert owner is not None
        assert (owner.person.name, owner.proof) == ("Ada", Proof.IRK)
        ada.change_address()


def test_a_set_is_known_by_its_encryption_key_after_two_messages(ada: SimulatedSet) -> None:
    """One could be chance; the very same once more is no second one."""
    identities = Identities([owned(ada, irk=None)])
    first, second = value_of(ada), value_of(ada)

    assert met(identities, ada, first, 0) is None
    assert met(identities, ada, first, 1) is None
    owner = met(identities, ada, second, 2)

    assert owner is not None
    assert owner.proof is Proof.ENCRYPTION_KEY
    assert owner.charges is not None
    assert owner.charges.first.percent == 80


def test_a_paired_set_is_known_by_its_address(ada: SimulatedSet) -> None:
    """The operating system shows the lasting one; charges stay rough without the key."""
    identities = Identities([owned(ada, irk=None, encryption_key=None, address=ada.address.lower())])

    owner = met(identities, ada, value_of(ada), 0)

    assert owner is not None
    assert (owner.proof, owner.charges) == (Proof.ADDRESS, None)


def test_a_stranger_with_the_same_model_and_charge_is_nobody(ada: SimulatedSet, stranger: SimulatedSet) -> None:
    """However long they stay, and whatever address they take."""
    identities = Identities([owned(ada)])
    for moment in range(3000):
        assert met(identities, stranger, value_of(stranger), moment) is None
        assert not identities.knows(stranger.address)
        if moment % 900 == 0:
            stranger.change_address()


def test_an_address_stays_somebody_s_while_it_is_used(ada: SimulatedSet) -> None:
    """Other bytes from it are still theirs; half an hour after the last it is forgotten."""
    identities = Identities([owned(ada, irk=None)])
    for moment in range(2):
        met(identities, ada, value_of(ada), moment)

    other = SimulatedSet(Random("other"))
    assert met(identities, ada, value_of(other), 1000) is not None
    identities.tidy(2800)
    assert identities.knows(ada.address)
    identities.tidy(2801)
    assert not identities.knows(ada.address)


def test_only_the_last_addresses_of_a_person_are_kept(ada: SimulatedSet) -> None:
    """A set that changes its address all the time fills no memory."""
    identities, addresses = Identities([owned(ada)]), []
    for moment in range(1000):
        ada.change_address()
        addresses.append(ada.address)
        met(identities, ada, value_of(ada), moment)

    assert [address for address in addresses if identities.knows(address)] == addresses[-8:]


def test_each_is_known_among_many() -> None:
    """A hundred people, each by their own key, and as many strangers, all heard in the same second."""
    sets = [SimulatedSet(Random(f"person {number}")) for number in range(200)]
    identities = Identities([owned(worn, f"Person {number}") for number, worn in enumerate(sets[:100])])
    messages = [(worn.address, value_of(worn)) for worn in sets]

    identities.meet(messages, 0)
    owners = [identities.owner(address, value, 0) for address, value in messages]

    assert [owner.person.name for owner in owners if owner] == [f"Person {number}" for number in range(100)]


def test_strangers_cost_little() -> None:
    """Five hundred people with both keys, and as many strangers as are looked at in a second."""
    identities = Identities([owned(SimulatedSet(Random(number)), f"Person {number}") for number in range(500)])
    strangers = [SimulatedSet(Random(-number - 1)) for number in range(ROOM)]
    messages = [(worn.address, value_of(worn)) for worn in strangers]

    began = time.process_time()
    identities.meet(messages, 0)

    assert time.process_time() - began < 0.5
