"""What came and was not shown yet."""

from hub_gnmi.backlog import Backlog, Slot
from hub_gnmi.paths import Path
from hub_gnmi.readings import Reading
from hub_gnmi.values import BadValue, Json


class Noted(Reading):
    """Notes what it takes."""

    def __init__(self, *, transitions: bool) -> None:
        self.transitions, self.paths = transitions, {"": Path.parse("/level")}
        self.taken: list[Json] = []

    def take(self, part: str, value: Json, at: int) -> None:
        if value == "bad":
            raise BadValue("no")
        self.taken.append(value)

    def unavailable(self) -> None: ...

    def remove(self) -> None: ...


def test_the_newest_sample_takes_the_place_of_the_one_before() -> None:
    """Memory is bounded by the number of leaves, however much comes; what is left out is counted."""
    backlog, reading = Backlog(lambda _: None), Noted(transitions=False)
    slot = Slot(reading, "")
    for number in range(100_000):
        backlog.put(slot, number, number)

    assert len(backlog) == 1
    assert backlog.coalesced == 99_999
    backlog.flush()
    assert reading.taken == [99_999]


def test_states_are_never_left_out() -> None:
    """The one that waits is taken when the next comes, in order."""
    backlog, reading = Backlog(lambda _: None), Noted(transitions=True)
    slot = Slot(reading, "")
    for number in range(100):
        backlog.put(slot, number, number)
    backlog.flush()

    assert reading.taken == list(range(100))
    assert backlog.coalesced == 0


def test_a_value_that_cannot_be_taken_is_told_with_its_path() -> None:
    """The others go on."""
    wrong: list[str] = []
    backlog, reading = Backlog(wrong.append), Noted(transitions=False)
    backlog.put(Slot(reading, ""), "bad", 1)
    backlog.put(Slot(reading, ""), 7, 1)
    backlog.flush()

    assert wrong == ["/level: no"]
    assert reading.taken == [7]
