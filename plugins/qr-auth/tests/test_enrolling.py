"""A link shows a secret once; it counts after a right code, and comes with recovery codes."""

import re
from typing import Any
from urllib.parse import urljoin

from hub_qr_auth.simulator.eye import read_codes
from hub_qr_auth.simulator.web import Shown, Web
from hub_qr_auth.totp import code_at, step_at

PEOPLE = {"people": {"ada": {"name": "Ada Lovelace"}}}


async def send(web: Web, shown: Shown, **more: str) -> Shown:
    (form,) = shown.page.forms
    return await web.send(urljoin(shown.address, form.action), {**form.fields, **more})


async def revealed(it: Any) -> tuple[Web, Shown, str]:
    """Open the link; return the browser, the page that shows the secret, and the secret."""
    answer = await it.hub.call("qr_auth.enroll", person="ada")
    web = await it.web()
    shown = await send(web, await web.open(answer["url"]))
    found = re.search(r'src="data:image/png;base64,([^"]+)"', shown.text)
    assert found is not None
    import base64

    (uri,) = read_codes(base64.b64decode(found[1]))
    return web, shown, uri.partition("secret=")[2].partition("&")[0]


async def test_somebody_sets_up_an_authenticator(scene) -> None:
    """The picture is scanned by the app; its first code confirms; ten recovery codes are shown."""
    async with scene(**PEOPLE) as it:
        web, shown, secret = await revealed(it)
        done = await send(web, shown, code=code_at(secret, step_at(it.hub.clock.time())))
        recovery = re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", done.page.words)

        assert (done.status, len(set(recovery))) == (200, 10)
        assert it.hub.value("sensor.qr_auth_enrolled") == "1"
        first = await it.hub.call("qr_auth.verify", person="ada", code=recovery[0].upper())
        again = await it.hub.call("qr_auth.verify", person="ada", code=recovery[0])
        other = await it.hub.call("qr_auth.verify", person="ada", code=recovery[9].replace("-", " "))
        assert [each["valid"] for each in (first, again, other)] == [True, False, True]


async def test_looking_at_the_link_does_not_use_it_up(scene) -> None:
    """Chats open links to show what is behind them."""
    async with scene(**PEOPLE) as it:
        url = (await it.hub.call("qr_auth.enroll", person="ada"))["url"]
        for _ in range(3):
            assert (await (await it.web()).open(url)).status == 200


async def test_the_secret_is_shown_once(scene) -> None:
    """Whoever comes second learns that somebody was there before."""
    async with scene(**PEOPLE) as it:
        url = (await it.hub.call("qr_auth.enroll", person="ada"))["url"]
        first, second = await it.web(), await it.web()
        pages = [await first.open(url), await second.open(url)]
        replies = [await send(first, pages[0]), await send(second, pages[1])]

        assert [reply.status for reply in replies] == [200, 410]


async def test_a_link_is_good_for_ten_minutes(scene) -> None:
    """And so is the confirmation."""
    async with scene(**PEOPLE) as it:
        url = (await it.hub.call("qr_auth.enroll", person="ada"))["url"]
        web, shown, secret = await revealed(it)
        await it.hub.clock.advance(minutes=10)
        late = await send(web, shown, code=code_at(secret, step_at(it.hub.clock.time())))

        assert (late.status, (await web.open(url)).status) == (410, 410)
        assert it.hub.value("sensor.qr_auth_enrolled") == "0"


async def test_a_wrong_first_code_may_be_corrected(scene) -> None:
    """The secret is not shown again."""
    async with scene(**PEOPLE) as it:
        web, shown, secret = await revealed(it)
        wrong = await send(web, shown, code="000000")
        right = await send(web, wrong, code=code_at(secret, step_at(it.hub.clock.time())))

        assert (wrong.status, secret in wrong.text, right.status) == (401, False, 200)


async def test_revoking_ends_links_and_authenticator(scene) -> None:
    """Everything of the person goes."""
    async with scene(**PEOPLE) as it:
        web, shown, secret = await revealed(it)
        await send(web, shown, code=code_at(secret, step_at(it.hub.clock.time())))
        url = (await it.hub.call("qr_auth.enroll", person="ada"))["url"]
        await it.hub.call("qr_auth.revoke", person="ada")

        assert (await web.open(url)).status == 410
        assert it.hub.value("sensor.qr_auth_enrolled") == "0"


async def test_no_event_or_state_tells_a_secret(scene) -> None:
    """Neither the TOTP secret nor any token or code."""
    async with scene(**PEOPLE) as it:
        answer = await it.hub.call("qr_auth.enroll", person="ada")
        web, shown, secret = await revealed(it)
        code = code_at(secret, step_at(it.hub.clock.time()))
        await send(web, shown, code=code)
        told = "\n".join([*(str(state) for state in it.hub.states.all()), *(str(event) for event in it.hub.events)])

        token = answer["url"].partition("t=")[2]
        assert not [each for each in (secret, token, shown.page.forms[0].fields["t"], code) if each in told]
