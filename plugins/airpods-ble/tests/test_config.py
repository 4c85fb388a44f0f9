"""What an admin may say."""

from typing import Any

import pytest
from hub_airpods_ble.config import AirpodsConfig, Reporting
from hub_airpods_ble.simulator import SimulatedSet
from pydantic import ValidationError

KEY, OTHER = "00112233445566778899aabbccddeeff", "ff" * 16


def people(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "consent": True, "irk": f"{number:032x}", **more} for number, name in enumerate(names, start=1)]


def refused(**section: Any) -> str:
    with pytest.raises(ValidationError) as wrong:
        AirpodsConfig.model_validate(section)
    return str(wrong.value)


def test_nobody_has_agreed_until_they_have() -> None:
    """`consent` is no by default, and who has not agreed is not followed."""
    config = AirpodsConfig.model_validate(
        {"people": [{"name": "Ada", "irk": KEY}, {"name": "Bob", "irk": OTHER, "consent": True}]}
    )

    assert [person.name for person in config.followed] == ["Bob"]


def test_keys_are_secrets(ada: SimulatedSet) -> None:
    """They are not shown, and colons between the digits are allowed."""
    spelt = ":".join(KEY[at : at + 2] for at in range(0, 32, 2))
    config = AirpodsConfig.model_validate({"people": [{"name": "Ada", "consent": True, "irk": spelt}]})

    assert config.people[0].keys == (bytes.fromhex(KEY), None)
    assert "0011" not in str(config)


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ({"people": []}, "at least 1"),
        ({"people": [{"name": "Ada", "irk": "12"}]}, "32 hexadecimal digits"),
        ({"people": [{"name": "Ada", "irk": "x" * 32}]}, "32 hexadecimal digits"),
        ({"people": [{"name": "Ada", "address": "here"}]}, "an address looks like"),
        ({"people": [{"name": "Ada", "consent": True}]}, "nothing says which set is theirs"),
        ({"people": people("Ada", "ada")}, "two people are the same"),
        ({"people": [{"name": "Ada", "irk": KEY}, {"name": "Bob", "irk": KEY.upper()}]}, "two keys are the same"),
        ({"people": people("Ada"), "adapters": ["hci0", "hci0"]}, "two adapters are the same"),
        ({"people": people("Ada"), "source": "replay"}, "belong together"),
        ({"people": people("Ada"), "replay": {"file": "x"}}, "belong together"),
        ({"people": people("Ada"), "source": "replay", "replay": {}}, "either `file` or `address`"),
        ({"people": people("Ada"), "source": "replay", "replay": {"address": "192.0.2.1:5"}}, "must be on this computer"),
        ({"people": people("Ada"), "source": "replay", "replay": {"address": "127.0.0.1"}}, "must be on this computer"),
        ({"people": people("Ada"), "source": "replay", "replay": {"address": "127.0.0.1:99999"}}, "must be on this computer"),
        ({"people": people("Ada"), "arrive_signal": -90, "leave_signal": -80}, "must not be above"),
    ],
)
def test_what_makes_no_sense_is_refused(section: dict[str, Any], why: str) -> None:
    """With the reason."""
    assert why in refused(**section)


def test_teams_hide_people_only_when_they_are_large_enough() -> None:
    """Two people, or people who have not agreed, hide nobody."""
    team = people("Ada", "Bob", "Clara", team="Board")
    assert AirpodsConfig.model_validate({"people": team, "report": "team"}).report is Reporting.TEAM

    team[2]["consent"] = False
    assert "too few people have agreed in Board" in refused(people=team, report="team")
    assert "everybody needs a `team`" in refused(people=[*people("Ada", "Bob", "Clara")], report="team")


def test_there_is_no_recording_of_a_team() -> None:
    """It would tell who was there."""
    assert "recording" in refused(people=people("Ada", "Bob", "Clara", team="Board"), report="team", record="x")


@pytest.mark.parametrize("address", ["127.0.0.1:5570", "[::1]:5570", "localhost:5570"])
def test_a_feed_is_on_this_computer(address: str) -> None:
    """It is not encrypted."""
    AirpodsConfig.model_validate({"people": people("Ada"), "source": "replay", "replay": {"address": address}})
