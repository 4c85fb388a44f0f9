"""What the language has beyond Home Assistant's: keys that begin with `x_`, so that files stay portable."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from hub.automation.schema.primitives import StaticPeriod, read_period, refuse

_LIMIT: Final = re.compile(r"\s*(\d+)\s*(?:per|/)\s*(.+?)\s*")
_SHORT: Final = re.compile(r"(\d+)?\s*(s|m|h|d|second|minute|hour|day)s?")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Retry(BaseModel):
    """How often a step that fails is tried again, and after which pauses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int = Field(ge=1, le=100)
    backoff: StaticPeriod = timedelta(seconds=1)
    """The first pause; each further one is twice as long."""
    longest: StaticPeriod = timedelta(minutes=5)

    def pauses(self) -> list[timedelta]:
        """Return the pause before each further try."""
        return [min(self.backoff * 2**number, self.longest) for number in range(self.count)]


class Limit(BaseModel):
    """How many runs may start in a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: int = Field(ge=1)
    per: timedelta


def _read_limit(value: Any) -> Limit:
    match = _LIMIT.fullmatch(value) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise refuse("limit", f"{value!r} is not a limit: expected such as 5 per 10m")
    short = _SHORT.fullmatch(match[2])
    if short is not None:
        return Limit(most=int(match[1]), per=timedelta(seconds=int(short[1] or 1) * _UNITS[short[2]]))
    period = read_period(match[2])
    if not isinstance(period, timedelta) or period <= timedelta(0):
        raise refuse("limit", f"{value!r} is not a limit: expected such as 5 per 10m")
    return Limit(most=int(match[1]), per=period)


RetryOrCount = Annotated[Retry, BeforeValidator(lambda value: {"count": value} if isinstance(value, int) else value)]
RateLimit = Annotated[Limit, PlainValidator(_read_limit)]
