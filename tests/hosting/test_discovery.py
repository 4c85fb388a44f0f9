import re
from collections.abc import Iterable
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from hub.hosting.discovery import Broken, EntryPoints, Found, Loaded, available, load
from tests.hosting.installed import install

GOOD = """
from contextlib import asynccontextmanager
from hub.api import Config, Plugin, hookimpl

@asynccontextmanager
async def connect(config, hub):
    yield None

async def act(session): ...

@hookimpl
def hub_plugin():
    return Plugin(name={name!r}, config=Config, connect=connect{more})
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where plugins can be installed."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def points(site: Path) -> EntryPoints:
    def points() -> Iterable[EntryPoint]:
        for distribution in distributions(path=[str(site)]):
            yield from distribution.entry_points.select(group="hub")

    return points


def write(site: Path, name: str, source: str) -> None:
    module = f"made_{site.name}_{name}".replace("-", "_")  # a name of its own, since Python keeps what it has imported
    (site / f"{module}.py").write_text(source)
    install(site, f"hub-{name}", {name: module}, summary=f"About {name}.")


def test_installed_plugins_are_listed_without_importing_them(site: Path, points: EntryPoints) -> None:
    """`hub plugins` works whatever state they are in."""
    write(site, "roof", GOOD.format(name="roof", more=""))
    write(site, "bad", "raise RuntimeError('imported')")

    assert available(points) == [
        Found(name="bad", version="1.2.3", distribution="hub-bad", summary="About bad."),
        Found(name="roof", version="1.2.3", distribution="hub-roof", summary="About roof."),
    ]


def test_a_plugin_is_loaded_by_name(site: Path, points: EntryPoints) -> None:
    """Only the one that is asked for is imported."""
    write(site, "roof", GOOD.format(name="roof", more=""))
    write(site, "bad", "raise RuntimeError('imported')")

    loaded = load("roof", points)

    assert isinstance(loaded, Loaded)
    assert (loaded.plugin.name, loaded.version) == ("roof", "1.2.3")


def test_a_plugin_that_is_not_there_is_named_with_the_way_to_get_it(site: Path, points: EntryPoints) -> None:
    """A misspelt one is named too."""
    write(site, "pagerduty", GOOD.format(name="pagerduty", more=""))

    assert load("snow_now", points) == Broken(
        name="snow_now",
        plugin="snow_now",
        reason="plugin 'snow_now' is not installed; try: pip install hub-snow-now",
        installed=False,
    )
    misspelt = load("pagerdty", points)
    assert isinstance(misspelt, Broken)
    assert misspelt.reason.endswith("pip install hub-pagerdty; or did you mean `pagerduty`?")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def broken(:\n", r"made_.*_x\.py:1: invalid syntax"),
        ("import a_library_that_is_missing", "ModuleNotFoundError: No module named 'a_library_that_is_missing'"),
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("x = 1", "hands over no plugin"),
        ("from hub.api import hookimpl\n@hookimpl\ndef hub_plugins(): ...", "unknown hook 'hub_plugins'"),
        ("from hub.api import hookimpl\n@hookimpl\ndef hub_plugin(): return None", "hands over no plugin"),
        ("from hub.api import hookimpl\n@hookimpl\ndef hub_plugin(): return 'x'", "returns a str, not a Plugin"),
        ("from hub.api import hookimpl\n@hookimpl\ndef hub_plugin(): return 1 / 0", "ZeroDivisionError: division by zero"),
        ("from hub.api import hookimpl\n@hookimpl\ndef hub_plugin(hub): ...", "PluginValidationError"),
        (GOOD.format(name="y", more=""), "calls itself 'y', but its entry point is 'x'"),
        (GOOD.format(name="No Slug", more=""), "'No Slug' is not made of lower-case words"),
        (GOOD.format(name="x", more="").replace("config=Config", "config=dict"), "`config` is not a subclass of Config"),
        (GOOD.format(name="x", more=", actions=[print]"), "not a coroutine function|takes anything"),
        (GOOD.format(name="x", more=", actions=[act, act]"), "it has two actions called 'act'"),
        (
            "from hub.api import PluginEvent\nclass Odd(PluginEvent):\n    instance: str"
            + GOOD.format(name="x", more=", events=[Odd]"),
            "its event odd has a field 'instance', which is the hub's own",
        ),
        (GOOD.format(name="x", more=", events=[int]"), "event <class 'int'> is not a subclass of PluginEvent"),
        (
            "from hub.api import PluginEvent\nclass VeryLong"
            + "g" * 60
            + "(PluginEvent): ..."
            + GOOD.format(name="x", more="").replace("connect=connect", "connect=connect, events=[VeryLong" + "g" * 60 + "]"),
            "longer than 64 characters",
        ),
    ],
)
def test_a_broken_plugin_is_told_not_raised(site: Path, points: EntryPoints, source: str, reason: str) -> None:
    """Whatever is wrong with it, the answer says so and the next one is loaded."""
    write(site, "x", source)
    write(site, "good", GOOD.format(name="good", more=""))

    broken = load("x", points)

    assert isinstance(broken, Broken)
    assert re.search(reason, broken.reason), broken.reason
    assert isinstance(load("good", points), Loaded)
