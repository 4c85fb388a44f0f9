"""Rendering in Jinja's sandbox: every template can be, most need not."""

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import Any

import jinja2

from hub.templates.errors import RenderFailed, TemplateSyntaxError
from hub.templates.limits import LONGEST_RESULT, TooLarge
from hub.templates.literals import typed
from hub.templates.program import Program
from hub.templates.sandbox import Sandbox

_UNKNOWN = re.compile(r"No (filter|test) named '(\w+)'")
_LONGEST_QUOTE = 200


def slow_program(sandbox: Sandbox, source: str) -> Program:
    """Return the template as a program for the sandbox; it is compiled when it is first rendered."""
    template = SandboxedTemplate(sandbox, source)
    return Program(lambda variables: typed(template.text(variables)), template.text)


class SandboxedTemplate:
    """A template of the sandbox."""

    def __init__(self, sandbox: Sandbox, source: str) -> None:
        self._sandbox = sandbox
        self._source = source

    @cached_property
    def compiled(self) -> jinja2.Template:
        """The template as Jinja has it. Raises TemplateSyntaxError."""
        try:
            with self._sandbox.rendering.of(self._source):
                return self._sandbox.from_string(self._source)
        except (jinja2.TemplateSyntaxError, RecursionError, MemoryError, SyntaxError, ValueError, OverflowError) as error:
            raise syntax_error(error, self._sandbox, self._source) from error

    def text(self, variables: Mapping[str, Any]) -> str:
        """Render to stripped text. Raises TemplateSyntaxError, RenderFailed."""
        compiled = self.compiled
        with self._sandbox.rendering.of(self._source):
            try:
                return _gathered(self._sandbox.parts(compiled, variables)).strip()
            except Exception as error:
                raise _failure(error, self._source) from error


def syntax_error(error: Exception, sandbox: Sandbox, source: str) -> TemplateSyntaxError:
    """Say what is wrong with the text of a template, and where."""
    if not isinstance(error, jinja2.TemplateSyntaxError):
        return TemplateSyntaxError("it is nested too deeply" if isinstance(error, RecursionError) else str(error))
    message = error.message or str(error)
    unknown = _UNKNOWN.search(message)
    if unknown is None:
        return TemplateSyntaxError(message, error.lineno)
    table: Iterable[str] = sandbox.filters if unknown[1] == "filter" else sandbox.tests
    nearest = difflib.get_close_matches(unknown[2], table, n=1)
    message = f"there is no {unknown[1]} {unknown[2]!r}" + (f"; did you mean {nearest[0]!r}?" if nearest else "")
    return TemplateSyntaxError(message, error.lineno, _column(source, error.lineno, unknown[2]))


def _column(source: str, line: int, name: str) -> int | None:
    """Return where in the line the name stands, behind a bar or `is`."""
    place = re.compile(rf"(?:\||\bis\b|\bnot\b)\s*({name})\b").search(source.splitlines()[line - 1])
    return None if place is None else place.start(1) + 1


def _gathered(parts: Iterable[str]) -> str:
    texts, length = [], 0
    for part in parts:
        length += len(part)
        if length > LONGEST_RESULT:
            raise TooLarge("the result", length, LONGEST_RESULT)
        texts.append(part)
    return "".join(texts)


def _failure(error: Exception, source: str) -> RenderFailed:
    line = _line(error.__traceback__)
    where = f"line {line} of template" if line > 1 or "\n" in source else "template"
    quote = source if len(source) <= _LONGEST_QUOTE else f"{source[:_LONGEST_QUOTE]}…"
    reason = "it calls itself without end" if isinstance(error, RecursionError) else str(error) or type(error).__name__
    return RenderFailed(f"{reason}, in {where} {quote!r}")


def _line(traceback: TracebackType | None) -> int:
    """Return the line of the template in which the error came up."""
    line = 1
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.name is None:
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
