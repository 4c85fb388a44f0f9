"""Browsers that show a code, waiting for a phone (modelled on RFC 8628).

They live for a minute and in memory only: after a restart a browser begins anew, which is the safe side.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from hub.api import Clock
from hub_qr_auth.passes import Pass
from hub_qr_auth.vault import digest, new_token

INTERVAL = 2.0
"""Seconds between two polls of a browser."""
SLOWER = 5.0
"""What is added when it polls faster (RFC 8628, 3.5)."""
MOST_CODES = 3
"""Wrong codes that a phone may send before the attempt ends."""

_MOST = 2_000
_TOLERANCE = 0.5  # seconds by which a poll may come too soon
_CHOICES = 3


class Stage(Enum):
    """How far an attempt has come."""

    WAITING = auto()
    SCANNED = auto()
    APPROVED = auto()
    DENIED = auto()


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One browser's wish to be signed in; moments by the clock that never jumps."""

    qr_id: str
    """What the QR code holds: whoever has it may approve, not sign in."""
    device_code: str
    """What the browser alone knows."""
    browser: str
    """Digest of the cookie of the browser that began."""
    address: str
    agent: str
    number: str
    choices: tuple[str, ...]
    began: float
    ends: float
    ticket: Pass | None = None
    stage: Stage = Stage.WAITING
    person: str = ""
    phone_address: str = ""
    wrong_codes: int = 0
    interval: float = INTERVAL
    polled: float = field(default=float("-inf"))

    @property
    def reference(self) -> str:
        """What the audit calls it."""
        return digest(self.qr_id)[:8]

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.stage in (Stage.WAITING, Stage.SCANNED)

    def belongs_to(self, browser: str) -> bool:
        """Tell whether the cookie is that of the browser that began."""
        return hmac.compare_digest(self.browser, digest(browser))

    def is_right(self, number: str) -> bool:
        """Tell whether the number is the one that the browser shows."""
        return hmac.compare_digest(self.number.encode(), number.encode(errors="replace"))


class Attempts:
    """All that are under way."""

    def __init__(self, clock: Clock, lifetime: float, ended: Callable[[Attempt], None]) -> None:
        self._clock, self._lifetime, self._ended = clock, lifetime, ended
        self._by_qr: dict[str, Attempt] = {}
        self._by_device: dict[str, Attempt] = {}

    def begin(self, browser: str, address: str, agent: str, ticket: Pass | None = None) -> Attempt | None:
        """Begin one for the browser with this cookie; None when there are too many."""
        self.sweep()
        if len(self._by_qr) >= _MOST:
            return None
        now, choices = self._clock.monotonic(), _choices()
        attempt = Attempt(
            qr_id=new_token(),
            device_code=new_token(),
            browser=digest(browser),
            address=address,
            agent=agent,
            number=secrets.choice(choices),
            choices=choices,
            began=now,
            ends=now + self._lifetime,
            ticket=ticket,
        )
        self._by_qr[digest(attempt.qr_id)] = self._by_device[digest(attempt.device_code)] = attempt
        return attempt

    def scanned(self, qr_id: str) -> Attempt | None:
        """Return the attempt whose code was scanned, if its time is not over."""
        return self._alive(self._by_qr.get(digest(qr_id)))

    def shown(self, device_code: str) -> Attempt | None:
        """Return the attempt of the browser that knows this, if its time is not over."""
        return self._alive(self._by_device.get(digest(device_code)))

    def holding(self, ticket: Pass) -> Attempt | None:
        """Return the attempt that is under way with this ticket."""
        self.sweep()
        held = ((one, one.ticket) for one in self._by_qr.values() if one.stage is not Stage.DENIED)
        return next((one for one, its in held if its is not None and its.digest == ticket.digest), None)

    def remaining(self, attempt: Attempt) -> float:
        """Return the seconds that it has left."""
        return max(attempt.ends - self._clock.monotonic(), 0.0)

    def too_soon(self, attempt: Attempt) -> bool:
        """Note a poll; True when it came too soon, and the next ones have to come more slowly."""
        now = self._clock.monotonic()
        early = now - attempt.polled < attempt.interval - _TOLERANCE
        attempt.polled = now
        if early:
            attempt.interval += SLOWER
        return early

    def deny_of(self, person: str | None) -> None:
        """End those that somebody (or, for None, anybody) has approved and nobody has redeemed, or whose ticket is theirs."""
        for attempt in self._by_qr.values():
            holder = attempt.person or (attempt.ticket.person if attempt.ticket is not None else "")
            if holder and person in (None, holder):
                attempt.stage = Stage.DENIED

    def drop(self, attempt: Attempt) -> bool:
        """End it; False when it has been already."""
        self._by_device.pop(digest(attempt.device_code), None)
        return self._by_qr.pop(digest(attempt.qr_id), None) is not None

    def sweep(self) -> None:
        """End those whose time is over."""
        now = self._clock.monotonic()
        for attempt in [one for one in self._by_qr.values() if one.ends <= now]:
            self.drop(attempt)
            self._ended(attempt)

    def __len__(self) -> int:
        return len(self._by_qr)

    def _alive(self, attempt: Attempt | None) -> Attempt | None:
        if attempt is None or attempt.ends > self._clock.monotonic():
            return attempt
        self.drop(attempt)
        self._ended(attempt)
        return None


def _choices() -> tuple[str, ...]:
    """Return different two-digit numbers, in any order."""
    return tuple(str(number) for number in secrets.SystemRandom().sample(range(10, 100), _CHOICES))
