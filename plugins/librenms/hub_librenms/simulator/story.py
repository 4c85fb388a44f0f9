"""What happens in the simulated network by the clock, again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hub.api import Clock
from hub_librenms.simulator.network import Network

_LENGTH = 900.0  # seconds after which all happens again


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens."""

    at: float
    happen: Callable[[], None]


async def play(network: Network, clock: Clock) -> None:
    """Let it happen until cancelled."""
    while True:
        began = clock.monotonic()
        for moment in _moments(network):
            await clock.sleep(max(0.0, began + moment.at - clock.monotonic()))
            moment.happen()
        await clock.sleep(max(0.0, began + _LENGTH - clock.monotonic()))


def _moments(network: Network) -> list[Moment]:
    """A switch fails for three minutes, a room gets hot, a cable is pulled."""
    switch, room, cable = 2, 1000, 3000
    return [
        Moment(30.0, partial(network.go_down, switch)),
        Moment(120.0, partial(network.measure, room, 52.5)),
        Moment(210.0, partial(network.come_up, switch)),
        Moment(300.0, partial(network.link, cable, up=False)),
        Moment(420.0, partial(network.measure, room, 24.0)),
        Moment(600.0, partial(network.link, cable, up=True)),
    ]
