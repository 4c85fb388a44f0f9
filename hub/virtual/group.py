"""`group:` several entities that are looked at as one (the old groups of Home Assistant)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import model_validator

from hub.automation.schema.primitives import Boolean, EntityIds
from hub.automation.world import World
from hub.bus import Cancel
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import UNKNOWN, State, StateChange
from hub.virtual.domain import Domain
from hub.virtual.entity import Described

_ON_STATES: Final[Mapping[str, frozenset[str]]] = {
    "alarm_control_panel": frozenset(
        {"armed_away", "armed_custom_bypass", "armed_home", "armed_night", "armed_vacation", "triggered"}
    ),
    "binary_sensor": frozenset({"on"}),
    "climate": frozenset({"auto", "cool", "dry", "fan_only", "heat", "heat_cool", "on"}),
    "cover": frozenset({"open"}),
    "device_tracker": frozenset({"home"}),
    "fan": frozenset({"on"}),
    "humidifier": frozenset({"on"}),
    "light": frozenset({"on"}),
    "lock": frozenset({"unlocked"}),
    "media_player": frozenset({"idle", "on", "paused", "playing"}),
    "person": frozenset({"home"}),
    "plant": frozenset({"problem"}),
    "remote": frozenset({"on"}),
    "switch": frozenset({"on"}),
    "vacuum": frozenset({"cleaning", "error", "on", "returning"}),
    "water_heater": frozenset({"eco", "electric", "gas", "heat_pump", "high_demand", "on", "performance"}),
}
"""Which states count as on, by domain."""
_OFF: Final[Mapping[str, str]] = {
    "home": "not_home",
    "open": "closed",
    "problem": "ok",
    "unlocked": "locked",
}
"""What a group is whose members are not on, where that is not `off`."""
_ON_OF_OFF: Final[Mapping[str, str]] = {"off": "on", **{off: on for on, off in _OFF.items()}}
_COMMON_ON_STATES: Final = frozenset(_ON_OF_OFF.values())
"""What counts as on in other domains, and in groups of groups."""
_NOT_COUNTED: Final = frozenset({"air_quality", "sensor", "weather"})


class GroupModel(Described):
    """One group; a list of entity ids alone will do."""

    entities: EntityIds = ()
    all: Boolean = False

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if isinstance(value, str | list):
            return {"entities": value}
        if isinstance(value, Mapping) and "entities" in value and value["entities"] is None:
            return {key: item for key, item in value.items() if key != "entities"}
        return value


class Group:
    """A group: on when one member is, or when all are."""

    def __init__(self, entity_id: EntityId, model: GroupModel, world: World, *, by_action: bool = False) -> None:
        self.entity_id = entity_id
        self.model = model
        self._world = world
        self._by_action = by_action
        self._order = len(world.states.ids("group"))
        self._leave: list[Cancel] = []

    def begin(self, last: State | None) -> None:
        """Be what the members are, and follow them."""
        del last
        self._follow()

    def start(self) -> None:
        """Nothing more: the members have been followed since the beginning."""

    def renew(self, model: GroupModel) -> None:
        """Follow other members."""
        self.model = model
        self.end()
        self._follow()

    def end(self) -> None:
        """Follow the members no longer."""
        for leave in self._leave:
            leave()
        self._leave = []

    def _follow(self) -> None:
        watched = [member for member in self.model.entities if member.domain not in _NOT_COUNTED]
        self._leave = [self._world.bus.watch(member, self._on_change) for member in dict.fromkeys(watched)]
        self._write(None)

    def _on_change(self, change: StateChange) -> None:
        self._write(change.context)

    def _write(self, context: Context | None) -> None:
        found = [self._world.states.get(member) for member in self.model.entities if member.domain not in _NOT_COUNTED]
        state = group_state([member for member in found if member is not None], whole=self.model.all)
        attributes: dict[str, Any] = {"entity_id": tuple(map(str, self.model.entities)), "order": self._order}
        if self._by_action:
            attributes["auto"] = True
        if self.model.icon is not None:
            attributes["icon"] = self.model.icon
        attributes["friendly_name"] = self.model.name or self.entity_id.object_id
        self._world.states.set(self.entity_id, state, attributes, context)


def group_state(members: Sequence[State], *, whole: bool) -> str:
    """Return what the members are together; `whole`: on only when all are on.

    Members whose domains have one word for on give the group that word (`open`, `home`); mixed ones make it `on` or `off`.
    """
    words = {word for member in members for word in _on_words(member)}
    if not words:
        return UNKNOWN
    on = next(iter(words)) if len(words) == 1 else "on"
    is_on = (_is_on(member) for member in members)
    return on if (all(is_on) if whole else any(is_on)) else _OFF.get(on, "off")


def _on_words(member: State) -> Iterable[str]:
    known = _ON_STATES.get(member.domain)
    if known is not None:
        return known
    if member.state in _COMMON_ON_STATES:
        return (member.state,)
    on = _ON_OF_OFF.get(member.state)
    return () if on is None else (on,)


def _is_on(member: State) -> bool:
    return member.state in _ON_STATES.get(member.domain, _COMMON_ON_STATES)


GROUP: Final = Domain(name="group", model=GroupModel, build=Group, keeps_added=True)
