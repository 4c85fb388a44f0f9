"""What an admin says of the bot."""

from typing import Any

import pytest
from hub_discord.config import DiscordConfig
from hub_discord.detour import detour
from pydantic import ValidationError
from yarl import URL


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"targets": {"board": {}}}, "say either channel or user"),
        ({"targets": {"board": {"channel": 1, "user": 2}}}, "say either channel or user"),
        ({"targets": {"ada": {"user": 2, "alert_threads": True}}}, "direct messages have no threads"),
        ({"targets": {"The Board": {"channel": 1}}}, "try 'the_board'"),
        ({"targets": {"board": {"channel": "general"}}}, "valid integer"),
        ({"guild": 0}, "greater than or equal to 1"),
        ({"presence_interval": 1}, "15 seconds"),
        ({"gateway_url": "https://x.example"}, "scheme"),
        ({"api_url": "ws://x.example"}, "scheme"),
    ],
)
def test_a_mistake_is_named(more: dict[str, Any], wrong: str) -> None:
    """At start, not when the first alert goes out."""
    with pytest.raises(ValidationError, match=wrong):
        DiscordConfig.model_validate({"token": "x", **more})


def test_ids_may_be_written_as_text() -> None:
    """As Discord itself writes them."""
    config = DiscordConfig.model_validate({"token": "x", "guild": "1100000000000000001"})

    assert config.guild == 1100000000000000001


def test_the_token_is_never_shown() -> None:
    """Not even by accident."""
    assert "geheim" not in repr(DiscordConfig.model_validate({"token": "geheim"}))


def test_a_detour_changes_the_place_and_nothing_else() -> None:
    """Path, escapes and query stay; what is not Discord's API goes where it would."""
    api, gateway = URL("http://proxy:1/discord/"), URL("ws://proxy:2/gw")
    reaction = URL("https://discord.com/api/v10/reactions/%F0%9F%94%A5%3A1?limit=5", encoded=True)

    assert str(detour(reaction, api, None)) == "http://proxy:1/discord/reactions/%F0%9F%94%A5%3A1?limit=5"
    assert str(detour(URL("wss://gateway-us-east1-b.discord.gg/?v=10"), api, gateway)) == "ws://proxy:2/gw?v=10"
    assert detour(URL("https://cdn.discordapp.com/x"), api, gateway) == URL("https://cdn.discordapp.com/x")
    assert detour(reaction, None, None) is reaction
