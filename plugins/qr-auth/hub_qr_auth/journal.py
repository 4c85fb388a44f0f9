"""Who did what, told as events, and how many failures there were."""

from collections import deque

from hub.api import Clock, Hub
from hub_qr_auth.events import Audit

DONE, REFUSED = "done", "refused"

_HOUR = 3600.0
_MOST = 10_000


class Journal:
    """Tells of everything that concerns security, without its secrets."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._clock: Clock = hub.clock
        self._failures: deque[float] = deque(maxlen=_MOST)

    def done(self, what: str, *, person: str = "", address: str = "", reason: str = "", reference: str = "") -> None:
        """Tell that it was done."""
        self._tell(what, DONE, reason, person, address, reference)

    def refused(self, what: str, reason: str, *, person: str = "", address: str = "", reference: str = "") -> None:
        """Tell that it was refused, and count it as a failure."""
        self._failures.append(self._clock.monotonic())
        self._tell(what, REFUSED, reason, person, address, reference)

    def failures(self) -> int:
        """Return how many refusals there were in the last hour (at most ten thousand)."""
        while self._failures and self._clock.monotonic() - self._failures[0] >= _HOUR:
            self._failures.popleft()
        return len(self._failures)

    def _tell(self, what: str, outcome: str, reason: str, person: str, address: str, reference: str) -> None:
        self._hub.emit(
            Audit(what=what, outcome=outcome, reason=reason, person=person, address=address, reference=reference),
        )
