"""The WebSocket API, as Home Assistant's clients know it."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from hub.errors import ActionError
from hub.model.action import ActionCall, Answer
from hub.model.context import Context
from hub.model.entity import Device
from hub.model.event import Event
from hub.model.names import EntityId
from hub.web.limits import Limits
from hub.web.sources import WatchedTemplate
from tests.web.house import OPERATOR, VIEWER, Talk, served


async def test_a_client_says_who_it_is_first() -> None:
    """Asked for a token, it gives one, and both times it learns the version."""
    async with served() as house, connect(house.websocket_url) as socket:
        asked = json.loads(await socket.recv())
        await socket.send(json.dumps({"type": "auth", "access_token": VIEWER}))
        taken = json.loads(await socket.recv())

        assert (asked["type"], taken["type"]) == ("auth_required", "auth_ok")
        assert asked["ha_version"] == taken["ha_version"] >= "2022.9"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "auth", "access_token": "wrong"},
        {"type": "auth", "access_token": None},
        {"type": "auth"},
        {"id": 1, "type": "get_states"},
        [{"type": "auth", "access_token": VIEWER}],
        "auth",
    ],
)
async def test_a_wrong_token_ends_the_conversation(message: object) -> None:
    """`auth_invalid`, then the connection is closed."""
    async with served() as house, connect(house.websocket_url) as socket:
        await socket.recv()
        await socket.send(json.dumps(message))

        assert json.loads(await socket.recv())["type"] == "auth_invalid"
        await socket.wait_closed()
        assert socket.close_code == 1008


async def test_who_says_nothing_is_not_waited_for() -> None:
    """The patience of the server is limited."""
    async with served(Limits(auth_seconds=0.01)) as house, connect(house.websocket_url) as socket:
        await socket.recv()

        assert json.loads(await socket.recv())["type"] == "auth_invalid"


async def test_basic_questions_are_answered() -> None:
    """Ping, states, config, actions, panels, who I am."""
    async with served() as house, house.talk(OPERATOR) as talk:
        house.set("sensor.roof", "1")
        house.offer("notify.board")

        assert await talk.ask("ping") == {"id": 1, "type": "pong"}
        assert [row["entity_id"] for row in await talk.result("get_states")] == ["sensor.roof"]
        assert (await talk.result("get_config"))["location_name"] == "Berlin"
        assert set(await talk.result("get_services")) == {"notify"}
        assert await talk.result("get_panels") == {}
        assert await talk.result("tag/list") == []
        user = await talk.result("auth/current_user")
        assert (user["id"], user["is_admin"]) == ("id-operator", False)
        (entry,) = await talk.result("config_entries/get")
        assert (entry["entry_id"], entry["state"]) == ("ftp", "loaded")


async def test_events_come_to_those_who_subscribed() -> None:
    """With the number of the subscription, until it ends."""
    async with served() as house, house.talk() as talk:
        await talk.result("subscribe_events", event_type="door")
        house.bus.fire("door", {"n": 1}, Context("c1"))
        house.bus.fire("other", {"n": 2})

        message = await talk.hear()

        assert (message["id"], message["type"]) == (1, "event")
        assert (message["event"]["event_type"], message["event"]["data"]) == ("door", {"n": 1})
        assert message["event"]["context"] == {"id": "c1", "parent_id": None, "user_id": None}
        assert message["event"]["time_fired"] == "2026-01-05T12:00:00+00:00"
        await talk.result("unsubscribe_events", subscription=1)
        house.bus.fire("door", {"n": 3})
        assert (await talk.ask("ping"))["type"] == "pong"
        assert "door" not in house.bus.listener_counts()


async def test_all_events_come_without_a_type() -> None:
    """States too, complete and in order; reports of identical values do not."""
    async with served() as house, house.talk() as talk:
        await talk.result("subscribe_events")
        house.set("sensor.roof", "1", friendly_name="Roof")
        house.set("sensor.roof", "1", friendly_name="Roof")
        house.bus.fire("door")
        house.states.remove("sensor.roof")

        heard = [(await talk.hear())["event"] for _ in range(3)]

        assert [event["event_type"] for event in heard] == ["state_changed", "door", "state_changed"]
        assert heard[0]["data"]["old_state"] is None
        assert heard[0]["data"]["new_state"]["attributes"] == {"friendly_name": "Roof"}
        assert (heard[2]["data"]["old_state"]["state"], heard[2]["data"]["new_state"]) == ("1", None)


async def test_two_subscriptions_of_one_client_both_get_the_event() -> None:
    """Each with its number."""
    async with served() as house, house.talk() as talk:
        await talk.result("subscribe_events", event_type="door")
        await talk.result("subscribe_events", event_type="door")
        house.bus.fire("door")

        assert [(await talk.hear())["id"] for _ in range(2)] == [1, 2]


async def test_what_happens_in_one_turn_comes_as_one_list_to_those_who_want_it() -> None:
    """`coalesce_messages`; others get a message each."""
    async with served() as house, house.talk() as wants, house.talk() as plain:
        await wants.result("supported_features", features={"coalesce_messages": 1})
        for talk in (wants, plain):
            await talk.result("subscribe_events", event_type="door")
        for n in range(3):
            house.bus.fire("door", {"n": n})

        together = json.loads(await wants.socket.recv())
        apart = [json.loads(await plain.socket.recv()) for _ in range(3)]

        assert [message["event"]["data"]["n"] for message in together] == [0, 1, 2]
        assert [message["event"] for message in together] == [message["event"] for message in apart]


async def test_entities_come_compressed() -> None:
    """First all, then what changed and only that."""
    async with served() as house, house.talk(VIEWER) as talk:
        first = house.set("sensor.roof", "1", unit="W", old=True)
        await talk.result("subscribe_entities")
        added = (await talk.hear())["event"]
        await house.sources.clock.advance(seconds=1)  # type: ignore[attr-defined]
        house.set("sensor.roof", "2", unit="W", old=True)
        await house.sources.clock.advance(seconds=1)  # type: ignore[attr-defined]
        house.set("sensor.roof", "2", unit="kW")
        house.set("sensor.new", "on")
        house.states.remove("sensor.roof")

        changes = [(await talk.hear())["event"] for _ in range(4)]

        assert added["a"]["sensor.roof"] == {
            "s": "1",
            "a": {"unit": "W", "old": True},
            "c": first.context.id,
            "lc": first.changed,
        }
        value, attributes, new, gone = changes
        assert value["c"]["sensor.roof"]["+"] == {"s": "2", "lc": first.changed + 1, "c": value["c"]["sensor.roof"]["+"]["c"]}
        assert attributes["c"]["sensor.roof"]["+"]["a"] == {"unit": "kW"}
        assert attributes["c"]["sensor.roof"]["+"]["lu"] == first.changed + 2
        assert attributes["c"]["sensor.roof"]["-"] == {"a": ["old"]}
        assert set(new["a"]) == {"sensor.new"}
        assert gone == {"r": ["sensor.roof"]}


async def test_only_some_entities_may_be_wanted() -> None:
    """Others are not mentioned."""
    async with served() as house, house.talk() as talk:
        house.set("sensor.a", "1")
        house.set("sensor.b", "1")
        await talk.result("subscribe_entities", entity_ids=["sensor.b"])
        assert set((await talk.hear())["event"]["a"]) == {"sensor.b"}

        house.set("sensor.a", "2")
        house.set("sensor.b", "2")

        assert set((await talk.hear())["event"]["c"]) == {"sensor.b"}


async def test_an_action_is_called_with_its_target() -> None:
    """The target wins over the data; the person is the cause."""
    async with served() as house, house.talk(OPERATOR) as talk:
        house.offer("light.turn_on")

        result = await talk.result(
            "call_service",
            domain="light",
            service="turn_on",
            service_data={"entity_id": "light.a", "level": 5},
            target={"entity_id": ["light.b"]},
        )

        (call,) = house.calls
        assert call.data == {"entity_id": ["light.b"], "level": 5}
        assert (call.context.user_id, result["context"]["id"], result["response"]) == ("id-operator", call.context.id, None)


async def test_a_slow_action_does_not_hold_up_other_commands() -> None:
    """The result comes when it is done."""
    async with served() as house, house.talk() as talk:
        gate = asyncio.Event()

        async def act(call: ActionCall) -> dict[str, Any]:
            await gate.wait()
            return {"done": True}

        house.offer("t.act", act, answer=Answer.OPTIONAL)
        await talk.say({"id": 1, "type": "call_service", "domain": "t", "service": "act", "return_response": True})
        talk.number = 1
        assert (await talk.ask("ping"))["type"] == "pong"

        gate.set()

        assert (await talk.hear())["result"]["response"] == {"done": True}


async def test_calls_that_fail_say_why() -> None:
    """With the codes that clients know."""
    async with served() as house, house.talk(OPERATOR) as talk:

        async def act(call: ActionCall) -> None:
            raise ActionError("no such folder")

        house.offer("t.act", act)
        house.offer("hub.restart", admin=True)
        house.offer("t.ask", answer=Answer.ONLY)

        async def code(name: str, **more: Any) -> str:
            domain, _, service = name.partition(".")
            return await talk.error("call_service", domain=domain, service=service, **more)

        assert await code("t.act") == "home_assistant_error"
        assert await code("t.none") == "not_found"
        assert await code("t.act", return_response=True) == "service_validation_error"
        assert await code("t.ask") == "invalid_format"
        assert await code("hub.restart") == "unauthorized"


async def test_too_many_calls_at_a_time_are_refused() -> None:
    """The hub does not collect the work of a client that does not wait."""
    async with served(Limits(calls=2)) as house, house.talk() as talk:
        gate = asyncio.Event()

        async def act(call: ActionCall) -> None:
            await gate.wait()

        house.offer("t.act", act)
        for number in (1, 2, 3):
            await talk.say({"id": number, "type": "call_service", "domain": "t", "service": "act"})

        refused = await talk.hear()
        gate.set()

        assert (refused["id"], refused["error"]["code"]) == (3, "too_many_requests")
        assert {(await talk.hear())["id"] for _ in range(2)} == {1, 2}


async def test_events_can_be_fired() -> None:
    """By admins, with data."""
    async with served() as house, house.talk() as talk:
        heard: list[Event] = []
        house.bus.listen("door", heard.append)

        result = await talk.result("fire_event", event_type="door", event_data={"n": 1})

        assert (heard[0].data, heard[0].context.id) == ({"n": 1}, result["context"]["id"])
        assert await talk.error("fire_event", event_type="*") == "invalid_format"


async def test_viewers_hear_of_states_and_not_of_calls() -> None:
    """What others typed into a call is nobody's business."""
    async with served() as house, house.talk(VIEWER) as talk:
        await talk.result("subscribe_events", event_type="state_changed")

        assert await talk.error("subscribe_events", event_type="call_service") == "unauthorized"
        assert await talk.error("subscribe_events") == "unauthorized"


async def test_a_template_is_rendered_and_watched() -> None:
    """The first result, and each new one; what it reads is told."""
    watchers = []
    ended = []

    def watch(template: str, variables: Any, tell: Any) -> WatchedTemplate:
        watchers.append(tell)
        return WatchedTemplate(result="a", cancel=lambda: ended.append(True), entities=["sensor.roof"])

    async with served(watch_template=watch) as house, house.talk() as talk:
        await talk.result("render_template", template="{{ x }}")
        first = (await talk.hear())["event"]
        watchers[0](WatchedTemplate(result="b", cancel=lambda: None))

        assert first == {"result": "a", "listeners": {"entities": ["sensor.roof"], "domains": [], "all": False, "time": False}}
        assert (await talk.hear())["event"]["result"] == "b"
        await talk.result("unsubscribe_events", subscription=1)
        assert ended == [True]


async def test_a_template_can_be_rendered_where_it_cannot_be_watched() -> None:
    """Once; a broken one is an error."""
    async with served() as house, house.talk() as talk:
        await talk.result("render_template", template="{{ x }}", variables={"x": 5})

        assert (await talk.hear())["event"]["result"] == 5
        assert await talk.error("render_template", template="{{ broken") == "template_error"


async def test_a_trigger_can_be_listened_to() -> None:
    """Whenever it fires, its variables come; where there are no triggers, the command does not exist."""
    fire = []

    async def watch(trigger: Any, variables: Any, tell: Any) -> Any:
        fire.append(tell)
        return fire.clear

    async with served(watch_trigger=watch) as house, house.talk() as talk:
        await talk.result("subscribe_trigger", trigger={"trigger": "state", "entity_id": "sensor.a"})
        fire[0]({"trigger": {"platform": "state"}}, Context("c9"))

        event = (await talk.hear())["event"]

        assert (event["variables"], event["context"]["id"]) == ({"trigger": {"platform": "state"}}, "c9")
    assert fire == []
    async with served() as house, house.talk() as talk:
        assert await talk.error("subscribe_trigger", trigger={}) == "unknown_command"


async def test_registries_are_listed_and_changed() -> None:
    """As the registry has them, in Home Assistant's words."""
    async with served() as house, house.talk() as talk:
        registries = house.sources.registries
        assert registries is not None
        device = registries.devices.get_or_create("ftp", "ftp", Device(key="a", name="Server", area="Roof"))
        registries.entities.register("ftp", "a/files", domain="sensor", suggested_object_id="files", device_id=device.id)
        area = await talk.result("config/area_registry/create", name="Cellar")

        changed = await talk.result(
            "config/entity_registry/update", entity_id="sensor.files", name="Files", area_id=area["area_id"], hidden_by="user"
        )

        entry = changed["entity_entry"]
        assert (entry["name"], entry["area_id"], entry["hidden_by"], entry["disabled_by"]) == ("Files", "cellar", "user", None)
        assert await talk.result("config/entity_registry/get", entity_id="sensor.files") == entry
        assert await talk.result("config/entity_registry/list") == [entry]
        renamed = await talk.result("config/device_registry/update", device_id=device.id, name_by_user="Box")
        assert await talk.result("config/device_registry/list") == [renamed]
        assert {row["name"] for row in await talk.result("config/area_registry/list")} == {"Cellar", "Roof"}
        assert (await talk.result("config/area_registry/update", area_id="cellar", name="Attic"))["name"] == "Attic"
        await talk.result("config/area_registry/delete", area_id="cellar")
        assert await talk.error("config/area_registry/delete", area_id="cellar") == "not_found"
        assert await talk.error("config/entity_registry/update", entity_id="sensor.none", name="x") == "not_found"
        assert await talk.result("config/floor_registry/list") == await talk.result("config/label_registry/list") == []


async def test_runs_can_be_read() -> None:
    """Summaries and one run."""
    async with served() as house, house.talk(OPERATOR) as talk:
        runs = await talk.result("trace/list", domain="automation", item_id="page")
        trace = await talk.result("trace/get", domain="automation", item_id="page", run_id="7")

        assert [run["run_id"] for run in runs] == ["7"]
        assert trace["trace"]["action/0"][0]["result"] == {"params": {"service": "page"}}
        assert await talk.error("trace/get", domain="automation", item_id="page", run_id="8") == "not_found"
        assert await talk.result("trace/list", domain="script") == []


async def test_several_commands_may_come_as_one_list() -> None:
    """They are answered one by one."""
    async with served() as house, house.talk() as talk:
        await talk.say([{"id": 1, "type": "ping"}, {"id": 2, "type": "ping"}])

        assert [(await talk.hear())["id"] for _ in range(2)] == [1, 2]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": 1, "type": "no/such"}, "unknown_command"),
        ({"id": 1}, "invalid_format"),
        ({"type": "ping"}, "invalid_format"),
        ({"id": 0, "type": "ping"}, "invalid_format"),
        ({"id": -1, "type": "ping"}, "invalid_format"),
        ({"id": "1", "type": "ping"}, "invalid_format"),
        ({"id": True, "type": "ping"}, "invalid_format"),
        ({"id": 1.5, "type": "ping"}, "invalid_format"),
        ({"id": 2**70, "type": "ping"}, "invalid_format"),
        ({"id": 1, "type": ["ping"]}, "invalid_format"),
        ("ping", "invalid_format"),
        (None, "invalid_format"),
        ({"id": 1, "type": "call_service", "domain": 5, "service": "x"}, "invalid_format"),
        ({"id": 1, "type": "call_service", "domain": "x"}, "invalid_format"),
        ({"id": 1, "type": "call_service", "domain": "x", "service": "y", "service_data": []}, "invalid_format"),
        ({"id": 1, "type": "subscribe_entities", "entity_ids": 5}, "invalid_format"),
        ({"id": 1, "type": "unsubscribe_events", "subscription": 99}, "not_found"),
        ({"id": 1, "type": "config/entity_registry/get", "entity_id": "x"}, "not_found"),
    ],
)
async def test_what_is_no_command_is_refused_and_the_conversation_goes_on(message: object, code: str) -> None:
    """With the code that clients know."""
    async with served() as house, house.talk() as talk:
        await talk.say(message)

        answer = await talk.hear()

        assert (answer["success"], answer["error"]["code"]) == (False, code)
        talk.number = 5
        assert (await talk.ask("ping"))["type"] == "pong"


async def test_numbers_have_to_grow() -> None:
    """Otherwise answers could not be told apart."""
    async with served() as house, house.talk() as talk:
        talk.number = 7
        await talk.ask("ping")

        await talk.say({"id": 8, "type": "ping"})

        answer = await talk.hear()
        assert (answer["id"], answer["error"]["code"]) == (8, "id_reuse")


async def test_a_hundred_clients_hear_everything_in_order() -> None:
    """Nothing is lost, nothing twice."""
    async with served() as house:
        talks: list[Talk] = []
        async with asyncio.TaskGroup() as group, asyncio.timeout(20):
            ready = asyncio.Event()

            async def listen() -> list[int]:
                async with house.talk() as talk:
                    await talk.result("subscribe_events", event_type="tick")
                    talks.append(talk)
                    if len(talks) == 100:
                        ready.set()
                    return [(await talk.hear())["event"]["data"]["n"] for _ in range(50)]

            tasks = [group.create_task(listen()) for _ in range(100)]
            await ready.wait()
            for n in range(50):
                house.bus.fire("tick", {"n": n})
                if n % 7 == 0:
                    await asyncio.sleep(0)

        assert all(task.result() == list(range(50)) for task in tasks)
        assert "tick" not in house.bus.listener_counts()


async def test_a_client_that_leaves_leaves_nothing_behind() -> None:
    """No listener, no watcher."""
    async with served() as house:
        async with house.talk() as talk:
            await talk.result("subscribe_events", event_type="door")
            await talk.result("subscribe_entities")
            await talk.hear()
        async with house.talk() as talk:
            await talk.result("get_states")

        assert EntityId("sensor.x") not in house.states.ids()
        assert "door" not in house.bus.listener_counts()
