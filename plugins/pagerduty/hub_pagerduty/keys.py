"""Keys of alerts on their way to PagerDuty and back, and what the hub itself did to them."""

import logging

from hub.api import Clock, HubError, Memory
from hub_pagerduty.event import dedup_key

_PREFIX = "key/"
_REMEMBERED = 3600.0  # seconds
_MOST = 5_000

_log = logging.getLogger(__name__)


class Keys:
    """Finds the alert's key again when it had to be hashed, and tells our own deeds from those of others."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory, self._clock = memory, clock
        self._deeds: dict[tuple[str, str], float] = {}

    async def sent(self, key: str, event_action: str) -> None:
        """Remember that the hub itself did this to the alert."""
        sent_as = dedup_key(key)
        if sent_as != key and self._memory.get(_PREFIX + sent_as) is None:
            await self._keep(sent_as, key)
        self._deeds.pop((sent_as, event_action), None)
        self._deeds[sent_as, event_action] = self._clock.monotonic()
        if len(self._deeds) > _MOST:
            del self._deeds[next(iter(self._deeds))]

    def is_own(self, sent_as: str, event_action: str) -> bool:
        """Tell whether the hub did this within the last hour."""
        done = self._deeds.get((sent_as, event_action))
        return done is not None and self._clock.monotonic() - done < _REMEMBERED

    def original(self, sent_as: str) -> str:
        """Return the alert's key in the hub."""
        return str(self._memory.get(_PREFIX + sent_as, sent_as))

    async def _keep(self, sent_as: str, key: str) -> None:
        try:
            await self._memory.put({_PREFIX + sent_as: key})
        except (HubError, OSError) as error:  # the page goes out all the same; only its acknowledgement would not be recognised
            _log.warning("the key %s cannot be kept: %s", sent_as, error)
