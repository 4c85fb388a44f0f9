"""The browser's side: it shows a code, waits for the phone, and is let in once."""

import asyncio

from hub.api import WebhookReply
from hub_qr_auth.allowance import Allowance
from hub_qr_auth.attempts import Attempt, Stage
from hub_qr_auth.codes import png_address
from hub_qr_auth.door import BROWSER, SESSION, Door, Refusal, Visit
from hub_qr_auth.events import DesktopOpened, SignedIn
from hub_qr_auth.gate import Gate
from hub_qr_auth.pages import Html, answer, message, page, part, see
from hub_qr_auth.passes import Pass
from hub_qr_auth.vault import new_token

_BEGINNINGS, _WITHIN = 60, 60.0  # codes that one address may be shown within so many seconds
_DAY = 86_400.0
_ROTATE = 2 / 3  # of a code's lifetime: whoever scans it at the last moment still has time to approve
_EXPIRED = {"error": "expired_token"}


class SigningIn:
    """Answers the browser."""

    def __init__(self, gate: Gate, door: Door) -> None:
        self._gate, self._door = gate, door
        self._beginnings = Allowance(gate.hub.clock, _BEGINNINGS, _WITHIN)

    async def show(self, visit: Visit) -> WebhookReply:
        """Show the page; what is on it comes when its script asks, so that programs that fetch addresses begin nothing."""
        cookie = visit.cookies.get(BROWSER) or new_token()
        return page("login", "Sign in", headers=self._door.cookie(BROWSER, cookie, _DAY))

    async def begin(self, visit: Visit) -> WebhookReply:
        """Begin an attempt, or go on with one that a phone has scanned already."""
        browser = visit.cookies.get(BROWSER, "")
        if not browser:
            raise Refusal(400, "This browser keeps no cookies. They are needed to sign in.")
        if waiting := self._beginnings.take(visit.address):
            raise Refusal.wait(waiting)
        before = self._gate.attempts.shown(visit.token("device_code"))
        if before is not None and before.belongs_to(browser):
            if before.stage in (Stage.SCANNED, Stage.APPROVED):
                return await self._shown(before)
            self._gate.attempts.drop(before)
        attempt = self._gate.attempts.begin(browser, visit.address, visit.browser, self._ticket(visit, browser))
        if attempt is None:
            raise Refusal(503, "Too many people are signing in. Please try again in a minute.", {"retry-after": "60"})
        self._gate.journal.done("begin", address=visit.address, reference=attempt.reference, reason=visit.browser)
        return await self._shown(attempt)

    async def poll(self, visit: Visit) -> WebhookReply:
        """Say how far it is, in the words of RFC 8628."""
        attempt = self._gate.attempts.shown(visit.token("device_code"))
        if attempt is None or not attempt.belongs_to(visit.cookies.get(BROWSER, "")):
            return answer(_EXPIRED, 400)
        if attempt.stage is Stage.APPROVED:
            return answer({"status": "approved"})
        if attempt.stage is Stage.DENIED:
            return answer({"error": "access_denied"}, 400)
        error = "slow_down" if self._gate.attempts.too_soon(attempt) else "authorization_pending"
        scanned = attempt.stage is Stage.SCANNED
        return answer({"error": error, "scanned": scanned, "interval": attempt.interval}, 400)

    async def redeem(self, visit: Visit) -> WebhookReply:
        """Let the browser in, once."""
        attempt = self._gate.attempts.shown(visit.token("device_code"))
        if attempt is not None and not attempt.belongs_to(visit.cookies.get(BROWSER, "")):
            # Somebody has got hold of what only the other browser should know.
            self._gate.attempts.drop(attempt)
            self._refuse(attempt, visit, "another browser came for it")
            attempt = None
        if attempt is None or attempt.stage is not Stage.APPROVED or not self._gate.attempts.drop(attempt):
            return message("Please begin anew", "This sign-in is over, or has been used.", status=410)
        if attempt.person not in self._gate.config.people:
            return message("Please begin anew", "This sign-in is over.", status=410)
        return await (
            self._enter(attempt, visit) if attempt.ticket is None else self._open_desktop(attempt, attempt.ticket, visit)
        )

    async def home(self, visit: Visit) -> WebhookReply:
        """Show who is signed in."""
        session = self._gate.sessions.find(visit.cookies.get(SESSION, ""))
        if session is None or session.person not in self._gate.config.people:
            return see(self._gate.address("login"))
        landing = self._gate.config.landing_url
        left = (session.expires - self._gate.hub.clock.time()) / 60
        onward = part("onward", {"address": landing}) if landing else Html()
        values = {"name": self._gate.config.people[session.person].name, "minutes": f"{left:.0f}", "onward": onward}
        return page("home", "Signed in", values)

    async def leave(self, visit: Visit) -> WebhookReply:
        """End the session."""
        session = self._gate.sessions.find(visit.cookies.get(SESSION, ""))
        if session is not None and await self._gate.sessions.spend(session):
            self._gate.journal.done(
                "revoke", person=session.person, address=visit.address, reason="signed out", reference=session.id
            )
            self._gate.show()
        return see(self._gate.address("login"), self._door.cookie(SESSION, "", 0))

    def _ticket(self, visit: Visit, browser: str) -> Pass | None:
        """Return the ticket that was brought along. Raises Refusal when it is not good, or in use by another browser."""
        if not visit.form.get("ticket"):
            return None
        ticket = self._gate.tickets.find(visit.token("ticket"))
        holding = self._gate.attempts.holding(ticket) if ticket is not None else None
        if holding is not None and not holding.belongs_to(browser):
            self._refuse(holding, visit, "a second browser brought the same ticket")
            raise Refusal(409, "This ticket is in use in another browser.")
        if ticket is None or not self._gate.ticket_stands(ticket):
            self._gate.journal.refused("ticket", "unknown, used or over", address=visit.address)
            raise Refusal(410, "This ticket is over, or has been used. Please ask for a new one.")
        return ticket

    async def _enter(self, attempt: Attempt, visit: Visit) -> WebhookReply:
        lifetime = self._gate.config.session_lifetime
        former = self._gate.sessions.find(visit.cookies.get(SESSION, ""))
        if former is not None:
            await self._gate.sessions.spend(former)
        session, token = await self._gate.sessions.issue(attempt.person, lifetime, browser=attempt.agent, address=visit.address)
        self._gate.journal.done("redeem", person=attempt.person, address=visit.address, reference=attempt.reference)
        self._gate.hub.emit(
            SignedIn(
                person=attempt.person,
                display_name=self._gate.config.people[attempt.person].name,
                address=visit.address,
                browser=attempt.agent,
                phone_address=attempt.phone_address,
                session=session.id,
            )
        )
        self._gate.show()
        return see(self._gate.address("home"), self._door.cookie(SESSION, token, lifetime.total_seconds()))

    async def _open_desktop(self, attempt: Attempt, ticket: Pass, visit: Visit) -> WebhookReply:
        desktop = ticket.facts["desktop"]
        if not self._gate.ticket_stands(ticket) or not await self._gate.tickets.spend(ticket):
            self._refuse(attempt, visit, "the ticket is over, used or revoked")
            return message("This ticket is over", "Please ask for a new one.", status=410)
        self._gate.journal.done(
            "redeem", person=attempt.person, address=visit.address, reason=f"desktop {desktop}", reference=attempt.reference
        )
        self._gate.hub.emit(DesktopOpened(person=attempt.person, desktop=desktop, ticket=ticket.id, address=visit.address))
        self._gate.show()
        values = {
            "name": self._gate.config.people[attempt.person].name,
            "desktop": desktop.replace("_", " "),
            "address": self._gate.config.desktops[desktop].address,
        }
        return page("desktop", "Your desktop", values)

    async def _shown(self, attempt: Attempt) -> WebhookReply:
        # Making a code takes some milliseconds, in which nobody else should have to wait.
        picture = await asyncio.to_thread(png_address, self._gate.address("approve", f"q={attempt.qr_id}"))
        remaining = self._gate.attempts.remaining(attempt)
        passed = self._gate.config.lifetime.total_seconds() - remaining
        return answer(
            {
                "device_code": attempt.device_code,
                "picture": picture,
                "number": attempt.number,
                "scanned": attempt.stage is Stage.SCANNED,
                "expires_in": remaining,
                "refresh_in": max(self._gate.config.lifetime.total_seconds() * _ROTATE - passed, 1.0),
                "interval": attempt.interval,
            }
        )

    def _refuse(self, attempt: Attempt, visit: Visit, reason: str) -> None:
        self._gate.journal.refused("redeem", reason, person=attempt.person, address=visit.address, reference=attempt.reference)
        self._gate.show()
