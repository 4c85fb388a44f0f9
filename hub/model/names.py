"""Names: entity ids and slugs."""

import re
from typing import Self

from slugify import slugify as _slugify

from hub.errors import BadName

_ENTITY_ID = re.compile(r"(?!.+__)(?!_)[a-z0-9_]+(?<!_)\.(?!_)[a-z0-9_]+(?<!_)")
_SLUG = re.compile(r"(?!.*__)(?!_)[a-z0-9_]+(?<!_)")
_LONGEST = 255


class EntityId(str):
    """An entity's address, such as `sensor.roof_power`.

    It is a string, so that it hashes and compares at the speed of one; only `parse` makes it, so that
    having one proves that it is well spelt.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an entity id in any case. Raises BadName."""
        lowered = str(text).strip().lower()
        if len(lowered) > _LONGEST or not _ENTITY_ID.fullmatch(lowered):
            raise BadName(text, expected="domain.object_id, such as sensor.roof_power")
        return cls(lowered)

    @property
    def domain(self) -> str:
        """The part before the dot, such as `sensor`."""
        return self.partition(".")[0]

    @property
    def object_id(self) -> str:
        """The part after the dot, such as `roof_power`."""
        return self.partition(".")[2]


def is_slug(text: str) -> bool:
    """Tell whether the text is lower-case ASCII words joined by single underscores."""
    return _SLUG.fullmatch(text) is not None


def slugify(text: str, separator: str = "_") -> str:
    """Turn any text into a slug; text without a letter or digit becomes `unknown`, empty text stays empty."""
    if not text or (separator == "_" and is_slug(text)):
        return text
    return _slugify(text, separator=separator) or "unknown"
