"""The simulated Discord itself: it refuses what Discord refuses, and people can use its page."""

import json
import zlib
from typing import Any

import aiohttp
import hub_discord
import pytest
from hub_discord.simulator import TOKEN
from hub_discord.simulator.company import Company
from hub_discord.simulator.limits import faults, refusal

from hub.api import Notice
from hub.testing import running

BOT = {"Authorization": f"Bot {TOKEN}"}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"content": "😀" * 1001},
        {"nonce": "x" * 26},
        {"embeds": [{"title": "x" * 257}]},
        {"embeds": [{"description": "x" * 4097}]},
        {"embeds": [{}]},
        {"embeds": [{"title": "x"}] * 11},
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3001}]},
        {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]},
        {"embeds": [{"fields": [{"name": " ", "value": "v"}]}]},
        {"embeds": [{"fields": [{"name": "n", "value": "x" * 1025}]}]},
        {"embeds": [{"title": "x", "url": "javascript:alert(1)"}]},
        {"embeds": [{"title": "x", "image": {"url": "https://a b"}}]},
        {"components": [{"components": [{"style": 1, "custom_id": str(n)} for n in range(6)]}]},
        {"components": [{"components": [{"style": 1, "custom_id": "x"}, {"style": 1, "custom_id": "x"}]}]},
        {"components": [{"components": [{"style": 1, "custom_id": "x" * 101}]}]},
        {"components": [{"components": [{"style": 5, "url": "https://x.example/" + "x" * 500}]}]},
        {"components": [{"components": []}]},
        {"components": [{"components": [{"style": 1, "custom_id": str(n)}]} for n in range(6)]},
    ],
)
def test_what_discord_refuses_is_refused(body: dict[str, Any]) -> None:
    """Limits of the API documentation."""
    assert faults(body)


def test_a_refusal_says_where_the_fault_is() -> None:
    """In Discord's nested form."""
    body = refusal(faults({"embeds": [{"fields": [{"name": "", "value": "v"}]}]}))

    assert body["code"] == 50035
    assert body["errors"]["embeds"]["0"]["fields"]["0"]["name"]["_errors"][0]["code"] == "BASE_TYPE_REQUIRED"


async def test_errors_have_discord_s_form(company: Company) -> None:
    """Status, code, message, and a type without charset."""
    path = f"{company.api_url}/channels/{company.board.id}/messages"
    async with aiohttp.ClientSession(headers=BOT) as client:
        empty = await client.post(path, json={})
        long = await client.post(path, json={"content": "x" * 2001})
        unknown = await client.get(f"{path}/1")
        stranger = await client.get(f"{company.api_url}/users/@me", headers={"Authorization": "Bot x"})

        assert (empty.status, (await empty.json())["code"]) == (400, 50006)
        assert (long.status, (await long.json())["message"]) == (400, "Invalid Form Body")
        assert (unknown.status, (await unknown.json())["code"]) == (404, 10008)
        assert stranger.status == 401
        assert long.headers["Content-Type"] == "application/json"


async def test_the_sixth_message_within_five_seconds_is_refused(company: Company) -> None:
    """With the headers that tell when to come back."""
    path = f"{company.api_url}/channels/{company.board.id}/messages"
    async with aiohttp.ClientSession(headers=BOT) as client:
        answers = [await client.post(path, json={"content": "x"}) for _ in range(6)]

        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert answers[0].headers["X-RateLimit-Remaining"] == "4"
        assert 0 < (await answers[5].json())["retry_after"] <= 5


@pytest.mark.parametrize("compress", ["", "&compress=zlib-stream"])
async def test_the_gateway_says_hello_plain_or_compressed(company: Company, compress: str) -> None:
    """As the client asked."""
    async with aiohttp.ClientSession() as client, client.ws_connect(f"{company.gateway_url}?v=10{compress}") as line:
        message = await line.receive(timeout=5)
        text = zlib.decompressobj().decompress(message.data) if compress else message.data

    assert json.loads(text)["d"] == {"heartbeat_interval": 41250}


async def test_a_person_can_press_and_command_on_the_page(company: Company) -> None:
    """What the browser sends becomes an interaction, and the answer comes back."""
    async with running(hub_discord, company.config) as hub, aiohttp.ClientSession(company.page_url) as browser:
        await hub.notify("notify.board", Notice(message="No file.", key="roof", actions=("acknowledge",)))
        page = await (await browser.get("/")).text()
        view = await (await browser.get("/view")).json()
        board = next(channel for channel in view["channels"] if channel["name"] == "board")
        [message] = board["messages"]
        custom_id = message["components"][0]["components"][0]["custom_id"]
        press = {"person": str(company.ada.id), "message": message["id"], "custom_id": custom_id}
        pressed = await (await browser.post("/press", json=press)).json()
        command = {"person": str(company.bob.id), "channel": board["id"], "text": "/state sensor.x"}
        commanded = await (await browser.post("/command", json=command)).json()
        nothing = await browser.post("/press", json=press | {"custom_id": "hub:acknowledge:other"})

    assert "<title>Discord, simulated</title>" in page
    assert view["presence"]["status"] == "online"
    assert pressed["text"] == "acknowledge: done"
    assert "may not do this" in commanded["text"]
    assert nothing.status == 404
