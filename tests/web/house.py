"""A house that is on the network: the real server on a free port of the loopback interface, and clients that talk to it."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from hub.actions import Actions
from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.errors import TemplateError
from hub.model.action import Action, ActionCall, Answer, Response
from hub.model.names import EntityId
from hub.model.state import State
from hub.plugin import WebhookReply, WebhookRequest
from hub.registry.areas import AreaRegistry, FloorRegistry
from hub.registry.bundle import Registries
from hub.registry.devices import DeviceRegistry
from hub.registry.entities import EntityRegistry
from hub.registry.labels import LabelRegistry
from hub.states import StateMachine
from hub.web.identity import Identity, Role, TokenFacts
from hub.web.limits import Limits
from hub.web.server import Bound, serving
from hub.web.sources import Facts, Row, WebhookHit, WebhookRule, WebSources

MONDAY_NOON = 1_767_614_400.0
"""2026-01-05T12:00:00Z"""
ADMIN, OPERATOR, VIEWER = "admin-token", "operator-token", "viewer-token"


class KnownTokens:
    """Tokens in memory; a token's name is its text."""

    def __init__(self) -> None:
        self.known = {f"{role}-token": Identity(id=f"id-{role}", name=f"{role}-token", role=role) for role in Role}

    def identify(self, token: str) -> Identity | None:
        return self.known.get(token)

    async def create(self, name: str, role: Role) -> str:
        self.known[name] = Identity(id=f"id-{name}", name=name, role=role)
        return name

    async def list(self) -> Sequence[TokenFacts]:
        return [TokenFacts(id=each.id, name=each.name, role=each.role, created=MONDAY_NOON) for each in self.known.values()]

    async def revoke(self, name: str) -> bool:
        return self.known.pop(name, None) is not None


class OneRun:
    """The trace of a single run."""

    row: ClassVar[Row] = {
        "domain": "automation",
        "item_id": "page",
        "run_id": "7",
        "state": "stopped",
        "script_execution": "finished",
        "timestamp": {"start": "2026-01-05T12:00:00+00:00", "finish": "2026-01-05T12:00:01+00:00"},
        "last_step": "action/0",
        "error": None,
    }

    async def runs(self, item: str | None) -> Sequence[Row]:
        return [self.row] if item in (None, "automation.page") else []

    async def trace(self, item: str, run_id: str) -> Row | None:
        if (item, run_id) != ("automation.page", "7"):
            return None
        start, later, last = (f"2026-01-05T12:00:0{second}+00:00" for second in range(3))
        trigger = {"platform": "state", "description": "state of sensor.roof"}
        steps: dict[str, list[Row]] = {
            "trigger/0": [{"path": "trigger/0", "timestamp": start, "changed_variables": {"trigger": trigger}}],
            "action/0/if": [{"path": "action/0/if", "timestamp": later, "result": {"result": True}}],
            "action/0/then/0": [
                {"path": "action/0/then/0", "timestamp": later},
                {"path": "action/0/then/0", "timestamp": last, "error": "it failed"},
            ],
            "action/0": [{"path": "action/0", "timestamp": later, "result": {"params": {"service": "page"}}}],
        }
        return {**self.row, "trace": steps}


class OneWebhook:
    """Automations that wait for the webhook `known`."""

    def __init__(self) -> None:
        self.hits: list[WebhookHit] = []

    def rule(self, webhook_id: str) -> WebhookRule | None:
        return WebhookRule() if webhook_id == "known" else None

    def receive(self, hit: WebhookHit) -> None:
        self.hits.append(hit)


@dataclass(frozen=True)
class Problem:
    """A line of a check."""

    text: str
    severity: str = "error"

    def __str__(self) -> str:
        return self.text


@dataclass
class House:
    """The hub behind the server."""

    sources: WebSources
    tokens: KnownTokens
    webhooks: OneWebhook
    calls: list[ActionCall] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    past: dict[EntityId, list[State]] = field(default_factory=dict)
    periods: list[tuple[datetime, datetime]] = field(default_factory=list)
    bound: Bound = field(default_factory=lambda: Bound("", 0))

    @property
    def states(self) -> StateMachine:
        return self.sources.states

    @property
    def bus(self) -> Bus:
        return self.sources.bus

    def set(self, entity_id: str, state: str, **attributes: Any) -> State:
        return self.states.set(EntityId.parse(entity_id), state, attributes)

    def offer(
        self,
        name: str,
        handler: Callable[[ActionCall], Any] | None = None,
        *,
        answer: Answer = Answer.NONE,
        targets: bool = False,
        admin: bool = False,
    ) -> None:
        """Offer an action; without a handler, its calls are noted."""
        domain, _, rest = name.partition(".")
        self.sources.actions.offer(
            Action(
                domain=domain,
                name=rest,
                handler=handler or self._note,
                answer=answer,
                targets=targets,
                admin=admin,
                description="Do it.",
            )
        )

    def _note(self, call: ActionCall) -> Response:
        self.calls.append(call)
        return {"calls": len(self.calls)} if call.wants_answer else None

    def http(self, token: str | None = ADMIN, **options: Any) -> httpx2.AsyncClient:
        """Return a client for the REST API."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx2.AsyncClient(base_url=self.bound.url, headers=headers, verify=False, **options)

    @property
    def websocket_url(self) -> str:
        return f"ws://{self.bound.host}:{self.bound.port}/api/websocket"

    @asynccontextmanager
    async def talk(self, token: str = ADMIN, **options: Any) -> AsyncGenerator["Talk", None]:
        """Talk over a WebSocket, already known."""
        async with connect(self.websocket_url, max_size=None, **options) as socket:
            talk = Talk(socket)
            assert (await talk.hear())["type"] == "auth_required"
            await talk.say({"type": "auth", "access_token": token})
            assert (await talk.hear())["type"] == "auth_ok"
            yield talk


class Talk:
    """The client's side of a WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.number = 0
        self._heard: list[dict[str, Any]] = []

    async def say(self, message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """Return the next message; those of a list come one by one."""
        if not self._heard:
            content = json.loads(await self.socket.recv())
            self._heard = content if isinstance(content, list) else [content]
        return self._heard.pop(0)

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Give a command and return what comes back next."""
        self.number += 1
        await self.say({"id": self.number, "type": type_, **fields})
        return await self.hear()

    async def result(self, type_: str, **fields: Any) -> Any:
        """Give a command that succeeds and return its result."""
        answer = await self.ask(type_, **fields)
        assert answer["success"] is True, answer
        assert answer["id"] == self.number
        return answer["result"]

    async def error(self, type_: str, **fields: Any) -> str:
        """Give a command that fails and return its code."""
        answer = await self.ask(type_, **fields)
        assert answer["success"] is False, answer
        return str(answer["error"]["code"])


@asynccontextmanager
async def served(limits: Limits | None = None, **changes: Any) -> AsyncGenerator[House, None]:
    """Serve a house on a free port; `changes` replace sources."""
    house = _house(limits or Limits())
    house.sources = replace(house.sources, **changes)
    async with serving(house.sources, port=0) as bound:
        house.bound = bound
        yield house


def _house(limits: Limits) -> House:
    clock = SimulatedClock(MONDAY_NOON)
    bus = Bus(clock)
    states, tokens, webhooks = StateMachine(bus, clock), KnownTokens(), OneWebhook()
    areas = AreaRegistry(bus)
    registries = Registries(
        entities=EntityRegistry(bus),
        devices=DeviceRegistry(bus, areas),
        areas=areas,
        floors=FloorRegistry(bus),
        labels=LabelRegistry(bus),
    )

    def render(template: str, variables: Mapping[str, Any]) -> Any:
        if "{{" not in template:
            return template
        if "broken" in template:
            raise TemplateError("unexpected end of template")
        return variables.get("x", 42)

    async def plugin_webhook(instance: str, name: str, request: WebhookRequest) -> WebhookReply | None:
        if instance != "pager":
            return None
        signed = request.headers.get("x-signature") == "good"
        return WebhookReply(status=202 if signed else 401, body=f"{name} {len(request.body)}")

    async def history(ids: Sequence[EntityId], start: datetime, end: datetime) -> Mapping[EntityId, Sequence[State]]:
        house.periods.append((start, end))
        return {entity_id: house.past[entity_id] for entity_id in ids if entity_id in house.past}

    async def check() -> Sequence[Problem]:
        return house.problems

    house = House(
        sources=WebSources(
            states=states,
            bus=bus,
            actions=Actions(bus),
            clock=clock,
            facts=Facts(
                name="Berlin", version="1.2.3", time_zone="Europe/Berlin", latitude=52.5, longitude=13.4, config_dir=Path("conf")
            ),
            tokens=tokens,
            render=render,
            history=history,
            traces=OneRun(),
            registries=registries,
            webhooks=webhooks,
            plugin_webhook=plugin_webhook,
            plugins=lambda: [{"instance": "ftp", "plugin": "ftp", "condition": "connected", "version": "1", "last_error": None}],
            check_config=check,
            error_log=lambda: "a line\n",
            limits=limits,
        ),
        tokens=tokens,
        webhooks=webhooks,
    )
    return house


class RawClient:
    """A client that does as it likes."""

    def __init__(self, reader: Any, writer: Any) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, house: House) -> Self:
        import asyncio

        return cls(*await asyncio.open_connection(house.bound.host, house.bound.port))

    async def exchange(self, data: bytes) -> bytes:
        """Send bytes and return all that comes until the server closes."""
        self.writer.write(data)
        return bytes(await self.reader.read())

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()
