"""The simulated people sign in as real ones do."""

import hub_qr_auth
from hub_qr_auth.simulator import CONFIG, FOLDER, rehearse
from hub_qr_auth.simulator.forms import Page

from hub.clock import SystemClock
from hub.plugin import WebhookReply, WebhookRequest
from hub.testing import Running, running
from tests.web.house import served


async def test_executives_sign_in_on_cue() -> None:
    """At sixty times the speed, one time in fifteen; now and then one taps the wrong number."""
    clock = SystemClock(60)
    place: dict[str, Running[SystemClock]] = {}

    async def webhook(instance: str, name: str, request: WebhookRequest) -> WebhookReply | None:
        return await place["hub"].host.answer(f"/api/plugin/{instance}/{name}", request)

    async with rehearse(clock) as rehearsal, served(plugin_webhook=webhook) as house:
        config = {**CONFIG, "external_url": house.bound.url}
        async with running(hub_qr_auth, config, clock) as hub:
            place["hub"] = hub
            rehearsal.hub_at(house.bound.url)
            for _ in range(60):
                await rehearsal.cues["sign in"]()

            assert dict(rehearsal.summary()) == {"sign_ins": 3, "denied": 1}
            assert len(hub.told("qr_auth.signed_in")) == 3
            assert [told["reason"] for told in hub.told("qr_auth.denied")] == ["wrong number"]


async def test_people_who_find_no_hub_do_not_mind() -> None:
    """They are counted, and try again later."""
    async with rehearse(SystemClock(60)) as rehearsal:
        rehearsal.hub_at("http://127.0.0.1:9")
        await rehearsal.cues["sign in"]()

        assert dict(rehearsal.summary()) == {"not_answered": 1}
        assert rehearsal.pages["Sign in"] == f"http://127.0.0.1:9{FOLDER}/login"


def test_a_page_is_read_as_a_person_reads_it() -> None:
    """Words without styles and scripts; forms with what they hold."""
    page = Page(
        "<style>a{}</style><p>One <b>two</b></p><form action='x'><input name=a value=1><input type=radio name=b value=2></form>"
    )

    assert page.words.split() == ["One", "two"]
    assert (page.forms[0].action, page.forms[0].fields, page.forms[0].choices) == ("x", {"a": "1"}, {"b": ["2"]})
