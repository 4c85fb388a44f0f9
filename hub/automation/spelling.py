"""Whether every template in a piece of configuration can be compiled."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.errors import TemplateError
from hub.templates import Templates, is_template

Path = tuple[str | int, ...]


class TemplateCheck:
    """Checks templates; one that was found right once is not looked at again."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._right: set[str] = set()

    def wrong(self, node: Any) -> Iterator[tuple[Path, TemplateError]]:
        """Return where templates stand that are none or name an unknown filter, and what is wrong with each."""
        for path, source in _templates_in(node, ()):
            if source in self._right:
                continue
            try:
                self._templates.compile(source).check()
            except TemplateError as error:
                yield path, error
            else:
                self._right.add(source)


def _templates_in(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        if is_template(node):
            yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _templates_in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _templates_in(value, (*path, index))
