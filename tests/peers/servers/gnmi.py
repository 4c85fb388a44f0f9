"""OpenConfig's own gNMI programs (Go module github.com/openconfig/gnmi): a fake target, and a client.

`tests/peers/gnmi/fetch` builds them. The fake target speaks TLS only, has Subscribe only, and spells paths as before gNMI 0.4.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme

_ROOT = Path(__file__).resolve().parents[3]
BIN = _ROOT / ".peers" / "gnmi" / "bin"
_PATIENCE = 10.0  # seconds


class Unavailable(Exception):
    """A program cannot be had on this machine, and why."""


def program(name: str) -> Path:
    """Return the program, built if that has not been done. Raises Unavailable."""
    if not (BIN / name).exists():
        if shutil.which("go") is None:
            raise Unavailable("Go is not installed")
        built = subprocess.run([_ROOT / "tests/peers/gnmi/fetch"], check=False, capture_output=True, text=True)
        if built.returncode:
            raise Unavailable(f"it cannot be built: {built.stderr[-300:]}")
    return BIN / name


class Keys:
    """An authority and a server's certificate, as files."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        leaf = self.authority.issue_cert("127.0.0.1", "localhost")
        self.ca, self.certificate, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
        self.authority.cert_pem.write_to_path(self.ca)
        leaf.private_key_pem.write_to_path(self.key)
        self.certificate.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
        self.pair = (self.key.read_bytes(), self.certificate.read_bytes())


class Server:
    """One program that serves; it can be killed and started again at the same port."""

    def __init__(self, name: str, port: int, arguments: Sequence[str], log: Path) -> None:
        self.name, self.port, self._log = name, port, log
        self._command = [str(program(name)), *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens. Raises Unavailable."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        end = time.monotonic() + _PATIENCE
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise Unavailable(f"{self.name} does not start: {self._log.read_text(errors='replace')[-500:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it at once."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def fake_target(
    folder: Path, keys: Keys, values: str, *, more: str = "disable_eof: true", client_ca: bool = False
) -> Iterator[Server]:
    """Run the fake target on these values (text protobuf of its `fake.proto`)."""
    port, config = free_port(), folder / "fake.pb.txt"
    config.write_text(f'target: "fake"\nclient_type: GRPC_GNMI\n{more}\n{values}\n')
    arguments = ["--config", str(config), "--text", "--port", str(port), "--logtostderr"]
    arguments += ["--server_crt", str(keys.certificate), "--server_key", str(keys.key)]
    arguments += ["--ca_crt", str(keys.ca)] if client_ca else ["--allow_no_client_auth"]
    yield from _run(Server("fake_server", port, arguments, folder / "fake.log"))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _run(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
