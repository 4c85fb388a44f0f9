"""The host: every instance that the configuration names, started, reloaded and stopped."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from hub.bus import Bus, Cancel
from hub.config import nearest
from hub.errors import BadActionData, NotConnected
from hub.hosting.catalog import Catalog
from hub.hosting.instances import Instance
from hub.hosting.parameters import NotAnAction
from hub.hosting.roster import Roster
from hub.hosting.signature import actions_of
from hub.hosting.supervisor import House, Supervisor
from hub.model.action import Action
from hub.model.event import Event
from hub.plugin import Plugin, WebhookReply, WebhookRequest
from hub.registry import DEVICE_REGISTRY_UPDATED, ENTITY_REGISTRY_UPDATED

_log = logging.getLogger(__name__)


class Host:
    """Runs instances side by side; none of them can stop the others, or the hub."""

    def __init__(self, bus: Bus, house: House, offer: Callable[[Action], Cancel]) -> None:
        self._house = house
        self._offer = offer
        self._running: dict[str, tuple[Supervisor, asyncio.Task[None]]] = {}
        self._withdrawals: dict[str, list[Cancel]] = {}
        self._reloading = asyncio.Lock()
        self._cancels = [
            bus.listen(ENTITY_REGISTRY_UPDATED, self._follow_entity),
            bus.listen(DEVICE_REGISTRY_UPDATED, self._follow_device),
        ]
        self.catalog = Catalog()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()
        for cancel in self._cancels:
            cancel()

    async def start(self, roster: Roster) -> None:
        """Start what is not running yet; returns at once, see `tried`."""
        self.catalog.show_broken(roster.broken)
        for instance in roster.instances:
            if instance.name not in self._running:
                self._start(instance)

    async def tried(self) -> None:
        """Wait until every instance has been connected or has failed once."""
        for supervisor, _ in list(self._running.values()):
            await supervisor.tried()

    async def reload(self, roster: Roster) -> None:
        """Run these instances and no others; what has not changed goes on undisturbed, unless it had given up."""
        async with self._reloading:
            await self._replace(roster)

    async def stop(self) -> None:
        """Leave every connection; states stay as they were last known."""
        async with self._reloading:
            for supervisor in await self._stop(list(self._running)):
                supervisor.outlets.close()
            self._withdraw_unused()

    def session(self, plugin: str, instance: str | None) -> object:
        """Return what `connect` yielded. Raises NotConnected, or BadActionData when the instance is not clear."""
        names = [name for name, (supervisor, _) in self._running.items() if supervisor.instance.plugin.name == plugin]
        if instance is None and len(names) > 1:
            raise BadActionData(f"{plugin} runs several times; say which one with `instance`: {', '.join(names)}")
        if instance is None and not names:
            raise NotConnected(f"{plugin} is not running")
        chosen = names[0] if instance is None else instance
        if chosen not in names:
            near = nearest(chosen, names)
            hint = f"; did you mean {near!r}?" if near else f"; there is {', '.join(names)}" if names else ""
            raise BadActionData(f"{plugin} has no instance {chosen!r}{hint}")
        return self._running[chosen][0].session()

    async def answer(self, path: str, request: WebhookRequest) -> WebhookReply | None:
        """Let a plugin answer a request; None when no plugin has this path."""
        for supervisor, _ in list(self._running.values()):
            reply = await supervisor.outlets.answer(path, request)
            if reply is not None:
                return reply
        return None

    async def _replace(self, roster: Roster) -> None:
        wanted = {instance.name: instance for instance in roster.instances}
        gone = [name for name in self._running if name not in wanted]
        changed = [name for name, instance in wanted.items() if name in self._running and self._must_restart(instance)]
        stopped = await self._stop([*gone, *changed])
        for supervisor in stopped:
            supervisor.outlets.close()
            if supervisor.instance.name in gone:
                supervisor.entities.forget()
                self.catalog.leave(supervisor.instance.name)
            else:
                supervisor.entities.lose()
        self._withdraw_unused()
        await self.start(roster)

    def _start(self, instance: Instance) -> None:
        self._offer_actions(instance.plugin)
        supervisor = Supervisor(instance, self._house)
        task = asyncio.create_task(supervisor.run(), name=f"supervisor of {instance.name}")
        task.add_done_callback(_say_if_it_failed)
        self._running[instance.name] = (supervisor, task)
        self.catalog.enter(instance.name, supervisor)

    async def _stop(self, names: Iterable[str]) -> list[Supervisor]:
        stopping = [self._running.pop(name) for name in names]
        for _, task in stopping:
            task.cancel()
        await asyncio.gather(*(task for _, task in stopping), return_exceptions=True)
        return [supervisor for supervisor, _ in stopping]

    def _must_restart(self, instance: Instance) -> bool:
        supervisor, task = self._running[instance.name]
        return supervisor.instance != instance or supervisor.given_up or task.done()

    def _offer_actions(self, plugin: Plugin[Any, Any]) -> None:
        if plugin.name in self._withdrawals:
            return
        cancels = self._withdrawals[plugin.name] = []
        try:
            cancels.extend(self._offer(action) for action in actions_of(plugin, self))
        except NotAnAction as error:
            _log.error("%s", error)

    def _withdraw_unused(self) -> None:
        used = {supervisor.instance.plugin.name for supervisor, _ in self._running.values()}
        for name in [name for name in self._withdrawals if name not in used]:
            for withdraw in self._withdrawals.pop(name):
                withdraw()

    def _follow_entity(self, event: Event) -> None:
        if event.data["action"] == "create":
            return
        entity_id = event.data["entity_id"]
        entry = self._house.registers.entities.get(entity_id)
        for supervisor, _ in self._running.values():
            if event.data["action"] == "remove":
                supervisor.entities.drop(entity_id)
            elif entry is not None:
                supervisor.entities.follow(entry)

    def _follow_device(self, event: Event) -> None:
        if event.data["action"] != "update" or "name_by_user" not in event.data["changes"]:
            return
        for entry in self._house.registers.entities.of_device(event.data["device_id"]):
            for supervisor, _ in self._running.values():
                supervisor.entities.follow(entry)


def _say_if_it_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("%s failed", task.get_name(), exc_info=task.exception())
