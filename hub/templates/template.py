"""One template."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

from hub.templates.errors import RenderFailed
from hub.templates.literals import typed
from hub.templates.program import Program
from hub.templates.reads import Reading, Reads
from hub.templates.rendering import Rendering

R = TypeVar("R")
_NO_VARIABLES: Final[Mapping[str, Any]] = {}


class Builder(Protocol):
    """Who compiles templates."""

    def program(self, source: str, *, limited: bool, tracked: bool) -> Program:
        """Compile; a tracked program notes what it reads. Raises TemplateSyntaxError."""

    def check(self, source: str, *, limited: bool) -> None:
        """Raise TemplateSyntaxError when this is no template."""


class Template:
    """A template; it is compiled when it is first used, and never changes."""

    __slots__ = ("__weakref__", "_builder", "_program", "_rendering", "_tracked", "_value", "limited", "source")

    def __init__(self, source: str, builder: Builder, rendering: Rendering, *, limited: bool = False) -> None:
        self.source = source
        """The text, without blanks around."""
        self.limited = limited
        """Whether it may not look at states and time."""
        self._rendering = rendering
        self._builder = builder
        self._program: Program | None = None
        self._tracked: Program | None = None
        self._value: Callable[[Mapping[str, Any]], Any] | None = None

    def render(self, variables: Mapping[str, Any] | None = None) -> Any:
        """Render to a typed result (DIALECT 7.2). Raises TemplateError."""
        value = self._value
        if value is None:
            value = self._value = self._compiled().value
        return value(_NO_VARIABLES if variables is None else variables)

    def text(self, variables: Mapping[str, Any] | None = None) -> str:
        """Render to stripped text. Raises TemplateError."""
        return self._compiled().text(_NO_VARIABLES if variables is None else variables)

    def render_tracked(self, variables: Mapping[str, Any] | None = None) -> tuple[Any, Reads]:
        """Render, and say what was read. Raises TemplateSyntaxError, or RenderFailed, which says so as well."""
        return self._tracking(lambda program: program.value(_NO_VARIABLES if variables is None else variables))

    def text_tracked(self, variables: Mapping[str, Any] | None = None) -> tuple[str, Reads]:
        """Render to stripped text, and say what was read. Raises as `render_tracked` does."""
        return self._tracking(lambda program: program.text(_NO_VARIABLES if variables is None else variables))

    @property
    def reads(self) -> Reads | None:
        """What it can read at most, where that is plain from its text; else None."""
        return self._compiled().reads

    @property
    def is_quick(self) -> bool:
        """Whether it renders without the sandbox."""
        return self._compiled().quick

    def check(self) -> None:
        """Compile now. Raises TemplateSyntaxError."""
        self._builder.check(self.source, limited=self.limited)

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def _compiled(self) -> Program:
        if self._program is None:
            self._program = self._builder.program(self.source, limited=self.limited, tracked=False)
        return self._program

    def _tracking(self, render: Callable[[Program], R]) -> tuple[R, Reads]:
        if self._tracked is None:
            self._tracked = self._builder.program(self.source, limited=self.limited, tracked=True)
        rendering, reading = self._rendering, Reading()
        before, rendering.reading = rendering.reading, reading
        try:
            return render(self._tracked), reading.done()
        except RenderFailed as error:
            raise RenderFailed(str(error), reading.done()) from error
        finally:
            rendering.reading = before


def constant_program(source: str) -> Program:
    """Return the program of a text without any template in it."""
    return Program(lambda _variables: typed(source), lambda _variables: source, Reads(), quick=True)
