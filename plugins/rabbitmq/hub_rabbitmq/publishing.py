"""Sending messages, and the entities that count them."""

from hub.api import ActionError, Category, Hub, PluginError
from hub_rabbitmq.broker import Broker
from hub_rabbitmq.delivery import Letter


class Publishing:
    """Publishes for automations; every message is confirmed by the broker, or the call fails."""

    def __init__(self, hub: Hub, broker: Broker) -> None:
        self._broker = broker
        self._published = self._failed = 0
        self._sent = hub.sensor("published", name="Published", state_class="total_increasing", category=Category.DIAGNOSTIC)
        self._failures = hub.sensor(
            "publish_failures", name="Publish failures", state_class="total_increasing", category=Category.DIAGNOSTIC
        )
        self._sent.set(0)
        self._failures.set(0)

    async def send(self, letter: Letter) -> None:
        """Publish a message. Raises ActionError when the broker does not take it, or nobody knows whether it did."""
        try:
            await self._broker.publish(letter)
        except PluginError as error:
            self._failed += 1
            self._failures.set(self._failed, {"last_error": str(error)})
            raise ActionError(str(error)) from error
        self._published += 1
        self._sent.set(self._published)
