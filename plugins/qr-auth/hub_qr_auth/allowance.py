"""How often an address may come."""

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address, ip_network

from hub.api import Clock

_MOST_KNOWN = 10_000


class Allowance:
    """So many times within so many seconds, for each address by itself."""

    def __init__(self, clock: Clock, most: int, within: float) -> None:
        self._clock, self._most, self._within = clock, most, within
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Return how many seconds the address has to wait before it may come again; 0 when it may now."""
        times = self._times.get(network(address))
        now = self._clock.monotonic()
        while times and now - times[0] >= self._within:
            times.popleft()
        return times[0] + self._within - now if times and len(times) >= self._most else 0.0

    def take(self, address: str) -> float:
        """Count one coming, if it is allowed; returns the seconds to wait, 0 when it is allowed."""
        waiting = self.wait(address)
        if not waiting:
            times = self._times.setdefault(network(address), deque())
            times.append(self._clock.monotonic())
            self._times.move_to_end(network(address))
            while len(self._times) > _MOST_KNOWN:
                self._times.popitem(last=False)
        return waiting


def network(address: str) -> str:
    """Return what counts as one address: with IPv6 a /64, which is what one household or attacker has."""
    return _within(address, 64, 32)


def same_network(one: str, other: str) -> bool:
    """Tell whether two addresses lie near each other: in the same /24 or /64."""
    return _within(one, 64, 24) == _within(other, 64, 24)


def _within(address: str, six: int, four: int) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    length = six if isinstance(parsed, IPv6Address) else four
    return str(ip_network(f"{parsed}/{length}", strict=False))
