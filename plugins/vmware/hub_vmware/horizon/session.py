"""One Horizon: looked at again and again, and what can be asked of it."""

import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from hub.api import Hub, HubError
from hub_vmware.board import Board, Facet
from hub_vmware.config import Desktop, Horizon
from hub_vmware.events import MachineFailed, SessionChanged
from hub_vmware.failures import NotFound, refusals_are_losses
from hub_vmware.horizon.api import Api
from hub_vmware.horizon.http import opened
from hub_vmware.horizon.items import FAILED, Session, Sight, facet_of_sessions, facets_of_pools, read_sight
from hub_vmware.link import launch_link

_NAMES_A_LOOK = 50  # SIDs that are looked up in one look
_USERS = "/external/v1/ad-users-or-groups"


class HorizonSession:
    """A login that is looked through; what actions work on."""

    def __init__(self, config: Horizon, hub: Hub, api: Api) -> None:
        self.config = config
        self.api = api
        self._hub = hub
        self._board = Board(hub, "horizon")
        self._names: dict[str, str] = {}
        self._sight: Sight | None = None

    async def look(self) -> None:
        """Ask for pools, machines and sessions; show them and tell what is other than before."""
        with refusals_are_losses():
            sight = read_sight(
                await self.api.list_all("desktop-pools"),
                await self.api.list_all("machines"),
                await self.api.list_all("sessions"),
            )
            await self._learn_names(sight)
        before, self._sight = self._sight, sight
        things = dict(facets_of_pools(sight))
        things["all"] = [facet_of_sessions(sight, self._names), *(self._of_desktop(name, sight) for name in self.config.desktops)]
        gone = {} if before is None else dict.fromkeys(facets_of_pools(before).keys() - things.keys(), ())
        await self._board.show({**things, **gone})
        await self._board.keep_only_these()
        if before is not None:
            self._tell(before, sight)

    def link(self, person: str) -> Mapping[str, Any]:
        """Return the launch link of a person's desktop, and how the desktop is. Raises NotFound."""
        if person not in self.config.desktops:
            known = ", ".join(self.config.desktops) or "none"
            raise NotFound(f"no desktop is configured for {person!r}; there are: {known}")
        desktop = self.config.desktops[person]
        session = self._session_at(desktop, person, self._seen())
        config = self.config
        server = config.launch_server or urlsplit(config.url).netloc
        return {
            "person": person,
            "user": desktop.user or person,
            "link": launch_link(config.scheme, server, desktop.pool, desktop.protocol, config.domain),
            "pool": desktop.pool,
            "state": session.state if session else "none",
            "machine": self._seen().machine_name(session.machine) if session else None,
        }

    def sessions_of(self, person: str) -> list[str]:
        """Return the ids of a person's sessions; `person` is a login name, a key of `desktops`, or a session's id."""
        if person in self._seen().sessions:
            return [person]
        login = self._login(person)
        found = [each.id for each in self._seen().sessions.values() if self._name(each.user).casefold() == login.casefold()]
        if not found:
            raise NotFound(f"{person!r} has no session")
        return found

    def machine(self, text: str) -> str:
        """Return the id of the machine of this name or id. Raises NotFound."""
        found = [each.id for each in self._seen().machines.values() if each.id == text or each.name.casefold() == text.casefold()]
        if len(found) != 1:
            raise NotFound(f"{len(found) or 'no'} machines are called {text!r}")
        return found[0]

    async def sid_of(self, person: str) -> str:
        """Return the SID of a person. Raises NotFound."""
        login = self._login(person)
        for sid, name in self._names.items():
            if name.casefold() == login.casefold():
                return sid
        same = {"type": "Equals", "name": "login_name", "value": login}
        found = await self.api.get(_USERS, [("filter", json.dumps({"type": "And", "filters": [same]})), ("group_only", "false")])
        people = [each for each in found or () if isinstance(each, dict) and isinstance(each.get("id"), str)]
        if len(people) != 1:
            raise NotFound(f"{len(people) or 'no'} people are called {login!r}")
        self._names[people[0]["id"]] = login
        return str(people[0]["id"])

    async def act(self, path: str, body: object, params: Iterable[tuple[str, str]] = ()) -> None:
        """Do something, and look what has become of it. Raises Refused."""
        await self.api.act(path, body, list(params))
        with suppress(HubError):  # the next look will see it
            await self.look()

    def _seen(self) -> Sight:
        return self._sight or Sight()

    def _login(self, person: str) -> str:
        desktop = self.config.desktops.get(person)
        return (desktop.user if desktop else None) or person

    def _name(self, sid: str) -> str:
        return self._names.get(sid, sid)

    async def _learn_names(self, sight: Sight) -> None:
        unknown = {session.user for session in sight.sessions.values()} - self._names.keys()
        for sid in sorted(unknown)[:_NAMES_A_LOOK]:
            person = await self.api.get(f"{_USERS}/{sid}")
            name = (person.get("login_name") or person.get("name")) if isinstance(person, dict) else None
            self._names[sid] = str(name or sid)

    def _of_desktop(self, person: str, sight: Sight) -> Facet:
        desktop = self.config.desktops[person]
        session = self._session_at(desktop, person, sight)
        told = {"pool": desktop.pool, "machine": sight.machine_name(session.machine) if session else None}
        state = session.state if session else "none"
        return Facet(key=f"all/desktop_{person}", name=f"Desktop {person}", value=state, attributes=told, icon="mdi:monitor")

    def _session_at(self, desktop: Desktop, person: str, sight: Sight) -> Session | None:
        login = (desktop.user or person).casefold()
        for session in sight.sessions.values():
            if self._name(session.user).casefold() == login and sight.pool_name(session.pool) == desktop.pool:
                return session
        return None

    def _tell(self, before: Sight, now: Sight) -> None:
        for key in before.sessions.keys() | now.sessions.keys():
            old, new = before.sessions.get(key), now.sessions.get(key)
            if (old and old.state) != (new and new.state):
                self._tell_session(old, new, now if new else before)
        for machine in now.machines.values():
            was = before.machines.get(machine.id)
            if machine.state in FAILED and (was is None or was.state not in FAILED):
                pool = now.pool_name(machine.pool)
                self._hub.emit(MachineFailed(machine=machine.name, pool=pool, state=machine.state))

    def _tell_session(self, old: Session | None, new: Session | None, sight: Sight) -> None:
        session = new or old
        if session is None:
            return
        self._hub.emit(
            SessionChanged(
                person=self._name(session.user),
                state=new.state if new else "ended",
                previous=old.state if old else None,
                machine=sight.machine_name(session.machine),
                pool=sight.pool_name(session.pool),
            )
        )


@asynccontextmanager
async def looked_through(config: Horizon, hub: Hub) -> AsyncGenerator[HorizonSession, None]:
    """Log in and look again and again for the length of the block. Raises AuthenticationFailed, NotConnected, Garbled."""
    async with opened(verify=config.verify, ca_file=config.ca_file) as http:
        api = Api(http, config)
        with refusals_are_losses():
            await api.login()
        session = HorizonSession(config, hub, api)
        try:
            await session.look()
            hub.start(lambda: _keep_looking(session, hub), name="look at Horizon")
            yield session
        finally:
            with suppress(HubError):
                await api.logout()


async def _keep_looking(session: HorizonSession, hub: Hub) -> None:
    while True:
        await hub.clock.sleep(session.config.scan_interval.total_seconds())
        await session.look()
