"""Who people are: their authenticators, and whether a code is theirs."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from hub.api import ActionError, BadActionData, Clock, Memory, slugify
from hub_qr_auth.config import Person
from hub_qr_auth.lockout import Lockout
from hub_qr_auth.totp import drift_of, is_code, new_secret, step_at, step_of
from hub_qr_auth.vault import Vault

_PREFIX = "person/"
_NOBODY = "nobody"
_RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is mistaken for something else
_RECOVERY_LENGTH = 16  # 79 bits


class Verdict(StrEnum):
    """What a code came to; strangers hear only whether it was right."""

    RIGHT = "right"
    WRONG = "wrong"
    REPLAYED = "replayed"
    LOCKED = "locked"
    NOT_ENROLLED = "not enrolled"


class People:
    """Everybody of the configuration. Whatever a code changes is on the disk before anybody hears whether it was right."""

    def __init__(self, people: Mapping[str, Person], memory: Memory, clock: Clock, vault: Vault, lockout: Lockout) -> None:
        self._people, self._memory, self._clock, self._vault, self._lockout = people, memory, clock, vault, lockout
        self._kept: dict[str, dict[str, Any]] = {slug: _read(memory.get(_PREFIX + slug)) for slug in people}
        self._turns = {slug: asyncio.Lock() for slug in people}  # two right codes at once: the second finds the first one used
        self._nobody = new_secret()

    async def rekey(self) -> None:
        """Make sure that every secret can be read, and seal those of older keys with the present one. Raises WrongKey."""
        for slug, kept in self._kept.items():
            for name in ("secret", "pending"):
                if name in kept:
                    text = self._vault.open(kept[name], _about(slug))
                    if not self._vault.is_current(kept[name]):
                        await self._keep(slug, {name: self._vault.seal(text, _about(slug))})

    def person(self, slug: str) -> Person:
        """Return somebody. Raises BadActionData."""
        if slug not in self._people:
            raise BadActionData(f"there is no person {slug!r}; there are {', '.join(sorted(self._people)) or 'none'}")
        return self._people[slug]

    def called(self, text: str) -> str:
        """Return whom somebody means who types a name; empty when there is none."""
        wanted = slugify(text[:100])
        names = (slug for slug, person in self._people.items() if wanted in (slug, slugify(person.name)))
        return next(names, "")

    def enrolled(self) -> list[str]:
        """Return everybody who has an authenticator."""
        return [slug for slug in self._people if self._secret(slug) is not None]

    async def check(self, slug: str, code: str) -> Verdict:
        """Say whether the code, or recovery code, is right, and use it up. Raises StoreError when that cannot be kept."""
        if slug not in self._people:
            step_of(self._nobody, code, step_at(self._clock.time()))
            return await self._as_slow_as_wrong(Verdict.NOT_ENROLLED)
        async with self._turns[slug]:
            if self._lockout.until(slug) is not None:
                return await self._as_slow_as_wrong(Verdict.LOCKED)
            verdict = await self._judge(slug, code)
            if verdict is Verdict.RIGHT:
                await self._lockout.forgive(slug)
                return verdict
            if verdict is Verdict.WRONG:
                await self._lockout.failed(slug)
                return verdict
            return await self._as_slow_as_wrong(verdict)

    async def enrol(self, slug: str, within: timedelta) -> str:
        """Return a new secret, which counts once it has been confirmed; until then the old one does."""
        if self.person(slug).totp_secret is not None:
            raise ActionError(f"the secret of {slug} stands in the configuration (`totp_secret`): take it out to enrol anew")
        secret = new_secret()
        ends = self._clock.time() + within.total_seconds()
        async with self._turns[slug]:
            await self._keep(slug, {"pending": self._vault.seal(secret, _about(slug)), "pending_ends": ends})
        return secret

    async def confirm(self, slug: str, code: str) -> tuple[Verdict, list[str]]:
        """Let the new secret count if the code is one of its; returns recovery codes, each good once."""
        async with self._turns[slug]:
            if self._lockout.until(slug) is not None:
                return Verdict.LOCKED, []
            kept = self._kept[slug]
            if not self.pending(slug):
                return Verdict.NOT_ENROLLED, []
            now = step_at(self._clock.time())
            step = self._step(self._vault.open(kept["pending"], _about(slug)), code, now)
            if step is None:
                await self._lockout.failed(slug)
                return Verdict.WRONG, []
            codes = [_recovery_code() for _ in range(_RECOVERY_CODES)]
            marks = [self._vault.mark(_tidy(each), _about(slug)) for each in codes]
            active = {"secret": kept["pending"], "counter": step, "drift": drift_of(step, now), "recovery": marks}
            await self._keep(slug, {**active, "pending": None, "pending_ends": None})
            await self._lockout.forgive(slug)
            return Verdict.RIGHT, codes

    def pending(self, slug: str) -> bool:
        """Tell whether a new secret waits to be confirmed."""
        kept = self._kept.get(slug, {})
        return "pending" in kept and kept.get("pending_ends", 0) > self._clock.time()

    async def forget(self, slug: str) -> bool:
        """Forget the authenticator; False when there was none. Used codes stay used, and one in the configuration stays."""
        async with self._turns[slug]:
            known = bool({"secret", "pending"} & self._kept[slug].keys())
            if known:
                await self._keep(slug, dict.fromkeys(("secret", "recovery", "pending", "pending_ends")))
            return known

    async def _as_slow_as_wrong(self, verdict: Verdict) -> Verdict:
        """Write as well, as for a wrong code: how long the answer takes must not tell strangers who exists."""
        await self._memory.put({_NOBODY: self._clock.time()})
        return verdict

    async def _judge(self, slug: str, code: str) -> Verdict:
        secret = self._secret(slug)
        if secret is None:
            return Verdict.NOT_ENROLLED
        if not is_code(code):
            return await self._recover(slug, code)
        kept, now = self._kept[slug], step_at(self._clock.time())
        step = self._step(secret, code, now + kept.get("drift", 0))
        if step is None:
            return Verdict.WRONG
        if step <= kept.get("counter", -1):
            return Verdict.REPLAYED
        await self._keep(slug, {"counter": step, "drift": drift_of(step, now)})
        return Verdict.RIGHT

    async def _recover(self, slug: str, code: str) -> Verdict:
        marks = self._kept[slug].get("recovery", [])
        mark = self._vault.recognise(_tidy(code), _about(slug), marks) if len(code) <= 64 else None
        if mark is None:
            return Verdict.WRONG
        await self._keep(slug, {"recovery": [each for each in marks if each != mark]})
        return Verdict.RIGHT

    def _secret(self, slug: str) -> str | None:
        configured = self._people[slug].totp_secret
        if configured is not None:
            return configured.get_secret_value()
        sealed = self._kept[slug].get("secret")
        return None if sealed is None else self._vault.open(sealed, _about(slug))

    def _step(self, secret: str, code: str, expected: int) -> int | None:
        return step_of(secret, code, expected) if is_code(code) else None

    async def _keep(self, slug: str, changes: Mapping[str, Any]) -> None:
        changed = {name: value for name, value in {**self._kept[slug], **changes}.items() if value is not None}
        # First here: when whoever asks goes away while it is being written, a code is used all the same.
        self._kept[slug] = changed
        await self._memory.put({_PREFIX + slug: changed})


def _read(kept: Any) -> dict[str, Any]:
    """Read what was kept of somebody. Numbers that are none are left out."""
    if not isinstance(kept, dict):
        return {}
    numbers = ("counter", "drift", "pending_ends")
    return {name: value for name, value in kept.items() if name not in numbers or isinstance(value, int | float)}


def _about(slug: str) -> str:
    return f"the authenticator of {slug}"


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, _RECOVERY_LENGTH, 4))


def _tidy(code: str) -> str:
    return code.replace("-", "").replace(" ", "").lower()
