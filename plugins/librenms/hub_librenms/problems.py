"""What does not work at the moment, for people to see."""

from hub.api import Category, Hub


class Problems:
    """One sensor: how many parts do not work, and why."""

    def __init__(self, hub: Hub) -> None:
        self._log = hub.log
        self._reasons: dict[str, str] = {}
        self._sensor = hub.sensor("problems", name="Problems", icon="mdi:alert-circle-outline", category=Category.DIAGNOSTIC)

    def begin(self) -> None:
        """Say that nothing is known to be wrong yet."""
        self._sensor.set(0, {"problems": {}})

    def tell(self, part: str, reason: str | None) -> None:
        """Say that a part does not work, or does again (None)."""
        if self._reasons.get(part) == reason:
            return
        if reason is None:
            del self._reasons[part]
            self._log.info("%s: works again", part)
        else:
            self._reasons[part] = reason
            self._log.warning("%s: %s", part, reason)
        self._sensor.set(len(self._reasons), {"problems": dict(self._reasons)})
