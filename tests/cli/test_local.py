"""The commands that need no running hub."""

import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from hub import __version__
from hub.cli.durations import parse_duration
from hub.errors import ConfigError
from tests.cli.terminal import Mistake, Rehearsed, typed


def test_help_comes_at_once() -> None:
    """Nothing heavy is imported for it."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "hub.cli", "--help"], capture_output=True, text=True, check=True)
    took = time.perf_counter() - started

    print(f"hub --help took {took:.3f} s")
    assert took < 1.0
    for command in ("run", "check", "demo", "plugins", "states", "call", "events", "trace", "token"):
        assert re.search(rf"^\W*{command} ", done.stdout, re.MULTILINE)


def test_help_imports_nothing_heavy() -> None:
    """Neither the web, nor the store, nor pydantic, nor YAML."""
    program = "import sys, hub.cli; print(*(name for name in %r if name in sys.modules))"
    heavy = (
        "pydantic",
        "starlette",
        "uvicorn",
        "sqlalchemy",
        "jinja2",
        "yaml",
        "websockets",
        "http.client",
        "ssl",
        "asyncio",
        "hub.hosting",
    )
    done = subprocess.run([sys.executable, "-c", program % (heavy,)], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_the_version_is_told() -> None:
    """`hub --version`."""
    assert typed("--version").out == f"hub {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["check", "--nope"],
        ["demo", "--for", "soon"],
        ["demo", "--speed", "0"],
        ["call", "ftp"],
        ["call", "a.b", "c"],
        ["call", "a.b", "c={"],
    ],
)
def test_what_is_not_spelt_right_is_2(arguments: list[str]) -> None:
    """With a word about it on the error output."""
    outcome = typed(*arguments, root=Rehearsed())

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err


def test_every_mistake_has_its_place() -> None:
    """`file:line:column: message`, a summary, exit code 1."""
    root = Rehearsed([Mistake("a.yaml", 3, 5, "unknown key `tigger`"), Mistake("b.yaml", 1, 1, "old form", severity="warning")])

    outcome = typed("check", "-c", "a.yaml", root=root)

    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "a.yaml:3:5: unknown key `tigger`",
        "b.yaml:1:1: warning: old form",
        "a.yaml: 1 error, 1 warning",
    ]
    assert root.asked == [Path("a.yaml")]


def test_programs_get_the_mistakes_as_json() -> None:
    """One object with all of them."""
    outcome = typed("check", "-c", "a.yaml", "--json", root=Rehearsed([Mistake("a.yaml", 3, 5, "wrong")]))

    place = {"file": "a.yaml", "line": 3, "column": 5}
    assert outcome.json == {"problems": [{**place, "message": "wrong", "code": "unknown-key", "severity": "error"}]}
    assert outcome.code == 1


def test_warnings_alone_are_no_failure() -> None:
    """Exit code 0, and 0 when all is well."""
    assert typed("check", root=Rehearsed([Mistake("a.yaml", 1, 1, "old", severity="warning")])).code == 0
    assert typed("check", "-c", "a.yaml", root=Rehearsed()).out == "a.yaml: all is well\n"


def test_running_passes_the_file_on_and_tells_what_is_wrong() -> None:
    """An error of the hub is one line and exit code 1, never a traceback."""
    root = Rehearsed(error=ConfigError("a.yaml:1:1: broken"))

    outcome = typed("run", "-c", "a.yaml", root=root)

    assert (outcome.code, outcome.err, root.asked) == (1, "error: a.yaml:1:1: broken\n", [Path("a.yaml")])


def test_the_demo_takes_a_duration_and_a_speed() -> None:
    """Without them it runs until it is stopped, as fast as time passes."""
    root = Rehearsed()

    typed("demo", root=root)
    typed("demo", "--for", "1m30s", "--speed", "60", "--json", root=root)

    assert root.asked == [(None, 1.0, False), (timedelta(seconds=90), 60.0, True)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60s", 60), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("90", 90), ("1.5h", 5400), ("250ms", 0.25), (" 1H 30M ", 5400)],
)
def test_durations_are_written_as_people_write_them(text: str, seconds: float) -> None:
    """A number alone is seconds."""
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "s", "-5s", "5x", "5m5", "1e3s", "s5", "9" * 30 + "d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(typer.BadParameter):
        parse_duration(text)


def test_installed_plugins_are_listed() -> None:
    """Whichever they are, in both forms."""
    outcome = typed("plugins", "--json")

    assert outcome.code == 0
    assert all({"name", "version", "error"} <= set(row) for row in outcome.json["plugins"])
    assert typed("plugins").code == 0


def test_other_peoples_files_are_judged_and_the_verdicts_compared(tmp_path: Path) -> None:
    """As many must agree as is said; each that does not is told."""
    corpus = tmp_path / "real.jsonl"
    good = '{"id": "good", "kind": "automation", "accept": true, "yaml": "triggers: []\\nactions: []"}'
    odd = '{"id": "odd", "kind": "automation", "accept": false, "yaml": "triggers: []\\nactions: []"}'
    corpus.write_text(f"{good}\n{odd}\n")

    strict, mild = typed("check", "--corpus", str(corpus)), typed("check", "--corpus", str(corpus), "--least", "50")

    assert (strict.code, mild.code) == (1, 0)
    assert strict.out == "odd: it was accepted\n2 accepted, 0 refused, 1 wrong, 2 in all\n"
