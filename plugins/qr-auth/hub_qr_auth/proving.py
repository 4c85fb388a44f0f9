"""How somebody proves on a page who they are: by a phone that is known, or by name and code."""

from dataclasses import dataclass

from hub.api import HubError
from hub_qr_auth.allowance import Allowance
from hub_qr_auth.door import PHONE, Door, Refusal, Visit
from hub_qr_auth.gate import Gate
from hub_qr_auth.pages import Html, part
from hub_qr_auth.people import Verdict

WRONG = "Name and code do not fit. Each code works once; after several failures, wait a while."

_FAILURES, _WITHIN = 10, 300.0  # failures of one address within so many seconds
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is."""

    person: str
    known: bool
    """Whether by a phone that was known before."""


class Proving:
    """Checks who somebody is; an address that fails too often has to wait."""

    def __init__(self, gate: Gate, door: Door) -> None:
        self._gate, self._door = gate, door
        self._failures = Allowance(gate.hub.clock, _FAILURES, _WITHIN)

    def known(self, visit: Visit) -> str:
        """Return whose phone it is; empty when it is not known."""
        found = self._gate.phones.find(visit.cookies.get(PHONE, ""))
        return found.person if found is not None else ""

    def fields(self, visit: Visit) -> Html:
        """Return the part of a form in which somebody proves who they are."""
        known = self.known(visit)
        if known:
            return part("known", {"name": self._gate.config.people[known].name})
        remembers = self._gate.config.remember_phone.total_seconds() > 0
        remember = (
            part("remember", {"time": _in_words(self._gate.config.remember_phone.total_seconds())}) if remembers else Html()
        )
        return part("unknown", {"person": visit.form.get("person", "")[:_LONGEST], "remember": remember})

    async def prove(self, visit: Visit, what: str, reference: str = "") -> Proof | None:
        """Return who it is, or None when that is not proved. Raises Refusal for an address that fails too often."""
        known = self.known(visit)
        if known:
            return Proof(known, known=True)
        waiting = self._failures.wait(visit.address)
        if waiting:
            raise Refusal.wait(waiting)
        person = self._gate.people.called(visit.form.get("person", ""))
        verdict = await self._gate.people.check(person, visit.form.get("code", "").strip())
        if verdict is not Verdict.RIGHT:
            self.failed(visit)
            self._gate.journal.refused(what, verdict.value, person=person, address=visit.address, reference=reference)
            self._gate.show()
            return None
        return Proof(person, known=False)

    async def remember(self, proof: Proof, visit: Visit) -> dict[str, str]:
        """Return the header with which the phone is known from now on, if the person wants that."""
        lifetime = self._gate.config.remember_phone
        if proof.known or visit.form.get("remember") != "yes" or not lifetime:
            return {}
        try:
            _, token = await self._gate.phones.issue(proof.person, lifetime, browser=visit.browser)
        except (HubError, OSError) as error:  # what was approved stays approved; the phone is asked for a code again
            self._gate.hub.log.warning("the phone cannot be remembered: %s", error)
            return {}
        return self._door.cookie(PHONE, token, lifetime.total_seconds())

    def failed(self, visit: Visit) -> None:
        """Count a failure of the address."""
        self._failures.take(visit.address)

    def check_patience(self, visit: Visit) -> None:
        """Raise Refusal for an address that fails too often."""
        waiting = self._failures.wait(visit.address)
        if waiting:
            raise Refusal.wait(waiting)


def _in_words(seconds: float) -> str:
    hours = round(seconds / 3600)
    if hours < 1:
        return f"{max(round(seconds / 60), 1)} minutes"
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
