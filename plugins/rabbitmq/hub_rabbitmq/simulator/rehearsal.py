"""The rehearsal: a broker, three fitness trackers that publish to it, and a registry of nobody's wearables."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from hub.api import Clock, Rehearsal
from hub_rabbitmq.simulator.server import Simulator
from hub_rabbitmq.simulator.trackers import Tracker, encode, newer_text, trackers

_STEP: Final = 5.0  # seconds between two measurements
_EXCHANGE: Final = "fitness"
_WEARERS: Final = {
    "Band 1": {"wearer": "Ada", "team": "Night shift"},
    "Band 2": {"wearer": "Grace", "team": "Night shift"},
    "Band 3": {"wearer": "Linus", "team": "Day shift"},
}


class Shift:
    """Trackers that publish."""

    def __init__(self, simulator: Simulator, clock: Clock) -> None:
        self._simulator = simulator
        self._clock = clock
        self._trackers = trackers()
        self._spoilt = 0

    async def live(self) -> None:
        """Measure and publish until cancelled."""
        while True:
            for tracker in self._trackers:
                self._publish(tracker)
            await self._clock.sleep(_STEP)

    async def spoil(self) -> None:
        """Publish a message that is cut off in the middle."""
        self._spoilt += 1
        body, kind = encode(self._trackers[0], self._clock.now())
        self._simulator.publish(_EXCHANGE, "tracker.band_1", body[:-9], message_id=f"spoilt-{self._spoilt}", content_type=kind)

    async def tire(self) -> None:
        """Let a battery run down, and charge it when it is empty."""
        tracker = self._trackers[2]
        tracker.battery = 100.0 if tracker.battery < 10 else tracker.battery / 2

    def count(self) -> Mapping[str, int]:
        """Return what was published so far."""
        return {"rabbitmq_published": sum(tracker.sent for tracker in self._trackers), "rabbitmq_spoilt": self._spoilt}

    def _publish(self, tracker: Tracker) -> None:
        body, kind = encode(tracker, self._clock.now())
        tracker.sent += 1
        key = f"tracker.{tracker.name.lower().replace(' ', '_')}"
        self._simulator.publish(_EXCHANGE, key, body, message_id=f"{tracker.name}-{tracker.sent}", content_type=kind)


@asynccontextmanager
async def rehearse_trackers(clock: Clock) -> AsyncIterator[Rehearsal]:
    """Run a broker and trackers that publish to it as the clock goes."""
    simulator = Simulator()
    await simulator.start()
    with tempfile.TemporaryDirectory(prefix="hub-rabbitmq-") as folder:
        newer = Path(folder) / "newer.avsc"
        newer.write_text(newer_text())
        shift = Shift(simulator, clock)
        life = asyncio.create_task(shift.live(), name="fitness trackers")
        try:
            cues = {"spoil a message": shift.spoil, "tire a battery": shift.tire}
            yield Rehearsal(config=configuration(simulator, newer), summary=shift.count, cues=cues)
        finally:
            life.cancel()
            await asyncio.wait({life})
            await simulator.stop()


def configuration(simulator: Simulator, newer: Path) -> dict[str, Any]:
    """The `rabbitmq:` section that consumes what the trackers publish."""
    return {
        **simulator.config,
        "exchanges": [{"name": _EXCHANGE}],
        "schemas": [str(newer)],
        "queues": [
            {
                "name": "telemetry",
                "bindings": [{"exchange": _EXCHANGE, "routing_key": "tracker.#"}],
                "profile": "fitness",
                "enrich": {"table": _WEARERS},
            }
        ],
    }
