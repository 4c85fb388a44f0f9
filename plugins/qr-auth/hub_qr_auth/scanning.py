"""Badges that are scanned with a phone."""

from hub.api import WebhookReply
from hub_qr_auth.config import Scans
from hub_qr_auth.door import Refusal, Visit
from hub_qr_auth.events import Scanned
from hub_qr_auth.gate import Gate
from hub_qr_auth.pages import Html, message, page, part
from hub_qr_auth.passes import Pass
from hub_qr_auth.proving import WRONG, Proof, Proving

_UNKNOWN = "This badge is not known, or has been replaced."


class Scanning:
    """Answers a phone that has scanned a badge."""

    def __init__(self, gate: Gate, proving: Proving) -> None:
        self._gate, self._proving = gate, proving

    async def show(self, visit: Visit) -> WebhookReply:
        """Ask whether the scan is to be reported: opening an address alone does nothing."""
        self._badge(visit)
        return self._form(visit)

    async def report(self, visit: Visit) -> WebhookReply:
        """Report the scan."""
        badge = self._badge(visit)
        proof = Proof(self._proving.known(visit), known=True)
        if self._gate.config.scans is Scans.PEOPLE:
            proved = await self._proving.prove(visit, "scan", badge.id)
            if proved is None:
                return self._form(visit, WRONG, status=401)
            proof = proved
        report(self._gate, badge, by=proof.person, device=f"phone_{proof.person}" if proof.person else "", address=visit.address)
        headers = await self._proving.remember(proof, visit)
        return message("Scanned", f"{badge.facts.get('title', '')} has been reported.", good=True, headers=headers)

    def _badge(self, visit: Visit) -> Pass:
        self._proving.check_patience(visit)
        badge = self._gate.badges.find(visit.token("b"))
        if badge is None:
            self._proving.failed(visit)
            self._gate.journal.refused("scan", "unknown badge", address=visit.address)
            raise Refusal(404, _UNKNOWN)
        return badge

    def _form(self, visit: Visit, wrong: str = "", *, status: int = 200) -> WebhookReply:
        asked = self._gate.config.scans is Scans.PEOPLE
        values = {
            "b": visit.token("b"),
            "wrong": part("warning", {"text": wrong}) if wrong else Html(),
            "proof": self._proving.fields(visit) if asked else Html(),
        }
        return page("scan", "Badge", values, status=status)


def report(gate: Gate, badge: Pass, *, by: str, device: str, address: str) -> None:
    """Tell that a badge was scanned."""
    tag = badge.facts.get("tag", "")
    gate.journal.done("scan", person=badge.person, address=address, reason=f"tag {tag}", reference=badge.id)
    gate.hub.emit(Scanned(tag_id=tag, device_id=device, person=badge.person, by=by, address=address))
