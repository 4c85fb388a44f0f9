"""Tickets: one desktop, one person, once."""

import asyncio
import json

import pytest
from hub_qr_auth.passes import TooMany

from hub.errors import BadActionData
from hub.testing import KeptMemory


def token(answer) -> str:
    return answer["url"].partition("#ticket=")[2]


LINK = "horizon-client://horizon.example.com/Executive%20Desktop?action=start-session&desktopProtocol=BLAST&domainName=BERLIN"


async def test_a_ticket_hands_over_the_link_after_the_phone_has_approved(scene) -> None:
    """The screen shows the launch link, automations hear of it, and the ticket is used up."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        open_before = it.hub.value("sensor.qr_auth_open_tickets")
        shown = await it.sign_in(await it.screen(), await it.phone(), token(answer))

        assert (open_before, it.hub.value("sensor.qr_auth_open_tickets")) == ("1", "0")
        assert shown.page.links == [LINK]
        (opened,) = it.hub.told("qr_auth.desktop_opened")
        assert (opened["person"], opened["desktop"], opened["ticket"]) == ("ada", "office", answer["ticket"])
        assert it.hub.told("qr_auth.signed_in") == []


async def test_a_ticket_works_once(scene) -> None:
    """Also for her who has used it."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        await it.sign_in(await it.screen(), await it.phone(), token(answer))
        again = await (await it.screen()).begin(token(answer))

        assert again.status == 410


async def test_a_ticket_is_nobody_else_s(scene) -> None:
    """Grace's phone cannot approve Ada's ticket; the ticket stays good for Ada."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        screen, grace = await it.screen(), await it.phone("grace")
        refused = await it.sign_in(screen, grace, token(answer))
        shown = await it.sign_in(screen, await it.phone("ada"), token(answer))

        assert refused.status == 410
        assert it.hub.told("qr_auth.denied")[0]["reason"] == "somebody else's ticket"
        assert shown.page.links == [LINK]


async def test_a_ticket_alone_opens_nothing(scene) -> None:
    """Whoever finds it needs Ada's phone too."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        screen = await it.screen()
        await screen.begin(token(answer))

        assert (await screen.redeem()).status == 410
        assert it.hub.value("sensor.qr_auth_open_tickets") == "1"


async def test_a_ticket_in_use_cannot_be_used_in_a_second_browser(scene) -> None:
    """The second is refused, and the audit says so."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        first, second = await it.screen(), await it.screen()
        replies = [await first.begin(token(answer)), await second.begin(token(answer))]

        assert [reply.status for reply in replies] == [200, 409]
        assert ("redeem", "refused", "a second browser brought the same ticket") in it.audit()


async def test_a_ticket_expires(scene) -> None:
    """After a minute unless the call says otherwise."""
    async with scene() as it:
        short = await it.hub.call("qr_auth.create_ticket", person="ada")
        long = await it.hub.call("qr_auth.create_ticket", person="ada", lifetime=120)
        await it.hub.clock.advance(60)
        screen = await it.screen()

        assert (await screen.begin(token(short))).status == 410
        assert (await screen.begin(token(long))).status == 200
        assert it.hub.value("sensor.qr_auth_open_tickets") == "1"


async def test_a_revoked_ticket_is_worthless_at_any_moment(scene) -> None:
    """Even after the phone has approved."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        screen, phone = await it.screen(), await it.phone()
        await screen.begin(token(answer))
        await phone.answer(await phone.scan(screen.picture), screen.number)
        revoked = await it.hub.call("qr_auth.revoke", id=answer["ticket"])

        assert revoked == {"revoked": 1}
        assert (await screen.redeem()).status == 410
        assert it.hub.told("qr_auth.desktop_opened") == []


async def test_a_used_ticket_stays_used_after_a_restart(scene) -> None:
    """And an unused one stays good."""
    memory = KeptMemory()
    async with scene(memory) as it:
        used = await it.hub.call("qr_auth.create_ticket", person="ada", lifetime=600)
        unused = await it.hub.call("qr_auth.create_ticket", person="ada", lifetime=600)
        await it.sign_in(await it.screen(), await it.phone(), token(used))
        kept = json.dumps(dict(memory.items("ticket/")))
    async with scene(memory) as it:
        statuses = [(await (await it.screen()).begin(token(each))).status for each in (used, unused)]

    assert statuses == [410, 200]
    assert token(unused) not in kept


async def test_many_browsers_race_for_one_ticket(scene) -> None:
    """One of them gets the link."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        screen, phone = await it.screen(), await it.phone()
        await screen.begin(token(answer))
        await phone.answer(await phone.scan(screen.picture), screen.number)
        replies = await asyncio.gather(*(screen.redeem() for _ in range(10)))

        assert [reply.status for reply in replies].count(200) == 1
        assert len(it.hub.told("qr_auth.desktop_opened")) == 1


async def test_only_granted_desktops_have_tickets(scene) -> None:
    """Grace has none; a desktop that does not exist is said to be none of hers."""
    async with scene() as it:
        with pytest.raises(BadActionData, match="none"):
            await it.hub.call("qr_auth.create_ticket", person="grace")
        with pytest.raises(BadActionData, match="office"):
            await it.hub.call("qr_auth.create_ticket", person="ada", desktop="vault")


async def test_a_desktop_that_was_taken_away_makes_its_tickets_worthless(scene) -> None:
    """The configuration decides when the ticket is used, not when it was made."""
    memory = KeptMemory()
    async with scene(memory) as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada", lifetime=600)
    async with scene(memory, people={"ada": {"name": "Ada"}}) as it:
        assert (await (await it.screen()).begin(token(answer))).status == 410


async def test_ten_thousand_tickets(scene) -> None:
    """An automation that has run wild makes ten; a thousand people may have ten each, and expired ones leave nothing."""
    crowd = {f"p{number}": {"name": f"P {number}", "desktops": ["office"]} for number in range(1000)}
    memory = KeptMemory()
    async with scene(memory, people=crowd) as it:
        made = refused = 0
        for _ in range(100):
            try:
                await it.hub.call("qr_auth.create_ticket", person="p0")
                made += 1
            except TooMany:
                refused += 1
        for number in range(1, 1000):
            for _ in range(10):
                await it.hub.call("qr_auth.create_ticket", person=f"p{number}")
        many = it.hub.value("sensor.qr_auth_open_tickets")
        await it.hub.clock.advance(71)

        assert (made, refused, many) == (10, 90, "10000")
        assert it.hub.value("sensor.qr_auth_open_tickets") == "0"
        assert memory.items("ticket/") == {}


async def test_a_ticket_can_be_drawn(scene) -> None:
    """To be shown on one screen and scanned with a tablet; the token stands where no server logs it."""
    async with scene() as it:
        answer = await it.hub.call("qr_auth.create_ticket", person="ada", picture=True)

        assert answer["svg"].startswith("<svg ")
        assert answer["url"].startswith(f"{it.folder}/login#ticket=")
        assert answer["expires_at"] == "2026-01-05T12:01:00+00:00"
