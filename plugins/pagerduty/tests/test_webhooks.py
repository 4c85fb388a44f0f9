"""Webhooks are believed only when they are signed."""

import json
from collections.abc import Mapping

import pytest
from hub_pagerduty.events import EVENTS, SUBSCRIBED, IncidentAnnotated, IncidentChanged, IncidentResolved, event_of
from hub_pagerduty.webhooks import BadWebhook, Webhook, is_signed, parse, signature

BODY = '{"event": {"id": "1", "event_type": "incident.triggered", "data": {"title": "Müller & Söhne ⚡"}}}'.encode()
VECTOR = "v1=2a4b85d1b4b1e1e1f8f2f7d4b4ad3fb3a9a9bcb1a2a2e6a3dfd4e2f0b0c1d2e3"


def test_a_signature_is_the_hmac_of_the_raw_body() -> None:
    """Checked against RFC 4231's second vector."""
    expected = "v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert signature("Jefe", b"what do ya want for nothing?") == expected


def test_one_good_signature_among_several_is_enough() -> None:
    """While a secret is being changed the header carries two, and we know two."""
    header = f"{VECTOR}, {signature('new', BODY)}"

    assert is_signed(header, BODY, ["old", "new"])
    assert is_signed(signature("old", BODY), BODY, ["old", "new"])


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        VECTOR,
        "v1=",
        signature("secret", BODY)[3:],
        signature("secret", BODY).replace("v1", "v0"),
        signature("secret", BODY)[:-1],
        signature("secret", BODY + b" "),
        signature("other", BODY),
        "v1=" + "ä" * 64,
        "\ud800",
        ",".join([VECTOR] * 100_000),
    ],
)
def test_everything_else_is_not_signed(header: str) -> None:
    """Whatever stands in the header."""
    assert not is_signed(header, BODY, ["secret"])


def test_an_empty_secret_signs_nothing() -> None:
    """Anybody could have made that signature."""
    assert not is_signed(signature("", BODY), BODY, [""])
    assert not is_signed(signature("", BODY), BODY, [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'{"event": null}',
        b'{"event": {}}',
        b'{"event": {"event_type": 7}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_webhook_is_refused(body: bytes) -> None:
    """Nothing but BadWebhook comes out."""
    with pytest.raises(BadWebhook):
        parse(body)


@pytest.mark.parametrize(
    "odd", [None, 7, "x", [], {}, {"summary": 7, "service": 1, "assignees": "x", "priority": [], "incident": 3}]
)
@pytest.mark.parametrize("kind", [*SUBSCRIBED, "incident.something.new", "pagey.ping", "surprise", ""])
def test_data_of_any_kind_gives_an_event_or_nothing(kind: str, odd: object) -> None:
    """Missing and wrong fields stay empty."""
    webhook = parse(json.dumps({"event": {"event_type": kind, "agent": odd, "data": odd, "id": odd}}).encode())

    event = event_of(webhook, "", False)

    assert event is None or type(event) in EVENTS


def webhook(kind: str, data: Mapping[str, object]) -> Webhook:
    agent = {"type": "user_reference", "summary": "Ada"}
    return Webhook(id="1", type=kind, occurred_at="2026-01-01T00:00:00Z", agent=agent, data=data)


def test_an_incident_s_event_says_what_happened_and_who_did_it() -> None:
    """From PagerDuty's documented payload."""
    data = {
        "id": "PGR0VU2",
        "type": "incident",
        "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
        "number": 2,
        "status": "resolved",
        "incident_key": "roof",
        "title": "A little bump in the road",
        "service": {"id": "PF9KMXH", "summary": "API Service"},
        "assignees": [{"id": "PTUXL6G", "summary": "User 123"}],
        "priority": {"id": "PSO75BM", "summary": "P1"},
        "urgency": "high",
    }

    event = event_of(webhook("incident.resolved", data), "roof", False)

    assert isinstance(event, IncidentResolved)
    assert (event.number, event.title, event.service, event.priority) == (2, "A little bump in the road", "API Service", "P1")
    assert (event.person, event.assignees, event.key) == ("Ada", ("User 123",), "roof")


def test_a_note_names_its_incident() -> None:
    """The data is the note, with a reference to the incident inside."""
    data = {"id": "P2LA89X", "content": "On it", "incident": {"id": "PGR0VU2", "summary": "A little bump"}}

    event = event_of(webhook("incident.annotated", data), "", False)

    assert isinstance(event, IncidentAnnotated)
    assert (event.incident_id, event.title, event.text) == ("PGR0VU2", "A little bump", "On it")


def test_what_pagerduty_adds_one_day_is_told_as_a_change() -> None:
    """With its name."""
    event = event_of(webhook("incident.workflow.started", {"id": "P1"}), "", False)

    assert isinstance(event, IncidentChanged)
    assert event.change == "workflow.started"
