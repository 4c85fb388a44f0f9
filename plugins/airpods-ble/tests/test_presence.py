"""Coming and going."""

from hub_airpods_ble.headcount import Headcount
from hub_airpods_ble.presence import Presence, Rules

RULES = Rules(arrive_signal=-80, leave_signal=-90, arrive_after=5, leave_after=60)


def away() -> Presence:
    return Presence(RULES, present=False, now=0)


def test_somebody_has_come_when_they_were_heard_for_a_while() -> None:
    """Who walks past the door is not heard for so long."""
    ada = away()

    assert not ada.hear(-60, 100)
    assert not ada.hear(-60, 104)
    assert ada.hear(-60, 105)
    assert not ada.hear(-60, 106)
    assert ada.present


def test_two_messages_far_apart_are_not_a_while() -> None:
    """Silence in between begins it anew."""
    ada = away()

    assert not ada.hear(-60, 100)
    assert not ada.hear(-60, 161)
    assert ada.hear(-60, 191)


def test_weak_messages_bring_nobody_but_keep_them() -> None:
    """Hysteresis: -85 dBm is too weak to come and strong enough to stay."""
    ada = away()
    assert not any(ada.hear(-85, moment) for moment in range(100))

    assert [ada.hear(-60, 100), ada.hear(-60, 105)] == [False, True]
    assert not any(ada.hear(-85, moment) or ada.wait(moment) for moment in range(106, 300))
    assert not any(ada.hear(-91, moment) or ada.wait(moment) for moment in range(300, 359))
    assert ada.wait(359)


def test_somebody_goes_once() -> None:
    """After the whole silence, and not again."""
    ada = Presence(RULES, present=True, now=0)

    assert not ada.wait(59.9)
    assert ada.wait(60)
    assert not ada.wait(61)
    assert not ada.present


def test_who_was_there_before_a_restart_has_time_to_be_heard() -> None:
    """They neither come again nor go at once."""
    ada = Presence(RULES, present=True, now=1000)

    assert not ada.hear(-60, 1030)
    assert not ada.wait(1089)
    assert ada.wait(1090)


def test_without_a_while_the_first_message_counts() -> None:
    """`arrive_after: 0`."""
    ada = Presence(Rules(arrive_signal=-80, leave_signal=-90, arrive_after=0, leave_after=60), present=False, now=0)

    assert ada.hear(-60, 1)


def test_a_team_takes_the_first_it_hears_for_those_it_remembers() -> None:
    """After a restart two are remembered, three come, and nobody is counted twice."""
    team = Headcount(expected=2, until=60)

    assert [team.arrive(), team.arrive(), team.arrive()] == [False, False, True]
    assert team.present == 3
    team.leave()
    assert (team.present, team.wait(61)) == (2, False)


def test_a_team_forgets_those_who_are_not_heard_again() -> None:
    """One after the other, when their time has passed."""
    team = Headcount(expected=2, until=60)

    assert not team.wait(59)
    assert [team.wait(60), team.wait(60), team.wait(60)] == [True, True, False]
    assert team.present == 0
