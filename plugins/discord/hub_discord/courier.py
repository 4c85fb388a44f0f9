"""Carries posts to Discord."""

import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex

import discord

from hub.api import HubError, NotConnected
from hub_discord.buttons import view_of
from hub_discord.failures import plainly
from hub_discord.posts import Attachment, Post, Sent
from hub_discord.session import Place


class Courier:
    """The session of a connected bot: `hub_discord.session.Session`."""

    def __init__(
        self, client: discord.Client, guild: int | None, targets: dict[str, Place], sent: Callable[[], Awaitable[None]]
    ) -> None:
        self._client = client
        self._guild = guild
        self._sent = sent
        self.targets = targets

    async def send(self, place: Place, post: Post) -> Sent:
        """Send a message; a channel's rate limit is waited out, unless it asks for more than half a minute."""
        with self._line():
            channel = await self._channel(place)
            message = await channel.send(
                content=post.content,
                embeds=_embeds(post),
                files=_files(post.attachment),
                view=view_of(post.buttons),
                allowed_mentions=_mentions(post),
                # There is always a nonce: the library repeats a request when Discord stumbles, and people must not see that.
                nonce=post.nonce or token_hex(12),
            )
        await self._sent()
        return Sent(channel=message.channel.id, message=message.id)

    async def edit(self, message: Sent, post: Post) -> None:
        """Replace everything in a message. Raises MessageGone."""
        with self._line():
            await self._message(message).edit(
                content=post.content,
                embeds=_embeds(post),
                attachments=_files(post.attachment),
                view=view_of(post.buttons),
                allowed_mentions=_mentions(post),
            )

    async def delete(self, message: Sent) -> None:
        """Delete a message. Raises MessageGone."""
        with self._line():
            await self._message(message).delete()

    async def open_thread(self, channel: int, name: str, message: int | None = None) -> int:
        """Open a thread, under a message if one is named; returns its id."""
        with self._line():
            place = await self._client.fetch_channel(channel)
            if not isinstance(place, discord.TextChannel):
                raise discord.ClientException(f"channel {channel} cannot have threads")
            if message is not None:
                return (await place.get_partial_message(message).create_thread(name=name)).id
            return (await place.create_thread(name=name, type=discord.ChannelType.public_thread)).id

    async def objection(self, place: Place) -> str | None:
        """Say why no message can be sent there; None when one can, as far as Discord tells."""
        try:
            with self._line():
                if place.channel is None:
                    await self._client.create_dm(discord.Object(place.user or 0))
                elif not isinstance(await self._client.fetch_channel(place.channel), discord.abc.Messageable):
                    return f"channel {place.channel} is no place for messages; name a text channel or a thread"
        except HubError as error:
            return str(error)
        return None

    @contextmanager
    def _line(self) -> Iterator[None]:
        """Speak with Discord, as long as the bot is not closed."""
        try:
            with plainly():
                yield
        except RuntimeError as error:  # the library's client, or the session below it, in the middle of closing
            if self._client.is_closed():
                raise NotConnected("the bot is leaving Discord") from error
            raise

    async def _channel(self, place: Place) -> discord.abc.Messageable:
        if place.user is not None:
            return await self._client.create_dm(discord.Object(place.user))
        return self._client.get_partial_messageable(place.channel or 0, guild_id=self._guild)

    def _message(self, message: Sent) -> discord.PartialMessage:
        return self._client.get_partial_messageable(message.channel, guild_id=self._guild).get_partial_message(message.message)


def _embeds(post: Post) -> list[discord.Embed]:
    return [discord.Embed.from_dict(embed.as_dict()) for embed in post.embeds]


def _files(attachment: Attachment | None) -> list[discord.File]:
    return [] if attachment is None else [discord.File(io.BytesIO(attachment.text.encode()), attachment.name)]


def _mentions(post: Post) -> discord.AllowedMentions:
    roles = [discord.Object(role) for role in post.pings]
    return discord.AllowedMentions(everyone=False, users=False, roles=roles or False, replied_user=False)
