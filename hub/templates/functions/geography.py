"""Places: what is near, and how far apart things are."""

import logging
import math
from collections.abc import Mapping
from typing import Any

from hub.model.state import State
from hub.templates.functions.group import Function, Group
from hub.templates.functions.state import states_in
from hub.templates.views import StateView
from hub.templates.world import World, is_entity_id

_log = logging.getLogger(__name__)
_RADIUS = 6378.137  # kilometres at the equator (WGS 84)
_FLATTENING = 1 / 298.257223563
_PER_KILOMETRE = {"metric": 1.0, "us_customary": 1 / 1.609344, "metres": 1000.0}
_ROUNDS = 200

Place = tuple[float, float]


def group(world: World) -> Group:
    """Return the functions that look at places."""
    closest, distance = _closest(world), _distance(world)

    def closest_filter(entities: Any, *point: Any) -> StateView | None:
        return closest(*point, entities)  # type: ignore[no-any-return]  # functions of templates are loosely typed

    return Group(
        globals={"closest": closest, "distance": distance},
        filters={"closest": closest_filter},
        refused=frozenset({"closest", "distance"}),
        looks=True,
    )


def kilometres(here: Place, there: Place) -> float:
    """Return the distance on the surface of the earth (Vincenty's formula on WGS 84)."""
    if here == there:
        return 0.0
    minor = _RADIUS * (1 - _FLATTENING)
    u1 = math.atan((1 - _FLATTENING) * math.tan(math.radians(here[0])))
    u2 = math.atan((1 - _FLATTENING) * math.tan(math.radians(there[0])))
    apart = math.radians(there[1] - here[1])
    angle = apart
    for _ in range(_ROUNDS):
        sin_sigma = math.hypot(
            math.cos(u2) * math.sin(angle),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(angle),
        )
        if sin_sigma == 0:
            return 0.0
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(angle)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(angle) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        middle = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2_alpha if cos2_alpha else 0.0
        c = _FLATTENING / 16 * cos2_alpha * (4 + _FLATTENING * (4 - 3 * cos2_alpha))
        before, angle = (
            angle,
            apart + (1 - c) * _FLATTENING * sin_alpha * (sigma + c * sin_sigma * (middle + c * cos_sigma * (2 * middle**2 - 1))),
        )
        if abs(angle - before) < 1e-12:
            break
    square = cos2_alpha * (_RADIUS**2 - minor**2) / minor**2
    a = 1 + square / 16384 * (4096 + square * (-768 + square * (320 - 175 * square)))
    b = square / 1024 * (256 + square * (-128 + square * (74 - 47 * square)))
    correction = b / 6 * middle * (4 * sin_sigma**2 - 3) * (4 * middle**2 - 3)
    delta = b * sin_sigma * (middle + b / 4 * (cos_sigma * (2 * middle**2 - 1) - correction))
    return minor * a * (sigma - delta)


def _place(attributes: Mapping[str, Any]) -> Place | None:
    latitude, longitude = attributes.get("latitude"), attributes.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return float(latitude), float(longitude)
    return None


def _closest(world: World) -> Function:
    def closest(*args: Any) -> StateView | None:
        """Return the entity nearest to the hub, to another entity, or to a latitude and longitude."""
        *point, entities = args
        here = _point(world, point) if point else (world.facts.latitude, world.facts.longitude)
        if here is None:
            _log.warning("closest: %s is not a place", point)
            return None
        places = [(state, _place(state.attributes)) for state in states_in(world, [entities])]
        located = [(kilometres(here, place), state) for state, place in places if place is not None]
        return min(located, key=lambda pair: pair[0])[1] if located else None

    return closest


def _distance(world: World) -> Function:
    def distance(*args: Any) -> float | None:
        """Return how far two places are apart, or one from the hub, in the hub's units."""
        places: list[Place] = []
        rest = list(args)
        while rest:
            wide = 1 if _located(world, rest[0]) is not None else 2
            place = _point(world, rest[:wide])
            if place is None:
                _log.warning("distance: %s is not a place", rest[:wide])
                return None
            places.append(place)
            rest = rest[wide:]
        home = (world.facts.latitude, world.facts.longitude)
        apart = kilometres(*places[:2]) if len(places) > 1 else kilometres(home, places[0])
        return apart * _PER_KILOMETRE[world.facts.units]

    return distance


def _located(world: World, value: Any) -> Mapping[str, Any] | None:
    """Return the attributes of an entity, given by itself or its id; None when it is something else."""
    if isinstance(value, State | StateView):
        return value.attributes
    state = world.state(value) if is_entity_id(value) else None
    return None if state is None else state.attributes


def _point(world: World, values: list[Any]) -> Place | None:
    if len(values) == 1:
        attributes = _located(world, values[0])
        return None if attributes is None else _place(attributes)
    try:
        latitude, longitude = (float(value) for value in values)
    except (ValueError, TypeError):
        return None
    return latitude, longitude
