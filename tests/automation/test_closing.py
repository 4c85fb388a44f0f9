"""What the end of the hub does to automations."""

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
