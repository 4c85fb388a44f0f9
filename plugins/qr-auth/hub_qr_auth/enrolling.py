"""Setting up an authenticator: its secret is shown once, to whoever has the link, and counts after a right code."""

from datetime import timedelta

from hub.api import WebhookReply
from hub_qr_auth.codes import png_address
from hub_qr_auth.door import Refusal, Visit
from hub_qr_auth.events import Enrolled
from hub_qr_auth.gate import Gate
from hub_qr_auth.pages import Html, page, part
from hub_qr_auth.passes import Pass
from hub_qr_auth.people import Verdict
from hub_qr_auth.proving import Proving
from hub_qr_auth.totp import provisioning_uri

_OVER = "This link is over, or has been used. Please ask for a new one."
SHOW, CONFIRM = "show", "confirm"
"""What a link is for: to see the secret, then to confirm it."""


class Enrolling:
    """Answers whoever opens an enrolment link."""

    def __init__(self, gate: Gate, proving: Proving) -> None:
        self._gate, self._proving = gate, proving

    async def show(self, visit: Visit) -> WebhookReply:
        """Offer to show the secret; a program that looks at links in messages does not use this one up."""
        link = self._link(visit, SHOW)
        return page("enroll", "Set up your phone", {"name": self._name(link), "t": visit.token("t")})

    async def act(self, visit: Visit) -> WebhookReply:
        """Show the secret, or take the first code."""
        return await (self._confirm(visit) if "code" in visit.form else self._reveal(visit))

    async def _reveal(self, visit: Visit) -> WebhookReply:
        link = self._link(visit, SHOW)
        if not await self._gate.links.spend(link):
            raise Refusal(410, _OVER)
        left = timedelta(seconds=max(link.expires - self._gate.hub.clock.time(), 1.0))
        secret = await self._gate.people.enrol(link.person, left)
        _, token = await self._gate.links.issue(link.person, left, use=CONFIRM)
        self._gate.journal.done(
            "enroll", person=link.person, address=visit.address, reason="the secret was shown", reference=link.id
        )
        uri = provisioning_uri(secret, self._name(link), self._gate.config.issuer)
        shown = part("secret", {"picture": png_address(uri), "secret": " ".join(_in_fours(secret))})
        return self._form(token, shown)

    async def _confirm(self, visit: Visit) -> WebhookReply:
        link = self._link(visit, CONFIRM)
        self._proving.check_patience(visit)
        verdict, codes = await self._gate.people.confirm(link.person, visit.form["code"].strip())
        if verdict is not Verdict.RIGHT:
            self._proving.failed(visit)
            self._gate.journal.refused("confirm", verdict.value, person=link.person, address=visit.address, reference=link.id)
            self._gate.show()
            if verdict is Verdict.NOT_ENROLLED:
                raise Refusal(410, _OVER)
            wrong = "That is not the code that the app shows now. If it goes on, let the phone set its clock by itself."
            return self._form(visit.token("t"), part("warning", {"text": wrong}), status=401)
        await self._gate.links.spend(link)
        enrolled(self._gate, link.person, visit.address)
        listed = Html("".join(part("code", {"code": code}) for code in codes))
        return page("enrolled", "Done", {"name": self._name(link), "codes": listed})

    def _form(self, token: str, above: Html, *, status: int = 200) -> WebhookReply:
        return page("confirm", "Set up your phone", {"above": above, "t": token}, status=status)

    def _link(self, visit: Visit, use: str) -> Pass:
        link = self._gate.links.find(visit.token("t"))
        if link is None or link.facts.get("use") != use or link.person not in self._gate.config.people:
            raise Refusal(410, _OVER)
        return link

    def _name(self, link: Pass) -> str:
        return self._gate.config.people[link.person].name


def enrolled(gate: Gate, person: str, address: str = "") -> None:
    """Tell that somebody has set up an authenticator."""
    gate.journal.done("confirm", person=person, address=address)
    gate.hub.emit(Enrolled(person=person))
    gate.show()


def _in_fours(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]
