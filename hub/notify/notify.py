"""Targets and groups as actions: `notify.<name>`."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from hub.actions import Actions
from hub.clock import Clock
from hub.errors import BadActionData
from hub.model.action import Action, ActionCall, Effect
from hub.model.context import Context
from hub.model.names import slugify
from hub.model.notice import Notice
from hub.notify.alerts import Alerts
from hub.notify.groups import Group, unknown_member
from hub.notify.lane import Deliver
from hub.notify.message import Message, parameters, parse
from hub.notify.outbox import Outbox
from hub.notify.routing import route

DOMAIN = "notify"
_ANY = "notify"  # notify.notify: wherever `target` says

Cancel = Callable[[], None]

_log = logging.getLogger(__name__)


class Notify:
    """Knows who can be told, and sends notices to them.

    An action returns when the notice is accepted, not when it has arrived.
    """

    def __init__(
        self,
        actions: Actions,
        outbox: Outbox,
        alerts: Alerts,
        clock: Clock,
        *,
        groups: Iterable[Group] = (),
        zone: dt.tzinfo = dt.UTC,
    ) -> None:
        self._actions, self._outbox, self._alerts, self._clock, self._zone = actions, outbox, alerts, clock, zone
        self._targets: dict[str, Cancel] = {}
        self._groups: dict[str, Group] = {}
        self._group_actions: list[Cancel] = []
        self._offer(_ANY, "Send a message to the targets and groups that `target` names.")
        self.regroup(groups)

    def add(self, name: str, deliver: Deliver) -> Cancel:
        """Deliver what is for `notify.<name>` through this. The answer ends it: then notices wait for the target's return."""
        target = slugify(name)
        self.expect(target)
        return self._outbox.attach(target, deliver)

    def expect(self, name: str) -> None:
        """Take notices for a target that nobody delivers to yet."""
        target = slugify(name)
        if target not in self._targets:
            self._targets[target] = (
                self._offer(target, f"Send a message to {target}.") if target not in self._groups else _nothing
            )

    def forget(self, name: str) -> None:
        """Take no more notices for a target; what waits goes on waiting until it expires."""
        withdraw = self._targets.pop(slugify(name), None)
        if withdraw is not None:
            withdraw()

    def regroup(self, groups: Iterable[Group]) -> None:
        """Replace all groups."""
        for withdraw in self._group_actions:
            withdraw()
        self._groups = {group.slug: group for group in groups}
        self._group_actions = [
            self._offer(slug, f"Send a message to {', '.join(member.target for member in group.targets)}.")
            for slug, group in self._groups.items()
        ]

    def targets(self) -> list[str]:
        """Return the names of all targets, in order."""
        return sorted(self._targets)

    def groups(self) -> list[Group]:
        """Return all groups, in order of names."""
        return [self._groups[slug] for slug in sorted(self._groups)]

    async def send(self, names: Sequence[str], notice: Notice, context: Context) -> None:
        """Tell targets and groups; returns when the notice is accepted. Raises OutboxFull when no target takes it.

        What is for a target that is not there waits for it.
        """
        now = self._clock.now().astimezone(self._zone)
        stops = {stop.target: stop for name in names for stop in route(slugify(name), notice, self._groups, now)}
        for target in stops.keys() - self._targets.keys():
            _log.warning("%s; the notice waits for it", unknown_member(target, self._targets))
        await self._alerts.send(notice, list(stops.values()), context)

    def _offer(self, name: str, description: str) -> Cancel:
        return self._actions.offer(
            Action(
                domain=DOMAIN,
                name=name,
                handler=self._answer,
                description=description,
                parameters=parameters(Message),
                check=_checked,
                effect=Effect.IDEMPOTENT,  # the key of the call names the notice
            )
        )

    async def _answer(self, call: ActionCall) -> None:
        notice = Message.model_validate(call.data).notice(call.key or Context.new(call.context).id)
        if call.name == _ANY and _ANY not in self._groups and _ANY not in self._targets:
            names = notice.recipients or self._only_target()
            await self.send(self._existing(names), replace(notice, recipients=()), call.context)
        else:
            await self.send([call.name], notice, call.context)

    def _only_target(self) -> tuple[str, ...]:
        if len(self._targets) != 1:
            known = ", ".join(sorted({*self._targets, *self._groups})) or "none"
            raise BadActionData(f"target: say whom to tell; there are {known}")
        return tuple(self._targets)

    def _existing(self, names: Sequence[str]) -> list[str]:
        known = {*self._targets, *self._groups}
        plain = [name.removeprefix("notify.") for name in names]
        for name in plain:
            if slugify(name) not in known:
                raise BadActionData(f"target: {unknown_member(name, known)}")
        return plain


def _checked(data: Mapping[str, object]) -> Mapping[str, object]:
    return parse(Message, data)


def _nothing() -> None:
    """Do nothing: the group of that name offers the action."""
