"""The stage of the demonstration: simulated systems, a configuration that connects to them, and a hub that runs on it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any, Final

import msgspec

from hub.app.hub import Hub, running
from hub.clock import Clock, SystemClock
from hub.demo.counting import Counts
from hub.hosting.discovery import Broken, available, load
from hub.plugin import Rehearsal
from hub.web.address import read_address

_log: Final = logging.getLogger(__name__)
_STORIES: Final[Mapping[str, frozenset[str]]] = {
    "energy": frozenset({"discord", "ftp", "pagerduty"}),
    "desktops": frozenset({"discord", "qr_auth", "vmware"}),
    "finance": frozenset({"airpods_ble", "discord", "gnmi", "librenms", "pagerduty"}),
    "fitness": frozenset({"discord", "rabbitmq"}),
}
"""Which plugins each story needs; those of which one is not there are not told."""
_USUAL_PORT: Final = 8123
_CUE: Final = 20.0  # seconds of the demonstration's time between two looks of the executives at their messages


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demonstration that runs."""

    hub: Hub
    path: Path
    token: str
    pages: Mapping[str, str]
    """Where a person can look: title → URL."""
    counts: Counts

    def counted(self) -> dict[str, int]:
        """Return what happened so far, in numbers."""
        return self.counts.as_dict()


@asynccontextmanager
async def on_stage(folder: Path, speed: float, *, clock: Clock | None = None) -> AsyncIterator[Demonstration]:
    """Run the demonstration in a folder; time passes `speed` times as fast, or as the clock says."""
    clock = clock or SystemClock(speed)
    async with AsyncExitStack() as stack:
        rehearsals = await _rehearse(clock, stack)
        port = _free_port()
        for rehearsal in rehearsals.values():
            rehearsal.hub_at(f"http://127.0.0.1:{port}")
        path = await asyncio.to_thread(_write, folder, port, rehearsals)
        hub = await stack.enter_async_context(running(path, clock=clock))
        counts = Counts(hub.bus)
        stack.callback(_end, asyncio.create_task(_play(rehearsals, clock), name="executives"))
        address = read_address(hub.configuration.settings.data_dir)
        pages = {"Hub": address.url if address else ""}
        for rehearsal in rehearsals.values():
            pages.update(rehearsal.pages)
        yield Demonstration(hub, path, address.token if address else "", pages, counts)


async def _rehearse(clock: Clock, stack: AsyncExitStack) -> dict[str, Rehearsal]:
    """Start the simulator of every plugin that has one."""
    rehearsals = {}
    for found in available():
        loaded = load(found.name)
        if not isinstance(loaded, Broken) and loaded.plugin.rehearse is not None:
            try:
                rehearsals[found.name] = await stack.enter_async_context(loaded.plugin.rehearse(clock))
            except Exception:
                _log.exception("the simulator of %s does not start: the demonstration goes on without it", found.name)
    return rehearsals


async def _play(rehearsals: Mapping[str, Rehearsal], clock: Clock) -> None:
    """Give each simulated system its cues, as people would: they look now and then, and answer what they see."""
    cues = [cue for rehearsal in rehearsals.values() for cue in rehearsal.cues.values()]
    while cues:
        await clock.sleep(_CUE)
        for cue in cues:
            await cue()


def _write(folder: Path, port: int, rehearsals: Mapping[str, Rehearsal]) -> Path:
    """Write the configuration: a package for each story, and a section for each system."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    sections = {name: _section(rehearsal.config, folder, port) for name, rehearsal in rehearsals.items()}
    core = {"name": "Berlin Energy", "time_zone": "Europe/Berlin", "latitude": 52.52, "longitude": 13.4, "http": {"port": port}}
    told = [name for name, needed in _STORIES.items() if needed <= sections.keys()]
    _lay_out(told, folder / "stories")
    path = folder / "hub.yaml"
    path.write_text(
        "# Written by `hub demo` at every start.\n"
        f"hub:\n{indent(_yaml({**core, 'data_dir': 'data'}), '  ')}  packages: !include_dir_named stories\n{_yaml(sections)}"
    )
    return path


def _yaml(value: object) -> str:
    return msgspec.yaml.encode(value).decode()


def _lay_out(told: Sequence[str], folder: Path) -> None:
    """Lay the stories beside the configuration, where a person can read them."""
    folder.mkdir(exist_ok=True)
    for name in _STORIES:
        (folder / f"{name}.yaml").unlink(missing_ok=True)
    for name in told:
        (folder / f"{name}.yaml").write_text((Path(__file__).parent / "stories" / f"{name}.yaml").read_text())


def _section(config: Any, folder: Path, port: int) -> Any:
    """Place what the section leaves open: folders, and the address of the hub."""
    if isinstance(config, list | tuple):
        return [_section(part, folder, port) for part in config]
    section = dict(config)
    if "lake" in section:
        section["lake"] = str(folder / section["lake"])
    if "external_url" in section:
        section["external_url"] = f"http://127.0.0.1:{port}"
    return section


def _free_port() -> int:
    """Return the usual port if it is free, else another one."""
    for port in (_USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return _USUAL_PORT


def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
