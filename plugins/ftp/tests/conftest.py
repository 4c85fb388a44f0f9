"""An FTP server for each test, and a folder to write to."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from hub_ftp.simulator import FtpServer, serving


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative lake is made below the working folder."""
    folder = tmp_path / "working"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder that the server serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """The local data lake."""
    return tmp_path / "lake"


@pytest.fixture
async def server(files: Path) -> AsyncGenerator[FtpServer, None]:
    """A server that can misbehave."""
    async with serving(files) as server:
        yield server
