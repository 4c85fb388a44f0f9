"""Real FTP servers: vsftpd, ProFTPD and Pure-FTPd from Debian, on 127.0.0.1.

Their packages conflict, so they are unpacked beside each other below `.peers/ftp` and run from there. They switch to a user of
their own, `hubpeer`, which is made when it is missing; that, and chroot, need root.
"""

import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme

USER, PASSWORD = "hubpeer", "kilo-Watt-17"
NAMES = ("vsftpd", "proftpd", "pure-ftpd")
HOME = Path(tempfile.gettempdir()) / "hub-ftp-peer"
"""What every server serves; the home of its user, so it is the same for all."""

_KEPT = Path(__file__).resolve().parents[3] / ".peers" / "ftp"
_PACKAGES = ("vsftpd", "proftpd-core", "proftpd-mod-crypto", "pure-ftpd", "pure-ftpd-common")
_LIBRARIES = ("libhiredis0.14", "libmemcached11", "libmemcachedutil2", "libpcre2-posix3", "libsodium23")
_PAM = Path("/etc/pam.d/hub-ftp-peer")
_PATIENCE = 10.0  # seconds


class Unavailable(Exception):
    """A server cannot be had on this machine, and why."""


@dataclass
class Server:
    """One server that runs; it can be killed and started again at the same port."""

    name: str
    port: int
    command: Sequence[str]
    log: Path
    ca_file: Path | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it and wait until it answers. Raises Unavailable."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        end = time.monotonic() + _PATIENCE
        while not _answers(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise Unavailable(f"{self.name} does not start: {self.log.read_text(errors='replace')[-500:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it with everything it has forked, at once."""
        if self._process is not None:
            # vsftpd makes each session a process group of its own.
            for number in [self._process.pid, *_descendants(self._process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextmanager
def serving(name: str, *, encrypted: bool = False, most_per_address: int | None = None) -> Iterator[Server]:
    """Run the server on an empty folder (`HOME`). Raises Unavailable with the reason."""
    fetch()
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(mode=0o755)
    user = pwd.getpwnam(USER)
    os.chown(HOME, user.pw_uid, user.pw_gid)
    with tempfile.TemporaryDirectory(prefix="hub-peer-") as folder:
        place = _Place(Path(folder), _free_port(), _free_range(), encrypted, most_per_address)
        server = Server(name, place.port, _COMMANDS[name](place), place.folder / "log", place.ca_file)
        server.start()
        try:
            yield server
        finally:
            server.kill()
            shutil.rmtree(HOME, ignore_errors=True)


def fetch() -> None:
    """Fetch and unpack the servers and make their user, as far as that has not been done. Raises Unavailable."""
    if os.geteuid() != 0:
        raise Unavailable("FTP servers switch users and chroot, which needs root")
    if not all(_binary(name).exists() for name in NAMES):
        _unpack()
    try:
        pwd.getpwnam(USER)
    except KeyError:
        _run("useradd", "--home-dir", str(HOME), "--no-create-home", "--shell", "/bin/sh", USER)
    subprocess.run(["chpasswd"], input=f"{USER}:{PASSWORD}".encode(), check=True)
    _PAM.write_text("auth required pam_unix.so\naccount required pam_unix.so\n")


@dataclass
class _Place:
    """What a server's configuration is made of."""

    folder: Path
    port: int
    data_ports: tuple[int, int]
    encrypted: bool
    most_per_address: int | None

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)
        (self.folder / "empty").mkdir()
        self.certificate = self.folder / "server.pem"
        self.ca_file: Path | None = None
        if self.encrypted:
            authority = trustme.CA()
            authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(self.certificate)
            self.certificate.chmod(0o600)
            self.ca_file = self.folder / "ca.pem"
            authority.cert_pem.write_to_path(self.ca_file)

    def write(self, name: str, lines: Sequence[str]) -> str:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o600)
        return str(path)


def _vsftpd(place: _Place) -> Sequence[str]:
    low, high = place.data_ports
    settings = {
        "listen": "YES",
        "listen_ipv6": "NO",
        "listen_address": "127.0.0.1",
        "listen_port": place.port,
        "background": "NO",
        "anonymous_enable": "NO",
        "local_enable": "YES",
        "write_enable": "YES",
        "local_umask": "022",
        "local_root": HOME,
        "chroot_local_user": "YES",
        "allow_writeable_chroot": "YES",
        "secure_chroot_dir": place.folder / "empty",
        "pam_service_name": _PAM.name,
        "seccomp_sandbox": "NO",
        "pasv_min_port": low,
        "pasv_max_port": high,
    }
    if place.most_per_address:
        settings["max_per_ip"] = place.most_per_address
    if place.encrypted:
        settings |= {
            "ssl_enable": "YES",
            "rsa_cert_file": place.certificate,
            "rsa_private_key_file": place.certificate,
            "require_ssl_reuse": "YES",
            "force_local_data_ssl": "YES",
            "force_local_logins_ssl": "YES",
            "ssl_ciphers": "HIGH",
        }
    return [str(_binary("vsftpd")), place.write("vsftpd.conf", [f"{key}={value}" for key, value in settings.items()])]


def _proftpd(place: _Place) -> Sequence[str]:
    low, high = place.data_ports
    user = pwd.getpwnam(USER)
    hashed = _run("openssl", "passwd", "-6", PASSWORD).strip()
    people = place.write("people", [f"{USER}:{hashed}:{user.pw_uid}:{user.pw_gid}::{HOME}:/bin/sh"])
    lines = [
        "ServerType standalone",
        "DefaultAddress 127.0.0.1",
        "SocketBindTight on",
        f"Port {place.port}",
        "UseIPv6 off",
        f"User {USER}",
        f"Group {USER}",
        f"PidFile {place.folder}/pid",
        f"ScoreboardFile {place.folder}/scoreboard",
        f"DelayTable {place.folder}/delay",
        "DelayEngine off",
        "AuthOrder mod_auth_file.c",
        f"AuthUserFile {people}",
        "RequireValidShell off",
        f"DefaultRoot {HOME}",
        "AllowStoreRestart on",
        "AllowOverwrite on",
        "AllowRetrieveRestart on",
        "UseReverseDNS off",
        "WtmpLog off",
        f"SystemLog {place.folder}/system.log",
        f"PassivePorts {low} {high}",
        f"ModulePath {_KEPT}/usr/lib/proftpd",
    ]
    if place.most_per_address:
        lines.append(f"MaxClientsPerHost {place.most_per_address}")
    if place.encrypted:
        lines += [
            "LoadModule mod_tls.c",
            "TLSEngine on",
            "TLSRequired on",
            f"TLSRSACertificateFile {place.certificate}",
            f"TLSRSACertificateKeyFile {place.certificate}",
            f"TLSLog {place.folder}/tls.log",
        ]
    return [str(_binary("proftpd")), "-n", "-c", place.write("proftpd.conf", lines)]


def _pure_ftpd(place: _Place) -> Sequence[str]:
    low, high = place.data_ports
    command = [str(_binary("pure-ftpd")), "-S", f"127.0.0.1,{place.port}", "-l", "unix", "-A", "-E", "-H"]
    command += ["-p", f"{low}:{high}", "-P", "127.0.0.1", "-u", "1", "-g", f"{place.folder}/pid"]
    command += ["-Y", "3", "-2", str(place.certificate)] if place.encrypted else ["-Y", "0"]
    return [*command, "-C", str(place.most_per_address)] if place.most_per_address else command


_COMMANDS: dict[str, Callable[[_Place], Sequence[str]]] = {"vsftpd": _vsftpd, "proftpd": _proftpd, "pure-ftpd": _pure_ftpd}


def _unpack() -> None:
    if shutil.which("apt-get") is None:
        raise Unavailable("the servers come from Debian's packages, and there is no apt-get")
    _KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *_LIBRARIES)
            _run("apt-get", "download", "-qq", *_PACKAGES, folder=folder)
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"apt-get failed (try apt-get update): {error.stderr[-300:]}") from error
        for package in Path(folder).glob("*.deb"):
            _run("dpkg", "-x", str(package), str(_KEPT))


def _binary(name: str) -> Path:
    return _KEPT / "usr" / "sbin" / name


def _run(*command: str, folder: str | None = None) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder, env=environment).stdout


def _descendants(process: int) -> list[int]:
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, parent = status.read_text().partition(" ")[0], status.read_text().rpartition(")")[2].split()[1]
            if int(parent) == process:
                children.append(int(number))
    return [*children, *(below for child in children for below in _descendants(child))]


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(3) in (b"220", b"421")
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _free_range() -> tuple[int, int]:
    low = 40000 + _free_port() % 20000
    return low, low + 50


def main() -> int:
    """Fetch the servers, start each once, and say of each whether it can be had."""
    for name in NAMES:
        try:
            with serving(name, encrypted=True) as server:
                print(f"{name}: ready ({ssl.OPENSSL_VERSION}, port {server.port})")
        except Unavailable as reason:
            print(f"{name}: not available: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
