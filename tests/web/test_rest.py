"""The REST API, as Home Assistant's clients know it."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import ActionError, NotConnected
from hub.model.action import ActionCall, Answer
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from tests.web.house import ADMIN, MONDAY_NOON, OPERATOR, VIEWER, Problem, served

ROOF = EntityId("sensor.roof")


async def test_the_api_greets() -> None:
    """`/api/` is what clients ask to see whether the token is good."""
    async with served() as house, house.http() as http:
        answer = await http.get("/api/")

        assert (answer.status_code, answer.json()) == (200, {"message": "API running."})


async def test_the_config_has_what_clients_read() -> None:
    """Clients look at the version, the state, the place and the components."""
    async with served() as house, house.http() as http:
        house.set("sensor.roof", "1")
        house.offer("notify.board")

        config = (await http.get("/api/config")).json()

        assert config["location_name"] == "Berlin"
        assert (config["latitude"], config["longitude"], config["time_zone"]) == (52.5, 13.4, "Europe/Berlin")
        assert (config["state"], config["hub_version"]) == ("RUNNING", "1.2.3")
        assert {"sensor", "notify"} <= set(config["components"])
        assert set((await http.get("/api/components")).json()) >= {"sensor", "notify"}


async def test_a_state_has_home_assistants_form() -> None:
    """All seven fields, moments in ISO 8601."""
    async with served() as house, house.http() as http:
        state = house.set(
            "sensor.roof", "12.5", unit_of_measurement="kW", seen=datetime.fromtimestamp(0, UTC), every=timedelta(minutes=2)
        )

        row = (await http.get("/api/states/sensor.roof")).json()

        assert row == json.loads(json.dumps({**state.as_dict(), "attributes": {**row["attributes"]}}))
        assert row["attributes"]["every"] == 120.0
        assert row["last_changed"] == "2026-01-05T12:00:00+00:00"


async def test_all_states_come_in_order_and_anew_after_every_write() -> None:
    """The kept body is thrown away when anything is written, also when an identical value is written."""
    async with served() as house, house.http() as http:
        house.set("sensor.b", "1")
        house.set("sensor.a", "1")
        assert [row["entity_id"] for row in (await http.get("/api/states")).json()] == ["sensor.a", "sensor.b"]

        await house.sources.clock.advance(seconds=5)  # type: ignore[attr-defined]
        house.set("sensor.a", "1")

        first, _ = (await http.get("/api/states")).json()
        assert (first["last_updated"], first["last_reported"]) == ("2026-01-05T12:00:00+00:00", "2026-01-05T12:00:05+00:00")
        house.states.remove("sensor.a")
        assert [row["entity_id"] for row in (await http.get("/api/states")).json()] == ["sensor.b"]


async def test_the_states_are_gzipped_for_those_who_take_it() -> None:
    """The compressed body is the same body."""
    async with served() as house, house.http() as http:
        house.set("sensor.a", "1")
        async with http.stream("GET", "/api/states", headers={"accept-encoding": "gzip"}) as answer:
            packed = b"".join([part async for part in answer.aiter_raw()])

        plain = (await http.get("/api/states", headers={"accept-encoding": "identity"})).content

        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed) == plain


async def test_every_json_answer_has_a_content_length() -> None:
    """AppDaemon cannot read chunked answers."""
    async with served() as house, house.http() as http:
        house.set("sensor.a", "1")
        for path in ("/api/", "/api/config", "/api/states", "/api/states/sensor.a", "/api/states/sensor.no", "/api/services"):
            answer = await http.get(path)
            assert "transfer-encoding" not in answer.headers
            assert int(answer.headers["content-length"]) > 0


async def test_writing_a_state_creates_it_and_then_updates_it() -> None:
    """201 with its address, then 200."""
    async with served() as house, house.http() as http:
        new = await http.post("/api/states/sensor.Roof", json={"state": 5, "attributes": {"unit": "W"}})
        again = await http.post("/api/states/sensor.roof", json={"state": "6"})

        assert (new.status_code, again.status_code) == (201, 200)
        assert new.headers["location"] == "/api/states/sensor.roof"
        assert (new.json()["state"], new.json()["attributes"]) == ("5", {"unit": "W"})
        assert again.json()["context"]["user_id"] == "id-admin"
        state = house.states.get("sensor.roof")
        assert state is not None
        assert state.state == "6"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sensor.roof", b"{"),
        ("sensor.roof", b"[]"),
        ("sensor.roof", b'"on"'),
        ("sensor.roof", b"{}"),
        ("sensor.roof", b'{"state": null}'),
        ("sensor.roof", b'{"state": {}}'),
        ("sensor.roof", b'{"state": "on", "attributes": [1]}'),
        ("sensor.roof", b'{"state": "' + b"x" * 256 + b'"}'),
        ("sensor.roof", b"\xff\xfe"),
        ("sensor.roof", b"[" * 100_000),
        ("roof", b'{"state": "on"}'),
        ("sensor.ro of", b'{"state": "on"}'),
        ("sensor..roof", b'{"state": "on"}'),
        ("sensor." + "x" * 300, b'{"state": "on"}'),
    ],
)
async def test_what_is_no_state_is_refused(path: str, body: bytes) -> None:
    """400 with a message, and nothing is written."""
    async with served() as house, house.http() as http:
        answer = await http.post(f"/api/states/{path}", content=body)

        assert answer.status_code == 400
        assert answer.json()["message"]
        assert len(house.states) == 0


async def test_a_state_can_be_removed_once() -> None:
    """200, then 404."""
    async with served() as house, house.http() as http:
        house.set("sensor.roof", "1")

        statuses = [(await http.delete("/api/states/sensor.roof")).status_code for _ in range(2)]

        assert statuses == [200, 404]
        assert (await http.get("/api/states/sensor.roof")).json() == {"message": "Entity not found."}


async def test_actions_are_listed_by_domain() -> None:
    """With fields, target and response, as Home Assistant describes its services."""
    async with served() as house, house.http() as http:
        house.offer("ftp.sync", answer=Answer.OPTIONAL, targets=True)
        house.offer("ftp.list", answer=Answer.ONLY)

        (row,) = (await http.get("/api/services")).json()

        assert row["domain"] == "ftp"
        assert row["services"]["sync"]["response"] == {"optional": True}
        assert row["services"]["list"]["response"] == {"optional": False}
        assert row["services"]["sync"]["target"] == {"entity": [{}]}


async def test_calling_an_action_returns_the_states_that_it_changed() -> None:
    """Those of the call's context or of one that it caused, and no others."""
    async with served() as house, house.http() as http:

        async def act(call: ActionCall) -> None:
            house.states.set(EntityId("switch.a"), "on", context=call.context)
            house.states.set(EntityId("switch.b"), "on", context=Context.new(call.context))
            house.states.set(EntityId("switch.c"), "on")
            house.states.set(EntityId("switch.a"), "off", context=call.context)

        house.offer("switch.turn_on", act)

        answer = await http.post("/api/services/switch/turn_on", json={"entity_id": "switch.a"})

        assert answer.status_code == 200
        assert [(row["entity_id"], row["state"]) for row in answer.json()] == [("switch.a", "off"), ("switch.b", "on")]


async def test_a_call_may_ask_for_the_response() -> None:
    """`?return_response` brings it beside the changed states; asking for what is not there is refused."""
    async with served() as house, house.http() as http:
        house.offer("ftp.list", answer=Answer.ONLY)
        house.offer("ftp.sync")

        asked = await http.post("/api/services/ftp/list?return_response", json={"path": "/"})
        statuses = [
            (await http.post("/api/services/ftp/list")).status_code,
            (await http.post("/api/services/ftp/sync?return_response")).status_code,
        ]

        assert asked.json() == {"changed_states": [], "service_response": {"calls": 1}}
        assert (house.calls[0].data, house.calls[0].context.user_id) == ({"path": "/"}, "id-admin")
        assert statuses == [400, 400]


async def test_a_call_that_fails_says_why() -> None:
    """What the caller did wrong is 400, a lost connection 503, a bug 500 without details."""
    async with served() as house, house.http() as http:

        def fails(error: Exception) -> None:
            def act(call: ActionCall) -> None:
                raise error

            house.offer("t.act", act)

        fails(ActionError("no such folder"))
        wrong = await http.post("/api/services/t/act", json={})
        fails(NotConnected("the server is away"))
        away = await http.post("/api/services/t/act", json={})
        fails(RuntimeError("password is hunter2"))
        bug = await http.post("/api/services/t/act", json={})
        unknown = await http.post("/api/services/t/nothing", json={})

        assert (wrong.status_code, wrong.json()) == (400, {"message": "no such folder"})
        assert (away.status_code, away.json()) == (503, {"message": "the server is away"})
        assert (bug.status_code, "hunter2" in bug.text) == (500, False)
        assert (unknown.status_code, unknown.json()) == (400, {"message": "action t.nothing does not exist"})


async def test_only_an_admin_may_call_what_is_for_admins() -> None:
    """An operator may call anything else."""
    async with served() as house, house.http(OPERATOR) as http:
        house.offer("hub.restart", admin=True)
        house.offer("light.turn_on")

        statuses = [(await http.post(f"/api/services/{path}")).status_code for path in ("hub/restart", "light/turn_on")]

        assert statuses == [403, 200]
        assert [call.name for call in house.calls] == ["turn_on"]


async def test_events_are_counted_and_fired() -> None:
    """The data arrives, with the person's context."""
    async with served() as house, house.http() as http:
        heard: list[Event] = []
        house.bus.listen("door_opened", heard.append)

        answer = await http.post("/api/events/door_opened", json={"door": 3})
        counts = (await http.get("/api/events")).json()

        assert answer.json() == {"message": "Event door_opened fired."}
        assert (heard[0].data, heard[0].context.user_id, heard[0].origin) == ({"door": 3}, "id-admin", "REMOTE")
        assert {"event": "door_opened", "listener_count": 1} in counts


@pytest.mark.parametrize("event_type", ["x" * 65, "*"])
async def test_an_event_needs_a_fit_type(event_type: str) -> None:
    """`*` means all when listening; nobody can fire it."""
    async with served() as house, house.http() as http:
        assert (await http.post(f"/api/events/{event_type}", json={})).status_code == 400


async def test_a_template_is_rendered_as_text() -> None:
    """With variables; a broken one is 400."""
    async with served() as house, house.http() as http:
        good = await http.post("/api/template", json={"template": "{{ x }}", "variables": {"x": 7}})
        broken = await http.post("/api/template", json={"template": "{{ broken"})
        missing = await http.post("/api/template", json={})

        assert (good.text, good.headers["content-type"]) == ("7", "text/plain; charset=utf-8")
        assert broken.json() == {"message": "Error rendering template: unexpected end of template"}
        assert (broken.status_code, missing.status_code) == (400, 400)


def _past(*values: str) -> list[State]:
    return [
        State(ROOF, value, {"unit": "W"}, MONDAY_NOON + 60 * n, MONDAY_NOON + 60 * n, MONDAY_NOON + 60 * n, Context.new())
        for n, value in enumerate(values)
    ]


async def test_history_comes_as_a_list_for_each_entity() -> None:
    """Only changes of the text; with `minimal_response` what lies between the first and the last is brief."""
    async with served() as house, house.http() as http:
        house.past[ROOF] = _past("1", "1", "2", "3")

        whole = (await http.get("/api/history/period?filter_entity_id=sensor.roof,sensor.no")).json()
        brief = (await http.get("/api/history/period?filter_entity_id=sensor.roof&minimal_response&no_attributes")).json()

        assert [[row["state"] for row in rows] for rows in whole] == [["1", "2", "3"]]
        assert brief[0][1] == {"state": "2", "last_changed": "2026-01-05T12:02:00+00:00"}
        assert brief[0][2]["attributes"] == {}


async def test_the_period_is_as_asked_for() -> None:
    """Local when no offset is given; by default the last day; also with a plus sign that nobody quoted."""
    async with served() as house, house.http() as http:
        for path in (
            "?",
            "/2026-01-04T00:00:00?",
            "/2026-01-04T00:00:00+00:00?",
            "/2026-01-04T00:00:00%2B02:00?end_time=2026-01-04T03:00:00+02:00&",
        ):
            assert (await http.get(f"/api/history/period{path}filter_entity_id=sensor.roof")).status_code == 200

        assert [(start.isoformat(), end.isoformat()) for start, end in house.periods] == [
            ("2026-01-04T12:00:00+00:00", "2026-01-05T12:00:00+00:00"),
            ("2026-01-03T23:00:00+00:00", "2026-01-04T23:00:00+00:00"),
            ("2026-01-04T00:00:00+00:00", "2026-01-05T00:00:00+00:00"),
            ("2026-01-03T22:00:00+00:00", "2026-01-04T01:00:00+00:00"),
        ]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/yesterday?filter_entity_id=sensor.roof",
        "/2026-01-04?filter_entity_id=sensor.roof&end_time=2026-01-03",
        "/9999-12-31T23:59:59-12:00?filter_entity_id=sensor.roof",
        "?filter_entity_id=roof",
    ],
)
async def test_what_is_no_period_is_refused(path: str) -> None:
    """400 with a message."""
    async with served() as house, house.http() as http:
        answer = await http.get(f"/api/history/period{path}")

        assert answer.status_code == 400
        assert answer.json()["message"]


async def test_the_logbook_tells_what_changed() -> None:
    """Not what was so at the beginning."""
    async with served() as house, house.http() as http:
        house.past[ROOF] = _past("1", "2")

        entries = (await http.get("/api/logbook/2026-01-05T11:00:00+00:00?entity=sensor.roof")).json()

        assert [(entry["entity_id"], entry["state"], entry["when"]) for entry in entries] == [
            ("sensor.roof", "2", "2026-01-05T12:01:00+00:00")
        ]


async def test_the_configuration_can_be_checked() -> None:
    """Errors and warnings apart, as clients expect them."""
    async with served() as house, house.http() as http:
        valid = (await http.post("/api/config/core/check_config")).json()
        house.problems = [Problem("a.yaml:1:2: wrong"), Problem("a.yaml:3:1: old", "warning")]

        invalid = (await http.post("/api/config/core/check_config")).json()

        assert valid == {"result": "valid", "errors": None, "warnings": None}
        assert invalid == {"result": "invalid", "errors": "a.yaml:1:2: wrong", "warnings": "a.yaml:3:1: old"}


async def test_runs_can_be_followed_step_by_step() -> None:
    """Summaries, one run, and 404 for a run that is not there."""
    async with served() as house, house.http(OPERATOR) as http:
        runs = (await http.get("/api/hub/traces/automation.page")).json()
        trace = (await http.get("/api/hub/traces/automation.page/7")).json()
        missing = await http.get("/api/hub/traces/automation.page/8")

        assert [run["run_id"] for run in runs] == ["7"]
        assert {"trigger/0", "action/0"} <= set(trace["trace"])
        assert missing.status_code == 404


async def test_tokens_are_made_listed_and_ended() -> None:
    """The token itself is shown once, when it is made."""
    async with served() as house, house.http() as http:
        made = await http.post("/api/hub/tokens", json={"name": "dash", "role": "viewer"})
        listed = (await http.get("/api/hub/tokens")).json()
        ended = [(await http.delete("/api/hub/tokens/dash")).status_code for _ in range(2)]

        assert (made.status_code, made.json()["token"]) == (201, "dash")
        assert all("token" not in row for row in listed)
        assert {"dash"} <= {row["name"] for row in listed}
        assert ended == [200, 404]
        assert (await http.post("/api/hub/tokens", json={"name": "x", "role": "root"})).status_code == 400


async def test_prometheus_reads_the_numbers() -> None:
    """Every state that is a number; names and units are quoted."""
    async with served() as house, house.http(VIEWER) as http:
        house.set("sensor.roof", "12.5", unit_of_measurement='k"W')
        house.set("binary_sensor.up", "on")
        house.set("sensor.word", "nan")
        house.set("sensor.gone", "unavailable")

        text = (await http.get("/metrics")).text

        assert 'hub_entity_value{entity="sensor.roof",unit="k\\"W"} 12.5' in text
        assert 'hub_entity_value{entity="binary_sensor.up",unit=""} 1.0' in text
        assert 'hub_entity_value{entity="sensor.word"' not in text
        assert 'hub_entity_available{entity="sensor.gone"} 0' in text
        assert "hub_entities 4" in text


async def test_the_hub_says_how_it_is() -> None:
    """Health, plugins, schedule, log."""
    upcoming = [(datetime.fromisoformat("2026-01-05T13:00:00+00:00"), "summary")]
    async with served(upcoming=lambda: upcoming, health=lambda: {"recorder": "ok"}) as house, house.http(ADMIN) as http:
        health = (await http.get("/api/hub/health")).json()

        assert (health["phase"], health["version"], health["recorder"]) == ("RUNNING", "1.2.3", "ok")
        assert (await http.get("/api/hub/plugins")).json()[0]["instance"] == "ftp"
        assert (await http.get("/api/hub/schedule")).json() == [{"next_run": "2026-01-05T13:00:00+00:00", "name": "summary"}]
        assert (await http.get("/api/error_log")).headers["content-type"] == "application/octet-stream"
