"""The page on which a person sees the channels, presses buttons and uses commands."""

import asyncio
from importlib.resources import files
from typing import Any

from aiohttp import web

from hub_discord.simulator.interactions import Interaction, Interactions
from hub_discord.simulator.rest import reply
from hub_discord.simulator.world import Channel, Json, Kind, World

_PATIENCE = 15.0  # seconds for an answer
_SHOWN = 50  # messages of a channel


class Page:
    """Serves the page and what it asks for."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        self._world = world
        self._interactions = interactions

    def routes(self) -> list[web.RouteDef]:
        """Return the page's routes."""
        return [
            web.get("/", self._page),
            web.get("/view", self._view),
            web.post("/press", self._press),
            web.post("/command", self._command),
        ]

    async def _page(self, _: web.Request) -> web.Response:
        text = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/html")

    async def _view(self, _: web.Request) -> web.Response:
        """Everything that the page shows."""
        presence = self._interactions.presence()
        channels = [self._channel(channel) for channel in self._world.channels.values()]
        people = [
            {"id": str(person.id), "name": person.name, "roles": self._roles(person.roles)}
            for person in self._world.people.values()
        ]
        commands = [
            {"name": command["name"], "options": [o["name"] for o in command.get("options") or []]}
            for command in self._world.commands
        ]
        roles = {str(id_): name for id_, name in self._world.roles.items()}
        return reply({"presence": presence, "channels": channels, "people": people, "commands": commands, "roles": roles})

    async def _press(self, request: web.Request) -> web.Response:
        wish: Json = await request.json()
        try:
            person = self._world.people[int(wish["person"])]
            interaction = await self._interactions.press(int(wish["message"]), str(wish["custom_id"]), person)
        except (KeyError, ValueError):
            raise web.HTTPNotFound from None
        return reply(await _answer(interaction))

    async def _command(self, request: web.Request) -> web.Response:
        wish: Json = await request.json()
        name, _, rest = str(wish["text"]).strip().removeprefix("/").partition(" ")
        try:
            person, channel = self._world.people[int(wish["person"])], self._world.channels[int(wish["channel"])]
            command = next(command for command in self._world.commands if command["name"] == name)
            options = {option["name"]: rest.strip() for option in command.get("options") or []}
            interaction = await self._interactions.run_command(name, options, channel, person)
        except (KeyError, ValueError, StopIteration):
            return reply({"text": f"There is no command /{name}."})
        return reply(await _answer(interaction))

    def _channel(self, channel: Channel) -> dict[str, Any]:
        messages = list(channel.messages.values())[-_SHOWN:]
        parent = str(channel.parent) if channel.parent else None
        whole = {"id": str(channel.id), "name": channel.name, "kind": Kind(channel.kind).name.lower(), "parent": parent}
        return whole | {"count": len(channel.messages), "messages": messages}

    def _roles(self, roles: tuple[int, ...]) -> list[str]:
        return [self._world.roles[role] for role in roles]


async def _answer(interaction: Interaction) -> Json:
    try:
        async with asyncio.timeout(_PATIENCE):
            text = await interaction.text()
    except TimeoutError:
        return {"text": "The application did not respond", "embeds": []}
    return {"text": text, "embeds": (interaction.answer or {}).get("embeds") or []}
