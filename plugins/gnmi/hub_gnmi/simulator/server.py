"""The simulated target's gNMI service, on a loopback port; tests can make it misbehave."""

import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.api import Clock
from hub_gnmi.paths import Path
from hub_gnmi.simulator.spelling import branch, path_message, path_of
from hub_gnmi.simulator.streams import Subscriptions
from hub_gnmi.simulator.switch import Switch
from hub_gnmi.wire import Encoding

_SPOKEN = (Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO)


@dataclass
class Faults:
    """What the target does wrong, for tests."""

    script: "Callable[[Talk], Awaitable[None]] | None" = None
    """Answers subscriptions instead of the switch."""
    syncs: bool = True
    """Whether it says that it has told everything."""
    capable: bool = True
    """Whether it has Capabilities."""
    encodings: Sequence[Encoding] = _SPOKEN
    streamed: Sequence[Encoding] | None = None
    """What it takes in subscriptions, when it says otherwise."""


@dataclass
class Tally:
    """What the target was asked."""

    subscriptions: int = 0
    notifications: int = 0
    gets: int = 0
    sets: int = 0
    refused: int = 0
    requests: list[Any] = field(default_factory=list)
    """The last subscriptions as they came."""


class Talk:
    """One subscription, as a test's script sees it."""

    def __init__(self, context: Any, request: Any, requests: AsyncIterator[Any]) -> None:
        self._context = context
        self.request = request
        self.requests = requests

    async def send(self, message: Any) -> None:
        """Send a Notification, or any bytes."""
        content = message if isinstance(message, bytes) else pb.SubscribeResponse(update=message).SerializeToString()
        await self._context.write(content)

    async def sync(self) -> None:
        """Say that everything has been told."""
        await self._context.write(pb.SubscribeResponse(sync_response=True).SerializeToString())

    async def abort(self, code: grpc.StatusCode, words: str = "") -> None:
        """End the subscription with an error."""
        await self._context.abort(code, words)


class GnmiServer:
    """A target; it can die and return at the same port."""

    def __init__(
        self,
        switch: Switch,
        clock: Clock,
        *,
        credentials: tuple[str, str] | None = None,
        certificate: grpc.ServerCredentials | None = None,
    ) -> None:
        self.switch, self.port = switch, 0
        self.faults, self.tally = Faults(), Tally()
        self._clock, self._credentials, self._certificate = clock, credentials, certificate
        self._server: grpc.aio.Server | None = None

    async def start(self) -> None:
        """Listen; at the same port as before, if there was one."""
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((self._handlers(),))
        address = f"127.0.0.1:{self.port}"
        if self._certificate is None:
            self.port = server.add_insecure_port(address)
        else:
            self.port = server.add_secure_port(address, self._certificate)
        await server.start()
        self._server = server

    async def stop(self) -> None:
        """Die."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop(None)
            await server.wait_for_termination()

    def _handlers(self) -> grpc.GenericRpcHandler:
        unary, stream = grpc.unary_unary_rpc_method_handler, grpc.stream_stream_rpc_method_handler
        methods = {
            "Capabilities": unary(self._capabilities, request_deserializer=pb.CapabilityRequest.FromString),
            "Get": unary(self._get, request_deserializer=pb.GetRequest.FromString),
            "Set": unary(self._set, request_deserializer=pb.SetRequest.FromString),
            "Subscribe": stream(self._subscribe, request_deserializer=pb.SubscribeRequest.FromString),
        }
        return grpc.method_handlers_generic_handler("gnmi.gNMI", methods)

    async def _admit(self, context: Any) -> None:
        if self._credentials is None:
            return
        given = dict(context.invocation_metadata() or ())
        told = f"{given.get('username')}:{given.get('password')}".encode()
        if not hmac.compare_digest(told, ":".join(self._credentials).encode()):
            self.tally.refused += 1
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "authentication failed")

    async def _capabilities(self, _: Any, context: Any) -> bytes:
        await self._admit(context)
        if not self.faults.capable:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "no Capabilities")
        answer = pb.CapabilityResponse(gNMI_version="0.8.0", supported_encodings=[int(each) for each in self.faults.encodings])
        answer.supported_models.add(name="openconfig-interfaces", organization="OpenConfig working group", version="3.0.0")
        return bytes(answer.SerializeToString())

    async def _get(self, request: Any, context: Any) -> bytes:
        await self._admit(context)
        self.tally.gets += 1
        encoding = Encoding(request.encoding)
        if encoding not in self.faults.encodings:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"encoding {encoding.name} is not supported")
        answer = pb.GetResponse()
        for wanted in request.path:
            path = path_of(request.prefix, wanted)
            leaves = [leaf for leaf in self.switch.leaves() if path.covers(leaf.path)]
            if not leaves:
                await context.abort(grpc.StatusCode.NOT_FOUND, f"{path} does not exist")
            answer.notification.append(branch(self._now(), path, leaves, encoding))
        return bytes(answer.SerializeToString())

    async def _set(self, request: Any, context: Any) -> bytes:
        await self._admit(context)
        self.tally.sets += 1
        operations: list[tuple[Path, Any]] = [(path_of(request.prefix, path), None) for path in request.delete]
        for update in (*request.replace, *request.update):
            content = update.val.json_ietf_val or update.val.json_val or b"null"
            try:
                operations.append((path_of(request.prefix, update.path), json.loads(content)))
            except ValueError:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"not JSON: {content!r}")
        if any(path.elements[:1] == () or path.elements[0].name == "nothing" for path, _ in operations):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no such path; nothing was changed")
        answer = pb.SetResponse(timestamp=self._now())
        for path, value in operations:
            self._change(path, value)
            answer.response.add(path=path_message(path), op=pb.UpdateResult.DELETE if value is None else pb.UpdateResult.UPDATE)
        return bytes(answer.SerializeToString())

    async def _subscribe(self, requests: AsyncIterator[Any], context: Any) -> None:
        await self._admit(context)
        request = await anext(requests)
        self.tally.subscriptions += 1
        self.tally.requests = [*self.tally.requests[-9:], request]
        if self.faults.script is not None:
            await self.faults.script(Talk(context, request, requests))
            return
        encoding = Encoding(request.subscribe.encoding)
        if encoding not in (self.faults.encodings if self.faults.streamed is None else self.faults.streamed):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"encoding {encoding.name} is not supported")
        await Subscriptions(self.switch, self._clock, request.subscribe, self._writer(context), self.faults.syncs).run(requests)

    def _writer(self, context: Any) -> Callable[[Any], Awaitable[None]]:
        async def write(message: Any) -> None:
            self.tally.notifications += 1
            await context.write(message.SerializeToString())

        return write

    def _change(self, path: Path, value: Any) -> None:
        names = [each.name for each in path.elements]
        if names == ["interfaces", "interface", "config", "enabled"] and isinstance(value, bool):
            self.switch.enable(dict(path.elements[1].keys)["name"], value)
        elif value is None:
            self.switch.config = {place: kept for place, kept in self.switch.config.items() if not path.covers(place)}
        else:
            self.switch.config[path] = value if isinstance(value, bool | int | float | str) else json.dumps(value)

    def _now(self) -> int:
        return int(self._clock.time() * 1e9)


@asynccontextmanager
async def serving(switch: Switch, clock: Clock, **how: Any) -> AsyncIterator[GnmiServer]:
    """Run a target; `how` are the arguments of GnmiServer."""
    server = GnmiServer(switch, clock, **how)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
