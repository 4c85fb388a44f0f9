"""The pages in a real browser: the code is read from what is seen, and a phone that is a browser too approves."""

import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import hub_qr_auth
import pytest
from hub_qr_auth.simulator import CONFIG, FOLDER, SECRETS
from hub_qr_auth.simulator.eye import read_codes
from hub_qr_auth.totp import code_at, step_at

from hub.clock import SystemClock
from hub.plugin import WebhookReply, WebhookRequest
from hub.testing import Running, running
from tests.peers.qr_auth.chromium import PROGRAM, Tab
from tests.peers.qr_auth.chromium import running as chromium
from tests.web.house import served

pytestmark = [
    pytest.mark.peer("chromium"),
    pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed: run tests/peers/qr_auth/fetch first"),
]

SHOWN = "document.querySelector('#picture').complete && document.querySelector('#number').innerText.match(/^\\d\\d$/)?.[0]"


@asynccontextmanager
async def hub_on_the_network(**changes: Any) -> AsyncGenerator[tuple[Running[SystemClock], str], None]:
    place: dict[str, Running[SystemClock]] = {}

    async def webhook(instance: str, name: str, request: WebhookRequest) -> WebhookReply | None:
        return await place["hub"].host.answer(f"/api/plugin/{instance}/{name}", request)

    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(served(plugin_webhook=webhook))
        config = {**CONFIG, "external_url": house.bound.url, **changes}
        place["hub"] = await stack.enter_async_context(running(hub_qr_auth, config))
        yield place["hub"], house.bound.url


async def see(tab: Tab, name: str) -> list[str]:
    """Return the texts of all codes that are seen; keep the picture for people, if they say where."""
    picture = await tab.picture()
    if folder := os.environ.get("HUB_PICTURES"):
        Path(folder, f"{name}.png").write_bytes(picture)
    return read_codes(picture)


async def approve(phone: Tab, number: str, secret: str = "", name: str = "") -> None:
    """Fill in the form of the phone's page and press the button, as a thumb would; without a secret the phone is known."""
    if secret:
        code = code_at(secret, step_at(SystemClock().time()))
        await phone.evaluate("document.querySelector('[name=person]').value = 'Ada Lovelace'")
        await phone.evaluate(f"document.querySelector('[name=code]').value = '{code}'")
        await phone.evaluate("document.querySelector('[name=remember]').click()")
    await phone.evaluate(f"document.querySelector('input[value=\"{number}\"]').click()")
    if name:
        await see(phone, name)
    await phone.evaluate("document.querySelector('button[value=approve]').click()")
    await phone.until("document.body.innerText.includes('Approved') || document.body.innerText.includes('Not signed in')")


async def test_somebody_signs_in_with_a_phone_that_is_a_browser() -> None:
    """The screen's code is read from the rendered picture; the screen goes on by itself; no policy is violated."""
    async with hub_on_the_network() as (hub, url), chromium() as browser:
        screen, phone = await browser.tab(900, 860), await browser.tab(390, 900)
        await screen.open(f"{url}{FOLDER}/login")
        number = await screen.until(SHOWN)
        (address,) = await see(screen, "login")
        await phone.open(address)
        await phone.until("document.querySelectorAll('[name=number]').length == 3")
        await screen.until("document.body.innerText.includes('confirm on your phone')")
        await approve(phone, number, SECRETS["ada"], "approve")
        await see(phone, "approved")
        await screen.until("document.body.innerText.includes('Welcome, Ada Lovelace')")
        await see(screen, "home")

        assert address.startswith(f"{url}{FOLDER}/approve?q=")
        assert [told["browser"] for told in hub.told("qr_auth.signed_in")] == ["Chrome on Linux"]
        assert await screen.evaluate("document.cookie") == ""
        assert browser.complaints == []


async def test_a_phone_that_is_known_opens_a_desktop_with_a_ticket() -> None:
    """In the dark theme, whose code is dark on light all the same."""
    async with hub_on_the_network() as (hub, url), chromium() as browser:
        first, screen = await browser.tab(900, 860), await browser.tab(900, 860, dark=True)
        phone = await browser.tab(390, 900, dark=True)
        await first.open(f"{url}{FOLDER}/login")
        number = await first.until(SHOWN)
        await phone.open((await see(first, "first"))[0])
        await phone.until("!!document.querySelector('[name=code]')")
        await approve(phone, number, SECRETS["ada"])

        ticket = await hub.call("qr_auth.create_ticket", person="ada")
        await screen.open(ticket["url"])
        number = await screen.until(SHOWN)
        await phone.open((await see(screen, "login_dark"))[0])
        await phone.until("document.body.innerText.includes('open a desktop')")
        await approve(phone, number, name="approve_known_dark")
        link = await screen.until("document.querySelector('a.button')?.href")
        await see(screen, "desktop_dark")

        assert link.startswith("horizon-client://horizon.example.com/Executive%20Desktop?action=start-session")
        assert browser.complaints == []


async def test_a_wrong_number_is_told_on_both_sides() -> None:
    """And the screen offers another code, which works."""
    async with hub_on_the_network() as (hub, url), chromium() as browser:
        screen, phone = await browser.tab(900, 860), await browser.tab(390, 900)
        await screen.open(f"{url}{FOLDER}/login")
        number = await screen.until(SHOWN)
        await phone.open((await see(screen, "before"))[0])
        offered = await phone.until("[...document.querySelectorAll('[name=number]')].map(each => each.value).join()")
        await approve(phone, next(each for each in offered.split(",") if each != number), SECRETS["ada"])
        await screen.until("!document.querySelector('#problem').hidden")
        await see(screen, "denied")
        await see(phone, "not_signed_in")
        await screen.evaluate("document.querySelector('#again').click()")
        await screen.until(SHOWN)

        assert len(await see(screen, "again")) == 1
        assert hub.told("qr_auth.denied")[0]["reason"] == "wrong number"
        assert browser.complaints == []


async def test_the_code_turns_before_it_is_over() -> None:
    """A code of ten seconds is replaced by another one by itself."""
    async with hub_on_the_network(lifetime=10) as (_, url), chromium() as browser:
        screen = await browser.tab(900, 860)
        await screen.open(f"{url}{FOLDER}/login")
        await screen.until(SHOWN)
        first = await screen.evaluate("document.querySelector('#picture').src")
        before = await see(screen, "turning")
        await screen.until(f"document.querySelector('#picture').src != '{first}'")

        assert await see(screen, "turned") != before


async def test_an_authenticator_is_set_up_from_the_rendered_code() -> None:
    """The picture that the app would scan holds the secret; recovery codes come after its first code."""
    async with hub_on_the_network(people={"ada": {"name": "Ada Lovelace"}}) as (hub, _), chromium() as browser:
        tab = await browser.tab(390, 1000)
        await tab.open((await hub.call("qr_auth.enroll", person="ada"))["url"])
        await tab.until("document.body.innerText.includes('Show the code')")
        await tab.evaluate("document.querySelector('button').click()")
        await tab.until("document.querySelector('.code img')?.complete")
        (uri,) = await see(tab, "enroll")
        secret = uri.partition("secret=")[2].partition("&")[0]
        await tab.evaluate(f"document.querySelector('[name=code]').value = '{code_at(secret, step_at(hub.clock.time()))}'")
        await tab.evaluate("document.querySelector('button').click()")
        await tab.until("document.querySelectorAll('.codes li').length == 10")
        await see(tab, "enrolled")

        assert uri.startswith("otpauth://totp/Hub%20rehearsal:Ada%20Lovelace?secret=")
        assert browser.complaints == []


async def test_a_printed_badge_can_be_read() -> None:
    """The whole card, as a browser draws it, at the size of a bank card on a screen."""
    async with hub_on_the_network() as (hub, url), chromium() as browser:
        made = await hub.call("qr_auth.badge", tag="ada", person="ada")
        tab = await browser.tab(400, 260)
        await tab.open(f"{url}{FOLDER}/login")
        await tab.until(SHOWN)
        await tab.evaluate(f"document.documentElement.innerHTML = {made['card']!r}")
        (text,) = await see(tab, "badge")

        assert text.startswith(f"{url}{FOLDER}/scan?b=")
