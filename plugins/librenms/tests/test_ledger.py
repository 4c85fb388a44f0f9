"""The webhook and the polling tell of the same alerts: each change counts once."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hub_librenms.alert import Alert, State
from hub_librenms.ledger import Change, Ledger, split
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def alert(state: State = State.ALERT, after: float | None = 0, alert_id: int = 1, **more: Any) -> Alert:
    at = None if after is None else NOON + timedelta(seconds=after)
    return Alert(id=alert_id, device_id=1, rule_id=1, state=state, at=at, **more)


def states(changes: list[Change]) -> list[State]:
    return [change.alert.state for change in changes]


def test_what_both_tell_counts_once_whichever_is_first() -> None:
    """The row's time is never before the log's, which the webhook tells."""
    polled_first, heard_first = Ledger({}), Ledger({})

    assert states(polled_first.compare([alert(after=1)], 0, 0)) == [State.ALERT]
    assert polled_first.hear(alert(after=0), 1, 1) is None
    assert heard_first.hear(alert(after=0), 1, 1) is not None
    assert heard_first.compare([alert(after=1)], 2, 2) == []


def test_a_webhook_that_comes_twice_counts_once() -> None:
    """LibreNMS reminds with the same time; several transports may lead here."""
    ledger = Ledger({})

    heard = [
        ledger.hear(alert(state, after), 1, 1)
        for state, after in ((State.ALERT, 0), (State.ALERT, 0), (State.OK, 9), (State.OK, 9))
    ]

    assert [change is not None for change in heard] == [True, False, True, False]


def test_a_webhook_that_is_late_counts_no_more() -> None:
    """What the list told in the meantime is younger."""
    ledger = Ledger({})
    ledger.compare([alert(after=1)], 0, 0)
    cleared = ledger.compare([], 60, 60)

    assert states(cleared) == [State.OK]
    assert ledger.hear(alert(after=0), 61, 61) is None
    assert ledger.hear(alert(State.OK, 50), 62, 62) is None


def test_an_answer_that_was_under_way_when_the_webhook_came_says_nothing_of_its_alert() -> None:
    """The next one does."""
    ledger = Ledger({})
    ledger.compare([alert(after=1)], asked_at=0, now=0)
    ledger.hear(alert(State.OK, 30), heard_at=10.5, now=10)

    assert ledger.compare([alert(after=1)], asked_at=10.0, now=11) == []
    assert ledger.compare([], asked_at=20.0, now=20) == []
    ledger.hear(alert(State.ALERT, 60), heard_at=30.5, now=30)
    assert ledger.compare([], asked_at=30.0, now=31) == []
    assert states(ledger.compare([], asked_at=40.0, now=40)) == [State.OK]


def test_what_begins_and_ends_between_two_polls_is_told() -> None:
    """Only the webhook knows of it."""
    ledger = Ledger({})

    assert ledger.compare([], 0, 0) == []
    assert ledger.hear(alert(after=10), 10, 10) is not None
    assert ledger.hear(alert(State.OK, 20), 20, 20) is not None
    assert ledger.compare([], 60, 60) == []


def test_raised_anew_without_a_word_of_its_end() -> None:
    """A younger time is another occurrence."""
    ledger = Ledger({})
    ledger.compare([alert(after=1)], 0, 0)

    again = ledger.hear(alert(after=600), 600, 600)

    assert again is not None
    assert (again.before, again.alert.state) == (State.OK, State.ALERT)


def test_worse_and_worse_again() -> None:
    """Each time by its time; the same twice is once."""
    ledger = Ledger({})
    ledger.compare([alert()], 0, 0)

    heard = [ledger.hear(alert(State.WORSE, after), after, after) for after in (10, 10, 20)]

    assert [change is not None and change.before for change in heard] == [State.ALERT, False, State.WORSE]


def test_without_a_time_only_another_state_is_news() -> None:
    """A template need not tell the time."""
    ledger = Ledger({})

    heard = [ledger.hear(alert(state, None), 1, 1) for state in (State.ALERT, State.ALERT, State.OK, State.OK)]

    assert [change is not None for change in heard] == [True, False, True, False]


def test_one_that_is_acknowledged_when_it_is_first_seen_was_raised_before() -> None:
    """People must hear of both."""
    (change,) = Ledger({}).compare([alert(State.ACKNOWLEDGED)], 0, 0)

    assert states(list(split(change))) == [State.ALERT, State.ACKNOWLEDGED]


def test_what_is_not_said_is_kept() -> None:
    """And time never goes back."""
    ledger = Ledger({})
    ledger.compare([alert(after=5, rule="Device down", severity="critical", note="ada")], 0, 0)
    ledger.hear(alert(State.OK, None), 1, 1)

    kept = ledger.get(1)

    assert kept is not None
    assert (kept.rule, kept.severity, kept.at) == ("Device down", "critical", NOON + timedelta(seconds=5))


def test_a_restart_forgets_nothing() -> None:
    """What was told is not told again; what happened in between is."""
    ledger = Ledger({})
    ledger.compare([alert(), alert(alert_id=2)], 0, 0)
    kept = msgspec.json.decode(msgspec.json.encode({f"alert/{number}": ledger.kept(number) for number in (1, 2)}))

    later = Ledger(kept)

    assert states(later.compare([alert(), alert(alert_id=3)], 100, 100)) == [State.ALERT, State.OK]


@pytest.mark.parametrize(
    "odd", [None, 5, {}, {"alert": 7}, {"alert": {"id": "x"}}, {"alert": {"id": 1, "state": 99, "device_id": 1}}]
)
def test_a_memory_that_cannot_be_read_is_let_go(odd: object) -> None:
    """The list tells it anew."""
    assert Ledger({"alert/1": odd}).on() == []


def test_what_is_over_for_long_is_forgotten() -> None:
    """After three days; what is on never is."""
    ledger = Ledger({})
    ledger.compare([alert(), alert(alert_id=2)], 0, 0)
    ledger.compare([alert()], 1, 1)

    assert (ledger.outdated(2 * 86_400), ledger.outdated(4 * 86_400)) == ([], [2])
    assert ledger.kept(2) is None
    assert ledger.get(1) is not None


@given(st.lists(st.tuples(st.sampled_from([State.OK, State.ALERT]), st.booleans(), st.booleans()), max_size=30))
def test_raised_and_cleared_take_turns_whatever_is_lost(story: list[tuple[State, bool, bool]]) -> None:
    """Each is told at most once for each time it happens, and at the end what was told last is the truth."""
    ledger, truth, told = Ledger({}), State.OK, []
    for number, (state, heard, polled) in enumerate(story, 1):
        changed, truth = state is not truth, state
        if changed and heard:
            change = ledger.hear(alert(state, number * 10), number * 10, number * 10)
            told += [] if change is None else [change.alert.state]
            assert ledger.hear(alert(state, number * 10), number * 10, number * 10) is None
        if polled:
            rows = [] if truth is State.OK else [alert(after=number * 10)]
            told += states(ledger.compare(rows, number * 10 + 5, number * 10 + 5))
    told += states(ledger.compare([] if truth is State.OK else [alert(after=len(story) * 10)], 1e6, 1e6))

    assert (told[-1] if told else State.OK) is truth
    assert told.count(State.OK) <= len(story)
    assert all(one is not State.OK or other is not State.OK for one, other in pairwise(told))
