"""An office: people come and go, listen, take calls and charge their AirPods; strangers walk past the door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub_airpods_ble.models import Activity
from hub_airpods_ble.sighting import Sighting
from hub_airpods_ble.simulator.sets import MAX, PRO_3, SimulatedSet

_TEAM: Final = "Operations"
_PEOPLE: Final = (("Ada", PRO_3), ("Bob", 0x2420), ("Clara", MAX), ("Dora", 0x1B20))
_NEW_ADDRESS: Final = 900.0  # seconds
_DRAIN, _CHARGE, _CASE_DRAIN = 0.25 / 60, 2.0 / 60, 0.4 / 60  # percent per second
_ADAPTERS: Final = ("entrance", "meeting-room")


@dataclass(slots=True)
class Wearer:
    """Somebody and their set."""

    name: str
    set: SimulatedSet
    here: bool = False
    place: str = _ADAPTERS[0]


@dataclass(slots=True)
class Office:
    """Lives one step at a time; the same seed gives the same life."""

    random: Random = field(default_factory=lambda: Random("office"))  # noqa: S311  # a play, not a secret
    comings: int = 0
    goings: int = 0
    strangers_heard: int = 0
    _since_address: float = 0.0
    wearers: list[Wearer] = field(default_factory=list)
    _strangers: list[SimulatedSet] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wearers = [Wearer(name, self._a_set(model)) for name, model in _PEOPLE]
        self._strangers = [self._a_set(PRO_3) for _ in range(3)]
        for wearer in self.wearers[:3]:
            self.come(wearer)

    def configuration(self) -> list[dict[str, Any]]:
        """Return the list `people` of a configuration. Dora has not agreed."""
        return [wearer.set.owned_by(wearer.name, team=_TEAM, consent=wearer.name != "Dora") for wearer in self.wearers]

    def come(self, wearer: Wearer) -> None:
        """Somebody comes."""
        wearer.here, wearer.place = True, self.random.choice(_ADAPTERS)
        self.comings += 1

    def go(self, wearer: Wearer) -> None:
        """Somebody goes."""
        wearer.here = False
        self.goings += 1

    def turn(self) -> None:
        """Let the next one come or go: one who is here goes if there are two of them, else somebody comes."""
        here = [wearer for wearer in self.wearers if wearer.here]
        away = [wearer for wearer in self.wearers if not wearer.here]
        if away and (len(here) <= 1 or self.random.random() < 0.5):
            self.come(self.random.choice(away))
        else:
            self.go(self.random.choice(here))

    def live(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._since_address += seconds
        if self._since_address >= _NEW_ADDRESS:
            self._since_address = 0.0
            for each in self._sets():
                each.change_address()
        for wearer in self.wearers:
            _use(wearer.set, seconds)
            if self.random.random() < seconds / 240:
                self._do_something(wearer)

    def adverts(self, at: float) -> Sequence[Sighting]:
        """Return what the receivers of the office hear now."""
        self._strangers[self.random.randrange(3)].change_address()
        self.strangers_heard += 1
        stranger = self.random.choice(self._strangers).heard(-88, _ADAPTERS[0], at)
        heard = [wearer.set.heard(self._signal(), wearer.place, at) for wearer in self.wearers if wearer.here]
        return [*heard, stranger]

    def count(self) -> Mapping[str, int]:
        """Return what happened so far."""
        return {"airpods_comings": self.comings, "airpods_goings": self.goings, "airpods_strangers": self.strangers_heard}

    def _do_something(self, wearer: Wearer) -> None:
        worn = wearer.set
        match self.random.randrange(4):
            case 0:
                worn.activity = self.random.choice((Activity.IDLE, Activity.MUSIC, Activity.CALL))
            case 1 if not worn.in_case:
                worn.left_in_ear = not worn.left_in_ear
            case 2:
                wearer.place = self.random.choice(_ADAPTERS)
            case _:
                worn.right_speaks = worn.model != MAX and not worn.right_speaks

    def _a_set(self, model: int) -> SimulatedSet:
        return SimulatedSet(self.random, model=model, left=self.random.uniform(24, 90), right=self.random.uniform(24, 90))

    def _signal(self) -> int:
        return round(self.random.gauss(-58, 3))

    def _sets(self) -> list[SimulatedSet]:
        return [*(wearer.set for wearer in self.wearers), *self._strangers]


def _use(each: SimulatedSet, seconds: float) -> None:
    if each.in_case:
        each.left, each.right = min(each.left + _CHARGE * seconds, 100.0), min(each.right + _CHARGE * seconds, 100.0)
        each.case = max(each.case - _CASE_DRAIN * seconds, 10.0)
        full = min(each.left, each.right) >= 99.0
        if full:
            each.in_case, each.left_in_ear, each.right_in_ear = False, True, True
        return
    each.left, each.right = max(each.left - _DRAIN * seconds, 0.0), max(each.right - _DRAIN * seconds, 0.0)
    if min(each.left, each.right) < 6.0:
        each.in_case, each.left_in_ear, each.right_in_ear, each.activity = True, False, False, Activity.IDLE
        each.case = 100.0 if each.case < 20 else each.case
