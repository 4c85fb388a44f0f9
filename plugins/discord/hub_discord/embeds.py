"""From a notice to a post within Discord's limits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec

from hub.api import Notice, Phase, Reply, Severity
from hub_discord.posts import (
    LONGEST_BUTTON_LINK,
    LONGEST_DESCRIPTION,
    LONGEST_EMBEDS,
    LONGEST_FIELD_NAME,
    LONGEST_FIELD_VALUE,
    LONGEST_LINK,
    LONGEST_NONCE,
    LONGEST_THREAD_NAME,
    LONGEST_TITLE,
    MOST_EMBEDS,
    MOST_FIELDS,
    AlertButton,
    Attachment,
    Embed,
    LinkButton,
    Post,
)
from hub_discord.text import clean, clip, escape, length

SEVERITY_COLOURS: Mapping[Severity, int] = {
    Severity.INFO: 0x3498DB,
    Severity.WARNING: 0xF1C40F,
    Severity.ERROR: 0xE67E22,
    Severity.CRITICAL: 0xE74C3C,
}
PHASE_COLOURS: Mapping[Phase, int] = {Phase.ACKNOWLEDGED: 0x9B59B6, Phase.RESOLVED: 0x2ECC71}
_LONGEST_FILE = 1_000_000  # letters; far below what Discord takes
_LONGEST_PERSON = 100
_OK, _NOT_OK = 0x2ECC71, 0xE74C3C
_BLANK = "\u200b"  # Discord refuses empty texts; a space of no width is not empty


def compose(notice: Notice, alert: str | None, at: datetime | None = None, ping_role: int | None = None) -> Post:
    """Give a notice its form; `alert` stands for its key in buttons (None: no buttons), `at` is shown in the footer.

    What does not fit is cut with `…`, and the whole text goes along as a file.
    """
    text = whole_text(notice)
    embeds = _embeds(notice, at)
    complete = _fits(notice, embeds)
    return Post(
        content=f"<@&{ping_role}>" if ping_role else "",
        embeds=embeds,
        buttons=_buttons(notice, alert),
        attachment=None if complete else Attachment(name="message.txt", text=clip(text, _LONGEST_FILE)),
        pings=(ping_role,) if ping_role else (),
        nonce=nonce(notice.id) if notice.id else None,
    )


def nonce(identity: str) -> str:
    """Turn any identity into a nonce that Discord takes."""
    return sha256(identity.encode("utf-8", "replace")).hexdigest()[:LONGEST_NONCE]


def without_decoration(notice: Notice) -> Notice:
    """Turn link and image into words, for when Discord does not take them as what they are."""
    words = "\n".join(filter(None, [notice.message, notice.link, notice.image]))
    return msgspec.structs.replace(notice, message=words, link=None, image=None)


def thread_name(notice: Notice) -> str:
    """Name the thread of an alert."""
    return clip(" ".join(clean(notice.title or notice.message).split()) or "Alert", LONGEST_THREAD_NAME)


def progress(notice: Notice, at: datetime | None = None) -> Post:
    """Tell in an alert's thread how it went on."""
    embed = Embed(colour=_colour(notice), description=clip(escape(_message(notice)), 1000), footer=_footer(notice), at=at)
    return Post(embeds=(embed,), nonce=nonce(f"thread {notice.id}") if notice.id else None)


def reply_embed(reply: Reply) -> Embed:
    """Give the hub's answer to one person its form; what does not fit is cut."""
    embed = Embed(
        colour=_OK if reply.ok else _NOT_OK, description=clip(escape(clean(reply.text)).strip(), LONGEST_DESCRIPTION) or _BLANK
    )
    for name, value in list(reply.fields.items())[:MOST_FIELDS]:
        field = (_short(name, LONGEST_FIELD_NAME), _short(value, LONGEST_FIELD_VALUE))
        if embed.size + length(field[0]) + length(field[1]) > LONGEST_EMBEDS:
            break
        embed = replace(embed, fields=(*embed.fields, field))
    return embed


def whole_text(notice: Notice) -> str:
    """Return everything that the notice says as plain text."""
    parts = [notice.title or "", notice.message, *(f"{name}: {value}" for name, value in notice.fields.items())]
    return clean("\n\n".join([*filter(None, parts), *_bad_addresses(notice)]))


def is_address(text: str | None, limit: int = LONGEST_LINK) -> bool:
    """Tell whether Discord would take the text as a link."""
    if not text or length(text) > limit or any(letter.isspace() or ord(letter) < 33 or letter in '<>"\\' for letter in text):
        return False
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is what checks it
        text.encode()
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _embeds(notice: Notice, at: datetime | None) -> tuple[Embed, ...]:
    colour = _colour(notice)
    first = Embed(
        colour=colour,
        title=_title(notice),
        description=clip(escape(_message(notice)), LONGEST_DESCRIPTION),
        link=notice.link if is_address(notice.link) else None,
        image=notice.image if is_address(notice.image) else None,
        footer=_footer(notice),
        at=at,
    )
    embeds, room = [first], LONGEST_EMBEDS - first.size
    for name, value in notice.fields.items():
        field = (_short(name, LONGEST_FIELD_NAME), _short(value, LONGEST_FIELD_VALUE))
        size = length(field[0]) + length(field[1])
        if size > room:
            break
        if len(embeds[-1].fields) == MOST_FIELDS:
            if len(embeds) == MOST_EMBEDS:
                break
            embeds.append(Embed(colour=colour))
        embeds[-1] = replace(embeds[-1], fields=(*embeds[-1].fields, field))
        room -= size
    return tuple(embeds)


def _fits(notice: Notice, embeds: tuple[Embed, ...]) -> bool:
    shown = sum(len(embed.fields) for embed in embeds)
    long_title = length(_worded_title(notice)) > LONGEST_TITLE
    long_message = length(escape(_message(notice))) > LONGEST_DESCRIPTION
    long_field = any(
        length(escape(clean(name))) > LONGEST_FIELD_NAME or length(escape(clean(value))) > LONGEST_FIELD_VALUE
        for name, value in notice.fields.items()
    )
    return shown == len(notice.fields) and not (long_title or long_message or long_field)


def _buttons(notice: Notice, alert: str | None) -> tuple[AlertButton | LinkButton, ...]:
    if notice.phase is not Phase.RAISED:
        return ()
    buttons: list[AlertButton | LinkButton] = []
    for action in dict.fromkeys(notice.actions):
        if action in ("acknowledge", "snooze") and alert is not None:
            buttons.append(AlertButton(action=action, alert=alert))
        elif action == "open" and notice.link is not None and is_address(notice.link, LONGEST_BUTTON_LINK):
            buttons.append(LinkButton(label="Open", link=notice.link))
    return tuple(buttons)


def _title(notice: Notice) -> str:
    return clip(_worded_title(notice), LONGEST_TITLE)


def _worded_title(notice: Notice) -> str:
    title = " ".join(escape(clean(notice.title or "")).split())
    return f"{_word(notice)}{title}" if title else ""


def _message(notice: Notice) -> str:
    lines = [clean(notice.message).strip(), *_bad_addresses(notice)]
    return "\n".join(filter(None, lines)) or ("" if _worded_title(notice) else _BLANK)


def _bad_addresses(notice: Notice) -> list[str]:
    """Say in words what Discord would refuse as a link."""
    return [clean(text) for text in (notice.link, notice.image) if text and not is_address(text)]


def _short(text: str, limit: int) -> str:
    return clip(escape(clean(text)).strip(), limit) or _BLANK


def _footer(notice: Notice) -> str:
    severity = notice.severity.value.capitalize()
    if notice.phase is Phase.RAISED:
        return severity
    person = " ".join(clean(notice.person.removeprefix("discord:")).split())
    return f"{severity}, {notice.phase.value}" + (f" by {clip(person, _LONGEST_PERSON)}" if person else "")


def _word(notice: Notice) -> str:
    """Say what the colour says, for those who do not see it: in a notification, or at all."""
    if notice.phase is not Phase.RAISED:
        return f"{notice.phase.value.capitalize()}: "
    return "" if notice.severity is Severity.INFO else f"{notice.severity.value.capitalize()}: "


def _colour(notice: Notice) -> int:
    return PHASE_COLOURS.get(notice.phase, SEVERITY_COLOURS[notice.severity])
