"""Notices on their way to their targets: sent once, then edited."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hub.api import ActionError, Clock, HubError, Notice, Phase, Receipt, Severity
from hub_discord.config import Target
from hub_discord.embeds import compose, progress, thread_name, without_decoration
from hub_discord.ledger import Entry, Ledger, mark
from hub_discord.posts import Sent
from hub_discord.session import MessageGone, Place, Session

_log = logging.getLogger(__name__)
_SEVERITIES = list(Severity)


class Deliveries:
    """Takes the notices of one target."""

    def __init__(self, name: str, target: Target, ledger: Ledger, clock: Clock, session: Session) -> None:
        self._name = name
        self._target = target
        self._ledger = ledger
        self._clock = clock
        self._session = session
        self._one_at_a_time = asyncio.Lock()  # so that two notices of one alert do not both send

    async def deliver(self, notice: Notice) -> Receipt:
        """Show the notice. Raises PluginError or OSError when it should be tried again."""
        async with self._one_at_a_time:
            sent = await self._send(notice) if notice.key is None else await self._show(notice, notice.key)
        return Receipt(reference=f"{sent.channel}/{sent.message}")

    async def _show(self, notice: Notice, key: str) -> Sent:
        known = self._ledger.find(self._name, key)
        if known is not None and known.notice == notice.id and notice.id:
            return known.sent
        if known is not None and not (known.resolved and notice.phase is Phase.RAISED):
            with suppress(MessageGone):
                return await self._update(notice, key, known)
        sent = await self._send(notice, mark(key))
        await self._keep(key, self._entry(notice, key, sent))
        return await self._with_thread(notice, key, sent)

    async def _send(self, notice: Notice, alert: str | None = None) -> Sent:
        place, role = Place.of(self._target), self._role_to_ping(notice)
        try:
            return await self._session.send(place, compose(notice, alert, self._clock.now(), role))
        except ActionError as error:
            return await self._session.send(place, compose(self._plainer(notice, error), alert, self._clock.now(), role))

    async def _update(self, notice: Notice, key: str, known: Entry) -> Sent:
        try:
            await self._session.edit(known.sent, compose(notice, known.mark, self._clock.now()))
        except ActionError as error:
            await self._session.edit(known.sent, compose(self._plainer(notice, error), known.mark, self._clock.now()))
        await self._keep(key, self._entry(notice, key, known.sent, known.thread))
        if known.thread is not None:
            with self._tolerantly(notice):
                await self._session.send(Place(channel=known.thread), progress(notice, self._clock.now()))
        return known.sent

    async def _with_thread(self, notice: Notice, key: str, sent: Sent) -> Sent:
        if self._target.alert_threads:
            with self._tolerantly(notice):
                thread = await self._session.open_thread(sent.channel, thread_name(notice), sent.message)
                await self._keep(key, self._entry(notice, key, sent, thread))
        return sent

    def _plainer(self, notice: Notice, error: ActionError) -> Notice:
        """Return the notice without what Discord may have refused; raises the error when there is no such thing."""
        # Discord takes fewer addresses than it documents, such as none with an underscore in the host (discord.js issue 7438).
        if notice.link is None and notice.image is None:
            raise error
        _log.warning("notify.%s: %s; sent without link and image", self._name, error)
        return without_decoration(notice)

    @contextmanager
    def _tolerantly(self, notice: Notice) -> Iterator[None]:
        """A thread is a courtesy: the alert itself has arrived."""
        try:
            yield
        except (HubError, OSError) as error:
            _log.warning("notify.%s: the thread of %s could not be told: %s", self._name, notice.key, error)

    async def _keep(self, key: str, entry: Entry) -> None:
        try:
            await self._ledger.keep(self._name, key, entry)
        except (HubError, OSError) as error:
            # The message is out: failing now would send it again and again. The next notice repeats it instead of editing.
            _log.error("what tells of %s cannot be remembered: %s", key, error)

    def _entry(self, notice: Notice, key: str, sent: Sent, thread: int | None = None) -> Entry:
        return Entry(
            channel=sent.channel,
            message=sent.message,
            notice=notice.id,
            resolved=notice.phase is Phase.RESOLVED,
            time=self._clock.time(),
            mark=mark(key),
            thread=thread,
        )

    def _role_to_ping(self, notice: Notice) -> int | None:
        severe = _SEVERITIES.index(notice.severity) >= _SEVERITIES.index(self._target.ping_from)
        return self._target.ping_role if severe and notice.phase is Phase.RAISED else None
