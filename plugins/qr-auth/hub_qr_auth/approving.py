"""The phone's side: it shows what is to be approved, and asks for the number that the browser shows."""

from hub.api import WebhookReply
from hub_qr_auth.allowance import same_network
from hub_qr_auth.attempts import MOST_CODES, Attempt, Stage
from hub_qr_auth.door import Refusal, Visit
from hub_qr_auth.events import Scanned
from hub_qr_auth.gate import Gate
from hub_qr_auth.pages import Html, message, page, part
from hub_qr_auth.proving import WRONG, Proof, Proving

SIGN_IN = "sign_in"
"""The tag of the codes that browsers show."""

_OVER = "This code is over. The screen shows a new one: please scan that."
_DECIDED = "This sign-in has been decided already."


class Approving:
    """Answers the phone."""

    def __init__(self, gate: Gate, proving: Proving) -> None:
        self._gate, self._proving = gate, proving

    async def show(self, visit: Visit) -> WebhookReply:
        """Show who wants to sign in, from where."""
        attempt = self._open(visit)
        if attempt.stage is Stage.WAITING:
            attempt.stage = Stage.SCANNED
            person = self._proving.known(visit)
            self._gate.journal.done("scan", person=person, address=visit.address, reference=attempt.reference)
            self._gate.hub.emit(
                Scanned(tag_id=SIGN_IN, device_id=f"phone_{person}" if person else "", by=person, address=visit.address)
            )
        return self._form(attempt, visit)

    async def decide(self, visit: Visit) -> WebhookReply:
        """Take the person's decision."""
        attempt = self._open(visit)
        if visit.form.get("decision") == "deny":
            return self._end(
                attempt, visit, self._proving.known(visit), "denied on the phone", "Nobody was signed in.", status=200
            )
        proof = await self._proving.prove(visit, "approve", attempt.reference)
        if not attempt.is_open:  # another phone was quicker
            raise Refusal(409, _DECIDED)
        if proof is None:
            attempt.wrong_codes += 1
            if attempt.wrong_codes >= MOST_CODES:
                return self._end(attempt, visit, "", "too many wrong codes", "Too many wrong codes. Please begin anew.")
            return self._form(attempt, visit, WRONG, status=401)
        return await self._match(attempt, visit, proof)

    async def _match(self, attempt: Attempt, visit: Visit, proof: Proof) -> WebhookReply:
        """Decide, now that it is known who approves; between here and the decision nothing is awaited."""
        if not attempt.is_right(visit.form.get("number", "")):
            reply = self._end(attempt, visit, proof.person, "wrong number", "That is not the number on the screen.")
            self._proving.failed(visit)
            await self._gate.lockout.failed(proof.person)
            return reply
        if self._gate.attempts.scanned(visit.token("q")) is not attempt:  # its time ran out while the code was checked
            raise Refusal(410, _OVER)
        if attempt.ticket is not None and attempt.ticket.person != proof.person:
            return self._end(attempt, visit, proof.person, "somebody else's ticket", "This ticket is somebody else's.")
        if self._gate.config.same_network and not same_network(attempt.address, visit.address):
            reason = "phone and browser are in different networks"
            return self._end(attempt, visit, proof.person, reason, "Phone and screen have to be in the same network.")
        attempt.stage, attempt.person, attempt.phone_address = Stage.APPROVED, proof.person, visit.address
        self._gate.journal.done("approve", person=proof.person, address=visit.address, reference=attempt.reference)
        text = "You can put the phone away: the screen goes on by itself."
        return message("Approved", text, good=True, headers=await self._proving.remember(proof, visit))

    def _open(self, visit: Visit) -> Attempt:
        """Return the attempt that is meant. Raises Refusal when nobody can decide about it any more."""
        attempt = self._gate.attempts.scanned(visit.token("q"))
        if attempt is None:
            raise Refusal(410, _OVER)
        if not attempt.is_open:
            raise Refusal(409, _DECIDED)
        return attempt

    def _end(self, attempt: Attempt, visit: Visit, person: str, reason: str, text: str, *, status: int = 403) -> WebhookReply:
        attempt.stage = Stage.DENIED
        self._gate.deny(attempt, person, reason, visit.address)
        return message("Not signed in", text, status=status)

    def _form(self, attempt: Attempt, visit: Visit, wrong: str = "", *, status: int = 200) -> WebhookReply:
        near = same_network(attempt.address, visit.address)
        warning = "" if near else "The screen is in another network than this phone. Is it really in front of you?"
        wish = "open a desktop" if attempt.ticket is not None else "sign in"
        values = {
            "q": attempt.qr_id,
            "wish": wish,
            "host": self._gate.config.external_url.partition("://")[2],
            "browser": attempt.agent,
            "address": attempt.address or "unknown",
            "age": f"{self._gate.hub.clock.monotonic() - attempt.began:.0f}",
            "warning": part("warning", {"text": warning}) if warning else Html(),
            "wrong": part("warning", {"text": wrong}) if wrong else Html(),
            "choices": Html("".join(part("choice", {"number": number}) for number in attempt.choices)),
            "proof": self._proving.fields(visit),
        }
        return page("approve", "Approve", values, status=status)
