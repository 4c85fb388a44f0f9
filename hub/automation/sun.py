"""Sunrise and sunset at the hub's place."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from hub.automation.conditions.checks import ConditionError
from hub.automation.world import World

SunEvent = Literal["sunrise", "sunset"]


def sun_event(event: str, day: date, world: World) -> datetime | None:
    """Return when the sun rises or sets on that local day (UTC), or None. Raises ConditionError without a place."""
    from astral import LocationInfo, sun  # only those pay for it who use it

    if world.latitude is None or world.longitude is None:
        raise ConditionError("the hub does not know where it is: set latitude and longitude")
    place = LocationInfo(latitude=world.latitude, longitude=world.longitude)
    find = sun.sunrise if event == "sunrise" else sun.sunset
    try:
        return find(place.observer, date=day, tzinfo=world.scheduler.zone).astimezone(UTC)
    except ValueError:
        return None


def next_sun_event(event: str, after: datetime, offset: timedelta, world: World) -> datetime | None:
    """Return the next such moment (with the offset added) after `after`, looking a year ahead at most."""
    day = (after - offset).astimezone(world.scheduler.zone).date() - timedelta(days=1)
    for ahead in range(368):
        moment = sun_event(event, day + timedelta(days=ahead), world)
        if moment is not None and moment + offset > after:
            return moment + offset
    return None
