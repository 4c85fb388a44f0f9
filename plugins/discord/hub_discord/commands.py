"""The slash commands."""

import hashlib
import json
from collections.abc import Callable

import discord
from discord import app_commands

from hub.api import Hub, HubError, Memory, Request
from hub_discord.answers import Answers, Interaction
from hub_discord.events import Command
from hub_discord.failures import plainly

_NAME = "commands"
_LONGEST_CHOICE, _MOST_CHOICES = 100, 25


def make_tree(
    client: discord.Client, guild: int, answers: Answers, open_alerts: Callable[[], list[str]]
) -> app_commands.CommandTree:
    """Return the commands of the server."""
    tree = app_commands.CommandTree(client, fallback_to_global=False)
    here = discord.Object(guild)

    @tree.command(name="status", description="Tell how the hub is doing.", guild=here)
    async def status(interaction: discord.Interaction) -> None:
        _ask(answers, interaction, "status", "status", "")

    @tree.command(name="state", description="Tell the state of an entity.", guild=here)
    @app_commands.describe(entity="Id of the entity, such as sensor.roof_power")
    async def state(interaction: discord.Interaction, entity: str) -> None:
        _ask(answers, interaction, "state", "state", entity)

    @tree.command(name="ack", description="Acknowledge an alert: you look after it.", guild=here)
    @app_commands.describe(alert="Key of the alert")
    async def ack(interaction: discord.Interaction, alert: str) -> None:
        _ask(answers, interaction, "ack", "acknowledge", alert)

    @ack.autocomplete("alert")
    async def open_ones(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        keys = open_alerts() if answers.permits(interaction.user) else []
        near = [key for key in keys if typed.lower() in key.lower() and len(key) <= _LONGEST_CHOICE]
        return [app_commands.Choice(name=key, value=key) for key in near[:_MOST_CHOICES]]

    @tree.command(name="run", description="Run an automation or a script.", guild=here)
    @app_commands.describe(automation="Its id, such as automation.morning_report")
    async def run(interaction: discord.Interaction, automation: str) -> None:
        _ask(answers, interaction, "run", "run", automation)

    return tree


async def offer(tree: app_commands.CommandTree, guild: int, hub: Hub) -> None:
    """Tell Discord of the commands, unless it knows them: 200 creations a day are allowed. What goes wrong is only logged."""
    here = discord.Object(guild)
    definition = [command.to_dict(tree) for command in tree.get_commands(guild=here)]
    text = json.dumps([tree.client.application_id, guild, definition], sort_keys=True)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    if hub.memory.get(_NAME) == fingerprint:
        return
    try:
        with plainly():
            await tree.sync(guild=here)
        await hub.memory.put({_NAME: fingerprint})
    except HubError as error:
        hub.log.error("the slash commands cannot be offered; was the bot invited with applications.commands? %s", error)


async def withdraw(memory: Memory) -> None:
    """The bot has left the server, which forgets its commands."""
    await memory.put({_NAME: None})


def _ask(answers: Answers, interaction: Interaction, command: str, verb: str, subject: str) -> None:
    person = interaction.user
    event = Command(
        command=command, subject=subject, person=person.name, person_id=person.id, channel_id=interaction.channel_id or 0
    )
    answers.begin(interaction, Request(verb=verb, subject=subject, person=f"discord:{person.name}"), event)
