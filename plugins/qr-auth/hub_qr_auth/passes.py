"""What somebody can show to be let in: tickets, sessions, phones that are known, enrolment links, badges.

Only a digest of each is kept, so nobody can use what they read in the database.
"""

import heapq
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.api import ActionError, Clock, Memory
from hub_qr_auth.vault import digest, new_token

_NEVER = float("inf")


class TooMany(ActionError):
    """A person holds as many as one may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One of them, without what has to be shown for it."""

    id: str
    """May be told to anybody."""
    digest: str
    person: str
    """Whose it is; empty for nobody's."""
    expires: float = _NEVER
    """Seconds since 1970."""
    facts: Mapping[str, str] = field(default_factory=dict)


class Passes:
    """All of one kind; what is issued, spent and revoked is on the disk before anybody hears of it."""

    def __init__(self, memory: Memory, clock: Clock, kind: str, *, most: int, oldest_goes: bool = False) -> None:
        self._memory, self._clock, self._kind, self._most, self._oldest_goes = memory, clock, kind, most, oldest_goes
        self._passes: dict[str, Pass] = {}
        self._held: dict[str, dict[str, None]] = {}
        self._ends: list[tuple[float, str]] = []
        for key, kept in memory.items(f"{kind}/").items():
            one = _read(key.partition("/")[2], kept)
            if one is not None:
                self._hold(one)

    async def issue(self, person: str, lifetime: timedelta | None = None, **facts: str) -> tuple[Pass, str]:
        """Make one; returns it and the token to be shown, which nobody can read afterwards. Raises TooMany."""
        await self.sweep()
        held = list(self._held.get(person, ()))
        if len(held) >= self._most and not self._oldest_goes:
            raise TooMany(f"{person or 'nobody'} has {self._most} of kind {self._kind} already: revoke some, or let them expire")
        token = new_token()
        expires = _NEVER if lifetime is None else self._clock.time() + lifetime.total_seconds()
        made = Pass(id=secrets.token_hex(4), digest=digest(token), person=person, expires=expires, facts=facts)
        gone = [self._passes[each] for each in held[: max(len(held) + 1 - self._most, 0)]]
        for one in gone:
            self._let_go(one)
        self._hold(made)  # at once, so that many at a time cannot be more than the most
        try:
            await self._memory.put({self._key(made): _kept(made), **{self._key(one): None for one in gone}})
        except BaseException:
            self._let_go(made)
            raise
        return made, token

    def find(self, token: str) -> Pass | None:
        """Return what the token stands for, if it is good."""
        found = self._passes.get(digest(token)) if token else None
        return found if found is not None and found.expires > self._clock.time() else None

    async def spend(self, one: Pass) -> bool:
        """Use it up; False when somebody was quicker, or its time is over."""
        if self._passes.get(one.digest) is not one or one.expires <= self._clock.time():
            return False
        self._let_go(one)  # before anything is awaited: nobody can spend it twice
        await self._memory.put({self._key(one): None})
        return True

    async def revoke(self, person: str | None = None, pass_id: str | None = None) -> int:
        """End those of a person, or one by its id, or all; returns how many."""
        ended = [one for one in self.all() if person in (None, one.person) and pass_id in (None, one.id)]
        for one in ended:
            self._let_go(one)
        if ended:
            await self._memory.put({self._key(one): None for one in ended})
        return len(ended)

    async def sweep(self) -> int:
        """Forget those whose time is over; returns how many."""
        now, over = self._clock.time(), []
        while self._ends and self._ends[0][0] <= now:
            one = self._passes.get(heapq.heappop(self._ends)[1])
            if one is not None:  # it may have been spent or revoked
                over.append(one)
                self._let_go(one)
        if over:
            await self._memory.put({self._key(one): None for one in over})
        return len(over)

    def all(self) -> list[Pass]:
        """Return those that are good, in order of their making."""
        now = self._clock.time()
        return [one for one in self._passes.values() if one.expires > now]

    def __len__(self) -> int:
        return len(self._passes)

    def _hold(self, one: Pass) -> None:
        self._passes[one.digest] = one
        self._held.setdefault(one.person, {})[one.digest] = None
        if one.expires != _NEVER:
            heapq.heappush(self._ends, (one.expires, one.digest))

    def _let_go(self, one: Pass) -> None:
        if self._passes.pop(one.digest, None) is not None:
            self._held[one.person].pop(one.digest, None)
            if not self._held[one.person]:
                del self._held[one.person]

    def _key(self, one: Pass) -> str:
        return f"{self._kind}/{one.digest}"


def _kept(one: Pass) -> dict[str, Any]:
    expires = None if one.expires == _NEVER else one.expires
    return {"id": one.id, "person": one.person, "expires": expires, "facts": dict(one.facts)}


def _read(token_digest: str, kept: Any) -> Pass | None:
    """Read what was kept; what cannot be read lets nobody in."""
    try:
        expires = _NEVER if kept["expires"] is None else float(kept["expires"])
        facts = {str(name): str(fact) for name, fact in kept["facts"].items()}
        return Pass(id=str(kept["id"]), digest=token_digest, person=str(kept["person"]), expires=expires, facts=facts)
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
