"""A folder in which a hub runs, and how to talk to it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx2

from hub.app.hub import Hub, running
from hub.web.address import Address, read_address
from tests.hosting.installed import install
from tests.hosting.tcp import hub_tcp

CORE = "hub: {http: {port: 0}, time_zone: Europe/Berlin, data_dir: data, store: {commit_interval: 0.2}}\n"


class Site:
    """A folder with a configuration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "hub.yaml"

    def write(self, text: str) -> Path:
        """Write the configuration; the core's section is added."""
        self.path.write_text(CORE + dedent(text))
        return self.path

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Hub]:
        """Run the hub in this process."""
        async with running(self.path) as hub:
            yield hub

    @asynccontextmanager
    async def http(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Talk to the hub that runs here, with its local token."""
        address = self.address()
        assert address is not None
        headers = {"Authorization": f"Bearer {address.token}"}
        async with httpx2.AsyncClient(base_url=address.url, headers=headers, trust_env=False) as client:
            yield client

    def address(self) -> Address | None:
        """Return where the hub runs that runs in this folder."""
        return read_address(self.folder / "data")

    @asynccontextmanager
    async def process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the hub as the command does, in a process of its own; it is killed at the end if it still runs."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), str(self.folder / "installed")])}
        command = (sys.executable, "-m", "hub.cli", "run", "-c", str(self.path))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.STDOUT, env=environment)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.communicate()


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def until_written(http: httpx2.AsyncClient) -> None:
    """Wait until the history of everything that happened so far is on disk."""
    async with asyncio.timeout(20):
        while (await http.get("/api/hub/health")).json()["recorder"]["queued"]:
            await asyncio.sleep(0.05)


async def read_until(process: asyncio.subprocess.Process, words: str) -> str:
    """Return what the process says up to the line with these words."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(30):
        while words not in said:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    return said


EAGER = """
from contextlib import asynccontextmanager
from hub.api import Config, Plugin, PluginEvent, hookimpl

class Hurried(PluginEvent):
    n: int

@asynccontextmanager
async def connect(config, hub):
    hub.emit(Hurried(n=7))
    yield None

@hookimpl
def hub_plugin():
    return Plugin(name="eager", config=Config, connect=connect, events=[Hurried])
"""
"""A plugin that tells something before it is connected, once."""


def install_plugins(folder: Path) -> None:
    """Make the example plugin look installed, an eager one, one that is no Python, and one that fails when it is imported."""
    folder.mkdir(exist_ok=True)
    (folder / "hub_unripe.py").write_text("def hub_plugin(:\n")
    (folder / "hub_rotten.py").write_text("raise RuntimeError('rotten to the core')\n")
    (folder / "hub_eager.py").write_text(EAGER)
    install(folder, "hub-eager", {"eager": "hub_eager"})
    install(folder, "hub-tcp", {"tcp": hub_tcp.__name__})
    install(folder, "hub-unripe", {"unripe": "hub_unripe"})
    install(folder, "hub-rotten", {"rotten": "hub_rotten"})
