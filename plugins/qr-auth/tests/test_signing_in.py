"""Signing in: a screen shows a code, a phone scans it and picks the number, and the screen goes on, once."""

import asyncio
import json

from hub_qr_auth.simulator.eye import read_codes
from hub_qr_auth.simulator.web import Web

from hub.testing import KeptMemory


async def test_somebody_signs_in_with_the_phone(scene) -> None:
    """The code is scanned, name and code are typed, the number is picked; the screen is let in and automations hear of it."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        home = await it.sign_in(screen, phone)

        assert (home.status, "Welcome, Ada Lovelace" in home.page.words) == (200, True)
        (signed_in,) = it.hub.told("qr_auth.signed_in")
        assert (signed_in["person"], signed_in["browser"]) == ("ada", "Firefox on Windows")
        assert it.hub.value("sensor.qr_auth_sessions") == "1"
        assert [entry[:2] for entry in it.audit()] == [
            ("begin", "done"),
            ("scan", "done"),
            ("approve", "done"),
            ("redeem", "done"),
        ]


async def test_the_screen_learns_how_far_it_is(scene) -> None:
    """Waiting, scanned, approved: in the words of RFC 8628."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        waiting = await screen.poll()
        asked = await phone.scan(screen.picture)
        await it.hub.clock.advance(2)
        scanned = await screen.poll()
        await phone.answer(asked, screen.number)
        approved = await screen.poll()

        assert (waiting["error"], waiting["scanned"]) == ("authorization_pending", False)
        assert (scanned["error"], scanned["scanned"]) == ("authorization_pending", True)
        assert approved == {"status": "approved"}


async def test_a_screen_that_polls_too_fast_is_slowed_down(scene) -> None:
    """By five seconds each time (RFC 8628, 3.5)."""
    async with scene() as it:
        screen = await it.screen()
        await screen.begin()
        answers = [await screen.poll() for _ in range(3)]
        await it.hub.clock.advance(12)
        patient = await screen.poll()

        assert [answer["error"] for answer in answers] == ["authorization_pending", "slow_down", "slow_down"]
        assert [answer["interval"] for answer in answers] == [2.0, 7.0, 12.0]
        assert patient["error"] == "authorization_pending"


async def test_a_code_is_good_for_a_minute_and_not_longer(scene) -> None:
    """At 60 seconds it is over, for the phone and for the screen."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        await it.hub.clock.advance(59.9)
        in_time = await phone.scan(screen.picture)
        await it.hub.clock.advance(0.2)
        late = await phone.answer(in_time, screen.number)

        assert (in_time.status, late.status) == (200, 410)
        assert (await phone.scan(screen.picture)).status == 410
        assert (await screen.poll())["error"] == "expired_token"
        assert (await screen.redeem()).status == 410


async def test_the_code_turns_and_the_old_one_is_worthless(scene) -> None:
    """Unless a phone has scanned it: then the person may finish."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        old = screen.picture
        await screen.turn()
        stale = await phone.scan(old)
        await phone.scan(screen.picture)
        scanned = screen.picture
        await screen.turn()

        assert stale.status == 410
        assert screen.picture == scanned
        assert old != scanned


async def test_a_wrong_number_ends_the_attempt(scene) -> None:
    """One try: guessing is right one time in three at most."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        asked = await phone.scan(screen.picture)
        (wrong, _) = [number for number in asked.page.forms[0].choices["number"] if number != screen.number]
        refused = await phone.answer(asked, wrong)
        await it.hub.clock.advance(30)
        again = await phone.answer(asked, screen.number)

        assert (refused.status, again.status) == (403, 409)
        assert (await screen.poll())["error"] == "access_denied"
        assert (await screen.redeem()).status == 410
        assert it.hub.told("qr_auth.denied")[0]["reason"] == "wrong number"


async def test_the_numbers_offered_stay_the_same(scene) -> None:
    """Who looks twice must not learn which number is always among them."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        offered = [(await phone.scan(screen.picture)).page.forms[0].choices["number"] for _ in range(5)]

        assert all(numbers == offered[0] for numbers in offered)
        assert len(set(offered[0])) == 3
        assert screen.number in offered[0]


async def test_somebody_who_did_not_want_to_says_no(scene) -> None:
    """The screen is told, and automations can raise an alarm."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        said = await phone.deny(await phone.scan(screen.picture))

        assert (said.status, (await screen.poll())["error"]) == (200, "access_denied")
        assert it.hub.told("qr_auth.denied")[0]["reason"] == "denied on the phone"


async def test_nobody_is_let_in_twice(scene) -> None:
    """Not even when the screen asks many times at once."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        await phone.answer(await phone.scan(screen.picture), screen.number)
        replies = await asyncio.gather(*(screen.redeem() for _ in range(8)))

        assert sorted(reply.status for reply in replies) == [200] + [410] * 7
        assert len(it.hub.told("qr_auth.signed_in")) == 1


async def test_another_browser_cannot_use_what_leaked(scene) -> None:
    """The device code works only with the cookie of the browser that began; a thief's try ends it for both."""
    async with scene() as it:
        screen, thief, phone = await it.screen(), await it.screen(), await it.phone()
        await screen.begin()
        await thief.begin()
        await phone.answer(await phone.scan(screen.picture), screen.number)
        thief.shown = screen.shown

        assert (await thief.poll())["error"] == "expired_token"
        assert (await thief.redeem()).status == 410
        assert (await screen.redeem()).status == 410
        assert ("redeem", "refused", "another browser came for it") in it.audit()
        assert it.hub.told("qr_auth.signed_in") == []


async def test_two_phones_at_once(scene) -> None:
    """The first one that proves itself decides; the other hears that it has been decided."""
    async with scene() as it:
        screen, ada, grace = await it.screen(), await it.phone("ada"), await it.phone("grace")
        await screen.begin()
        seen = [await ada.scan(screen.picture), await grace.scan(screen.picture)]
        replies = await asyncio.gather(ada.answer(seen[0], screen.number), grace.answer(seen[1], screen.number))
        await screen.redeem()

        assert sorted(reply.status for reply in replies) == [200, 409]
        assert len(it.hub.told("qr_auth.signed_in")) == 1
        assert len(it.audit("scan")) == 1


async def test_two_screens_do_not_get_mixed_up(scene) -> None:
    """Each is let in as whoever has scanned its own code."""
    async with scene() as it:
        screens = [await it.screen(), await it.screen()]
        phones = [await it.phone("ada"), await it.phone("grace")]
        for screen in screens:
            await screen.begin()
        for screen, phone in zip(reversed(screens), phones, strict=True):
            await phone.answer(await phone.scan(screen.picture), screen.number)
        homes = [await screen.redeem() for screen in screens]

        assert ["Grace" in homes[0].page.words, "Ada" in homes[1].page.words] == [True, True]


async def test_a_remembered_phone_needs_no_code_for_a_while(scene) -> None:
    """It still needs the number; after its time it is asked again."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone, remember=True)
        await screen.begin()
        asked = await phone.scan(screen.picture)
        fields = asked.page.forms[0].fields
        approved = await phone.answer(asked, screen.number)
        await it.hub.clock.advance(hours=12, seconds=1)
        await screen.begin()
        later = (await phone.scan(screen.picture)).page.forms[0].fields

        assert ("code" in fields, "You approve as Ada Lovelace" in asked.page.words) == (False, True)
        assert (approved.status, "code" in later) == (200, True)


async def test_a_remembered_phone_stays_known_over_a_restart(scene) -> None:
    """And so does a session; only digests of them are kept."""
    memory = KeptMemory()
    async with scene(memory) as it:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone, remember=True)
        assert it.hub.value("sensor.qr_auth_sessions") == "1"
    async with scene(memory) as it:
        assert it.hub.value("sensor.qr_auth_sessions") == "1"

        kept = json.dumps(dict(memory.items()))
        assert "phone/" in kept
        assert all(len(key.partition("/")[2]) == 64 for key in memory.items("phone/"))


async def test_signing_out_ends_the_session(scene) -> None:
    """The screen shows the login page again."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone)
        out = await screen._web.send(f"{it.folder}/leave", {})
        home = await screen._web.open(f"{it.folder}/home")

        assert [page.address.rpartition("/")[2] for page in (out, home)] == ["login", "login"]
        assert it.hub.value("sensor.qr_auth_sessions") == "0"


async def test_a_screen_has_one_session(scene) -> None:
    """Whoever signs in where somebody is signed in takes their place."""
    async with scene() as it:
        screen = await it.screen()
        await it.sign_in(screen, await it.phone("ada"))
        home = await it.sign_in(screen, await it.phone("grace"))

        assert "Grace Hopper" in home.page.words
        assert it.hub.state("sensor.qr_auth_sessions").attributes["people"] == ["grace"]


async def test_a_session_ends_by_itself(scene) -> None:
    """After an hour unless configured otherwise."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone)
        await it.hub.clock.advance(hours=1)

        assert it.hub.value("sensor.qr_auth_sessions") == "0"
        assert (await screen._web.open(f"{it.folder}/home")).address.endswith("/login")


async def test_different_networks_can_be_refused(scene) -> None:
    """Behind a proxy that is believed; otherwise the header says nothing."""
    async with scene(same_network=True, trusted_proxies=["127.0.0.0/8"]) as it:
        screen, phone = await it.screen(), await it.phone()
        screen._web._client.headers["x-forwarded-for"] = "203.0.113.9, 198.51.100.7"
        phone._web._client.headers["x-forwarded-for"] = "192.0.2.1"
        await screen.begin()
        asked = await phone.scan(screen.picture)
        refused = await phone.answer(asked, screen.number)

        assert ("198.51.100.7" in asked.page.words, "another network" in asked.page.words) == (True, True)
        assert refused.status == 403


async def test_there_is_a_bound_on_screens(scene) -> None:
    """One address begins sixty times a minute; nobody fills the memory."""
    async with scene() as it:
        screen = await it.screen()
        statuses = [(await screen.begin()).status for _ in range(61)]
        told = json.loads((await screen.turn()).text)
        await it.hub.clock.advance(61)

        assert statuses == [200] * 60 + [429]
        assert "wait" in told["text"]
        assert (await screen.begin()).status == 200


async def test_the_code_holds_nothing_but_an_address_of_the_hub(scene) -> None:
    """Not the number, and not what the browser alone knows."""
    async with scene() as it:
        screen = await it.screen()
        await screen.begin()
        (text,) = read_codes(screen.picture)

        assert text.startswith(f"{it.folder}/approve?q=")
        assert screen.shown["device_code"] not in text


async def test_a_page_may_not_be_framed_or_load_anything(scene) -> None:
    """A strict policy on every page; nothing is kept in caches."""
    async with scene() as it:
        web: Web = await it.web()
        pages = [await web.open(f"{it.folder}/{name}") for name in ("login", "approve?q=x", "scan?b=x", "enroll?t=x", "home")]

        for page in pages:
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert (page.headers["cache-control"], page.headers["content-type"]) == ("no-store", "text/html; charset=utf-8")
            assert "http" not in page.text.replace(it.url, "").replace("http-equiv", "")
