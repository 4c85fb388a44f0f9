"""Everything that one instance keeps and guards; what actions and pages work with."""

from datetime import timedelta

from hub.api import BadActionData, Hub
from hub_qr_auth.attempts import Attempt, Attempts, Stage
from hub_qr_auth.board import Board, moment
from hub_qr_auth.config import QrAuthConfig
from hub_qr_auth.events import Denied, Locked
from hub_qr_auth.journal import Journal
from hub_qr_auth.lockout import Lockout
from hub_qr_auth.passes import Pass, Passes
from hub_qr_auth.people import People
from hub_qr_auth.vault import Vault

_MOST_TICKETS = 10  # per person
_MOST_SESSIONS = 20
_MOST_PHONES = 10
_MOST_LINKS = 2
_MOST_BADGES = 10_000
_SWEEP = timedelta(seconds=10)


class Gate:
    """One instance."""

    def __init__(self, config: QrAuthConfig, hub: Hub) -> None:
        self.config, self.hub = config, hub
        self.journal = Journal(hub)
        self.lockout = Lockout(
            hub.memory,
            hub.clock,
            tries=config.tries,
            first=config.first_lock,
            longest=config.longest_lock,
            locked=self._locked,
        )
        vault = Vault([key.get_secret_value() for key in config.key])
        self.people = People(config.people, hub.memory, hub.clock, vault, self.lockout)
        self.tickets = Passes(hub.memory, hub.clock, "ticket", most=_MOST_TICKETS)
        self.sessions = Passes(hub.memory, hub.clock, "session", most=_MOST_SESSIONS, oldest_goes=True)
        self.phones = Passes(hub.memory, hub.clock, "phone", most=_MOST_PHONES, oldest_goes=True)
        self.links = Passes(hub.memory, hub.clock, "link", most=_MOST_LINKS, oldest_goes=True)
        self.badges = Passes(hub.memory, hub.clock, "badge", most=_MOST_BADGES)
        self.attempts = Attempts(hub.clock, config.lifetime.total_seconds(), self._expired)
        self._board = Board(hub)

    async def open(self) -> None:
        """Begin. Raises WrongKey when secrets cannot be read with the keys of the configuration."""
        await self.people.rekey()
        await self._drop_strangers()
        self.hub.every(_SWEEP, self.sweep)

    def show(self) -> None:
        """Bring the entities up to date."""
        self._board.show(self.people, self.tickets, self.sessions, self.journal, self.lockout)

    async def sweep(self) -> None:
        """Forget what is over."""
        self.attempts.sweep()
        for passes in (self.tickets, self.sessions, self.phones, self.links):
            await passes.sweep()
        self.show()

    def address(self, page: str, query: str = "", fragment: str = "") -> str:
        """Return the address of one of our pages as phones and browsers reach it."""
        behind = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
        return f"{self.config.external_url}{self.path}/{page}{behind}"

    @property
    def path(self) -> str:
        """The folder of our pages."""
        return f"/api/plugin/{self.hub.instance}"

    def desktop_of(self, person: str, desktop: str | None) -> str:
        """Return a desktop that the person may have; the only one, when none is named. Raises BadActionData."""
        allowed = self.people.person(person).desktops
        name = allowed[0] if desktop is None and len(allowed) == 1 else desktop
        if name not in allowed:
            raise BadActionData(f"desktop: {person} may have {', '.join(allowed) or 'none'}; say which")
        return name

    def ticket_stands(self, ticket: Pass) -> bool:
        """Tell whether the configuration still grants what the ticket was made for."""
        desktop = ticket.facts.get("desktop", "")
        person = self.config.people.get(ticket.person)
        return person is not None and desktop in person.desktops

    def deny(self, attempt: Attempt, person: str, reason: str, address: str) -> None:
        """End an attempt."""
        self.journal.refused("approve", reason, person=person, address=address, reference=attempt.reference)
        self.hub.emit(Denied(person=person, reason=reason, address=attempt.address, browser=attempt.agent))
        self.show()

    async def _drop_strangers(self) -> None:
        """Take away what people hold who are not in the configuration any more."""
        for passes in (self.tickets, self.sessions, self.phones, self.links, self.badges):
            for person in {one.person for one in passes.all()} - {"", *self.config.people}:
                await passes.revoke(person)

    def _expired(self, attempt: Attempt) -> None:
        if attempt.stage is Stage.SCANNED:
            self.journal.refused("approve", "nobody approved in time", reference=attempt.reference, address=attempt.address)

    def _locked(self, person: str, until: float) -> None:
        self.hub.log.warning("%s has failed too often and is locked until %s", person, moment(until))
        self.hub.emit(Locked(person=person, until=moment(until)))
        self.show()
