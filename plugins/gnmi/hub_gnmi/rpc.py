"""gNMI's four calls over one gRPC channel: the only module (beside the simulator) that knows `grpc.aio`.

Messages travel as bytes here: gRPC's own reading turns a garbled message into nothing and goes on.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

import grpc
import grpc.aio

from hub.api import NotConnected
from hub_gnmi import wire
from hub_gnmi.config import GnmiConfig
from hub_gnmi.failures import as_failure
from hub_gnmi.paths import Path
from hub_gnmi.tls import trust_of
from hub_gnmi.wire import Capabilities, Encoding, ListMode, Notification, Subscription, Synced

_SERVICE = "/gnmi.gNMI/"
_KEEPALIVE = 30_000  # milliseconds; targets take less for an attack
_KEEPALIVE_ANSWER = 15_000
_UNREAD = 65_536  # bytes that a target may send before they are read; a single message may have more


class Stream:
    """One subscription that runs."""

    def __init__(self, call: "grpc.aio.StreamStreamCall[bytes, bytes]") -> None:
        self._call = call

    async def read(self) -> bytes:
        """Wait for the next message. Raises NotConnected, AuthenticationFailed, Refused when there will be none."""
        try:
            content = await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise as_failure(error.code(), error.details(), "Subscribe") from None
        if isinstance(content, bytes):
            return content
        return await self._ended()

    async def poll(self) -> None:
        """Ask for everything once more. Raises as `read` does."""
        await self._write(wire.poll_request())

    async def begin(self, request: bytes) -> None:
        """Say what is wanted. Raises as `read` does."""
        # The stream stays open at our end: some targets stop when it is closed.
        await self._write(request)

    async def _write(self, content: bytes) -> None:
        try:
            await self._call.write(content)
        except grpc.aio.AioRpcError as error:
            raise as_failure(error.code(), error.details(), "Subscribe") from None
        except asyncio.InvalidStateError:  # it ended in the meantime
            await self._ended()

    async def _ended(self) -> NoReturn:
        raise as_failure(await self._call.code(), await self._call.details(), "Subscribe")


class Rpc:
    """A target's gNMI service."""

    def __init__(self, channel: grpc.aio.Channel, config: GnmiConfig) -> None:
        self._channel = channel
        self._timeout = config.timeout.total_seconds()
        self._target = config.target
        self._metadata: tuple[tuple[str, str], ...] = ()
        if config.username is not None:
            self._metadata += (("username", config.username),)
        if config.password is not None:
            self._metadata += (("password", config.password.get_secret_value()),)

    async def capabilities(self) -> Capabilities:
        """Ask what the target can do. Raises NotConnected, AuthenticationFailed, Refused, Garbled."""
        return wire.read_capabilities(await self._ask("Capabilities", wire.capability_request()))

    async def get(self, paths: Sequence[Path], what: str, encoding: Encoding) -> list[Notification]:
        """Ask for values. Raises as `capabilities` does."""
        return wire.read_get(await self._ask("Get", wire.get_request(paths, what, encoding, self._target)))

    async def set(self, request: bytes) -> tuple[int, int]:
        """Change something; returns when, and how much was done. Raises as `capabilities` does."""
        return wire.read_set(await self._ask("Set", request))

    @asynccontextmanager
    async def subscribed(
        self, subscriptions: Sequence[Subscription], mode: ListMode, encoding: Encoding
    ) -> AsyncGenerator[Stream, None]:
        """Subscribe; leaving ends it. Raises as `capabilities` does."""
        call = self._channel.stream_stream(f"{_SERVICE}Subscribe")(metadata=self._metadata)
        try:
            stream = Stream(call)
            await stream.begin(wire.subscribe_request(subscriptions, mode, encoding, self._target))
            yield stream
        finally:
            call.cancel()

    async def once(self, subscriptions: Sequence[Subscription], encoding: Encoding) -> AsyncGenerator[Notification, None]:
        """Subscribe once: yield everything that there is. Raises as `capabilities` does."""
        async with self.subscribed(subscriptions, ListMode.ONCE, encoding) as stream:
            while True:
                match wire.read_response(await stream.read()):
                    case Notification() as notification:
                        yield notification
                    case Synced():
                        return

    async def _ask(self, method: str, request: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._timeout + 1.0):  # gRPC's own deadline comes first, if it works
                return await self._answer(method, request)
        except grpc.aio.AioRpcError as error:
            raise as_failure(error.code(), error.details(), method) from None
        except TimeoutError:
            raise NotConnected(f"the target does not answer {method}") from None

    async def _answer(self, method: str, request: bytes) -> bytes:
        call = self._channel.unary_unary(_SERVICE + method)
        try:
            return bytes(await call(request, timeout=self._timeout, metadata=self._metadata))
        except asyncio.CancelledError as error:
            # Its traceback holds gRPC's call, and that the connection, for as long as somebody keeps the error.
            raise error.with_traceback(None) from None


@asynccontextmanager
async def opened(config: GnmiConfig) -> AsyncGenerator[Rpc, None]:
    """Open a channel to the target; nobody has spoken yet. Raises PluginError, NotConnected."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # it would write to the standard error what we tell ourselves
    options: list[tuple[str, str | int]] = [
        ("grpc.max_receive_message_length", config.max_message_size),
        ("grpc.http2.bdp_probe", 0),  # else what waits in gRPC, unread, grows to megabytes for each target
        ("grpc.http2.lookahead_bytes", _UNREAD),
        ("grpc.keepalive_time_ms", _KEEPALIVE),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_ANSWER),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_http_proxy", 0),
        ("grpc.use_local_subchannel_pool", 1),  # a target's backoff is its own
        ("grpc.enable_retries", 0),
    ]
    address = f"[{config.host}]:{config.port}" if ":" in config.host else f"{config.host}:{config.port}"
    if config.plaintext:
        channel = grpc.aio.insecure_channel(address, options)
    else:
        trust = await trust_of(config)
        if trust.name is not None:
            options.append(("grpc.ssl_target_name_override", trust.name))
        channel = grpc.aio.secure_channel(address, trust.credentials, options)
    try:
        yield Rpc(channel, config)
    finally:
        await channel.close()
