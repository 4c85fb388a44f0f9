"""What the README shows works."""

import re
from pathlib import Path

import yaml
from hub_discord.config import DiscordConfig

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_configuration_of_the_readme_is_valid() -> None:
    """It can be copied."""
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if block.startswith("discord:"))
    config = DiscordConfig.model_validate(yaml.safe_load(example.replace("!secret discord_token", "x"))["discord"])

    assert sorted(config.targets) == ["ada", "board", "operations"]
