"""What automations and admins can ask for."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from hub.api import ActionError, Answer, BadActionData, Effect, action, slugify
from hub_qr_auth.board import moment
from hub_qr_auth.codes import card, png, svg
from hub_qr_auth.enrolling import SHOW, enrolled
from hub_qr_auth.gate import Gate
from hub_qr_auth.people import Verdict
from hub_qr_auth.scanning import report
from hub_qr_auth.totp import provisioning_uri

Who = Annotated[str, "Who: a name under `people`."]


class Revocable(StrEnum):
    """What can be taken away."""

    ALL = "all"
    TICKETS = "tickets"
    SESSIONS = "sessions"
    PHONES = "phones"
    BADGES = "badges"
    ENROLMENT = "enrolment"


@action(effect=Effect.EXTERNAL, answer=Answer.ONLY, admin=True)
async def create_ticket(
    gate: Gate,
    person: Who,
    desktop: Annotated[str | None, "Which desktop; may be left out while the person has only one."] = None,
    lifetime: Annotated[
        timedelta | None,
        Field(
            description="How long it is good, at most 15 minutes; as configured.",
            ge=timedelta(seconds=10),
            le=timedelta(minutes=15),
        ),
    ] = None,
    picture: Annotated[bool, "Whether to draw the QR code of the ticket's address."] = False,
) -> Mapping[str, Any]:
    """Make a one-time ticket to a desktop; answers with `url`, `ticket` (its id), `expires_at`, and `svg` when asked for."""
    named = gate.desktop_of(person, desktop)
    ticket, token = await gate.tickets.issue(person, lifetime or gate.config.ticket_lifetime, desktop=named)
    gate.journal.done("ticket", person=person, reason=f"desktop {named}", reference=ticket.id)
    gate.show()
    # Behind the `#`, so that it is in nobody's log of addresses.
    url = gate.address("login", fragment=f"ticket={token}")
    drawn = await asyncio.to_thread(svg, url) if picture else None
    return {"ticket": ticket.id, "url": url, "svg": drawn, "expires_at": moment(ticket.expires)}


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL, admin=True)
async def revoke(
    gate: Gate,
    person: Annotated[str | None, "Whose; everybody's when it is not said."] = None,
    what: Annotated[
        Revocable, "all, tickets, sessions, phones, badges or enrolment; all (without badges) unless said."
    ] = Revocable.ALL,
    id: Annotated[str | None, "Or only the ticket, session or badge with this id."] = None,  # noqa: A002  # the word in automations
) -> Mapping[str, Any]:
    """Take away tickets, sessions, known phones, badges or an authenticator; answers with `revoked`, how many."""
    if person is not None:
        gate.people.person(person)
    if person is None and id is None and what in (Revocable.ALL, Revocable.ENROLMENT):
        raise BadActionData("person: say whose; nobody means to take everything from everybody")
    kinds = {
        Revocable.TICKETS: gate.tickets,
        Revocable.SESSIONS: gate.sessions,
        Revocable.PHONES: gate.phones,
        Revocable.BADGES: gate.badges,
    }
    chosen = [
        passes
        for kind, passes in kinds.items()
        if what is kind or (what is Revocable.ALL and (id or kind is not Revocable.BADGES))
    ]
    revoked = 0
    for passes in chosen:
        revoked += await passes.revoke(person, id)
    if person is not None and id is None and what in (Revocable.ALL, Revocable.ENROLMENT):
        revoked += await gate.links.revoke(person) + await gate.people.forget(person)
    gate.attempts.deny_of(person)
    gate.journal.done("revoke", person=person or "", reason=f"{what.value}: {revoked}", reference=id or "")
    gate.show()
    return {"revoked": revoked}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def verify(
    gate: Gate, person: Who, code: Annotated[str, "What the authenticator shows, or a recovery code."]
) -> Mapping[str, Any]:
    """Check a code and use it up; answers with `valid`, and with `reason` when it is not."""
    gate.people.person(person)
    code = code.strip()
    verdict = await gate.people.check(person, code)
    if verdict is Verdict.NOT_ENROLLED and gate.people.pending(person):
        verdict, _ = await gate.people.confirm(person, code)
        if verdict is Verdict.RIGHT:
            enrolled(gate, person)
    if verdict is Verdict.RIGHT:
        gate.journal.done("verify", person=person)
    else:
        gate.journal.refused("verify", verdict.value, person=person)
    gate.show()
    valid = verdict is Verdict.RIGHT
    return {"valid": valid, "reason": None if valid else verdict.value}


@action(effect=Effect.EXTERNAL, answer=Answer.ONLY, admin=True)
async def enroll(
    gate: Gate,
    person: Who,
    reveal: Annotated[
        bool, "Answer with the secret itself instead of a link to it; it then stands in the trace of the run."
    ] = False,
) -> Mapping[str, Any]:
    """Let somebody set up an authenticator; answers with `url` (or, to `reveal`, `uri`), `svg` (its QR code) and `expires_at`."""
    somebody = gate.people.person(person)
    if somebody.totp_secret is not None:
        raise ActionError(f"the secret of {person} stands in the configuration (`totp_secret`): take it out to enrol anew")
    lifetime = gate.config.enrolment_lifetime
    expires_at = moment(gate.hub.clock.time() + lifetime.total_seconds())
    if reveal:
        uri = provisioning_uri(await gate.people.enrol(person, lifetime), somebody.name, gate.config.issuer)
        gate.journal.done("enroll", person=person, reason="the secret was handed out")
        return {"url": None, "uri": uri, "svg": svg(uri), "expires_at": expires_at}
    link, token = await gate.links.issue(person, lifetime, use=SHOW)
    gate.journal.done("enroll", person=person, reason="a link was made", reference=link.id)
    url = gate.address("enroll", f"t={token}")
    return {"url": url, "uri": None, "svg": svg(url), "expires_at": expires_at}


@action(effect=Effect.EXTERNAL, answer=Answer.ONLY, admin=True)
async def badge(
    gate: Gate,
    tag: Annotated[str, Field(description="What automations call it, such as `ada` or `rack_7`.", min_length=1, max_length=100)],
    person: Annotated[str | None, "Whose it is; nobody's for a thing."] = None,
    title: Annotated[
        str | None, Field(description="What is printed on it; the person's name or the tag unless said.", max_length=60)
    ] = None,
) -> Mapping[str, Any]:
    """Make a badge to be printed, in place of the former one; answers with `badge`, `card`, `svg` and `png` (base64)."""
    printed = title or (gate.people.person(person).name if person is not None else tag)
    for old in [one for one in gate.badges.all() if one.facts.get("tag") == tag]:
        await gate.badges.revoke(pass_id=old.id)
    made, token = await gate.badges.issue(person or "", tag=tag, title=printed)
    gate.journal.done("badge", person=person or "", reason=f"tag {tag}", reference=made.id)
    url = gate.address("scan", f"b={token}")
    picture = base64.b64encode(png(url)).decode()
    return {"badge": made.id, "tag": tag, "card": card(url, printed, gate.config.issuer), "svg": svg(url), "png": picture}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def scan(
    gate: Gate,
    text: Annotated[str, "What a reader read from a badge."],
    reader: Annotated[str, "Which reader, such as `front_door`."] = "reader",
) -> Mapping[str, Any]:
    """Report a badge that a reader has read (`qr_auth.scanned`); answers with `tag` and `person`."""
    start = gate.address("scan", "b=")
    one = gate.badges.find(text.strip()[len(start) :]) if text.strip().startswith(start) else None
    if one is None:
        gate.journal.refused("scan", "unknown badge", reference=slugify(reader)[:40])
        gate.show()
        raise ActionError("this is not a badge that is known here")
    report(gate, one, by="", device=reader, address="")
    return {"tag": one.facts.get("tag", ""), "person": one.person}


@action(effect=Effect.IDEMPOTENT, admin=True)
async def unlock(gate: Gate, person: Who) -> None:
    """Forget the failures of somebody who is locked."""
    gate.people.person(person)
    if await gate.lockout.forgive(person):
        gate.journal.done("unlock", person=person)
        gate.show()
