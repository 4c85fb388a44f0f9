"""What the commands ask of the composition root; imported only when a command needs it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol


class Problem(Protocol):
    """One mistake in the configuration."""

    @property
    def file(self) -> str:
        """In which file it stands."""

    @property
    def line(self) -> int:
        """In which line, from 1."""

    @property
    def column(self) -> int:
        """In which column, from 1."""

    @property
    def message(self) -> str:
        """What is wrong, and what would be right."""

    @property
    def code(self) -> str:
        """Which kind of mistake it is, for programs."""

    @property
    def severity(self) -> str:
        """`error` or `warning`."""


class Root(Protocol):
    """What can be done with a hub that does not run yet."""

    def run(self, config: Path) -> None:
        """Run the hub until it is told to stop. Raises ConfigError."""

    def check(self, config: Path) -> Sequence[Problem]:
        """Check the configuration without connecting to anything."""

    def demo(self, lasting: timedelta | None, speed: float, as_json: bool) -> None:
        """Run the demonstration for so long, or until it is told to stop."""


class HubRoot:
    """The real one."""

    def run(self, config: Path) -> None:
        """Run the hub until it is told to stop. Raises ConfigError."""
        from hub.automation.loading import collecting_later

        with collecting_later():
            from hub import app

        app.run(config)

    def check(self, config: Path) -> Sequence[Problem]:
        """Check the configuration without connecting to anything."""
        from hub.check import check

        return check(config).problems

    def demo(self, lasting: timedelta | None, speed: float, as_json: bool) -> None:
        """Run the demonstration for so long, or until it is told to stop."""
        from hub import demo

        demo.run(lasting=lasting, speed=speed, as_json=as_json)
