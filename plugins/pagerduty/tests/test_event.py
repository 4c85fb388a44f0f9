"""Events keep within the limits of the Events API."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hub_pagerduty.event import LARGEST_EVENT, change, dedup_key, encoded, event_of, shortened, trigger
from hub_pagerduty.simulator import ROUTING_KEY
from hub_pagerduty.simulator.schema import change_mistakes, mistakes
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.api import ActionError, Notice, Phase, Severity


def event(notice: Notice) -> dict[str, Any]:
    return event_of(notice, ROUTING_KEY, "hub", "https://hub")


def test_a_notice_becomes_a_trigger() -> None:
    """Title and text are the summary; fields are the details."""
    notice = Notice(
        message="no files",
        title="Roof",
        severity=Severity.CRITICAL,
        key="roof",
        link="https://hub/roof",
        image="https://hub/roof.png",
        fields={"site": "Berlin"},
    )

    assert event(notice) == {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": "roof",
        "payload": {"summary": "Roof: no files", "source": "hub", "severity": "critical", "custom_details": {"site": "Berlin"}},
        "links": [{"href": "https://hub/roof", "text": "Open"}],
        "images": [{"src": "https://hub/roof.png", "href": "https://hub/roof"}],
        "client": "Hub",
        "client_url": "https://hub",
    }


@pytest.mark.parametrize(("phase", "action"), [(Phase.ACKNOWLEDGED, "acknowledge"), (Phase.RESOLVED, "resolve")])
def test_the_other_phases_become_follow_ups(phase: Phase, action: str) -> None:
    """Only the key matters; without one there is nothing to follow up."""
    assert event(Notice(message="x", key="roof", phase=phase)) == {
        "routing_key": ROUTING_KEY,
        "event_action": action,
        "dedup_key": "roof",
    }
    with pytest.raises(ActionError, match="must have a key"):
        event(Notice(message="x", phase=phase))


def test_a_notice_without_a_key_is_de_duplicated_by_its_id() -> None:
    """So that a second delivery opens no second alert."""
    assert event(Notice(message="x", id="01ABC"))["dedup_key"] == "01ABC"


def test_a_long_text_is_cut_and_kept_whole_in_the_details() -> None:
    """The summary has at most 1024 characters."""
    made = event(Notice(message="ä" * 3000, title="T"))

    assert len(made["payload"]["summary"]) == 1024
    assert made["payload"]["summary"].endswith("…")
    assert made["payload"]["custom_details"]["message"] == "ä" * 3000


def test_an_image_that_is_not_served_by_https_is_left_out() -> None:
    """PagerDuty would refuse the whole event."""
    assert "images" not in event(Notice(message="x", image="http://hub/a.png"))


def test_long_keys_are_hashed() -> None:
    """The same key is always the same hash."""
    assert dedup_key("k" * 255) == "k" * 255
    assert dedup_key("k" * 256) == dedup_key("k" * 256)
    assert dedup_key("k" * 256) != dedup_key("k" * 257)
    assert len(dedup_key("k" * 100_000)) <= 255


@pytest.mark.parametrize(
    "details",
    [
        {"one": "x" * 600_000},
        {str(number): "y" * 100 for number in range(20_000)},
        {"list": list(range(200_000))},
        {"k" * 100_000: "v" * 100_000, "l" * 300_000: 1},
        {"deep": [[["z" * 1000] * 30] * 30] * 30},
        {"ü" * 10: "€" * 300_000},
        {"wide": [[[[["w" * 60] * 19] * 19] * 19] * 19]},
    ],
)
def test_an_event_is_never_larger_than_512_kb(details: dict[str, Any]) -> None:
    """What is cut is the details; the event stays valid."""
    body = encoded(trigger(routing_key=ROUTING_KEY, key="k", summary="s", severity="info", source="hub", details=details))

    assert len(body) <= LARGEST_EVENT
    assert mistakes(json.loads(body)) == []


def test_details_may_hold_anything() -> None:
    """What JSON cannot hold becomes text."""
    loop: dict[str, Any] = {}
    loop["self"] = loop
    details: dict[Any, Any] = {
        "nan": float("nan"),
        "inf": float("inf"),
        "when": datetime(2026, 1, 1, tzinfo=UTC),
        7: {1, 2},
        "loop": loop,
        "half": "\ud800",
    }

    body = encoded(trigger(routing_key=ROUTING_KEY, key="k", summary="s", severity="info", source="hub", details=details))

    told = json.loads(body)["payload"]["custom_details"]
    assert (told["nan"], told["inf"], told["when"], told["7"]) == ("nan", "inf", "2026-01-01 00:00:00+00:00", [1, 2])


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Notice,
        message=st.text(max_size=2000),
        title=st.none() | st.text(max_size=2000),
        severity=st.sampled_from(Severity),
        key=st.none() | st.text(min_size=1, max_size=400),
        link=st.none() | st.text(max_size=50),
        image=st.none() | st.text(max_size=50),
        fields=st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=5),
    )
)
def test_whatever_a_notice_says_the_event_is_valid(notice: Notice) -> None:
    """By the rules of the simulator."""
    made = json.loads(encoded(event(notice)))

    if "dedup_key" in made or notice.key is None:
        assert mistakes(made) == []


def test_a_change_event_has_no_key_and_no_severity() -> None:
    """Nobody is paged."""
    made = change(
        routing_key=ROUTING_KEY, summary="Deployed", source="ci", timestamp="2026-01-01T00:00:00+00:00", link="https://ci"
    )

    assert change_mistakes(made) == []
    assert "dedup_key" not in made


def test_a_shortened_text_is_one_line() -> None:
    """And not longer than asked for."""
    assert shortened(" a\n b ", 10) == "a b"
    assert shortened("abcdef", 4) == "abc…"
