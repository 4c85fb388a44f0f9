"""The links of a target: which are up, and the events that tell of changes.

Nothing is told before the target has told everything once: what a connection begins with is not news. Then each link is compared
with what it was when it was last seen, so that what happened while nobody looked is told, too.
"""

from collections.abc import Callable

from hub.api import Clock, PluginEvent
from hub_gnmi.events import LinkDown, LinkUp
from hub_gnmi.remembered import Remembered

UP = "UP"
GONE = "NOT_PRESENT"
_NOT_SAID = {"", "UNKNOWN"}


class Links:
    """Every interface of one target."""

    def __init__(self, target: str, emit: Callable[[PluginEvent], None], remembered: Remembered, clock: Clock) -> None:
        self._target, self._emit, self._remembered, self._clock = target, emit, remembered, clock
        self._now: dict[str, str] = {}
        self._admin: dict[str, str] = {}
        self._down_since: dict[str, float] = {}
        self._news: list[tuple[str, str, bool]] = []
        self._synced = False

    def oper(self, interface: str, status: str) -> None:
        """An interface tells its oper-status."""
        status = status.upper()
        if status in _NOT_SAID:
            return
        before, self._now[interface] = self._now.get(interface), status
        if self._synced:
            self._compare(interface, None if before is None else before == UP, status)

    def admin(self, interface: str, status: str) -> None:
        """An interface tells its admin-status."""
        self._admin[interface] = status.upper()

    def gone(self, interface: str) -> None:
        """The target has the interface no more."""
        if self._now.pop(interface, None) == UP and self._synced:
            self._news.append((interface, GONE, False))
        self._remembered.forget_link(interface)

    def synced(self) -> None:
        """Everything has been told once: what differs from before is news."""
        if self._synced:
            return
        self._synced = True
        for interface in [name for name in self._remembered.links if name not in self._now]:
            self._remembered.forget_link(interface)
        for interface, status in self._now.items():
            self._compare(interface, self._remembered.links.get(interface), status, while_away=True)

    def tell(self) -> None:
        """Tell what has changed, now that everything that came along with it has been read."""
        news, self._news = self._news, []
        for interface, status, while_away in news:
            admin = self._admin.get(interface)
            if status == UP:
                since = self._down_since.pop(interface, None)
                down_for = None if since is None else round(self._clock.monotonic() - since, 3)
                self._emit(
                    LinkUp(target=self._target, interface=interface, admin_status=admin, down_for=down_for, while_away=while_away)
                )
            else:
                self._down_since.setdefault(interface, self._clock.monotonic())
                self._emit(
                    LinkDown(target=self._target, interface=interface, status=status, admin_status=admin, while_away=while_away)
                )

    def _compare(self, interface: str, was_up: bool | None, status: str, while_away: bool = False) -> None:
        is_up = status == UP
        if was_up is not None and was_up is not is_up:
            self._news.append((interface, status, while_away))
        self._remembered.link(interface, is_up)
