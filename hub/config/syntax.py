"""Syntax errors of YAML in plain words."""

import re
from typing import Final

from yaml import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from hub.config.nodes import Position
from hub.config.problems import Problem, problem_at

UNQUOTED_TEMPLATE: Final = "unquoted-template"

_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what libyaml counts as the end of a line
_BARE_TEMPLATE = re.compile(r"(?:^|[:\-\[,]\s+)(\{[{%].*)$")
_WORDS = {
    "mapping values are not allowed in this context": (
        "a `:` cannot stand here: check the indentation, or put quotes round the text if it contains `: `"
    ),
    "did not find expected key": "expected a key here: check the indentation",
    "did not find expected '-' indicator": "expected `- ` here, like the items above: check the indentation",
    "did not find expected node content": "expected a value here: are all brackets closed?",
    "did not find expected ',' or ']'": "the list is not closed: expected `,` or `]`",
    "did not find expected ',' or '}'": "the mapping is not closed: expected `,` or `}`",
    "could not find expected ':'": "expected `:` after the key",
    "found unexpected end of stream": "the quotes are not closed",
    "found unknown escape character": "unknown escape after `\\`: use single quotes, or write `\\\\`",
    "found undefined alias": "no anchor `&…` of this name stands above",
    "control characters are not allowed": "a control character stands here",
}


def syntax_problem(error: YAMLError, file: str, text: str) -> Problem:
    """Say what is wrong and where."""
    if isinstance(error, ReaderError):
        return problem_at(_after(file, text, error.position), _WORDS.get(str(error.reason), str(error.reason)), "syntax")
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if not isinstance(error, MarkedYAMLError) or mark is None:
        return problem_at(Position(file, 1, 1), str(error), "syntax")
    position = Position(file, mark.line + 1, mark.column + 1)
    line = _line(text, mark.line)
    if _BARE_TEMPLATE.search(line):
        return problem_at(position, "put quotes round the template", UNQUOTED_TEMPLATE)
    return problem_at(position, _explained(str(error.problem), line, mark.column), "syntax")


def encoding_problem(error: UnicodeDecodeError, file: str) -> Problem:
    """Say where the bytes stop being UTF-8."""
    before = error.object[: error.start].decode("utf-8", "replace")
    return problem_at(_end_of(file, before), "the file is not UTF-8 here: save it as UTF-8", "encoding")


def quoted_template(text: str, line: int, column: int) -> str | None:
    """Return the template that begins at this place (from 0) with quotes round it, if one does."""
    found = _TEMPLATE.match(_line(text, line), column)
    if found is None:
        return None
    return f"'{found[0]}'" if '"' in found[0] else f'"{found[0]}"'


def _explained(problem: str, line: str, column: int) -> str:
    if problem == "found character that cannot start any token" and column < len(line):
        if "\t" in line[: column + 1]:
            return "a tab cannot be used here: indent with spaces"
        return f"a text cannot begin with `{line[column]}`: put quotes round it"
    return _WORDS.get(problem, problem)


def _line(text: str, number: int) -> str:
    lines = _BREAK.split(text)
    return lines[number] if number < len(lines) else ""


def _after(file: str, text: str, size: int) -> Position:
    return _end_of(file, text.encode("utf-8", "replace")[:size].decode("utf-8", "replace"))


def _end_of(file: str, before: str) -> Position:
    lines = before.split("\n")
    return Position(file, len(lines), len(lines[-1]) + 1)
