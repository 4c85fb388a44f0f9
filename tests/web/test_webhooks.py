"""The doors without a token."""

from hub.plugin import WebhookReply, WebhookRequest
from tests.web.house import served


async def test_nobody_can_learn_which_webhooks_exist() -> None:
    """A known and an unknown id answer alike: 200 and nothing else."""
    async with served() as house, house.http(None) as http:
        answers = [await http.post(f"/api/webhook/{webhook_id}", json={"a": 1}) for webhook_id in ("known", "guess")]

        assert [(answer.status_code, answer.content) for answer in answers] == [(200, b""), (200, b"")]
        assert [hit.webhook_id for hit in house.webhooks.hits] == ["known"]


async def test_the_trigger_gets_json_form_and_query() -> None:
    """JSON when the type says so, otherwise the form."""
    async with served() as house, house.http(None) as http:
        await http.post("/api/webhook/known?a=b", json={"x": [1]})
        await http.put("/api/webhook/known", data={"x": "1", "y": ""})
        await http.post("/api/webhook/known", headers={"content-type": "application/json"})

        first, second, third = house.webhooks.hits
        assert (first.json, first.data, first.query) == ({"x": [1]}, None, {"a": "b"})
        assert (second.json, second.data) == (None, {"x": "1", "y": ""})
        assert third.json == {}


async def test_broken_json_fires_nothing_and_answers_200() -> None:
    """The caller learns nothing from it."""
    async with served() as house, house.http(None) as http:
        answer = await http.post("/api/webhook/known", content=b"{", headers={"content-type": "application/json"})

        assert (answer.status_code, house.webhooks.hits) == (200, [])


async def test_a_method_that_is_not_taken_is_405_but_head_is_200() -> None:
    """By default POST and PUT are taken."""
    async with served() as house, house.http(None) as http:
        get, head = await http.get("/api/webhook/known"), await http.head("/api/webhook/known")

        assert (get.status_code, head.status_code, house.webhooks.hits) == (405, 200, [])


async def test_a_plugin_judges_its_requests_itself() -> None:
    """Body, headers and method reach it; what it answers is answered."""
    async with served() as house, house.http(None) as http:
        good = await http.post("/api/plugin/pager/events", content=b"12345", headers={"x-signature": "good"})
        forged = await http.post("/api/plugin/pager/events", content=b"12345")
        nobody = await http.post("/api/plugin/other/events")

        assert (good.status_code, good.text) == (202, "events 5")
        assert (forged.status_code, nobody.status_code) == (401, 404)


async def test_a_plugin_may_answer_with_bytes_a_type_and_headers() -> None:
    """Pages, pictures and cookies."""

    async def picture(instance: str, name: str, request: WebhookRequest) -> WebhookReply:
        return WebhookReply(body=b"\x89PNG", content_type="image/png", headers={"cache-control": "no-store", "set-cookie": "a=b"})

    async with served(plugin_webhook=picture) as house, house.http(None) as http:
        answer = await http.get("/api/plugin/pager/logo")

        assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG", "image/png")
        assert (answer.headers["cache-control"], answer.cookies["a"]) == ("no-store", "b")


async def test_a_plugin_cannot_break_out_of_a_header() -> None:
    """What somebody else said may have got into it."""

    async def split(instance: str, name: str, request: WebhookRequest) -> WebhookReply:
        return WebhookReply(status=303, headers={"location": "/x\r\nset-cookie: a=b"})

    async with served(plugin_webhook=split) as house, house.http(None) as http:
        answer = await http.get("/api/plugin/pager/logo")

        assert (answer.status_code, "set-cookie" in answer.headers) == (500, False)
