"""What nobody should send, and what comes of it: a refusal, never a bug."""

from typing import Any

import pytest
from hub_qr_auth.simulator import FOLDER

from hub.errors import StoreError
from hub.plugin import WebhookReply, WebhookRequest
from hub.testing import KeptMemory

FORM = "application/x-www-form-urlencoded"


async def ask(it: Any, name: str, body: bytes = b"", method: str = "POST", query: Any = None, **headers: str) -> WebhookReply:
    told = {"origin": it.url, "content-type": FORM, **{key.replace("_", "-"): value for key, value in headers.items()}}
    request = WebhookRequest(method=method, headers=told, query=query or {}, body=body, remote="192.0.2.1")
    return await it.hub.webhook(f"{FOLDER}/{name}", request)


def bugs(it: Any) -> int:
    return sum(report.bugs for report in it.hub.reports())


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1.evil.example"])
async def test_an_approval_from_another_origin_is_refused(scene, origin: str) -> None:
    """A page elsewhere cannot use a phone that is known, or anything else."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone, remember=True)
        await screen.begin()
        asked = await phone.scan(screen.picture)
        fields = {**asked.page.forms[0].fields, "number": screen.number}
        refused = await phone._web.send(f"{it.folder}/approve", fields, origin=origin)

        assert refused.status == 403
        assert (await screen.poll())["error"] == "authorization_pending"


async def test_every_form_checks_where_it_comes_from(scene) -> None:
    """Also the fetches of our own script; a browser that says it comes from another site is believed."""
    async with scene() as it:
        names = ("begin", "poll", "redeem", "leave", "approve", "enroll", "scan")
        elsewhere = [await ask(it, name, origin="https://evil.example") for name in names]
        across = [await ask(it, name, sec_fetch_site="cross-site") for name in names]

        assert {reply.status for reply in (*elsewhere, *across)} == {403}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"a=1&a=2", FORM, 400),
        (b"&".join(b"f%d=1" % number for number in range(17)), FORM, 400),
        (b"q=%ff%fe", FORM, 400),
        ("q=ä".encode(), FORM, 400),
        (b"q=" + b"x" * 9000, FORM, 413),
        (b'{"q": 1}', "application/json", 415),
        (b"\x00\x01", "", 415),
        (b"", FORM, 410),
        (b"q=", FORM, 410),
        (b"q=../../etc/passwd&number=1&person=ada", FORM, 410),
        (b"q=" + b"A" * 43, FORM, 410),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused(scene, body: bytes, content_type: str, status: int) -> None:
    """With HTTP's words for it."""
    async with scene() as it:
        reply = await ask(it, "approve", body, content_type=content_type)

        assert (reply.status, bugs(it)) == (status, 0)


@pytest.mark.parametrize("method", ["PUT", "HEAD", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused(scene, method: str) -> None:
    """A page that a program looks at without getting it does nothing."""
    async with scene() as it:
        replies = [await ask(it, name, method=method) for name in ("login", "approve", "redeem", "begin")]

        assert {reply.status for reply in replies} == {405}


async def test_markup_of_strangers_stays_text(scene) -> None:
    """What the browser says of itself, and what is typed as a name."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        screen._web._client.headers["user-agent"] = "<script>alert(1)</script> Firefox/1"
        await screen.begin()
        asked = await phone.scan(screen.picture)
        phone.person = '"><img src=x onerror=alert(1)>'
        again = await phone.answer(asked, screen.number, code="000000")

        assert again.status == 401
        assert "<script" not in asked.text
        assert "<img" not in again.text


async def test_strange_cookies_are_not_there(scene) -> None:
    """They are read by hand: whatever does not look like ours is nothing."""
    async with scene() as it:
        for cookie in ("qr_auth_session=", "qr_auth_session=ä", ";;;=;", "a" * 100_000, "qr_auth_session=" + "A" * 43, "=;=\x00"):
            reply = await ask(it, "home", method="GET", cookie=cookie)
            assert reply.status == 303


async def test_brute_force_over_the_web_is_stopped_by_its_address(scene) -> None:
    """Ten failures in five minutes, whatever names are tried; many addresses together lock the person (test_people.py)."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone("grace")
        statuses = []
        for number in range(15):
            screen.shown = {}
            await screen.begin()
            asked = await phone.scan(screen.picture)
            phone.person = f"nobody{number}"
            statuses.append((await phone.answer(asked, screen.number, code=f"{number:06}")).status)

        assert statuses[:10] == [401] * 10
        assert set(statuses[10:]) == {429}


async def test_strangers_do_not_learn_who_exists(scene) -> None:
    """The same words for nobody, for a wrong code, for a used one and for somebody who is locked."""
    async with scene(tries=1) as it:
        texts = []
        for person, code in (("bob", "000000"), ("ada", "000000"), ("ada", "000000")):
            screen, phone = await it.screen(), await it.phone()
            await screen.begin()
            phone.person = person
            reply = await phone.answer(await phone.scan(screen.picture), screen.number, code=code)
            texts.append((reply.status, reply.page.words.replace(screen.number, "")[-60:]))

        assert len({status for status, _ in texts}) == 1
        assert [entry[2] for entry in it.audit("approve")] == ["not enrolled", "wrong", "locked"]


async def test_three_wrong_codes_end_an_attempt(scene) -> None:
    """And the number is not looked at before the code is right."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        asked = await phone.scan(screen.picture)
        statuses = [(await phone.answer(asked, screen.number, code="000000")).status for _ in range(4)]

        assert statuses == [401, 401, 403, 409]
        assert (await screen.poll())["error"] == "access_denied"


async def test_a_code_works_for_one_approval_only(scene) -> None:
    """Whoever looks over the shoulder cannot approve another screen with it."""
    async with scene() as it:
        first, second, phone = await it.screen(), await it.screen(), await it.phone()
        code = phone.code
        for screen, expected in ((first, 200), (second, 401)):
            await screen.begin()
            reply = await phone.answer(await phone.scan(screen.picture), screen.number, code=code)
            assert reply.status == expected


async def test_a_phone_with_a_wrong_clock_is_refused_and_told_apart(scene) -> None:
    """Ten minutes off: the audit says wrong."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone(skew=600)
        await screen.begin()
        reply = await phone.answer(await phone.scan(screen.picture), screen.number)

        assert (reply.status, it.audit("approve")[0][2]) == (401, "wrong")


class FullDisk(KeptMemory):
    """A memory that takes nothing while it is full."""

    full = False

    async def put(self, changes: Any) -> None:
        if self.full:
            raise StoreError("the disk is full")
        await super().put(changes)


async def test_nobody_is_let_in_when_it_cannot_be_kept(scene) -> None:
    """The person is told to try again; nothing is approved or redeemed."""
    memory = FullDisk()
    async with scene(memory) as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        asked = await phone.scan(screen.picture)
        memory.full = True
        refused = await phone.answer(asked, screen.number)
        pending = await screen.poll()
        memory.full = False

        assert (refused.status, pending["error"], bugs(it)) == (503, "authorization_pending", 0)
        assert it.hub.told("qr_auth.signed_in") == []


async def test_a_session_that_cannot_be_kept_does_not_begin(scene) -> None:
    """The attempt is used up all the same."""
    memory = FullDisk()
    async with scene(memory) as it:
        screen, phone = await it.screen(), await it.phone()
        await screen.begin()
        await phone.answer(await phone.scan(screen.picture), screen.number)
        memory.full = True
        failed = await screen.redeem()
        memory.full = False

        assert (failed.status, (await screen.redeem()).status) == (503, 410)
        assert it.hub.told("qr_auth.signed_in") == []


async def test_no_secret_is_told(scene, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the log, in states or in events, whatever happens."""
    caplog.set_level("INFO")
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        answer = await it.hub.call("qr_auth.create_ticket", person="ada")
        token = answer["url"].partition("=")[2]
        code = phone.code
        await it.sign_in(screen, phone, token, remember=True)
        await screen.begin()
        await phone.answer(await phone.scan(screen.picture), "10", code="123456")
        told = "\n".join([caplog.text, *(str(state) for state in it.hub.states.all()), *(str(event) for event in it.hub.events)])
        cookies = [cookie.value for web in (screen._web, phone._web) for cookie in web._client.cookies.jar]
        secrets = [token, code, phone.secret, screen.shown["device_code"], *cookies, "rehearsal-only-rehearsal-only"]

        assert len(cookies) >= 2
        assert not [each for each in secrets if each and each in told]
