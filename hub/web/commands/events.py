"""Subscribing to what happens, and making things happen."""

from typing import Any

import msgspec

from hub.model.event import ANY_EVENT, Origin
from hub.web.allowed import NotAllowed, allowed_event_type, may_hear
from hub.web.command import Command, CommandFailed, Subscribed, Talk, not_offered
from hub.web.encoding import encode
from hub.web.identity import Role
from hub.web.sources import Row


class WhichEvents(msgspec.Struct):
    """An event type; without one, all."""

    event_type: str = ANY_EVENT


class WhichEntities(msgspec.Struct):
    """Entity ids; without them, all."""

    entity_ids: list[str] | None = None


class WhichSubscription(msgspec.Struct):
    """The id of the command that subscribed."""

    subscription: int


class WhichTrigger(msgspec.Struct):
    """A trigger, or several, as in an automation."""

    trigger: Any
    variables: dict[str, Any] = {}


class NewEvent(msgspec.Struct):
    """An event to fire."""

    event_type: str
    event_data: dict[str, Any] = {}


def subscribe_events(talk: Talk, asked: WhichEvents) -> Subscribed:
    """Send every event of the type."""
    if not may_hear(talk.identity, asked.event_type):
        raise NotAllowed(f"only an admin may subscribe to {asked.event_type}")
    return Subscribed(talk.site.events.subscribe(asked.event_type, talk.number, talk.line.send))


def subscribe_entities(talk: Talk, asked: WhichEntities) -> Subscribed:
    """Send the states as they are and then every change, in the compressed form."""
    entity_ids = None if asked.entity_ids is None else frozenset(asked.entity_ids)
    first = talk.event(talk.site.entities.present(entity_ids))
    return Subscribed(talk.site.entities.subscribe(entity_ids, talk.number, talk.line.send), first)


async def subscribe_trigger(talk: Talk, asked: WhichTrigger) -> Subscribed:
    """Send the variables of a run whenever the trigger fires."""
    watch = talk.sources.watch_trigger
    if watch is None:
        raise not_offered("triggers")

    def tell(variables: Row, context: object) -> None:
        talk.line.send(talk.event(encode({"variables": variables, "context": context})))

    return Subscribed(await watch(asked.trigger, asked.variables, tell))


def unsubscribe(talk: Talk, asked: WhichSubscription) -> None:
    """End a subscription."""
    cancel = talk.subscriptions.pop(asked.subscription, None)
    if cancel is None:
        raise CommandFailed("not_found", "Subscription not found.")
    cancel()


def fire_event(talk: Talk, asked: NewEvent) -> object:
    """Tell everybody who listens that something happened."""
    context = talk.context()
    talk.sources.bus.fire(allowed_event_type(asked.event_type), asked.event_data, context, Origin.REMOTE)
    return {"context": context}


COMMANDS = (
    Command("subscribe_events", Role.VIEWER, WhichEvents, subscribe_events),
    Command("subscribe_entities", Role.VIEWER, WhichEntities, subscribe_entities),
    Command("subscribe_trigger", Role.ADMIN, WhichTrigger, subscribe_trigger, waits=True),
    Command("unsubscribe_events", Role.VIEWER, WhichSubscription, unsubscribe),
    Command("fire_event", Role.ADMIN, NewEvent, fire_event),
)
