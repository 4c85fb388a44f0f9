"""The documented limits of a message, checked and refused as Discord does."""

from collections.abc import Iterator
from typing import Any

from hub_discord.simulator.world import Json

Path = tuple[str | int, ...]
Fault = tuple[Path, str, str]
"""Where, code, message."""

_EMBED_TEXTS = (("title", 256), ("description", 4096))
_LINK_STYLE = 5


def faults(body: Json) -> list[Fault]:
    """Return everything that Discord would refuse in a message to send or an edit."""
    return [
        *_long((), "content", body.get("content"), 2000),
        *_long((), "nonce", body.get("nonce"), 25),
        *_embeds(body.get("embeds") or []),
        *_rows(body.get("components") or []),
    ]


def refusal(found: list[Fault]) -> Json:
    """Return the body of the 400 that tells of the faults."""
    errors: Json = {}
    for path, code, message in found:
        place = errors
        for step in path:
            place = place.setdefault(str(step), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})
    return {"message": "Invalid Form Body", "code": 50035, "errors": errors}


def _embeds(embeds: list[Json]) -> Iterator[Fault]:
    if len(embeds) > 10:
        yield ("embeds",), "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 10 in length."
    total = 0
    for number, embed in enumerate(embeds):
        path: Path = ("embeds", number)
        for name, limit in _EMBED_TEXTS:
            yield from _long(path, name, embed.get(name), limit)
        yield from _long((*path, "footer"), "text", (embed.get("footer") or {}).get("text"), 2048)
        yield from _long((*path, "author"), "name", (embed.get("author") or {}).get("name"), 256)
        yield from _fields(path, embed.get("fields") or [])
        yield from _address(path, "url", embed.get("url"))
        yield from _address((*path, "image"), "url", (embed.get("image") or {}).get("url"))
        if not any(embed.get(part) for part in ("title", "description", "fields", "image", "footer", "author", "thumbnail")):
            yield (*path, "description"), "BASE_TYPE_REQUIRED", "This field is required"
        total += _size(embed)
    if total > 6000:
        yield ("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000"


def _fields(path: Path, fields: list[Json]) -> Iterator[Fault]:
    if len(fields) > 25:
        yield (*path, "fields"), "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length."
    for number, item in enumerate(fields):
        for name, limit in (("name", 256), ("value", 1024)):
            place: Path = (*path, "fields", number)
            if not str(item.get(name) or "").strip():
                yield (*place, name), "BASE_TYPE_REQUIRED", "This field is required"
            yield from _long(place, name, item.get(name), limit)


def _rows(rows: list[Json]) -> Iterator[Fault]:
    if len(rows) > 5:
        yield ("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
    seen: set[str] = set()
    for number, row in enumerate(rows):
        buttons = row.get("components") or []
        path: Path = ("components", number, "components")
        if not 1 <= len(buttons) <= 5:
            yield path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
        for place, button in enumerate(buttons):
            yield from _button((*path, place), button, seen)


def _button(path: Path, button: Json, seen: set[str]) -> Iterator[Fault]:
    yield from _long(path, "label", button.get("label"), 80)
    if button.get("style") == _LINK_STYLE:
        yield from _long(path, "url", button.get("url"), 512)
        yield from _address(path, "url", button.get("url"))
        return
    custom_id = str(button.get("custom_id") or "")
    if not 1 <= _length(custom_id) <= 100:
        yield (*path, "custom_id"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."
    if custom_id in seen:
        yield (*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
    seen.add(custom_id)


def _long(path: Path, name: str, text: Any, limit: int) -> Iterator[Fault]:
    if text is not None and _length(str(text)) > limit:
        yield (*path, name), "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length."


def _address(path: Path, name: str, address: Any) -> Iterator[Fault]:
    if address is None:
        return
    text = str(address)
    if not text.startswith(("http://", "https://", "attachment://")):
        yield (*path, name), "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https')."
    elif (
        "_" in text.partition("://")[2].partition("/")[0]
        or any(letter.isspace() for letter in text)
        or len(text) > 2048
        or not text.partition("://")[2]
    ):
        yield (*path, name), "URL_TYPE_INVALID_URL", "Not a well formed URL."


def _size(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    texts += [item.get(part) for item in embed.get("fields") or [] for part in ("name", "value")]
    return sum(_length(str(text)) for text in texts if text)


def _length(text: str) -> int:
    """Count in UTF-16 units: the strictest way in which Discord may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
