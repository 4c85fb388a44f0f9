"""Encrypted connections: to pyftpdlib (explicit) and the simulator (implicit)."""

import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hub_ftp
import pytest
import trustme
from hub_ftp.simulator import serving

from hub.clock import SimulatedClock
from hub.testing import running

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it stands on asyncore
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer


class Pyftpdlib:
    """A real server of another make, in a thread of its own."""

    def __init__(self, root: Path, handler: type[FTPHandler]) -> None:
        authorizer = DummyAuthorizer()
        authorizer.add_user("meter", "kilowatt", str(root), perm="elradfmwMT")
        handler.authorizer = authorizer
        self._loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), handler, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._loop.loop(timeout=0.02, blocking=False)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._server.close_all()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def explicit(authority: trustme.CA, files: Path, tmp_path: Path) -> Iterator[Pyftpdlib]:
    """A server that demands TLS on both connections."""
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")

    class Handler(TLS_FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
        certfile = str(tmp_path / "server.pem")
        tls_control_required = True
        tls_data_required = True

    server = Pyftpdlib(files, Handler)
    yield server
    server.close()


@pytest.fixture
def plain(files: Path) -> Iterator[Pyftpdlib]:
    class Handler(FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
        pass

    server = Pyftpdlib(files, Handler)
    yield server
    server.close()


def configured(port: int, lake: Path, **more: Any) -> dict[str, Any]:
    account = {"user": "meter", "password": "kilowatt"}
    return {
        "name": "Roof",
        "host": "127.0.0.1",
        "port": port,
        **account,
        "lake": str(lake),
        "stable_for": 0,
        "timeout": 5,
        **more,
    }


async def test_another_server_is_read(plain: Pyftpdlib, files: Path, lake: Path) -> None:
    """It tells more facts and demands TYPE I for SIZE."""
    (files / "a b ü.csv").write_bytes(b"x" * 300_000)

    async with running(hub_ftp, configured(plain.port, lake), SimulatedClock()) as hub:
        await hub.call("ftp.sync")
        await hub.call("ftp.upload", path="/deep/up.txt", content="new")
        await hub.call("ftp.upload", path="/deep/up.txt", content="newer")

        assert (lake / "roof/a b ü.csv").stat().st_size == 300_000
        assert (files / "deep/up.txt").read_text() == "newer"


async def test_explicit_encryption_protects_both_connections(explicit: Pyftpdlib, files: Path, lake: Path, ca_file: Path) -> None:
    """The server refuses anything else."""
    (files / "a.csv").write_bytes(b"x" * 300_000)
    config = configured(explicit.port, lake, encryption="explicit", ca_file=str(ca_file))

    async with running(hub_ftp, config, SimulatedClock()) as hub:
        await hub.call("ftp.sync")
        await hub.call("ftp.upload", path="/up.bin", content="y" * 500_000)

        assert (lake / "roof/a.csv").stat().st_size == 300_000
        assert (files / "up.bin").stat().st_size == 500_000
        assert hub.value("sensor.roof_errors") == "0"


async def test_a_stranger_s_certificate_is_refused(explicit: Pyftpdlib, lake: Path) -> None:
    """The password is not sent to him; the error says what can be done."""
    async with running(hub_ftp, configured(explicit.port, lake, encryption="explicit"), SimulatedClock()) as hub:
        assert not hub.connected
        assert "certificate is not trusted" in (hub.report.last_error or "")
        assert "ca_file" in (hub.report.last_error or "")


async def test_a_certificate_for_another_name_is_refused(explicit: Pyftpdlib, lake: Path, ca_file: Path) -> None:
    """It is valid for 127.0.0.1 only."""
    config = configured(explicit.port, lake, encryption="explicit", ca_file=str(ca_file), host="localhost")

    async with running(hub_ftp, config, SimulatedClock()) as hub:
        assert not hub.connected
        assert "certificate is not trusted" in (hub.report.last_error or "")


async def test_any_certificate_passes_when_the_admin_says_so(explicit: Pyftpdlib, files: Path, lake: Path) -> None:
    """`verify: false`."""
    (files / "a.csv").write_text("x")

    async with running(hub_ftp, configured(explicit.port, lake, encryption="explicit", verify=False), SimulatedClock()) as hub:
        await hub.call("ftp.sync")

        assert (lake / "roof/a.csv").exists()


async def test_a_server_without_tls_does_not_get_the_password(plain: Pyftpdlib, lake: Path) -> None:
    """Explicit encryption is not optional."""
    async with running(hub_ftp, configured(plain.port, lake, encryption="explicit"), SimulatedClock()) as hub:
        assert not hub.connected
        assert "AUTH TLS" in (hub.report.last_error or "")


async def test_implicit_encryption(authority: trustme.CA, files: Path, lake: Path, ca_file: Path) -> None:
    """From the first byte, on both connections."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    (files / "a.csv").write_bytes(b"x" * 300_000)

    async with serving(files, tls=context) as server:
        config = configured(server.port, lake, encryption="implicit", ca_file=str(ca_file))
        async with running(hub_ftp, config, SimulatedClock()) as hub:
            await hub.call("ftp.sync")

            assert (lake / "roof/a.csv").stat().st_size == 300_000


async def test_an_authority_that_cannot_be_read_is_a_loss(lake: Path, tmp_path: Path) -> None:
    """The file may come later."""
    config = configured(1, lake, encryption="explicit", ca_file=str(tmp_path / "gone.pem"))

    async with running(hub_ftp, config, SimulatedClock()) as hub:
        assert "gone.pem" in (hub.report.last_error or "")
        assert hub.report.bugs == 0
