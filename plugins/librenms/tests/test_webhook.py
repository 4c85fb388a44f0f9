"""What an alert transport sends can be read, however its template was written."""

import base64
import json
from collections.abc import Mapping

import pytest
from hub_librenms.simulator.transport import filled
from hub_librenms.webhook import TEMPLATE, heard, is_from_librenms
from hypothesis import given
from hypothesis import strategies as st

from hub.api import WebhookRequest

VALUES = {"alert_id": 7, "device_id": 2, "rule_id": 1, "hostname": "core-2", "name": "Down", "severity": "critical", "state": 1}
MORE = {"timestamp": "2026-01-01 12:00:00", "title": 'He said "no"\nand left', "notes": None, "faults": [{}]}
RAW = '{"alert_id": {{ $alert_id }}, "state": {{ $state }}, "title": "{{ $title }}", "hostname": "{{ $hostname }}"}'


def request(body: str = "", query: Mapping[str, str] | None = None, **headers: str) -> WebhookRequest:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(method="POST", headers=names, query=query or {}, body=body.encode())


def test_the_recommended_template_makes_json() -> None:
    """With quotes and line breaks in a title."""
    told = heard(request(filled(TEMPLATE, VALUES | MORE)))

    assert told.wrong == ""
    assert (told.fields["alert_id"], told.fields["state"], told.fields["title"]) == ("7", "1", MORE["title"])


def test_a_template_without_filters_is_read_as_far_as_it_goes() -> None:
    """Quotes break the JSON; its pieces are there all the same, and somebody is told."""
    told = heard(request(filled(RAW, VALUES | MORE)))

    assert "json_encode" in told.wrong
    assert (told.fields["alert_id"], told.fields["state"], told.fields["hostname"]) == ("7", "1", "core-2")
    assert told.fields["title"] == MORE["title"]


def test_a_filter_on_nothing_makes_nothing() -> None:
    """The others are read."""
    body = filled('{"note": {{ $notes|json_encode }}, "alert_id": {{ $alert_id }}, "state": {{ $state }}}', VALUES | MORE)

    told = heard(request(body))

    assert (told.fields["alert_id"], told.fields["state"]) == ("7", "1")
    assert told.wrong != ""


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("alert_id=7&state=1&title=a%26b", "application/x-www-form-urlencoded"),
        ("alert_id=7&state=1&title=a%26b", "text/plain"),
        ("alert_id=7\nstate = 1\ntitle: a&b\nother stuff", "text/plain"),
        ('[{"alert_id": 7, "state": 1, "title": "a&b"}]', "application/json"),
    ],
)
def test_forms_and_lines_are_as_good(body: str, content_type: str) -> None:
    """No warning is given."""
    told = heard(request(body, content_type=content_type))

    assert (str(told.fields["alert_id"]), str(told.fields["state"]), told.fields["title"]) == ("7", "1", "a&b")
    assert told.wrong == ""


def test_options_fill_what_the_body_does_not_say() -> None:
    """With GET they are all there is."""
    assert heard(request("", {"alert_id": "7", "state": "0"})) == ({"alert_id": "7", "state": "0"}, "")
    both = heard(request('{"state": 1, "title": ""}', {"title": "t", "state": "0"}))
    assert both.fields == {"title": "t", "state": 1}


@pytest.mark.parametrize("body", ["", "hello", "[1, 2]", "7", "[" * 100_000, "\x00\xff", '{"'])
def test_what_says_nothing_is_told_of(body: str) -> None:
    """And breaks nothing."""
    assert heard(request(body)).wrong != ""


def test_the_secret_may_come_in_a_header_or_as_a_password() -> None:
    """One of several, while it is being changed."""
    basic = base64.b64encode(b"librenms:new").decode()
    secrets = ("old", "new")

    assert is_from_librenms(request(x_hub_secret="old"), secrets)
    assert is_from_librenms(request(authorization=f"Basic {basic}"), secrets)
    for wrong in (
        {},
        {"x_hub_secret": ""},
        {"x_hub_secret": "other"},
        {"authorization": "Basic ???"},
        {"authorization": "Bearer new"},
    ):
        assert not is_from_librenms(request(**wrong), secrets)
    assert not is_from_librenms(request(x_hub_secret=""), ("",))
    assert not is_from_librenms(request(x_hub_secret="ü"), ("u",))


@given(st.text(max_size=300), st.sampled_from(["", "application/json", "application/x-www-form-urlencoded"]))
def test_no_body_breaks_reading(body: str, content_type: str) -> None:
    """Whatever it holds."""
    heard(request(body.encode(errors="replace").decode(), content_type=content_type))


def test_a_huge_broken_body_is_read_quickly() -> None:
    """As much of it as is looked at."""
    heard(request('{"title": "' + '", "title": "' * 80_000))
    heard(request("a=1&" * 200_000, content_type="application/x-www-form-urlencoded"))
    assert json.loads(filled('{"a": {{ $x|json_encode }}}', {"x": "y"})) == {"a": "y"}
