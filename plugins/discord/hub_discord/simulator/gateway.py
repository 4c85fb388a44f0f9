"""The gateway: the WebSocket through which the bot hears what happens."""

import asyncio
import itertools
import json
import zlib
from collections.abc import Iterator

from aiohttp import WSMsgType, web

from hub_discord.simulator.world import Json, World

GUILDS = 1 << 0
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
_KNOWN_INTENTS = (1 << 26) - 1
_HEARTBEAT = 41_250  # milliseconds, as Discord's


class Session:
    """What a bot has identified once and may resume."""

    def __init__(self, name: str, intents: int) -> None:
        self.name = name
        self.intents = intents
        self.dispatched: list[Json] = []
        self.socket: Socket | None = None


class Socket:
    """One WebSocket, compressed as its client asked."""

    def __init__(self, web_socket: web.WebSocketResponse, request: web.Request) -> None:
        self._web_socket = web_socket
        self._request = request
        self.gone = asyncio.Event()
        self._deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    async def send(self, payload: Json) -> None:
        """Send one payload; a client that has gone is no matter."""
        text = json.dumps(payload)
        try:
            if self._deflate is None:
                await self._web_socket.send_str(text)
            else:
                packed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                await self._web_socket.send_bytes(packed)
        except ConnectionError:
            return

    async def close(self, code: int) -> None:
        """Say goodbye with a close code."""
        await self._web_socket.close(code=code)

    def cut(self) -> None:
        """Drop the line without a word."""
        self.gone.set()
        if self._request.transport is not None:
            self._request.transport.abort()

    async def receive(self) -> Json | None:
        """Return the next payload; None when the client has gone."""
        async for message in self._web_socket:
            if message.type is WSMsgType.TEXT:
                payload: Json = json.loads(message.data)
                return payload
        return None


class Gateway:
    """Speaks gateway v10 with every bot that connects."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._numbers: Iterator[int] = itertools.count(1)
        self._sockets: set[Socket] = set()
        self.address = ""
        """Where it listens; told to clients as the address for resuming."""
        self.sessions: dict[str, Session] = {}
        self.permitted = GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES
        """Intents beyond the unprivileged ones that the portal has switched on."""
        self.close_with: int | None = None
        """Close every IDENTIFY with this code."""
        self.mute = False
        """Accept connections and say nothing."""
        self.deaf = False
        """Stop listening to those who are connected, so that they wait for an answer to their goodbye."""
        self.hang_up = False
        """Accept connections and close them at once."""
        self.identified = 0
        self.resumed = 0
        self.presences: list[Json] = []

    @property
    def connected(self) -> bool:
        """Whether a bot is there."""
        return any(session.socket is not None for session in self.sessions.values())

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one client until it leaves."""
        web_socket = web.WebSocketResponse()
        await web_socket.prepare(request)
        socket = Socket(web_socket, request)
        self._sockets.add(socket)
        try:
            if self.hang_up:
                await socket.close(4000)
                return web_socket
            if not self.mute:
                await socket.send({"op": 10, "d": {"heartbeat_interval": _HEARTBEAT}, "s": None, "t": None})
            while (payload := await socket.receive()) is not None:
                await self._hear(socket, payload)
                if self.deaf and self.connected:
                    await socket.gone.wait()
        finally:
            self._sockets.discard(socket)
            for session in self.sessions.values():
                if session.socket is socket:
                    session.socket = None
        return web_socket

    async def dispatch(self, event: str, payload: Json, needs: int = 0) -> None:
        """Tell every session that has these intents; those without a line hear of it when they resume."""
        for session in self.sessions.values():
            if session.intents & needs == needs:
                blind = event == "MESSAGE_CREATE" and not session.intents & MESSAGE_CONTENT
                await self._tell(session, event, payload | {"content": ""} if blind else payload)

    def drop(self) -> None:
        """Cut every line in the middle of whatever is being said."""
        for socket in tuple(self._sockets):
            socket.cut()

    async def close(self, code: int) -> None:
        """Close every line with a code."""
        await asyncio.gather(*(socket.close(code) for socket in tuple(self._sockets)))

    async def ask_to_reconnect(self) -> None:
        """Send RECONNECT to every line."""
        await asyncio.gather(*(socket.send({"op": 7, "d": None, "s": None, "t": None}) for socket in self._sockets))

    async def _hear(self, socket: Socket, payload: Json) -> None:
        match payload.get("op"):
            case 1:
                await socket.send({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                await self._identify(socket, payload["d"])
            case 3:
                self.presences.append(payload["d"])
            case 6:
                await self._resume(socket, payload["d"])

    async def _identify(self, socket: Socket, wish: Json) -> None:
        self.identified += 1
        if (code := self._objection(wish)) is not None:
            await socket.close(code)
            return
        session = Session(f"session-{next(self._numbers)}", wish["intents"])
        session.socket = socket
        # Discord ends a session that nobody resumes; here the next one ends it.
        self.sessions = {name: kept for name, kept in self.sessions.items() if kept.socket is not None}
        self.sessions[session.name] = session
        ready: Json = {
            "v": 10,
            "user": self._world.bot.as_user(),
            "guilds": [{"id": str(self._world.guild), "unavailable": True}],
            "session_id": session.name,
            "resume_gateway_url": self.address,
            "application": {"id": str(self._world.application), "flags": 0},
        }
        await self._tell(session, "READY", ready)
        await self._tell(session, "GUILD_CREATE", self._world.as_guild())

    def _objection(self, wish: Json) -> int | None:
        if self.close_with is not None:
            return self.close_with
        if wish.get("token") != self._token:
            return 4004
        intents = int(wish.get("intents", 0))
        if intents & ~_KNOWN_INTENTS:
            return 4013
        return 4014 if intents & PRIVILEGED & ~self.permitted else None

    async def _resume(self, socket: Socket, wish: Json) -> None:
        session = self.sessions.get(wish["session_id"])
        if session is None or wish.get("token") != self._token:
            await socket.send({"op": 9, "d": False, "s": None, "t": None})
            return
        self.resumed += 1
        session.socket = socket
        for payload in [told for told in session.dispatched if told["s"] > (wish["seq"] or 0)]:
            await socket.send(payload)
        await self._tell(session, "RESUMED", {})

    async def _tell(self, session: Session, event: str, payload: Json) -> None:
        told = {"op": 0, "t": event, "s": len(session.dispatched) + 1, "d": payload}
        session.dispatched.append(told)
        if session.socket is not None:
            await session.socket.send(told)
