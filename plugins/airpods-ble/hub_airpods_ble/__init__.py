"""AirPods and Beats of people who have agreed: who is there, what they wear, what needs charging."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_airpods_ble.actions import present
from hub_airpods_ble.config import AirpodsConfig
from hub_airpods_ble.events import Arrived, BatteryLow, InEarChanged, Left
from hub_airpods_ble.recording import Recording
from hub_airpods_ble.tracker import Tracker

_LOOK = timedelta(seconds=1)
_COUNT = timedelta(seconds=30)


@asynccontextmanager
async def connect(config: AirpodsConfig, hub: Hub) -> AsyncGenerator[Tracker, None]:
    """Listen, and follow the people who have agreed until listening is impossible."""
    recording = Recording(config.record, config.record_limit) if config.record else None
    tracker = Tracker(hub, config, recording.add if recording else None)
    async with _listening(config, hub, tracker):
        await tracker.begin()
        hub.every(_LOOK, tracker.look)
        hub.every(_COUNT, tracker.count)
        if recording:
            hub.every(_LOOK, recording.write)
        try:
            yield tracker
        finally:
            if recording:
                await recording.write()


def rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    """Run an office whose people come and go with their AirPods."""
    from hub_airpods_ble.simulator.rehearsal import rehearse_office

    return rehearse_office(clock)


@hookimpl
def hub_plugin() -> Plugin[AirpodsConfig, Tracker]:
    """Hand over the plugin."""
    return Plugin(
        name="airpods_ble",
        config=AirpodsConfig,
        connect=connect,
        actions=[present],
        events=[Arrived, Left, InEarChanged, BatteryLow],
        rehearse=rehearse,
    )


def _listening(config: AirpodsConfig, hub: Hub, tracker: Tracker) -> AbstractAsyncContextManager[None]:
    if config.replay is not None:
        from hub_airpods_ble.replay import replaying

        return replaying(config.replay, hub, tracker)
    from hub_airpods_ble.receivers import receiving

    return receiving(config, hub, tracker)
