"""What can go wrong with a template."""

from hub.errors import TemplateError
from hub.templates.reads import Reads


class TemplateSyntaxError(TemplateError):
    """The text is not a template, or it names a filter or test that does not exist."""

    def __init__(self, message: str, line: int = 1, column: int | None = None) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        """Line of the template, from 1."""
        self.column = column
        """Column of the line, from 1, where it is known."""


class RenderFailed(TemplateError):
    """A template could not be rendered this time."""

    def __init__(self, message: str, reads: Reads | None = None) -> None:
        super().__init__(message)
        self.reads = reads
        """What it had looked at until then, when that was collected."""
