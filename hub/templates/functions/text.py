"""Text: slugs, ordinals, addresses."""

from typing import Any, Final
from urllib.parse import urlencode as encoded

from hub.model.names import slugify
from hub.templates.functions.group import Group


def to_slug(value: Any, separator: str = "_") -> str:
    """Turn the value's text into a slug."""
    return slugify(str(value), separator=separator)


def ordinal(value: Any) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th` and so on."""
    text = str(value)
    last, last_two = int(text[-1]), int(text[-2:]) % 100
    suffix = "th" if 11 <= abs(last_two) <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
    return text + suffix


def urlencode(value: Any) -> str:
    """Return a mapping as the query of a URL."""
    return encoded(value)


GROUP: Final = Group(
    globals={"slugify": to_slug, "urlencode": urlencode},
    filters={"ord": ord, "ordinal": ordinal, "slugify": to_slug},
)
