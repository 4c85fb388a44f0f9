"""What the end of the hub does to automations."""

from hub.model.names import EntityId
from tests.automation.engine import engine


async def test_an_automation_is_not_off_because_the_hub_stops() -> None:
    """Else it would still be off after the restart, since what it was is remembered."""
    async with engine(
        """
        - alias: a
          triggers: [{trigger: event, event_type: go}]
          actions: [{delay: "01:00:00"}, {action: test.say, data: {text: late}}]
        """
    ) as hub:
        hub.fire("go")

        await hub.automations.close()
        hub.fire("go")
        await hub.clock.advance(hours=2)

        state = hub.states.get("automation.a")
        assert state is not None
        assert (state.state, state.attributes["current"]) == ("on", 0)
        assert hub.said == []


async def test_an_automation_does_not_seem_to_be_turned_on_by_every_start() -> None:
    """It is on from the first; only its triggers wait for the start."""
    async with engine(
        """
        - alias: a
          triggers: [{trigger: event, event_type: go}]
          actions: [{action: test.say, data: {text: heard}}]
        """,
        started=False,
    ) as hub:
        changes: list[str] = []
        hub.bus.watch(EntityId("automation.a"), lambda change: changes.append(change.new.state if change.new else ""))
        before = hub.states.get("automation.a")
        hub.fire("go")

        hub.automations.start()
        hub.world.lifecycle.start()
        hub.fire("go")

        assert before is not None
        assert before.state == "on"
        assert hub.said == ["heard"]
        assert changes == ["on"]  # it ran once
