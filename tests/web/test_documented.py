"""`docs/api.md` says what there is."""

import re
from pathlib import Path

from hub.web.commands import COMMANDS
from hub.web.limits import Limits
from hub.web.rest import DOORS

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_door_is_documented_and_every_documented_door_is_there() -> None:
    """By its path."""
    paths = {re.sub(r":\w+}", "}", door.path) for door in DOORS}

    assert paths | {"/api/websocket"} == set(re.findall(r"`(/[^`\s]*)`", TEXT))


def test_every_command_is_documented_with_its_role() -> None:
    """In a row of the table."""
    rows = [line.split("|") for line in TEXT[TEXT.index("## WebSocket") :].splitlines() if line.startswith("| `")]
    documented = {name: row[2].strip() for row in rows for name in re.findall(r"`([^`]+)`", row[1])}

    assert set(documented) == {command.name for command in COMMANDS}
    for command in COMMANDS:
        assert documented[command.name] in ("", command.role.value)


def test_the_roles_of_doors_are_documented() -> None:
    """Method, path and role stand in one row."""
    rows = [[cell.strip() for cell in line.split("|")] for line in TEXT.splitlines() if re.match(r"\| (GET|POST|DELETE)", line)]
    documented = {
        (method, path): row[3] for row in rows for method in row[1].split(", ") for path in re.findall(r"`(/[^`\s]*)`", row[2])
    }

    for door in DOORS:
        if door.role is not None:
            assert documented[door.method, re.sub(r":\w+}", "}", door.path)] == door.role.value


def test_the_limits_are_those_that_are_documented() -> None:
    """Sizes that people have to know."""
    assert (Limits().body, Limits().backlog) == (1 << 20, 8 << 20)
