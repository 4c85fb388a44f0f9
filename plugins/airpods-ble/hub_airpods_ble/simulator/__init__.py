"""AirPods that broadcast on a loopback socket: a feed of advertisements, the sets, and an office full of people who wear them."""

from hub_airpods_ble.simulator.feed import FeedServer
from hub_airpods_ble.simulator.sets import SimulatedSet

__all__ = ["FeedServer", "SimulatedSet"]
