"""Advertisements that wait."""

from random import Random

from hub_airpods_ble.inbox import Inbox
from hub_airpods_ble.message import status_bytes
from hub_airpods_ble.sighting import Sighting
from hub_airpods_ble.simulator import SimulatedSet


def test_of_each_address_the_last_message_and_the_strongest_signal_wait(ada: SimulatedSet) -> None:
    """Whoever heard it strongest is the nearest."""
    inbox = Inbox(10, known=lambda _: False)
    last = ada.heard(-80, "hci0", 3)

    inbox.put(ada.heard(-70, "hci0", 1))
    inbox.put(ada.heard(-50, "hci1", 2))
    inbox.put(last)

    (heard,) = inbox.take()
    assert (heard.signal, heard.adapter, heard.value) == (-50, "hci1", status_bytes(last.data))
    assert inbox.take() == []


def test_what_is_no_status_does_not_wait(ada: SimulatedSet) -> None:
    """Neither other Apple devices nor what was heard long ago."""
    inbox = Inbox(10, known=lambda _: False)

    inbox.put(Sighting("70:81:94:0D:FB:AA", -50, "hci0", bytes.fromhex("10050318A1B2C3"), 0))
    inbox.put(ada.heard(-127, "hci0", 0))

    assert inbox.take() == []
    assert inbox.dropped == 0


def test_a_flood_of_addresses_finds_no_more_than_the_room(ada: SimulatedSet) -> None:
    """A hundred thousand; those of somebody who is known still come through."""
    inbox, flood = Inbox(100, known=lambda address: address == ada.address), SimulatedSet(Random("flood")).message()

    for number in range(100_000):
        inbox.put(Sighting(f"{number:012X}", -50, "hci0", flood, 0))
    inbox.put(ada.heard(-60, "hci0", 0))

    waiting = inbox.take()
    assert len(waiting) == 101
    assert waiting[-1].address == ada.address
    assert inbox.dropped == 99_900
