"""Sun and wind around Berlin: pure functions of the moment, plausible and the same each time."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

_LATITUDE, _LONGITUDE = 52.5, 13.4  # degrees
_CUT_IN, _RATED, _CUT_OUT = 3.0, 12.0, 25.0  # m/s


@dataclass(frozen=True, slots=True)
class Power:
    """What a site gives, and what its weather forecast promised (kW)."""

    actual: float
    expected: float


def solar(at: datetime, peak: float, seed: str) -> Power:
    """The power of a solar roof of `peak` kW."""
    clear = peak * 0.9 * max(0.0, sun_height(at)) ** 1.15
    forecast = 0.3 + 0.7 * noise(f"{seed} sky", at, hours=3.0)
    cloud = 1.0 - 0.15 * noise(f"{seed} cloud", at, hours=0.25)
    return Power(actual=clear * forecast * cloud, expected=clear * forecast * 0.92)


def wind(at: datetime, rated: float, seed: str) -> Power:
    """The power of a wind park of `rated` kW."""
    calm = 5.0 + 5.5 * noise(f"{seed} weather", at, hours=9.0) + 1.5 * noise(f"{seed} hour", at, hours=1.0)
    gust = calm + 0.6 * (noise(f"{seed} gust", at, hours=0.2) - 0.5)
    return Power(actual=rated * _curve(gust), expected=rated * _curve(calm))


def sun_height(at: datetime) -> float:
    """The sine of the sun's height over the horizon; negative at night."""
    moment = at.astimezone(UTC)
    day = moment.timetuple().tm_yday
    declination = math.radians(23.44) * math.sin(2 * math.pi * (284 + day) / 365)
    solar_hour = moment.hour + moment.minute / 60 + moment.second / 3600 + _LONGITUDE / 15
    angle = math.radians(15 * (solar_hour - 12))
    latitude = math.radians(_LATITUDE)
    return math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(angle)


def noise(seed: str, at: datetime, hours: float) -> float:
    """A smooth random walk between 0 and 1 that turns about every so many hours."""
    position = at.timestamp() / (hours * 3600)
    knot = math.floor(position)
    between = (1 - math.cos(math.pi * (position - knot))) / 2
    return _chance(seed, knot) * (1 - between) + _chance(seed, knot + 1) * between


def _chance(seed: str, knot: int) -> float:
    return Random(f"{seed} {knot}").random()  # noqa: S311  # weather, not a secret


def _curve(speed: float) -> float:
    if speed < _CUT_IN or speed > _CUT_OUT:
        return 0.0
    return min(1.0, (speed**3 - _CUT_IN**3) / (_RATED**3 - _CUT_IN**3))
