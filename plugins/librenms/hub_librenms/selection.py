"""Which devices and ports are looked at. Pure."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate

from hub_librenms.config import Selection
from hub_librenms.switch import Switch

Fits = Callable[[str], bool]


def matcher(patterns: Iterable[str]) -> Fits:
    """Return what tells whether a text fits one of the patterns (`*`, `?`, `[abc]`), in any case; no pattern fits nothing."""
    one = "|".join(translate(pattern.lower()) for pattern in patterns)
    if not one:
        return lambda _: False
    found = re.compile(one)
    return lambda text: found.match(text.lower()) is not None


class Selector:
    """Tells whether a device is looked at."""

    def __init__(self, selection: Selection) -> None:
        self.groups = selection.groups
        self._names, self._exclude = matcher(selection.names), matcher(selection.exclude)
        self._locations = matcher(selection.locations)
        self._types = {name.lower() for name in selection.types}
        self._systems = {name.lower() for name in selection.systems}
        self._selection = selection

    @property
    def takes_all(self) -> bool:
        """Whether every device fits."""
        return self._selection == Selection()

    def fits(self, device: Switch, members: frozenset[int]) -> bool:
        """Tell whether a device is looked at; `members` are the ids of those in one of the groups."""
        names = (device.hostname, device.system_name, device.name)
        return (
            (not self._selection.names or any(map(self._names, names)))
            and not any(map(self._exclude, names))
            and (not self.groups or device.id in members)
            and (not self._types or device.type.lower() in self._types)
            and (not self._systems or device.os.lower() in self._systems)
            and (not self._selection.locations or self._locations(device.location))
        )
