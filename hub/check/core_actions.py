"""The actions that every hub offers, whatever is configured."""

from zoneinfo import ZoneInfo

from hub.actions import Actions
from hub.automation.automations import Automations
from hub.automation.world import World
from hub.bus import Bus
from hub.clock import SystemClock
from hub.model.action import Action
from hub.model.names import EntityId
from hub.notify.alerts import Alerts
from hub.notify.notify import Notify
from hub.notify.outbox import Outbox
from hub.notify.person import offer_alert_actions
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.templates import Templates
from hub.virtual.virtual import VirtualEntities


def core_actions() -> list[Action]:
    """Return the actions of a hub without plugins: they can be looked at and checked, not called."""
    clock = SystemClock()
    bus = Bus(clock)
    states, actions, zone = StateMachine(bus, clock), Actions(bus), ZoneInfo("UTC")
    world = World(
        states=states,
        bus=bus,
        actions=actions,
        clock=clock,
        templates=Templates(states=states, clock=clock, zone=zone),
        scheduler=Scheduler(clock, zone),
    )
    Automations(world, _no_registry).offer_script_actions()
    VirtualEntities(world)
    outbox = Outbox(bus, clock)
    alerts = Alerts(outbox, bus, states, clock)
    offer_alert_actions(actions, alerts)
    Notify(actions, outbox, alerts, clock)
    return actions.all()


def _no_registry(domain: str, unique_id: str | None, suggested: str, name: str) -> EntityId:
    del unique_id, name
    return EntityId(f"{domain}.{suggested}")
