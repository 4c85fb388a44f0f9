"""The ordeal: many messages, while the hub is killed again and again and the broker restarted twice; then all are counted.

A hub of its own (`hub run`) consumes a quorum queue; a publisher sends numbered messages and sends again what was not confirmed.
`python -m tests.peers.rabbitmq.ordeal [N]` runs 100,000 messages with ten kills of the hub.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import aio_pika

from tests.peers.rabbitmq.server import Server, serving

QUEUE = "ordeal"
_WINDOW = 250  # messages that the publisher has on the way
_SETTLED = 3.0  # seconds after which the broker has a new queue on its disk
_PATIENCE = 120.0  # seconds without any progress
_POISON = 500  # every so-manieth message cannot be read


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the messages."""

    published: int
    told: int
    """Different messages among the hub's events."""
    dead: int
    """Different messages in the dead-letter queue."""
    missing: int
    repeated: int
    """Events beyond the first of the same message."""
    counted: int
    """What the hub's own counter says."""
    hub_kills: int
    broker_restarts: int
    seconds: float


def run(count: int, hub_kills: int, folder: Path) -> Account:
    """Go through it. Raises Unavailable, AssertionError when nothing moves any more."""
    with serving() as server:
        return asyncio.run(_run(count, hub_kills, server, Hub(folder, server.port)))


class Hub:
    """`hub run` in a process of its own."""

    def __init__(self, folder: Path, broker_port: int) -> None:
        self._folder = folder
        self._database = folder / "data" / "hub.db"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "hub.yaml").write_text(_CONFIGURATION.format(port=_free_port(), broker=broker_port, queue=QUEUE))

    def start(self) -> None:
        with (self._folder / "output").open("ab") as output:
            command = [str(Path(sys.executable).parent / "hub"), "run", "-c", str(self._folder / "hub.yaml")]
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=output, stderr=output)

    def end(self, number: int) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
            self._process.wait(60)
            self._process = None

    def told(self) -> list[int]:
        """The numbers of all messages among the events, in order; what is on the disk."""
        bodies = self._read(
            "SELECT d.json_text FROM events e JOIN event_types t ON t.id = e.type_id JOIN event_data d ON d.id = e.data_id"
            " WHERE t.name = 'rabbitmq.message' ORDER BY e.id"
        )
        return [json.loads(body)["body"]["number"] for (body,) in bodies]

    def told_so_far(self) -> int:
        rows = self._read(
            "SELECT count(*) FROM events e JOIN event_types t ON t.id = e.type_id WHERE t.name = 'rabbitmq.message'"
        )
        return int(rows[0][0]) if rows else 0

    def counted(self) -> int:
        rows = self._read("SELECT value FROM memory WHERE key = ?", f"{QUEUE}:totals")
        return int(json.loads(rows[0][0])["taken"]) if rows else 0

    def output(self) -> str:
        return (self._folder / "output").read_text()

    def _read(self, statement: str, *values: str) -> list[tuple[str, ...]]:
        if not self._database.exists():
            return []
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)) as database:
            try:
                return list(database.execute(statement, values))
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):  # the first start has not made them yet
                    return []
                raise


async def _run(count: int, hub_kills: int, server: Server, hub: Hub) -> Account:
    began = time.monotonic()
    hub.start()
    try:
        await _until_consumed(server, hub)
        await asyncio.sleep(_SETTLED)
        publishing = asyncio.create_task(_publish(server, count))
        restarts = {round(hub_kills / 3) or 1: server.kill, round(2 * hub_kills / 3) or 2: server.stop}
        for number in range(1, hub_kills + 1):
            await _progress(hub, count * number // (hub_kills + 2))
            hub.end(signal.SIGKILL)
            if number in restarts:
                restarts[number]()
                await asyncio.to_thread(server.start)
            hub.start()
        await publishing
        dead = await _finish(server, hub, count)
    finally:
        hub.end(signal.SIGTERM)
    told = hub.told()
    missing = set(range(count)) - set(told) - dead
    return Account(
        published=count,
        told=len(set(told)),
        dead=len(dead),
        missing=len(missing),
        repeated=len(told) - len(set(told)),
        counted=hub.counted(),
        hub_kills=hub_kills,
        broker_restarts=len(restarts),
        seconds=time.monotonic() - began,
    )


async def _until_consumed(server: Server, hub: Hub) -> None:
    for _ in range(600):
        with suppress(OSError, aio_pika.exceptions.AMQPError):
            async with await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{server.port}/", timeout=5) as connection:
                channel = await connection.channel()
                queue = await channel.declare_queue(QUEUE, passive=True)
                if queue.declaration_result.consumer_count:
                    return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the hub does not consume:\n{hub.output()[-3000:]}")


async def _publish(server: Server, count: int) -> None:
    """Send every number until it is confirmed, whatever happens to the broker."""
    waiting = list(range(count))
    while waiting:
        try:
            async with await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{server.port}/", timeout=10) as connection:
                channel = await connection.channel(on_return_raises=True)
                while waiting:
                    window = waiting[:_WINDOW]
                    outcomes = await asyncio.gather(*(_send(channel, number) for number in window), return_exceptions=True)
                    lost = [number for number, outcome in zip(window, outcomes, strict=True) if outcome is not None]
                    waiting[:_WINDOW] = lost
                    if lost:
                        break
        except (OSError, RuntimeError, aio_pika.exceptions.AMQPError):
            pass
        if waiting:
            await asyncio.sleep(0.2)


async def _send(channel: aio_pika.abc.AbstractChannel, number: int) -> None:
    body = json.dumps({"number": number, "of": "ordeal"}).encode()
    message = aio_pika.Message(
        body[:-1] if number % _POISON == 0 else body,
        message_id=f"ordeal-{number}",
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    async with asyncio.timeout(20):
        await channel.default_exchange.publish(message, QUEUE)


async def _progress(hub: Hub, wanted: int) -> None:
    last, since = -1, time.monotonic()
    while (told := hub.told_so_far()) < wanted:
        if told != last:
            last, since = told, time.monotonic()
        assert time.monotonic() - since < _PATIENCE, f"{told} of {wanted}, and nothing moves:\n{hub.output()[-3000:]}"
        await asyncio.sleep(0.1)


async def _finish(server: Server, hub: Hub, count: int) -> set[int]:
    """Wait until the queue is empty, and return the numbers of the dead letters."""
    await _progress(hub, count - -(-count // _POISON))
    async with await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{server.port}/", timeout=10) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(f"{QUEUE}.dead", passive=True)
        dead: set[int] = set()
        while (message := await queue.get(fail=False)) is not None:
            assert message.message_id is not None
            assert message.headers.get("x-hub-fault") == "truncated", message.headers
            dead.add(int(message.message_id.rpartition("-")[2]))
        return dead


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hub-ordeal-") as folder:
        yield Path(folder)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


_CONFIGURATION = """
hub:
  http: {{port: {port}}}
  data_dir: data
rabbitmq:
  host: 127.0.0.1
  port: {broker}
  timeout: 10
  queues:
    - name: {queue}
      sensors: [{{field: number, name: Number}}]
"""


if __name__ == "__main__":
    logging.disable()  # the publisher's library speaks of every lost connection
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with _folder() as place:
        account = run(how_many, 10, place)
    print(json.dumps(asdict(account)))
    sys.exit(1 if account.missing else 0)
