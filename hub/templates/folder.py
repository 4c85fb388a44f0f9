"""Custom templates: files that templates may import."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from jinja2 import BaseLoader, Environment, TemplateNotFound

LARGEST_FILE: Final = 5 * 1024 * 1024
"""Bytes."""
_log = logging.getLogger(__name__)


class CustomTemplates(BaseLoader):
    """The texts of a folder, kept in memory: a template can name nothing else."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._texts: Mapping[str, str] = {}
        self._generation = 0
        self.reload()

    def reload(self) -> None:
        """Read the folder again."""
        self._texts = {} if self._folder is None else _read(self._folder)
        self._generation += 1

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool]]:  # noqa: ARG002
        """Return the text of a file, and whether it is still the newest. Raises TemplateNotFound."""
        text = self._texts.get(template)
        if text is None:
            raise TemplateNotFound(template)
        generation = self._generation
        return text, template, lambda: generation == self._generation

    def list_templates(self) -> list[str]:
        """Return the names of all files."""
        return sorted(self._texts)


def _read(folder: Path) -> dict[str, str]:
    texts = {}
    for path in sorted(folder.rglob("*.jinja")):
        if not path.is_file():
            continue
        if path.stat().st_size > LARGEST_FILE:
            _log.warning("%s is larger than %d bytes: it is not loaded", path, LARGEST_FILE)
            continue
        try:
            texts[path.relative_to(folder).as_posix()] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            _log.warning("%s cannot be read: %s", path, error)
    return texts
