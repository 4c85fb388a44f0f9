"""What automations can do on Discord."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from hub.api import ActionError, Answer, Effect, Notice, Severity, action
from hub_discord.config import Snowflake
from hub_discord.embeds import compose, nonce
from hub_discord.posts import LONGEST_CONTENT, LONGEST_THREAD_NAME, Post, Sent
from hub_discord.session import MessageGone, Place, Session
from hub_discord.text import clean, clip, split

_MOST_PARTS = 10


@action(answer=Answer.OPTIONAL)
async def send(
    session: Session,
    message: Annotated[str, Field(description="The text, in Discord's markdown; a long one becomes several messages.")],
    *,
    target: Annotated[str | None, Field(description="Name of a target of the config.")] = None,
    channel: Annotated[Snowflake | None, Field(description="Id of a channel or thread.")] = None,
    user: Annotated[Snowflake | None, Field(description="Id of a person, for a direct message.")] = None,
    title: Annotated[str | None, Field(description="Title of a card; with one, the message is sent as a card.")] = None,
    severity: Annotated[Severity, Field(description="Colour of the card.")] = Severity.INFO,
    fields: Annotated[Mapping[str, str] | None, Field(description="Short facts in the card: name → text.")] = None,
    link: Annotated[str | None, Field(description="Where the card's title leads.")] = None,
    image: Annotated[str | None, Field(description="Address of a picture in the card.")] = None,
    idempotency_key: str | None = None,
) -> Mapping[str, Any]:
    """Send a message to exactly one of target, channel and user; nobody is pinged. Returns the ids of channel and message."""
    place = _place(session, target, channel, user)
    if title or fields or link or image:
        card = Notice(title=title, message=message, severity=severity, fields=fields or {}, link=link, image=image)
        posts = [compose(card, None)]
    else:
        posts = [Post(content=part) for part in split(clean(message), LONGEST_CONTENT)]
    if not 0 < len(posts) <= _MOST_PARTS:
        raise ActionError("the message is empty" if not posts else f"the message is longer than {_MOST_PARTS} messages")
    sent = [await session.send(place, _with_nonce(post, idempotency_key, part)) for part, post in enumerate(posts)]
    return sent[0].as_dict()


@action(effect=Effect.IDEMPOTENT)
async def edit(
    session: Session,
    channel: Annotated[Snowflake, Field(description="Id of the channel or thread.")],
    message_id: Annotated[Snowflake, Field(description="Id of one of the bot's own messages.")],
    message: Annotated[str, Field(description="The new text, in Discord's markdown; at most 2000 characters are shown.")],
) -> None:
    """Replace a message of the bot."""
    text = clip(clean(message), LONGEST_CONTENT)
    if not text.strip():
        raise ActionError("the message is empty")
    await session.edit(Sent(channel=channel, message=message_id), Post(content=text))


@action(effect=Effect.IDEMPOTENT)
async def delete(
    session: Session,
    channel: Annotated[Snowflake, Field(description="Id of the channel or thread.")],
    message_id: Annotated[Snowflake, Field(description="Id of the message.")],
) -> None:
    """Delete a message; one that is gone is no error."""
    with suppress(MessageGone):
        await session.delete(Sent(channel=channel, message=message_id))


@action(answer=Answer.OPTIONAL)
async def create_thread(
    session: Session,
    channel: Annotated[Snowflake, Field(description="Id of the channel.")],
    name: Annotated[str, Field(description="Name of the thread; at most 100 characters are shown.")],
    *,
    message_id: Annotated[Snowflake | None, Field(description="Id of the message under which it is opened.")] = None,
) -> Mapping[str, Any]:
    """Open a thread. Returns its id as `channel`."""
    shown = clip(" ".join(clean(name).split()), LONGEST_THREAD_NAME)
    if not shown:
        raise ActionError("a thread needs a name")
    return {"channel": await session.open_thread(channel, shown, message_id)}


def _place(session: Session, target: str | None, channel: int | None, user: int | None) -> Place:
    if sum(place is not None for place in (target, channel, user)) != 1:
        raise ActionError("say one of target, channel and user")
    if target is None:
        return Place(channel=channel, user=user)
    if target not in session.targets:
        raise ActionError(f"there is no target {target!r}; there are: {', '.join(sorted(session.targets)) or 'none'}")
    return session.targets[target]


def _with_nonce(post: Post, key: str | None, part: int) -> Post:
    return post if key is None else replace(post, nonce=nonce(f"{key}/{part}"))
