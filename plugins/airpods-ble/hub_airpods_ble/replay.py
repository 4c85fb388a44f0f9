"""Reading a capture: a file at the pace at which it was recorded, or a feed from this computer as it comes.

A feed is a TCP connection on which the other side sends the line `{"feed": "airpods_ble", "version": 1}`, then capture lines, and
an empty line as a sign of life when it has been silent for a while.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from hub.api import Clock, Hub, NotConnected, PluginError
from hub_airpods_ble.config import Replay, split_address
from hub_airpods_ble.sighting import LONGEST_LINE, BadLine, Sighting, read_line
from hub_airpods_ble.tracker import Tracker

GREETING: Final = {"feed": "airpods_ble", "version": 1}
LONGEST_SILENCE: Final = 30.0
"""Real seconds after which a feed that sends nothing is taken for dead."""
MOST_LINES: Final = 5000
"""Lines of a feed that are read each second; a few hundred tell all there is to know."""
_CONNECTING: Final = 10.0  # real seconds
_CHUNK: Final = 65_536  # bytes
_BATCH: Final = 500  # lines that are read before others get their turn
_LONGEST_PAUSE: Final = 3600.0  # seconds that a file may be silent


@asynccontextmanager
async def replaying(config: Replay, hub: Hub, tracker: Tracker) -> AsyncGenerator[None, None]:
    """Replay into the tracker. Raises PluginError, NotConnected or OSError."""
    if config.file is not None:
        first = await asyncio.to_thread(_first_line, config.file)
        file = _File(config.file, config, hub.clock, tracker)
        hub.log.info("replays a capture%s", "" if first else ", which is empty")
        hub.start(file.play, name="replay")
        yield
        return
    async with _connected(config.address or "") as reader:
        feed = _Feed(reader, hub.clock, tracker)
        await feed.greet()
        hub.start(feed.follow, name="feed")
        yield


class _File:
    """A capture that is played."""

    def __init__(self, path: Path, config: Replay, clock: Clock, tracker: Tracker) -> None:
        self._path = path
        self._config = config
        self._clock = clock
        self._tracker = tracker

    async def play(self) -> None:
        """Play it once, or for ever. Raises PluginError when it cannot be read."""
        again = True
        while again:
            heard = await self._play_once()
            again = self._config.repeat and heard > 0
            await self._clock.sleep(1.0)  # two plays are never on top of each other

    async def _play_once(self) -> int:
        number, before = 0, None
        try:
            for number, sighting in enumerate(_sightings(self._path, self._tracker), start=1):
                if number % _BATCH == 0:
                    await asyncio.sleep(0)
                if sighting is None:
                    continue
                pause = 0.0 if before is None else (sighting.at - before) / self._config.speed
                before = sighting.at
                if pause > 0:
                    await self._clock.sleep(min(pause, _LONGEST_PAUSE))
                self._tracker.inbox.put(sighting)
        except OSError as error:
            raise PluginError(f"the capture cannot be read: {error.strerror or error}") from error
        return number


def _first_line(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.readline(LONGEST_LINE)
    except OSError as error:
        raise PluginError(f"the capture {path} cannot be read: {error.strerror or error}") from error


def _sightings(path: Path, tracker: Tracker) -> Iterator[Sighting | None]:
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE + 1):
            yield _read(line, tracker)


@asynccontextmanager
async def _connected(address: str) -> AsyncGenerator[asyncio.StreamReader, None]:
    host, port = split_address(address)
    try:
        async with asyncio.timeout(_CONNECTING):
            reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        raise NotConnected(f"the feed {address} does not answer") from None
    try:
        yield reader
    finally:
        writer.close()


class _Feed:
    """A feed that is connected."""

    def __init__(self, reader: asyncio.StreamReader, clock: Clock, tracker: Tracker) -> None:
        self._reader = reader
        self._clock = clock
        self._tracker = tracker
        self._rest = b""

    async def greet(self) -> None:
        """Make sure that it is a feed. Raises NotConnected."""
        lines: list[bytes] = []
        while not lines:
            lines = await self._lines(_CONNECTING)
        if _json(lines[0]) != GREETING:
            raise NotConnected("what answers is not a feed of advertisements")
        self._take(lines[1:])

    async def follow(self) -> None:
        """Take what comes; what is more than anybody needs is dropped unread. Raises NotConnected at the end."""
        second, taken = self._clock.monotonic(), 0
        while True:
            lines = await self._lines(LONGEST_SILENCE)
            now = self._clock.monotonic()
            if now - second >= 1.0:
                second, taken = now, 0
            room = max(MOST_LINES - taken, 0)
            taken += len(lines)
            self._take(lines[:room])
            self._tracker.inbox.dropped += len(lines[room:])
            await asyncio.sleep(0)  # a feed that always has more must not keep others from their turn

    def _take(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            sighting = _read(line, self._tracker)
            if sighting is not None:
                self._tracker.inbox.put(sighting)

    async def _lines(self, patience: float) -> list[bytes]:
        try:
            async with asyncio.timeout(patience):
                chunk = await self._reader.read(_CHUNK)
        except TimeoutError:
            raise NotConnected("the feed has been silent for too long") from None
        except OSError as error:
            raise NotConnected(f"the feed broke: {error}") from error
        if not chunk:
            raise NotConnected("the feed has ended")
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise NotConnected("the feed sends lines that are too long")
        return lines


def _json(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _read(line: bytes, tracker: Tracker) -> Sighting | None:
    try:
        return read_line(line)
    except BadLine:
        tracker.unreadable += 1
        return None
