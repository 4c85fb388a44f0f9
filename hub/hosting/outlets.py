"""What one instance offers to the rest of the hub: events, webhooks, targets for notices, questions."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from hub.bus import Cancel
from hub.errors import NotConnected
from hub.hosting.events import event_data, event_type
from hub.hosting.failures import Bugs
from hub.hosting.lent import Answer, Deliver
from hub.plugin import PluginEvent, Reply, Request, WebhookReply, WebhookRequest

Fire = Callable[[str, Mapping[str, Any]], None]
AddNotifier = Callable[[str, Deliver], Cancel]
Ask = Callable[[Request], Awaitable[Reply]]


class InstanceOutlets:
    """What is offered ends with the connection; a webhook then answers that there is none."""

    def __init__(
        self,
        *,
        plugin: str,
        instance: str,
        declared: Collection[type[PluginEvent]],
        bugs: Bugs,
        fire: Fire,
        add_notifier: AddNotifier,
        ask: Ask,
        not_connected: Callable[[], NotConnected],
    ) -> None:
        self._plugin = plugin
        self._instance = instance
        self._declared = frozenset(declared)
        self._bugs = bugs
        self._fire = fire
        self._add_notifier = add_notifier
        self._ask = ask
        self._not_connected = not_connected
        self._answers: dict[str, Answer | None] = {}
        self._notifiers: dict[str, Cancel] = {}
        self.events = 0
        """How many events it has told."""

    def emit(self, event: PluginEvent) -> None:
        """Tell the bus."""
        wire_name = event_type(self._plugin, type(event))
        if type(event) not in self._declared:
            self._bugs.complain(wire_name, "the event is told, but not among the plugin's `events`, so nobody can know of it")
        self.events += 1
        data = event_data(event, self._instance)
        self._fire(wire_name, data)
        if event.also is not None:
            self._fire(event.also, data)

    def webhook(self, name: str, answer: Answer) -> str:
        """Open an address; returns its path."""
        path = f"/api/plugin/{self._instance}/{name}"
        self._answers[path] = answer
        return path

    def notifier(self, name: str, deliver: Deliver) -> None:
        """Offer a target for notices."""
        if name in self._notifiers:
            self._notifiers.pop(name)()
        self._notifiers[name] = self._add_notifier(name, deliver)

    async def ask(self, request: Request) -> Reply:
        """Ask the desk."""
        return await self._ask(request)

    def complain(self, about: str, wrong: str) -> None:
        """Count what the plugin did wrong, and log the first thing about each."""
        self._bugs.complain(about, wrong)

    @property
    def webhooks(self) -> tuple[str, ...]:
        """The paths of the webhooks that have been opened."""
        return tuple(self._answers)

    @property
    def notifiers(self) -> tuple[str, ...]:
        """The names of the targets that are offered."""
        return tuple(self._notifiers)

    async def answer(self, path: str, request: WebhookRequest) -> WebhookReply | None:
        """Answer a request; None when there is no such address."""
        if path not in self._answers:
            return None
        answer = self._answers[path]
        if answer is None:
            return WebhookReply(status=503, body=str(self._not_connected()))
        try:
            return await answer(request)
        except Exception as error:
            self._bugs.report(error, f"answering {path}")
            return WebhookReply(status=500, body="the plugin failed; see the hub's log")

    def suspend(self) -> None:
        """The connection is lost: webhooks are known still, with nobody behind them."""
        self._answers = dict.fromkeys(self._answers)
        while self._notifiers:
            _, cancel = self._notifiers.popitem()
            cancel()

    def close(self) -> None:
        """The instance is gone: forget the webhooks too."""
        self.suspend()
        self._answers.clear()
