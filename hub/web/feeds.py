"""What happens, encoded once and handed to everybody who subscribed."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from hub.bus import Bus, Cancel
from hub.model.context import Context
from hub.model.event import STATE_CHANGED, Event
from hub.model.state import State, StateChange
from hub.states import StateMachine
from hub.web.encoding import encode, encoded
from hub.web.fragments import StateFragments

Send = Callable[[bytes], None]


class Broadcast:
    """One event on its way to many subscribers, most of whom gave it the same number."""

    __slots__ = ("_body", "_message", "_number")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._number = -1
        self._message = b""

    def message(self, number: int) -> bytes:
        """Return the WebSocket message for the subscription of this number."""
        if number != self._number:
            self._number, self._message = number, event_message(number, self._body)
        return self._message


def event_message(number: int, body: bytes) -> bytes:
    """Wrap the JSON of an event for the subscription of this number."""
    return b'{"id":%d,"type":"event","event":%b}' % (number, body)


class EventFeed:
    """Events of the bus: it listens once per type, however many subscribe."""

    def __init__(self, bus: Bus, fragments: StateFragments) -> None:
        self._bus = bus
        self._fragments = fragments
        self._subscribers: dict[str, dict[tuple[Send, int], None]] = {}
        self._cancels: dict[str, Cancel] = {}

    def subscribe(self, event_type: str, number: int, send: Send) -> Cancel:
        """Send every event of the type (`*`: of all types) as a message with this number."""
        subscribers = self._subscribers.setdefault(event_type, {})
        if not subscribers:
            self._cancels[event_type] = self._bus.listen(event_type, lambda event: self._hand_out(event_type, event))
        key = (send, number)
        subscribers[key] = None

        def leave() -> None:
            subscribers.pop(key, None)
            if not subscribers and self._subscribers.get(event_type) is subscribers:
                del self._subscribers[event_type]
                self._cancels.pop(event_type)()

        return leave

    def _hand_out(self, event_type: str, event: Event) -> None:
        broadcast = Broadcast(self._encode(event))
        for send, number in tuple(self._subscribers.get(event_type, ())):
            send(broadcast.message(number))

    def _encode(self, event: Event) -> bytes:
        return encode(
            {
                "event_type": event.event_type,
                "data": self._data_of_change(event.data) if event.event_type == STATE_CHANGED else event.data,
                "origin": event.origin,
                "time_fired": event.time_fired,
                "context": event.context.as_dict(),
            }
        )

    def _data_of_change(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        # The old state first: its text is still kept, and is replaced by that of the new one.
        old, new = data.get("old_state"), data.get("new_state")
        before = encoded(self._fragments.earlier(old)) if isinstance(old, State) else old
        after = encoded(self._fragments.of(new)) if isinstance(new, State) else new
        return {**data, "old_state": before, "new_state": after}


class EntityFeed:
    """Changes of entities in the compressed form of `subscribe_entities`."""

    def __init__(self, bus: Bus, states: StateMachine) -> None:
        self._bus = bus
        self._states = states
        self._subscribers: dict[tuple[Send, int], Collection[str] | None] = {}
        self._cancel: Cancel | None = None

    def subscribe(self, entity_ids: Collection[str] | None, number: int, send: Send) -> Cancel:
        """Send every change of these entities (None: of all) as a message with this number."""
        if self._cancel is None:
            self._cancel = self._bus.watch_all(self._hand_out)
        key = (send, number)
        self._subscribers[key] = entity_ids

        def leave() -> None:
            self._subscribers.pop(key, None)
            if not self._subscribers and self._cancel is not None:
                self._cancel()
                self._cancel = None

        return leave

    def present(self, entity_ids: Collection[str] | None) -> bytes:
        """Return the event that tells the states of these entities (None: of all) as they are now."""
        chosen = [state for state in self._states.all() if entity_ids is None or state.entity_id in entity_ids]
        return encode({"a": {state.entity_id: _compressed(state) for state in chosen}})

    def _hand_out(self, change: StateChange) -> None:
        broadcast: Broadcast | None = None
        for (send, number), entity_ids in tuple(self._subscribers.items()):
            if entity_ids is None or change.entity_id in entity_ids:
                if broadcast is None:
                    broadcast = Broadcast(encode(_compressed_change(change)))
                send(broadcast.message(number))


def _compressed_change(change: StateChange) -> Mapping[str, Any]:
    if change.new is None:
        return {"r": [change.entity_id]}
    if change.old is None:
        return {"a": {change.entity_id: _compressed(change.new)}}
    return {"c": {change.entity_id: _difference(change.old, change.new)}}


def _compressed(state: State) -> Mapping[str, Any]:
    row = {"s": state.state, "a": state.attributes, "c": _context(state.context), "lc": state.changed}
    if state.updated != state.changed:
        row["lu"] = state.updated
    return row


def _difference(old: State, new: State) -> Mapping[str, Any]:
    added: dict[str, Any] = {}
    if old.state != new.state:
        added["s"] = new.state
    if old.changed != new.changed:
        added["lc"] = new.changed
    elif old.updated != new.updated:
        added["lu"] = new.updated
    if (context := _context_difference(old.context, new.context)) is not None:
        added["c"] = context
    attributes = {
        name: value for name, value in new.attributes.items() if name not in old.attributes or old.attributes[name] != value
    }
    if attributes:
        added["a"] = attributes
    removed = [name for name in old.attributes if name not in new.attributes]
    return {"+": added, "-": {"a": removed}} if removed else {"+": added}


def _context(context: Context) -> object:
    return context.id if context.parent_key is None and context.user_id is None else context.as_dict()


def _context_difference(old: Context, new: Context) -> object:
    before, after = old.as_dict(), new.as_dict()
    changes = {name: value for name, value in after.items() if before[name] != value}
    return None if not changes else changes["id"] if set(changes) == {"id"} else changes
