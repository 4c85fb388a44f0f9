"""From advertisements to people: find out whose they are, forget all others, follow presence and readings."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.api import Hub, slugify
from hub_airpods_ble.board import PersonBoard, ReceiverBoard, TeamBoard
from hub_airpods_ble.config import AirpodsConfig, Person, Reporting
from hub_airpods_ble.events import Arrived, Left
from hub_airpods_ble.followed import Followed
from hub_airpods_ble.headcount import Headcount
from hub_airpods_ble.identity import Identities, Owner
from hub_airpods_ble.inbox import Heard, Inbox
from hub_airpods_ble.message import BEGINNING
from hub_airpods_ble.presence import Presence, Rules
from hub_airpods_ble.readings import Readings
from hub_airpods_ble.sighting import Sighting

ROOM: Final = 256
"""Addresses, other than those known to be somebody's, that are looked at each second."""

Record = Callable[[Sighting], None]


class Tracker:
    """Follows the people who have agreed."""

    def __init__(self, hub: Hub, config: AirpodsConfig, record: Record | None = None) -> None:
        self._hub = hub
        self._config = config
        self._record = record
        self._by_team = config.report is Reporting.TEAM
        self._identities = Identities(config.followed)
        self._messages = 0
        self.inbox = Inbox(ROOM, self._identities.knows)
        self.receiver = ReceiverBoard(hub, config.name)
        self.unreadable = 0
        """Lines of a capture that nobody could read."""
        self._people = {person.slug: self._follow(person) for person in config.followed}
        self._teams = {team: self._count(team) for team in config.teams}
        self._remembered: dict[str, Any] = {}

    async def begin(self) -> None:
        """Show what is remembered, and forget whoever may not be followed any more. Raises HubError when that fails."""
        self._remembered = dict(self._hub.memory.items())
        await self._remember()
        for followed in self._people.values():
            followed.begin()
        for headcount, board in self._teams.values():
            board.show(headcount.present)

    async def look(self) -> None:
        """Look at what was heard since the last look, and at who was not. Raises HubError when it cannot be remembered."""
        now = self._hub.clock.monotonic()
        waiting = self.inbox.take()
        self._identities.meet([(heard.address, heard.value) for heard in waiting], now)
        for heard in waiting:
            owner = self._identities.owner(heard.address, heard.value, now)
            if owner is not None:
                self._take(heard, owner, now)
        self._identities.tidy(now)
        self._let_go(now)
        await self._remember()

    async def count(self) -> None:
        """Show the counts."""
        self.receiver.show_counts(self._messages, self.unreadable, self.inbox.dropped)

    def present(self) -> dict[str, Any]:
        """Return who is there; with `report: team` only how many."""
        teams = {team: headcount.present for team, (headcount, _) in self._teams.items()}
        if self._by_team:
            return {"people": [], "teams": teams}
        return {"people": [followed.person.name for followed in self._people.values() if followed.present], "teams": teams}

    def _take(self, heard: Heard, owner: Owner, now: float) -> None:
        self._messages += 1
        if self._record:
            at = self._hub.clock.time()
            self._record(Sighting(heard.address, heard.signal, heard.adapter, BEGINNING + heard.value, at))
        followed = self._people[owner.person.slug]
        if not followed.take(heard, owner, now, self._hub.clock.now()):
            return
        team = followed.person.team
        if team is None:
            self._hub.emit(Arrived(person=followed.person.name, team=None, present=None))
        elif self._teams[team][0].arrive():
            self._hub.emit(Arrived(person=self._named(followed), team=team, present=self._show(team)))

    def _let_go(self, now: float) -> None:
        for followed in self._people.values():
            if not followed.wait(now):
                continue
            team = followed.person.team
            if team is None:
                self._hub.emit(Left(person=followed.person.name, team=None, present=None))
            else:
                self._teams[team][0].leave()
                self._hub.emit(Left(person=self._named(followed), team=team, present=self._show(team)))
        for team, (headcount, _) in self._teams.items():
            while headcount.wait(now):
                self._hub.emit(Left(person=None, team=team, present=self._show(team)))

    def _show(self, team: str) -> int:
        headcount, board = self._teams[team]
        board.show(headcount.present)
        return headcount.present

    def _named(self, followed: Followed) -> str | None:
        return None if self._by_team else followed.person.name

    def _follow(self, person: Person) -> Followed:
        kept = _mapping(self._hub.memory.get(f"person/{person.slug}")) if not self._by_team else {}
        rules = Rules(
            arrive_signal=self._config.arrive_signal,
            leave_signal=self._config.leave_signal,
            arrive_after=self._config.arrive_after.total_seconds(),
            leave_after=self._config.leave_after.total_seconds(),
        )
        presence = Presence(rules, present=kept.get("present") is True, now=self._hub.clock.monotonic())
        low = kept.get("low", ())
        readings = Readings(person, self._config.low_battery, low, self._hub.emit)
        return Followed(person, presence, readings, None if self._by_team else PersonBoard(self._hub, person))

    def _count(self, team: str) -> tuple[Headcount, TeamBoard]:
        members = [followed for followed in self._people.values() if followed.person.team == team]
        remembered = self._hub.memory.get(_team_key(team), 0) if self._by_team else 0
        expected = min(remembered, len(members)) if isinstance(remembered, int) else 0
        headcount = Headcount(
            heard=sum(followed.present for followed in members),
            expected=expected,
            until=self._hub.clock.monotonic() + self._config.leave_after.total_seconds(),
        )
        return headcount, TeamBoard(self._hub, team, len(members))

    async def _remember(self) -> None:
        """Keep what has changed; whatever else is kept is forgotten."""
        wanted = self._wanted()
        changes = {key: value for key, value in wanted.items() if self._remembered.get(key) != value}
        changes |= {key: None for key in self._remembered if key not in wanted}
        if changes:
            await self._hub.memory.put(changes)
            self._remembered = wanted

    def _wanted(self) -> dict[str, Any]:
        if self._by_team:
            return {_team_key(team): headcount.present for team, (headcount, _) in self._teams.items()}
        return {f"person/{slug}": followed.kept() for slug, followed in self._people.items()}


def _team_key(team: str) -> str:
    return f"team/{slugify(team)}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
