"""A real RabbitMQ (Debian's package) on 127.0.0.1: its own folder, ports and name server, stopped by process id."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_START = 90.0  # seconds


class Unavailable(Exception):
    """The server cannot be had on this machine."""


class Server:
    """One broker; what is in its folder survives `kill` and `stop`."""

    def __init__(self, folder: Path) -> None:
        self.port, self._distribution, self._names = _free_port(), _free_port(), _free_port()
        self._folder = folder
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.console = false\nheartbeat = 10\n")
        (folder / "plugins").write_text("[].")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"hub{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._names),
        }
        # Started by us, since the broker would leave its own behind.
        names = ["epmd", "-address", "127.0.0.1", "-port", str(self._names)]
        self._epmd = subprocess.Popen(names, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._process: subprocess.Popen[bytes] | None = None
        self.begun = 0.0

    def begin(self) -> None:
        """Start it; `wait` tells when it is there."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [str(_SCRIPT)], env=self._environment, cwd=self._folder, stdout=output, stderr=output, start_new_session=True
            )
        self.begun = time.monotonic()

    def is_there(self) -> bool:
        """Whether it speaks AMQP."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
        return False

    def start(self) -> None:
        """Start it and wait until it speaks."""
        self.begin()
        while not self.is_there():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() - self.begun > _START:
                raise Unavailable(f"the broker does not start: {(self._folder / 'output').read_text()[-500:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        """End it with kill -9."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as a reboot does."""
        self._signal(signal.SIGTERM)

    def close(self) -> None:
        """Leave nothing running."""
        self.kill()
        self._epmd.kill()
        self._epmd.wait()

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


@contextmanager
def serving() -> Iterator[Server]:
    """Run a broker for the length of the block. Raises Unavailable."""
    if not _SCRIPT.exists():
        raise Unavailable("RabbitMQ is not installed (tests/peers/rabbitmq/fetch installs Debian's)")
    if os.geteuid() != 0:
        raise Unavailable("Debian's RabbitMQ can only be started by root")
    folder = Path(tempfile.mkdtemp(prefix="hub-rabbitmq-peer-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
