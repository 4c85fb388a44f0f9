"""A terminal in which the command is typed, and a hub that does not run yet."""

import asyncio
import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.cli import main
from tests.web.house import House


@dataclass(frozen=True)
class Outcome:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


@dataclass(frozen=True)
class Mistake:
    """A mistake in a file."""

    file: str
    line: int
    column: int
    message: str
    code: str = "unknown-key"
    severity: str = "error"


@dataclass
class Rehearsed:
    """A composition root that notes what it is asked."""

    problems: Sequence[Mistake] = ()
    asked: list[Any] = field(default_factory=list)
    error: Exception | None = None

    def run(self, config: Path) -> None:
        self.asked.append(config)
        if self.error is not None:
            raise self.error

    def check(self, config: Path) -> Sequence[Mistake]:
        self.asked.append(config)
        return self.problems

    def demo(self, lasting: timedelta | None, speed: float, as_json: bool) -> None:
        self.asked.append((lasting, speed, as_json))


def typed(*arguments: str, root: Rehearsed | None = None) -> Outcome:
    """Type a command and wait for its end."""
    out, err = io.StringIO(), io.StringIO()
    code: int | str | None = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments), root)
        except SystemExit as end:
            code = end.code
    return Outcome(int(code or 0), out.getvalue(), err.getvalue())


async def typed_beside(house: House, *arguments: str, token: str = "admin-token") -> Outcome:
    """Type a command that talks to the house, which runs here meanwhile."""
    return await asyncio.to_thread(typed, *arguments, "--url", house.bound.url, "--token", token)
