"""What is said over a WebSocket: first who it is, then commands and their results (Home Assistant's WebSocket API)."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Mapping
from typing import Any

import msgspec
from websockets.frames import CloseCode

from hub.bus import Cancel
from hub.errors import ActionError, BadActionData, BadName, HubError, TemplateError, UnknownAction
from hub.registry.keeping import UnknownRow
from hub.web.allowed import NotAllowed
from hub.web.command import ANSWERED, Command, CommandFailed, Subscribed, Talk
from hub.web.commands import COMMANDS
from hub.web.connection import Line
from hub.web.encoding import decode, encode
from hub.web.identity import Identity
from hub.web.rows.config import API_VERSION
from hub.web.site import Site

_log = logging.getLogger(__name__)
_COMMANDS: Mapping[str, Command] = {command.name: command for command in COMMANDS}


class Conversation:
    """The conversation with one client."""

    def __init__(self, site: Site, line: Line) -> None:
        self._site = site
        self._line = line
        self._identity: Identity | None = None
        self._token = ""
        self._last_number = 0
        self._subscriptions: dict[int, Cancel] = {}
        self._under_way = 0
        self._over = False
        limit = site.sources.limits.auth_seconds
        self._patience = asyncio.get_running_loop().call_later(limit, self._refuse, "no token came in time")
        line.send(encode({"type": "auth_required", "ha_version": API_VERSION}))

    def hear(self, message: bytes) -> None:
        """Take a message: a command, a list of them, or, at first, the token."""
        try:
            content = decode(message)
        except ValueError:
            self._line.close(CloseCode.INVALID_DATA, "messages are JSON")
            return
        if self._identity is None:
            self._authenticate(content)
            return
        for command in content if isinstance(content, list) else [content]:
            self._obey(command, self._identity)

    def ended(self) -> None:
        """End every subscription."""
        self._over = True
        self._patience.cancel()
        self._site.guests.discard(self)
        while self._subscriptions:
            self._subscriptions.popitem()[1]()

    def leave_if_revoked(self) -> None:
        """End the connection if the token that opened it is no longer good."""
        if self._site.sources.tokens.identify(self._token) is None:
            self._line.close(CloseCode.POLICY_VIOLATION, "the token was revoked")

    # Who it is

    def _authenticate(self, content: object) -> None:
        if not isinstance(content, dict) or content.get("type") != "auth" or not isinstance(content.get("access_token"), str):
            self._refuse("Auth message incorrectly formatted")
            return
        self._token = content["access_token"]
        identity = self._site.sources.tokens.identify(self._token)
        if identity is None:
            self._refuse("Invalid access token or password")
            return
        self._identity = identity
        self._patience.cancel()
        self._line.trust()
        self._site.guests.add(self)
        self._line.send(encode({"type": "auth_ok", "ha_version": API_VERSION}))

    def _refuse(self, why: str) -> None:
        self._line.send(encode({"type": "auth_invalid", "message": why}))
        self._line.close(CloseCode.POLICY_VIOLATION, "not authenticated")

    # Commands

    def _obey(self, content: object, identity: Identity) -> None:
        number = _number(content)
        if not isinstance(content, dict) or number is None or not isinstance(content.get("type"), str):
            self._fail(
                number, "invalid_format", "Message incorrectly formatted: a command has a whole `id` above 0 and a `type`."
            )
            return
        if number <= self._last_number:
            self._fail(number, "id_reuse", "Identifier values have to increase.")
            return
        self._last_number = number
        command = _COMMANDS.get(content["type"])
        if command is None:
            self._fail(number, "unknown_command", "Unknown command.")
        elif not identity.role.covers(command.role):
            self._fail(number, "unauthorized", f"This needs the role {command.role}.")
        elif command.waits and self._under_way >= self._site.sources.limits.calls:
            self._fail(number, "too_many_requests", "Too many commands are under way.")
        else:
            self._answer(command, Talk(self._site, identity, number, self._line, self._subscriptions), content)

    def _answer(self, command: Command, talk: Talk, content: dict[str, Any]) -> None:
        try:
            result = command.answer(talk, msgspec.convert(content, command.asks))
        except Exception as error:
            self._explain(talk.number, error)
            return
        if inspect.isawaitable(result):
            self._under_way += 1
            self._line.start(self._answer_later(talk.number, result))
        else:
            self._conclude(talk.number, result)

    async def _answer_later(self, number: int, result: Awaitable[object]) -> None:
        try:
            self._conclude(number, await result)
        except Exception as error:
            self._explain(number, error)
        finally:
            self._under_way -= 1

    def _conclude(self, number: int, result: object) -> None:
        if result is ANSWERED:
            return
        if not isinstance(result, Subscribed):
            self._line.send(encode({"id": number, "type": "result", "success": True, "result": result}))
            return
        if self._over or len(self._subscriptions) >= self._site.sources.limits.subscriptions:
            result.cancel()
            self._fail(number, "too_many_requests", "Too many subscriptions.")
            return
        self._subscriptions[number] = result.cancel
        self._line.send(encode({"id": number, "type": "result", "success": True, "result": None}))
        if result.first is not None:
            self._line.send(result.first)

    def _explain(self, number: int, error: Exception) -> None:
        match error:
            case CommandFailed():
                self._fail(number, error.code, str(error))
            case msgspec.ValidationError() | BadActionData() | BadName():
                self._fail(number, "invalid_format", str(error))
            case UnknownAction() | UnknownRow():
                self._fail(number, "not_found", str(error))
            case NotAllowed():
                self._fail(number, "unauthorized", str(error))
            case TemplateError():
                self._fail(number, "template_error", str(error))
            case ActionError() | HubError():
                self._fail(number, "home_assistant_error", str(error))
            case _:
                _log.error("a WebSocket command failed", exc_info=error)
                self._fail(number, "unknown_error", "The hub failed; its log says why.")

    def _fail(self, number: int | None, code: str, message: str) -> None:
        error = {"code": code, "message": message}
        self._line.send(encode({"id": number, "type": "result", "success": False, "error": error}))


def _number(content: object) -> int | None:
    number = content.get("id") if isinstance(content, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None
