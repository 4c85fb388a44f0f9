"""The groups that need a process of its own: boot, http, ws."""

import asyncio
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from benchmarks import work
from benchmarks.figures import Figures, processor_seconds, resident_kb

_TOKEN: Final = "bench-token-0123456789abcdef0123456789abcdef"  # known to this computer alone, on the loopback interface
_PATIENCE: Final = 150.0  # seconds for a hub to start


@dataclass(frozen=True, slots=True)
class Running:
    """A hub in a process of its own, and how long it took to start."""

    pid: int
    port: int
    wall: float
    cpu: float

    def ask(self, path: str, body: Any = None) -> Any:
        """Return what the API answers."""
        return _ask(self.port, path, body)


def boot(figures: Figures, quick: bool) -> None:
    """Start with so many automations: cold, without any folder of its own, and once more."""
    resident: dict[int, int] = {}
    for count in (0, 1000) if quick else (0, 1000, 5000):
        with _configuration(count) as (config, port):
            for name in ("", "_warm"):
                with _process([str(Path(sys.executable).parent / "hub"), "run", "-c", str(config)], port) as hub:
                    time.sleep(1)
                    ids = [state["entity_id"] for state in hub.ask("/api/states")]
                    assert sum(entity_id.startswith("automation.") for entity_id in ids) == count, len(ids)
                    figures.seconds(f"boot_{count}{name}_s", hub.wall, hub.cpu)
                    if not name:
                        resident[count] = resident_kb(hub.pid)
                        figures[f"boot_{count}_rss_mb"] = resident[count] / 1024
    figures["boot_rss_per_automation_kb"] = (resident[1000] - resident[0]) / 1000


def http(figures: Figures, rivals: Path) -> None:
    """Ask for states and set them, by the load of the other sides."""
    load = _rival(rivals).load
    with _serving() as hub:
        for number in range(1000):
            hub.ask(f"/api/states/sensor.s{number}", {"state": str(number), "attributes": work.attributes(number)})
        load(figures, hub.port, [f"Authorization: Bearer {_TOKEN}", "Content-Type: application/json"], hub.pid)


def ws(figures: Figures, rivals: Path) -> None:
    """Hear of changed states, alone and with a hundred others, by the clients of the other sides."""
    rival = _rival(rivals)
    coalesced = {"id": 1, "type": "supported_features", "features": {"coalesce_messages": 1}}
    subscribe = {"id": 2, "type": "subscribe_events", "event_type": "state_changed"}
    with _serving() as hub:
        for before, suffix in ((None, ""), (coalesced, "_coalesced")):
            asyncio.run(
                rival.ws(
                    figures, hub.port, "/api/websocket", _TOKEN, hub.pid, _burst, subscribe, rival.ha_hello,
                    b'"type":"event"', before, suffix,
                )
            )  # fmt: skip


def _burst(number: int, count: int) -> dict[str, Any]:
    return {
        "id": number,
        "type": "call_service",
        "domain": "benchgen",
        "service": "burst",
        "service_data": {"n": count},
    }


def _rival(rivals: Path) -> ModuleType:
    sys.path.append(str(rivals))
    return importlib.import_module("ha_proc_bench")


@contextmanager
def _serving() -> Iterator[Running]:
    with _configuration(0) as (config, port), _process([sys.executable, "-m", "benchmarks.bursting", str(config)], port) as hub:
        yield hub


@contextmanager
def _configuration(count: int) -> Iterator[tuple[Path, int]]:
    """Write a configuration into a folder that goes with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, port = Path(name), _free_port()
        work.write_yaml(count, folder / "automations.yaml")
        config = folder / "configuration.yaml"
        http_section = f"  http:\n    port: {port}\n    tokens: [{_TOKEN}]\n"
        config.write_text(f"hub:\n  name: bench\n{http_section}automation: !include automations.yaml\n")
        yield config, port


@contextmanager
def _process(command: list[str], port: int) -> Iterator[Running]:
    """Start a hub, wait until it runs, and stop it at the end of the block."""
    root = Path(__file__).parent.parent
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        # An installed hub comes with compiled modules; one from source compiles them when it first runs.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            while not _runs(port):
                if process.poll() is not None or time.perf_counter() - began > _PATIENCE:
                    output.seek(0)
                    sys.exit(output.read()[-3000:].decode())
                time.sleep(0.02)
            yield Running(process.pid, port, time.perf_counter() - began, processor_seconds(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _runs(port: int) -> bool:
    try:
        return bool(_ask(port, "/api/config")["state"] == "RUNNING")
    except (OSError, ValueError):
        return False


def _ask(port: int, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
