"""The Events API v2: pages go out here."""

from hub.api import Clock, PluginError
from hub_pagerduty.bucket import Bucket
from hub_pagerduty.event import RESOLVE, TRIGGER, Event, encoded
from hub_pagerduty.failures import Refused, TryLater, Unreachable, asked_wait
from hub_pagerduty.http import Answer, Http

ALERT, CHANGE = "/v2/enqueue", "/v2/change/enqueue"

_WAITS = (1.0, 3.0)  # seconds between the attempts of one call
_PAUSE = 30.0  # what PagerDuty suggests after a 429
_JSON = {"Content-Type": "application/json"}


class EventsApi:
    """Sends events, each routing key at its own pace; resolves go before everything else, triggers come last."""

    def __init__(self, http: Http, clock: Clock, address: str, per_minute: int) -> None:
        self._http, self._clock, self._address, self._per_minute = http, clock, address, per_minute
        self._buckets: dict[str, Bucket] = {}

    async def send(self, event: Event, path: str = ALERT, *, patiently: bool = False) -> str:
        """Send an event; returns its dedup key. Raises Refused, TryLater, Unreachable.

        `patiently` tries three times when PagerDuty is out of order; otherwise the caller does.
        """
        body = encoded(event)
        for wait in _WAITS if patiently else ():
            try:
                return await self._send(event, path, body)
            except PluginError as error:
                if getattr(error, "retry_after", None) is not None:  # it will not be better in a second
                    raise
                await self._clock.sleep(wait)
        return await self._send(event, path, body)

    async def reach(self) -> None:
        """Make sure that somebody answers. Raises Unreachable."""
        await self._http.send("GET", self._address)

    async def _send(self, event: Event, path: str, body: bytes) -> str:
        await self._bucket(event["routing_key"]).take(_urgency(event))
        answer = await self._http.send("POST", self._address + path, headers=_JSON, body=body)
        if answer.status != 202:
            raise _failure(answer)
        return str(answer.data().get("dedup_key") or event.get("dedup_key") or "")

    def _bucket(self, routing_key: str) -> Bucket:
        bucket = self._buckets.get(routing_key)
        if bucket is None:
            bucket = self._buckets[routing_key] = Bucket(self._clock, self._per_minute)
        return bucket


def _urgency(event: Event) -> int:
    return {RESOLVE: 0, TRIGGER: 2}.get(event.get("event_action", TRIGGER), 1)


def _failure(answer: Answer) -> Exception:
    if answer.status == 429:
        wait = asked_wait(answer.headers)
        return TryLater("PagerDuty takes no more events for now", _PAUSE if wait is None else wait)
    if answer.status >= 500:
        return TryLater(f"the Events API answered {answer.status}", asked_wait(answer.headers))
    if answer.status in (400, 401, 403, 413):
        return Refused(f"PagerDuty refused the event ({answer.status}): {_reasons(answer)}")
    return Unreachable(f"the Events API answered {answer.status}")


def _reasons(answer: Answer) -> str:
    try:
        told = answer.data()
    except Unreachable:
        return "it does not say why"
    return "; ".join([str(told.get("message", "")), *map(str, told.get("errors") or ())]).strip("; ") or "it does not say why"
