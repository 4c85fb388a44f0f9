"""Badges: printed once, scanned by phones and readers, heard by automations."""

import base64

import pytest
from hub_qr_auth.simulator.eye import read_codes

from hub.errors import ActionError
from hub.testing import KeptMemory


async def test_a_badge_is_printed_and_its_code_can_be_read(scene) -> None:
    """A card as SVG, the code alone as SVG and PNG; what is on it is escaped."""
    async with scene() as it:
        made = await it.hub.call("qr_auth.badge", tag="ada", person="ada", title="Ada <b>Lovelace</b> & Co")
        (text,) = read_codes(base64.b64decode(made["png"]))

        assert text.startswith(f"{it.folder}/scan?b=")
        assert ("85.6mm" in made["card"], "&lt;b&gt;" in made["card"], "<b>" in made["card"]) == (True, True, False)


async def test_a_scanned_badge_is_heard_after_the_person_has_proved_who_they_are(scene) -> None:
    """Opening the address alone does nothing."""
    async with scene() as it:
        made = await it.hub.call("qr_auth.badge", tag="rack_7", title="Rack 7")
        phone = await it.phone()
        asked = await phone.scan(base64.b64decode(made["png"]))
        before = it.hub.told("qr_auth.scanned")
        done = await phone.answer(asked)

        assert (before, done.status) == ([], 200)
        (scanned,) = it.hub.told("qr_auth.scanned")
        assert (scanned["tag_id"], scanned["by"], scanned["device_id"], scanned["person"]) == ("rack_7", "ada", "phone_ada", "")
        assert it.hub.told("tag_scanned") == [scanned]


async def test_a_stranger_cannot_report_a_scan(scene) -> None:
    """Unless the configuration lets anybody do so."""
    async with scene() as it:
        made = await it.hub.call("qr_auth.badge", tag="rack_7")
        phone = await it.phone()
        refused = await phone.answer(await phone.scan(base64.b64decode(made["png"])), code="000000")
        assert (refused.status, it.hub.told("qr_auth.scanned")) == (401, [])
    async with scene(scans="anybody") as it:
        made = await it.hub.call("qr_auth.badge", tag="rack_7")
        phone = await it.phone()
        done = await phone.answer(await phone.scan(base64.b64decode(made["png"])))

        assert (done.status, it.hub.told("qr_auth.scanned")[0]["by"]) == (200, "")


async def test_a_new_badge_replaces_the_old_one(scene) -> None:
    """A lost one is worthless."""
    memory = KeptMemory()
    async with scene(memory) as it:
        old = await it.hub.call("qr_auth.badge", tag="ada", person="ada")
        new = await it.hub.call("qr_auth.badge", tag="ada", person="ada")
        phone = await it.phone()
        statuses = [(await phone.scan(base64.b64decode(each["png"]))).status for each in (old, new)]

        assert statuses == [404, 200]
        assert len(memory.items("badge/")) == 1


async def test_a_reader_reports_what_it_reads(scene) -> None:
    """A scanner at the door, through an automation; other codes are refused."""
    async with scene() as it:
        made = await it.hub.call("qr_auth.badge", tag="ada", person="ada")
        (text,) = read_codes(base64.b64decode(made["png"]))
        answer = await it.hub.call("qr_auth.scan", text=f" {text}\r\n", reader="front_door")
        for other in ("", "https://example.com", text[:-1], text.replace("http", "https"), "x" * 100_000):
            with pytest.raises(ActionError, match="not a badge"):
                await it.hub.call("qr_auth.scan", text=other)

        assert answer == {"tag": "ada", "person": "ada"}
        (scanned,) = it.hub.told("qr_auth.scanned")
        assert (scanned["device_id"], scanned["by"]) == ("front_door", "")


async def test_a_revoked_badge_is_worthless(scene) -> None:
    """One by its id, or all of a person; `all` leaves badges alone."""
    async with scene() as it:
        badges = [await it.hub.call("qr_auth.badge", tag=tag, person="ada") for tag in ("one", "two")]
        spared = await it.hub.call("qr_auth.revoke", person="ada")
        one = await it.hub.call("qr_auth.revoke", id=badges[0]["badge"], what="badges")
        rest = await it.hub.call("qr_auth.revoke", person="ada", what="badges")

        assert [each["revoked"] for each in (spared, one, rest)] == [0, 1, 1]


async def test_guessing_badges_is_slowed_down(scene) -> None:
    """Ten unknown ones in five minutes from one address."""
    async with scene() as it:
        web = await it.web()
        statuses = [(await web.open(f"{it.folder}/scan?b={'A' * 42}{number % 10}")).status for number in range(12)]

        assert statuses == [404] * 10 + [429] * 2
