"""The alarms that are triggered: which came, which went."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from hub.api import PluginEvent
from hub_vmware.board import Facet
from hub_vmware.events import AlarmCleared, AlarmTriggered
from hub_vmware.facets import facet_of_alarms
from hub_vmware.things import Alarm

_BAD = ("yellow", "red")


class Alarms:
    """Knows which alarms are triggered, and their names."""

    def __init__(
        self,
        ask_names: Callable[[Iterable[str]], Awaitable[Mapping[str, str]]],
        name_of: Callable[[str], str],
        emit: Callable[[PluginEvent], None],
    ) -> None:
        self._ask_names = ask_names
        self._name_of = name_of
        self._emit = emit
        self._names: dict[str, str] = {}
        self._present: dict[str, Alarm] = {}

    async def take(self, alarms: Sequence[Alarm], *, tell: bool) -> Facet:
        """Take all alarms that are triggered now, and tell what is other than before; return their entity."""
        now = {alarm.key: alarm for alarm in alarms if alarm.status in _BAD}
        unknown = {alarm.definition for alarm in now.values()} - self._names.keys()
        if unknown:
            self._names.update(await self._ask_names(sorted(unknown)))
        before, self._present = self._present, now
        if tell:
            for alarm in before.values():
                if alarm.key not in now:
                    self._emit(AlarmCleared(**self._words(alarm)))
            for alarm in now.values():
                if alarm.key not in before or before[alarm.key].status != alarm.status:
                    self._emit(AlarmTriggered(**self._words(alarm)))
        return self.facet()

    def facet(self) -> Facet:
        """Return the entity of the alarms."""
        ordered = sorted(self._present.values(), key=lambda alarm: (alarm.status != "red", alarm.key))
        return facet_of_alarms([(alarm, self._name(alarm), self._name_of(alarm.entity)) for alarm in ordered])

    def _name(self, alarm: Alarm) -> str:
        return self._names.get(alarm.definition, alarm.definition)

    def _words(self, alarm: Alarm) -> dict[str, str]:
        return {
            "alarm": self._name(alarm),
            "key": alarm.key,
            "entity": self._name_of(alarm.entity),
            "ref": alarm.entity,
            "kind": alarm.kind,
            "status": alarm.status,
        }
