"""The local data lake: where copies go, never half and never outside their folder.

Every step down from the lake's folder is opened without following symbolic links, so neither a name from the server nor a link
that somebody left in the lake leads out of it.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hub.api import PluginError
from hub_ftp.listing import Entry, why_unsafe

_PARTIALS = ".partial"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_SAME_TIME = 1_000_000  # nanoseconds


class LakeError(PluginError):
    """The local disk does not take or give what is asked."""


class Lake:
    """The folder of one server. Everything here blocks for as long as the disk does."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self._busy: set[str] = set()

    def locate(self, remote: str) -> Path:
        """Return where the copy of the file is or would be. Raises LakeError when the path could lead out of the lake."""
        return self.home.joinpath(*_parts(remote))

    def holds(self, entry: Entry) -> bool:
        """Whether the copy has the entry's size and time, so it needs no download."""
        if entry.size is None or entry.modified is None:
            return False
        parts = _parts(entry.path)
        try:
            with self.open_folder(parts[:-1], create=False) as folder:
                found = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        exact = abs(found.st_mtime_ns - _nanoseconds(entry)) < _SAME_TIME
        return stat.S_ISREG(found.st_mode) and found.st_size == entry.size and exact

    def read(self, remote: str, most: int) -> bytes:
        """Return the copy's content. Raises LakeError, also when it is longer than `most` bytes."""
        parts = _parts(remote)
        with _as_lake_error(remote), self.open_folder(parts[:-1], create=False) as folder:
            number = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            with os.fdopen(number, "rb") as file:
                content = file.read(most + 1)
        if len(content) > most:
            raise LakeError(f"{remote} is longer than {most} bytes")
        return content

    def begin(self, entry: Entry) -> "Partial":
        """Open what a broken transfer of the very same size and time left, or an empty copy. Raises LakeError."""
        if entry.path in self._busy:
            raise LakeError(f"{entry.path} is being copied already")
        _parts(entry.path)
        with _as_lake_error(entry.path), self.open_folder((_PARTIALS,), create=True) as folder:
            copy = Partial(self, entry, os.dup(folder))
        self._busy.add(entry.path)
        return copy

    def end(self, entry: Entry) -> None:
        """The partial copy of the entry has been ended."""
        self._busy.discard(entry.path)

    def sweep(self, keep_for: float, now: float) -> None:
        """Delete what broken transfers left more than `keep_for` seconds ago, and what a crash left unfinished."""
        with contextlib.suppress(OSError), self.open_folder((_PARTIALS,), create=False) as folder:
            for name in _names(folder):
                old = now - os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime > keep_for
                if old or name.endswith(".part"):
                    os.unlink(name, dir_fd=folder)

    @contextlib.contextmanager
    def open_folder(self, parts: tuple[str, ...], create: bool) -> Iterator[int]:
        """Open a folder below the lake's own, following no link, and making what is missing if asked. Raises OSError."""
        if create:
            self.home.mkdir(parents=True, exist_ok=True)
        number = os.open(self.home, _FOLDER)
        try:
            for part in parts:
                if create:
                    _make_folder(part, number)
                below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=number)
                os.close(number)
                number = below
            yield number
        finally:
            os.close(number)


class Partial:
    """A copy that nobody sees yet. `publish` or `keep` or `discard` ends it, each of them once."""

    def __init__(self, lake: Lake, entry: Entry, folder: int) -> None:
        self._lake = lake
        self._entry = entry
        self._folder = folder
        owner = hashlib.sha256(entry.path.encode()).hexdigest()[:24]
        identity = hashlib.sha256(f"{entry.size} {entry.modified}".encode()).hexdigest()[:16]
        self._name = f"{owner}.{identity}.part"
        self._kept = f"{owner}.{identity}.kept"
        try:
            self._forget_others(owner)
            with contextlib.suppress(FileNotFoundError):
                os.rename(self._kept, self._name, src_dir_fd=folder, dst_dir_fd=folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open(self._name, flags, 0o644, dir_fd=folder)
            self.length = os.fstat(self._file).st_size
        except BaseException:
            os.close(folder)
            raise

    def write(self, content: bytes) -> None:
        """Append. Raises LakeError, such as for a full disk."""
        with _as_lake_error(self._entry.path):
            view = memoryview(content)
            while view:
                written = os.write(self._file, view)
                self.length += written
                view = view[written:]

    def restart(self) -> None:
        """Forget what is there. Raises LakeError."""
        with _as_lake_error(self._entry.path):
            os.ftruncate(self._file, 0)
            self.length = 0

    def publish(self) -> Path:
        """Make the copy durable, then visible; the answer is where. Raises LakeError, and then nothing is visible."""
        try:
            with _as_lake_error(self._entry.path):
                self._publish(_parts(self._entry.path))
        except LakeError:
            self.discard()
            raise
        self._close()
        return self._lake.locate(self._entry.path)

    def keep(self) -> None:
        """Make what is there durable, so that the transfer can be resumed."""
        try:
            with contextlib.suppress(OSError):
                os.fsync(self._file)
                os.rename(self._name, self._kept, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        finally:
            self._close()

    def discard(self) -> None:
        """Throw it away."""
        try:
            with contextlib.suppress(OSError):
                os.unlink(self._name, dir_fd=self._folder)
        finally:
            self._close()

    def _publish(self, parts: tuple[str, ...]) -> None:
        if self._entry.modified is not None:
            moment = _nanoseconds(self._entry)
            os.utime(self._file, ns=(moment, moment))
        os.fsync(self._file)
        with self._lake.open_folder(parts[:-1], create=True) as folder:
            os.replace(self._name, parts[-1], src_dir_fd=self._folder, dst_dir_fd=folder)
            os.fsync(folder)

    def _forget_others(self, owner: str) -> None:
        for name in _names(self._folder):
            if name.startswith(owner) and name != self._kept:
                os.unlink(name, dir_fd=self._folder)

    def _close(self) -> None:
        self._lake.end(self._entry)
        os.close(self._file)
        os.close(self._folder)


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _parts(remote: str) -> tuple[str, ...]:
    parts = tuple(remote.strip("/").split("/"))
    for part in parts:
        if reason := why_unsafe(part):
            raise LakeError(f"{remote!r} cannot be copied: {reason}")
    if parts[0] == _PARTIALS:
        raise LakeError(f"{remote!r} cannot be copied: the lake uses this name itself")
    return parts


def _make_folder(name: str, parent: int) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
        os.fsync(parent)


def _nanoseconds(entry: Entry) -> int:
    return 0 if entry.modified is None else round(entry.modified.timestamp() * 1_000_000) * 1000


@contextlib.contextmanager
def _as_lake_error(remote: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LakeError(f"{remote} cannot be kept: {error.strerror or error}") from error
