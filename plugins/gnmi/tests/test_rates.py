"""Counters become rates."""

import pytest
from hub_gnmi.rates import SECOND, Counter, Loss, growth
from hypothesis import given
from hypothesis import strategies as st


def test_a_rate_needs_two_samples() -> None:
    """By the target's own time."""
    counter = Counter()

    assert counter.rate(1000, 0) is None
    assert counter.rate(3000, 10 * SECOND) == 200.0
    assert counter.rate(3000, 20 * SECOND) == 0.0


def test_a_counter_that_was_set_back_begins_a_new_window() -> None:
    """No spike, neither up nor down."""
    counter = Counter()
    counter.rate(5_000_000, 0)

    assert counter.rate(100, 10 * SECOND) is None
    assert counter.rate(1100, 20 * SECOND) == 100.0


@pytest.mark.parametrize("bits", [32, 64])
def test_a_counter_that_wrapped_goes_on(bits: int) -> None:
    """From the end of its range to the beginning."""
    assert growth(2**bits - 10, 5, bits) == 15
    assert growth(2 ** (bits - 1), 5, bits) is None


def test_a_sample_that_is_not_newer_is_left_out() -> None:
    """The same moment twice would be a division by nothing."""
    counter = Counter()
    counter.rate(100, 5 * SECOND)

    assert counter.rate(200, 5 * SECOND) is None
    assert counter.rate(50, 4 * SECOND) is None
    assert counter.rate(300, 6 * SECOND) == 200.0


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**62)), max_size=30))
def test_a_rate_is_never_negative(samples: list[tuple[int, int]]) -> None:
    """Whatever the target tells."""
    counter = Counter()

    for value, at in samples:
        rate = counter.rate(value, at)
        assert rate is None or rate >= 0


def loss_of(*samples: tuple[str, int, int]) -> list[float]:
    loss = Loss()
    told = [loss.share(part, value, at * SECOND) for part, value, at in samples]
    return [share for share in told if share is not None]


def test_loss_is_what_was_lost_of_all_that_was_to_pass() -> None:
    """10 of 100, in a window that all counters have seen."""
    assert loss_of(
        ("passed", 1000, 0), ("lost.errors", 0, 0), ("lost.discards", 5, 0),
        ("lost.errors", 4, 10), ("passed", 1090, 10), ("lost.discards", 11, 10),
    ) == [10.0]  # fmt: skip


def test_loss_of_a_target_that_counts_by_kind() -> None:
    """Without a counter of all packets, the kinds are added."""
    assert loss_of(
        ("passed.unicast", 0, 0), ("passed.multicast", 0, 0), ("lost.errors", 0, 0),
        ("passed.unicast", 60, 10), ("passed.multicast", 15, 10), ("lost.errors", 25, 10),
    ) == [25.0]  # fmt: skip


def test_losses_that_are_not_told_when_they_do_not_change() -> None:
    """Some targets leave out what is the same; packets go on, so nothing was lost."""
    told = loss_of(
        ("passed", 0, 0), ("lost.errors", 7, 0), ("passed", 10, 10), ("passed", 20, 20), ("passed", 30, 30), ("passed", 40, 40)
    )

    assert set(told) == {0.0}


def test_a_counter_set_back_makes_no_loss() -> None:
    """The window is thrown away."""
    assert loss_of(
        ("passed", 1000, 0), ("lost.errors", 50, 0), ("passed", 10, 10), ("lost.errors", 0, 10), ("passed", 20, 20),
        ("lost.errors", 0, 20),
    ) == [0.0]  # fmt: skip


def test_no_traffic_is_no_loss() -> None:
    """Nought of nought."""
    assert loss_of(("passed", 5, 0), ("lost.errors", 5, 0), ("passed", 5, 10), ("lost.errors", 5, 10)) == [0.0]


@given(st.lists(st.tuples(st.sampled_from(["passed", "passed.unicast", "lost.errors", "lost.discards"]),
    st.integers(0, 2**64 - 1), st.integers(0, 100)), max_size=60))  # fmt: skip
def test_loss_is_a_percentage(samples: list[tuple[str, int, int]]) -> None:
    """Whatever comes in whatever order."""
    assert all(0.0 <= share <= 100.0 for share in loss_of(*samples))
