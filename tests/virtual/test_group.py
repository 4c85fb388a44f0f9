"""`group:` several entities looked at as one."""

import pytest

from hub.errors import BadActionData
from tests.virtual.rooms import room


@pytest.mark.parametrize(
    ("whole", "states", "expected"),
    [
        (False, {"switch.a": "on", "switch.b": "off"}, "on"),
        (True, {"switch.a": "on", "switch.b": "off"}, "off"),
        (True, {"switch.a": "on", "switch.b": "on"}, "on"),
        (False, {"switch.a": "off", "switch.b": "unavailable"}, "off"),
        (True, {"switch.a": "on", "switch.b": "unavailable"}, "off"),
        (False, {"cover.a": "open", "cover.b": "closed"}, "open"),
        (True, {"cover.a": "open", "cover.b": "closed"}, "closed"),
        (False, {"person.a": "home", "device_tracker.b": "not_home"}, "home"),
        (True, {"person.a": "home", "device_tracker.b": "not_home"}, "not_home"),
        (False, {"lock.a": "locked"}, "locked"),
        (False, {"lock.a": "unlocked", "switch.b": "off"}, "on"),
        (False, {"lock.a": "locked", "switch.b": "off"}, "off"),
        (False, {"alarm_control_panel.a": "armed_away"}, "on"),
        (False, {"media_player.a": "playing"}, "on"),
        (False, {"input_boolean.a": "on", "input_boolean.b": "off"}, "on"),
        (False, {"sensor.a": "5"}, "unknown"),
        (False, {"sensor.a": "5", "switch.b": "on"}, "on"),
        (False, {"timer.a": "idle"}, "unknown"),
        (False, {}, "unknown"),
    ],
)
async def test_a_group_is_what_its_members_are(whole: bool, states: dict[str, str], expected: str) -> None:
    """Any of them on, or all with `all`; members of one kind give it their words, mixed ones on and off."""
    members = ", ".join([*states, "switch.missing"])
    async with room(f"group: {{g: {{all: {whole}, entities: [{members}]}}}}", states=states) as hub:
        assert hub.state("group.g") == expected


async def test_a_group_follows_its_members() -> None:
    """Those that come later, and those that go; its change has the context of theirs."""
    async with room("group: {g: {name: Rack, icon: 'mdi:server', entities: [switch.a, switch.b]}}") as hub:
        assert hub.attributes("group.g") == {
            "entity_id": ("switch.a", "switch.b"), "order": 0, "icon": "mdi:server", "friendly_name": "Rack",
        }  # fmt: skip
        hub.set("switch.a", "off")
        hub.set("switch.b", "on")
        cause = hub.states.get("switch.b")
        group = hub.states.get("group.g")
        assert cause is not None
        assert group is not None
        assert group.context is cause.context

        hub.states.remove("switch.b")
        assert hub.history("group.g") == ["unknown", "off", "on", "off"]


async def test_a_group_of_groups_says_home_when_one_is() -> None:
    configuration = "group: {inner: [person.a, person.b], outer: [group.inner, group.outer]}"
    async with room(configuration, states={"person.a": "not_home", "person.b": "not_home"}) as hub:
        assert hub.state("group.outer") == "not_home"

        hub.set("person.b", "home")
        assert hub.state("group.outer") == "home"


async def test_groups_come_change_and_go_while_the_hub_runs() -> None:
    """They outlive a reload of the section, which knows nothing of them."""
    async with room("group: {kept: switch.a}", states={"switch.a": "on", "switch.b": "off"}) as hub:
        await hub.call("group.set", object_id="new", name="New", entities=["switch.b"])
        assert (hub.state("group.new"), hub.attributes("group.new")["auto"]) == ("off", True)

        await hub.call("group.set", object_id="new", add_entities="switch.a")
        assert hub.state("group.new") == "on"
        await hub.call("group.set", object_id="new", all=True)
        assert hub.state("group.new") == "off"
        await hub.call("group.set", object_id="new", remove_entities=["switch.b"])
        assert (hub.state("group.new"), hub.attributes("group.new")["entity_id"]) == ("on", ("switch.a",))

        hub.load("")
        assert (hub.state("group.kept"), hub.state("group.new")) == (None, "on")

        await hub.call("group.remove", object_id="new")
        await hub.call("group.remove", object_id="new")
        hub.set("switch.a", "off")
        assert hub.state("group.new") is None


async def test_members_can_be_given_in_one_way_only() -> None:
    async with room() as hub:
        with pytest.raises(BadActionData, match="only one of"):
            await hub.call("group.set", object_id="g", entities="switch.a", add_entities="switch.b")
