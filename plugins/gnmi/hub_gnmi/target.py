"""One target, connected: its subscription is followed, and actions work with it."""

import asyncio
from datetime import timedelta

from hub.api import Category, Device, Hub, NotConnected, PluginError
from hub_gnmi.board import Board
from hub_gnmi.config import GnmiConfig, Spelling, Subscribe
from hub_gnmi.events import SubscriptionLost
from hub_gnmi.failures import Refused
from hub_gnmi.remembered import Remembered
from hub_gnmi.rpc import Rpc, Stream
from hub_gnmi.rules import rules_of, subscriptions_of
from hub_gnmi.wire import Capabilities, Encoding, Garbled, ListMode, Mode, Notification, Synced, read_response

LOOK = timedelta(seconds=5)
"""How often the hub looks whether the target has fallen silent."""
_PREFERRED = (Encoding.JSON_IETF, Encoding.JSON, Encoding.PROTO)
_LEAST_PATIENCE = 30.0  # seconds
_BURST = 500  # updates that are taken before others get their turn
_SHOWN = 20


class Target:
    """A switch or router."""

    def __init__(self, config: GnmiConfig, hub: Hub, rpc: Rpc, capabilities: Capabilities) -> None:
        self.config, self.rpc, self.capabilities = config, rpc, capabilities
        self._hub, self._clock = hub, hub.clock
        self.remembered = Remembered(hub.memory)
        rules = rules_of(config)
        self._subscriptions = subscriptions_of(rules)
        device = Device(key="target", name=config.title, model="gNMI target", url=f"gnmi://{config.host}:{config.port}")
        self.board = Board(hub, config.title, device, rules, config.max_entities, self.remembered)
        self._synced = False
        self._heard: float | None = None
        self._polled: Stream | None = None
        self._began = self._looked = self._clock.monotonic()
        self._counted = 0
        diagnostic = Category.DIAGNOSTIC
        self._is_synced = hub.binary_sensor("synced", name="Synced", category=diagnostic, device=device)
        self._rate = hub.sensor(
            "update_rate", name="Updates", unit="1/s", state_class="measurement", category=diagnostic, device=device
        )
        self._dropped = hub.sensor("dropped", name="Dropped", state_class="total_increasing", category=diagnostic, device=device)
        self._errors = hub.sensor("errors", name="Errors", state_class="total_increasing", category=diagnostic, device=device)
        self._silent = hub.sensor("silent_paths", name="Silent paths", category=diagnostic, device=device)

    @property
    def encodings(self) -> list[Encoding]:
        """What to ask for, best first."""
        if self.config.encoding is not Spelling.AUTO:
            return [Encoding[self.config.encoding.name]]
        offered = self.capabilities.encodings
        return [each for each in _PREFERRED if each in offered] or list(offered) or list(_PREFERRED)

    async def follow(self) -> None:
        """Subscribe, and show what comes, until the subscription is lost. Raises PluginError."""
        for number, encoding in enumerate(self.encodings, start=1):
            try:
                await self._subscribe(encoding)
            except Refused as refused:
                if self._heard is not None or number == len(self.encodings):
                    raise
                self._hub.log.info("%s is not taken, the next encoding is tried: %s", encoding.name, refused)

    async def show(self) -> None:
        """Show what came, as fast as there is time for it."""
        await self.board.backlog.work(self.board.links.tell)

    async def look(self) -> None:
        """Show how the subscription is doing. Raises NotConnected when it has fallen silent."""
        now = self._clock.monotonic()
        board, backlog = self.board, self.board.backlog
        if not self._synced and now - self._began >= self.config.sync_timeout.total_seconds():
            self._hub.log.warning("the target does not say that it has told everything; it is taken to have")
            self._sync()
        silent = [str(path) for path in board.look()] if self._synced else []
        passed = now - self._looked
        if passed > 0:
            self._rate.set(round((board.updates - self._counted) / passed, 1))
        self._looked, self._counted = now, board.updates
        self._dropped.set(
            backlog.coalesced, {"late": backlog.late, "left_out_by_target": board.duplicates, "waiting": len(backlog)}
        )
        self._errors.set(board.errors, {"last": list(board.last_errors)})
        self._silent.set(len(silent), {"paths": silent[:_SHOWN]})
        self._complain_of_silence(now)

    async def poll(self) -> None:
        """Ask for everything once more, if the subscription is one that is polled. Raises PluginError."""
        if self._polled is not None:
            await self._polled.poll()

    async def _subscribe(self, encoding: Encoding) -> None:
        self._began, self._synced = self._clock.monotonic(), False
        self._is_synced.set(False)
        try:
            if self.config.subscribe is Subscribe.ONCE:
                await self._ask_again_and_again(encoding)
            mode = ListMode.STREAM if self.config.subscribe is Subscribe.STREAM else ListMode.POLL
            async with self.rpc.subscribed(self._subscriptions, mode, encoding) as stream:
                if mode is ListMode.POLL:
                    await stream.poll()
                    self._polled = stream
                while True:
                    await self._read(stream)
        except (PluginError, OSError) as error:
            self._lost(error)
            raise
        finally:
            self._polled = None

    async def _ask_again_and_again(self, encoding: Encoding) -> None:
        while True:
            async with self.rpc.subscribed(self._subscriptions, ListMode.ONCE, encoding) as stream:
                await self._read_until_synced(stream)
            await self._clock.sleep(self.config.interval.total_seconds())

    async def _read_until_synced(self, stream: Stream) -> None:
        try:
            async with asyncio.timeout(self.config.timeout.total_seconds()):
                while not await self._read(stream):
                    pass
        except TimeoutError:
            raise NotConnected("the target does not tell everything in time") from None

    async def _read(self, stream: Stream) -> bool:
        """Take one message; returns whether it says that everything has been told."""
        content = await stream.read()
        self._heard = self._clock.monotonic()
        before = self.board.updates
        try:
            match read_response(content):
                case Notification() as notification:
                    self.board.take(notification)
                case Synced():
                    self._sync()
                    return True
        except Garbled as error:
            self.board.wrong(str(error))
        if self.board.updates - before > _BURST:
            await asyncio.sleep(0)
        return False

    def _sync(self) -> None:
        self._synced = True
        self.board.synced()
        self._is_synced.set(True)

    def _lost(self, error: Exception) -> None:
        """Tell of a subscription that ran; one that was never there is an ordinary failure to connect."""
        self.board.flush()
        if self._heard is not None:
            lasted = round(self._clock.monotonic() - self._began, 3)
            self._hub.emit(SubscriptionLost(target=self.config.title, reason=str(error), lasted=lasted))

    def _complain_of_silence(self, now: float) -> None:
        """Raise NotConnected when samples came once and nothing has come for a long time."""
        samples = [each.sample_interval / 1e9 for each in self._subscriptions if each.mode is Mode.SAMPLE]
        if self._heard is None or not samples or not self.board.sampled:
            return
        patience = max(3 * max(samples), _LEAST_PATIENCE)
        if now - self._heard > patience:
            error = NotConnected(f"the target has been silent for {now - self._heard:.0f} seconds")
            self._lost(error)
            raise error
