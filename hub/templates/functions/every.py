"""All groups of functions."""

from hub.templates.functions import (
    areas,
    arithmetic,
    averages,
    casting,
    dates,
    devices,
    digests,
    functional,
    geography,
    guarded,
    labels,
    lists,
    regex,
    serialization,
    state,
    text,
    trigonometry,
    version,
)
from hub.templates.functions.group import Group
from hub.templates.world import World


def every_group(world: World) -> tuple[Group, ...]:
    """Return all groups; later ones win where names are the same."""
    return (
        guarded.group(world),
        casting.GROUP,
        arithmetic.GROUP,
        trigonometry.GROUP,
        averages.GROUP,
        *dates.groups(world),
        lists.GROUP,
        functional.GROUP,
        functional.CHANCE,
        regex.GROUP,
        text.GROUP,
        digests.GROUP,
        serialization.GROUP,
        version.GROUP,
        state.group(world),
        areas.group(world),
        devices.group(world),
        labels.group(world),
        geography.group(world),
    )
