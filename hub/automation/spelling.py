"""Whether every template in a piece of configuration can be compiled."""

import re
from collections.abc import Iterator
from typing import Any, Final

from hub.errors import TemplateError
from hub.templates import Templates, is_template

Path = tuple[str | int, ...]
_QUOTED_ENTITY: Final = re.compile(r"""'[a-z_]+\.[a-z0-9_]+'|"[a-z_]+\.[a-z0-9_]+\"""")


class TemplateCheck:
    """Checks templates; one that was found right once is not looked at again, nor one that differs only in its entities."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._right: set[str] = set()

    def wrong(self, node: Any) -> Iterator[tuple[Path, TemplateError]]:
        """Return where templates stand that are none or name an unknown filter, and what is wrong with each."""
        if self._is_right(node):
            return
        for path, source in _templates_in(node, ()):
            error = self._error(source)
            if error is not None:
                yield path, error

    def _is_right(self, node: Any) -> bool:
        """Look at the same templates in any order, and not at where they stand: that takes a third of the time."""
        nodes = [node]
        while nodes:
            node = nodes.pop()
            if isinstance(node, str):
                if is_template(node) and self._error(node) is not None:
                    return False
            elif isinstance(node, dict):
                nodes.extend(node.values())
            elif isinstance(node, list):
                nodes.extend(node)
        return True

    def _error(self, source: str) -> TemplateError | None:
        shape = _QUOTED_ENTITY.sub("''", source)
        if shape in self._right:
            return None
        try:
            self._templates.compile(source).check()
        except TemplateError as error:
            return error
        self._right.add(shape)
        return None


def _templates_in(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        if is_template(node):
            yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _templates_in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _templates_in(value, (*path, index))
