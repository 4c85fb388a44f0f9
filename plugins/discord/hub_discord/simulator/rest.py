"""The REST API v10, as far as the bot uses it."""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BodyPartReader, web

from hub_discord.simulator.gateway import MESSAGE_CONTENT, Gateway
from hub_discord.simulator.interactions import Interactions
from hub_discord.simulator.limits import faults, refusal
from hub_discord.simulator.world import Channel, Json, Kind, World

Answer = Callable[[web.Request], Awaitable[web.Response]]

_BUCKET = 5  # messages that a channel takes in one window
_CONTENT_FLAG = 1 << 19  # "gateway message content (limited)" of an application


class Trouble(Exception):
    """An error that the API answers with."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "code": code}


class Throttle:
    """Who must wait, and how long."""

    def __init__(self) -> None:
        self._refusals: list[tuple[float, bool]] = []
        self._used: dict[int, tuple[float, int]] = {}
        self.window = 5.0
        """Seconds in which a channel takes five messages."""
        self.refused = 0
        """How many requests were answered with 429."""

    def refuse(self, times: int, retry_after: float, *, everywhere: bool = False) -> None:
        """Answer the next messages with 429."""
        self._refusals += [(retry_after, everywhere)] * times

    def check(self, channel: int) -> web.Response | dict[str, str]:
        """Return the 429, or the headers to send along."""
        if self._refusals:
            return self._too_many(*self._refusals.pop(0))
        began, used = self._used.get(channel, (0.0, 0))
        now = time.monotonic()
        if now - began > self.window:
            began, used = now, 0
        left = began + self.window - now
        if used >= _BUCKET:
            return self._too_many(left, False)
        self._used[channel] = (began, used + 1)
        return _headers(_BUCKET - used - 1, left)

    def _too_many(self, retry_after: float, everywhere: bool) -> web.Response:
        self.refused += 1
        headers = _headers(0, retry_after) | {"Retry-After": str(round(retry_after)), "Via": "1.1 google"}
        headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
        body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
        return reply(body, 429, headers)


class Rest:
    """Answers the bot's requests."""

    def __init__(self, world: World, gateway: Gateway, interactions: Interactions, token: str) -> None:
        self._world = world
        self._gateway = gateway
        self._interactions = interactions
        self._token = token
        self.throttle = Throttle()
        self.requests: list[tuple[str, str]] = []
        """Method and path of everything that was asked."""
        self.failing: int | None = None
        """Answer everything with this status."""

    def routes(self) -> list[web.RouteDef]:
        """Return every route, below `/api/v10`."""
        message = "/channels/{channel}/messages/{message}"
        commands = "/applications/{application}/guilds/{guild}/commands"
        original = "/webhooks/{application}/{token}/messages/@original"
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/guilds/{guild}", self._guild),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", "/channels/{channel}", self._channel),
            ("POST", "/users/@me/channels", self._direct),
            ("POST", "/channels/{channel}/messages", self._send),
            ("GET", message, self._message),
            ("PATCH", message, self._edit),
            ("DELETE", message, self._delete),
            ("POST", message + "/threads", self._thread),
            ("POST", "/channels/{channel}/threads", self._thread),
            ("PUT", commands, self._commands),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("PATCH", original, self._answer),
        ]
        return [web.route(method, f"/api/v10{path}", self._guarded(answer)) for method, path, answer in table]

    def _guarded(self, answer: Answer) -> Answer:
        async def guarded(request: web.Request) -> web.Response:
            self.requests.append((request.method, request.path.removeprefix("/api/v10")))
            if self.failing is not None:
                return reply({"message": "upstream error", "code": 0}, self.failing)
            by_token = "token" in request.match_info  # interactions prove themselves by the token in the path
            if not by_token and request.headers.get("Authorization") != f"Bot {self._token}":
                return reply({"message": "401: Unauthorized", "code": 0}, 401)
            try:
                return await answer(request)
            except Trouble as trouble:
                return reply(trouble.body, trouble.status)

        return guarded

    async def _me(self, _: web.Request) -> web.Response:
        return reply(self._world.bot.as_user())

    async def _application(self, _: web.Request) -> web.Response:
        flags = _CONTENT_FLAG if self._gateway.permitted & MESSAGE_CONTENT else 0
        whole: Json = {"id": str(self._world.application), "name": "Hub", "description": "", "icon": None, "summary": ""}
        whole |= {"bot_public": False, "bot_require_code_grant": False, "verify_key": "", "flags": flags}
        return reply(whole | {"owner": self._world.bot.as_user(), "team": None})

    async def _guild(self, request: web.Request) -> web.Response:
        if int(request.match_info["guild"]) != self._world.guild:
            raise Trouble(404, 10004, "Unknown Guild")
        return reply(self._world.as_guild())

    async def _member(self, request: web.Request) -> web.Response:
        person = self._world.people.get(int(request.match_info["user"]))
        if person is None:
            raise Trouble(404, 10007, "Unknown Member")
        return reply(person.as_member())

    async def _channel(self, request: web.Request) -> web.Response:
        return reply(self._place(request).as_json())

    async def _direct(self, request: web.Request) -> web.Response:
        person = self._world.people.get(int((await request.json())["recipient_id"]))
        if person is None:
            raise Trouble(400, 50033, "Invalid Recipient(s)")
        return reply(self._world.direct(person).as_json())

    async def _send(self, request: web.Request) -> web.Response:
        channel = self._place(request)
        if isinstance(headers := self.throttle.check(channel.id), web.Response):
            return headers
        if channel.recipient is not None and channel.recipient.id in self._world.reclusive:
            raise Trouble(403, 50007, "Cannot send messages to this user")
        if channel.kind is Kind.FORUM:
            raise Trouble(400, 50008, "Cannot send messages in a non-text channel")
        body = await _message_body(request)
        if refused := _refused(body):
            return refused
        if not (body.get("content") or body.get("embeds") or body.get("attachments")):
            raise Trouble(400, 50006, "Cannot send an empty message")
        nonce = body.get("nonce")
        if body.get("enforce_nonce") and nonce in channel.nonces:
            return reply(channel.messages[channel.nonces[nonce]], headers=headers)
        message = self._world.message(channel, self._world.bot, body)
        if nonce is not None:
            channel.nonces[str(nonce)] = int(message["id"])
        return reply(message, headers=headers)

    async def _message(self, request: web.Request) -> web.Response:
        return reply(self._written(request))

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._written(request)
        if isinstance(headers := self.throttle.check(self._place(request).id), web.Response):
            return headers
        body = await _message_body(request)
        if refused := _refused(body):
            return refused
        changed: Json = {name: body[name] for name in ("embeds", "components", "attachments") if name in body}
        message.update(changed, edited_timestamp=self._world.now())
        if "content" in body:
            message["content"] = body["content"] or ""
        return reply(message, headers=headers)

    async def _delete(self, request: web.Request) -> web.Response:
        del self._place(request).messages[int(self._written(request)["id"])]
        return web.Response(status=204)

    async def _thread(self, request: web.Request) -> web.Response:
        parent = self._place(request)
        name = str((await request.json())["name"])
        if not 1 <= len(name) <= 100:
            return reply(refusal([(("name",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")]), 400)
        on_message = request.match_info.get("message")
        if on_message is not None and int(self._written(request)["id"]) in self._world.channels:
            raise Trouble(400, 160004, "A thread has already been created for this message")
        thread = self._world.thread(parent, name, int(on_message) if on_message else None)
        return reply(thread.as_json(), 201)

    async def _commands(self, request: web.Request) -> web.Response:
        if int(request.match_info["guild"]) != self._world.guild or not self._world.takes_commands:
            raise Trouble(403, 50001, "Missing Access")
        common = {"application_id": str(self._world.application), "guild_id": str(self._world.guild), "version": "1"}
        offered: list[Json] = await request.json()
        self._world.commands = [common | {"id": str(self._world.snowflake())} | command for command in offered]
        self._world.command_writes += 1
        return reply(self._world.commands)

    async def _callback(self, request: web.Request) -> web.Response:
        interaction = self._interactions.by_token.get(request.match_info["token"])
        if interaction is None or self._interactions.late(interaction):
            raise Trouble(404, 10062, "Unknown interaction")
        if interaction.reacted:
            raise Trouble(400, 40060, "Interaction has already been acknowledged.")
        body: Json = await request.json()
        if refused := _refused(body.get("data") or {}):
            return refused
        interaction.take_callback(body)
        told = {"id": str(interaction.id), "type": 3, "response_message_ephemeral": interaction.ephemeral}
        return reply({"interaction": told, "resource": {"type": body["type"]}})

    async def _answer(self, request: web.Request) -> web.Response:
        interaction = self._interactions.by_token.get(request.match_info["token"])
        if interaction is None or not interaction.reacted:
            raise Trouble(404, 10015, "Unknown Webhook")
        body = await _message_body(request)
        if refused := _refused(body):
            return refused
        interaction.take_answer(body)
        aside = Channel(id=self._world.snowflake(), name="", guild=self._world.guild)
        return reply(self._world.message(aside, self._world.bot, body))

    def _place(self, request: web.Request) -> Channel:
        channel = self._world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Trouble(404, 10003, "Unknown Channel")
        return channel

    def _written(self, request: web.Request) -> Json:
        message = self._place(request).messages.get(int(request.match_info["message"]))
        if message is None:
            raise Trouble(404, 10008, "Unknown Message")
        return message


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer in JSON; the type has no charset, as Discord's has none (clients compare it whole)."""
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")


def _headers(remaining: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(_BUCKET),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
        "X-RateLimit-Bucket": "messages",
    }


def _refused(body: Json) -> web.Response | None:
    found = faults(body)
    return reply(refusal(found), 400) if found else None


async def _message_body(request: web.Request) -> Json:
    """Read a message, sent as JSON or as a form with files."""
    if not request.content_type.startswith("multipart/"):
        body: Json = await request.json()
        return body
    body, files = {}, {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "payload_json":
            body = json.loads(await part.text())
        elif part.name is not None:
            files[part.name] = await part.read()
    for number, attachment in enumerate(body.get("attachments") or []):
        content = files.get(f"files[{number}]", b"")
        address = f"https://cdn.invalid/{attachment.get('filename')}"
        text = content.decode(errors="replace")
        attachment.update(id=str(number), size=len(content), url=address, proxy_url=address, text=text)
    return body
