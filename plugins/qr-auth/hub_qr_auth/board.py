"""What the hub shows: who is enrolled, what is open, what failed, who is locked."""

from datetime import UTC, datetime

from hub.api import Category, Hub
from hub_qr_auth.journal import Journal
from hub_qr_auth.lockout import Lockout
from hub_qr_auth.passes import Passes
from hub_qr_auth.people import People


class Board:
    """The entities of an instance."""

    def __init__(self, hub: Hub) -> None:
        self._enrolled = hub.sensor("enrolled", name="Enrolled", unit="people", icon="mdi:account-key")
        self._tickets = hub.sensor("open_tickets", name="Open tickets", unit="tickets", icon="mdi:ticket-confirmation")
        self._sessions = hub.sensor("sessions", name="Sessions", unit="sessions", icon="mdi:monitor-account")
        self._failures = hub.sensor(
            "failures",
            name="Failures",
            unit="failures",
            state_class="measurement",
            icon="mdi:shield-alert",
            category=Category.DIAGNOSTIC,
        )
        self._locked = hub.binary_sensor("locked", name="Locked", device_class="problem")

    def show(self, people: People, tickets: Passes, sessions: Passes, journal: Journal, lockout: Lockout) -> None:
        """Show how it is now."""
        enrolled, locked = people.enrolled(), lockout.locked()
        self._enrolled.set(len(enrolled), {"people": enrolled})
        self._tickets.set(len(tickets))
        self._sessions.set(len(sessions), {"people": sorted({one.person for one in sessions.all()})})
        self._failures.set(journal.failures())
        self._locked.set(bool(locked), {"people": {person: moment(until) for person, until in locked.items()}})


def moment(seconds: float) -> str:
    """Return a moment (seconds since 1970) in ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
