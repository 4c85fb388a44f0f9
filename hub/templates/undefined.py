"""Names that nobody defined: they print as nothing, with a warning."""

import logging
from collections.abc import Iterator
from typing import Any

from jinja2 import Undefined

from hub.templates.rendering import Rendering

_log = logging.getLogger(__name__)


def undefined_type(rendering: Rendering) -> type[Undefined]:
    """Return the type of undefined values; its warnings name the template that is being rendered."""

    class LoggingUndefined(Undefined):
        __slots__ = ()

        def _warn(self) -> None:
            _log.warning("%s in template %r", self._undefined_message, rendering.source)

        def __str__(self) -> str:
            self._warn()
            return ""

        def __iter__(self) -> Iterator[Any]:
            self._warn()
            return iter(())

        def __bool__(self) -> bool:
            self._warn()
            return False

    return LoggingUndefined
