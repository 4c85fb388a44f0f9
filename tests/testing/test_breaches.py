"""A plugin that breaks the contract is found out."""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest
from pydantic import ConfigDict, Field, SecretStr

from hub.api import Config, Hub, Plugin, PluginEvent, hookimpl
from hub.testing import PluginContract
from tests.hosting.made import plugin


class StillPeer:
    """A peer that is needed for nothing."""

    config: Mapping[str, Any] = {}

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


PEER = StillPeer()


def contract(made: Plugin[Any, Any], **attributes: Any) -> PluginContract:
    """Return the contract of a plugin that is not installed."""
    module = ModuleType(f"hub_{made.name}_that_is_not_installed")

    @hookimpl
    def hub_plugin() -> Plugin[Any, Any]:
        return made

    vars(module).update(hub_plugin=hub_plugin, __file__=attributes.pop("file", None))
    kept: PluginContract = type("TestMade", (PluginContract,), {"module": module, **attributes})()
    return kept


def test_a_standard_test_cannot_be_dropped_in_silence() -> None:
    """Neither by another test of the same name, nor by nothing."""
    for replacement in (lambda self: None, None):
        with pytest.raises(TypeError, match="overrides test_importing_it_is_light; mark it skip or xfail, with a reason"):
            contract(plugin(), test_importing_it_is_light=replacement)


def test_a_standard_test_can_be_excused_with_a_reason() -> None:
    """The reason is shown whenever the tests run; without one it is no excuse."""

    @pytest.mark.skip(reason="the library needs all of it")
    def excused(self: object) -> None: ...

    @pytest.mark.skip
    def unexcused(self: object) -> None: ...

    contract(plugin(), test_importing_it_is_light=excused)
    with pytest.raises(TypeError):
        contract(plugin(), test_importing_it_is_light=unexcused)


def test_the_peer_must_be_given() -> None:
    """Without one nothing can be tested."""
    with pytest.raises(NotImplementedError, match="TestMade must have a fixture `peer`"):
        PluginContract.peer.__wrapped__(contract(plugin()))  # type: ignore[attr-defined]  # the function under the fixture


def test_a_plugin_that_is_not_installed_has_no_entry_point() -> None:
    """The message says what to look for."""
    with pytest.raises(AssertionError, match="there is no entry point 'made' in the group 'hub'; is the distribution installed"):
        contract(plugin()).test_the_entry_point_is_registered(plugin())


def test_a_heavy_import_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a fresh Python, where nothing else has imported it."""
    (tmp_path / "hub_heavy_for_tests.py").write_text("import sqlite3")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    kept = contract(plugin(), not_at_import=("sqlite3",))
    kept.module.__name__ = "hub_heavy_for_tests"

    with pytest.raises(AssertionError, match="sqlite3"):
        kept.test_importing_it_is_light()


def test_an_undescribed_key_is_found_at_any_depth() -> None:
    """Also in a list of models."""

    class Inner(Config):
        told: int = Field(description="Told.")
        untold: int

    class Outer(Config):
        parts: list[Inner] = Field(description="Parts.")
        also: str

    made = plugin(config=Outer)
    with pytest.raises(AssertionError, match=r"not described: also, parts\.untold"):
        contract(made).test_every_configuration_key_is_described(made)


def test_an_open_secret_is_found() -> None:
    """What sounds like a secret and is text; names of files, numbers and what the class excuses are not meant."""

    class Leaky(Config):
        password: str
        api_token: str | None
        routing_key: Annotated[str, "x"]
        safe_password: SecretStr
        key_file: str
        password_file: Path
        tokens_per_minute: int
        monkey: str
        sort_key: str

    made = plugin(config=Leaky)
    with pytest.raises(AssertionError) as failure:
        contract(made, not_secret=("sort_key",)).test_secrets_are_kept_as_secrets(made)
    assert ": api_token, password, routing_key" in str(failure.value)


def test_a_configuration_that_takes_anything_is_found() -> None:
    """At the top, and inside."""

    class Loose(Config):
        model_config = ConfigDict(extra="ignore")
        name: str = ""

    class Outer(Config):
        part: Loose = Loose()

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        contract(plugin(config=Loose)).test_a_misspelt_configuration_key_is_refused(plugin(config=Loose), PEER)
    with pytest.raises(AssertionError, match="Loose"):
        contract(plugin(config=Outer)).test_a_misspelt_configuration_key_is_refused(plugin(config=Outer), PEER)


def test_events_that_can_be_changed_or_say_nothing_are_found() -> None:
    """A docstring, frozen, and every field described."""

    class Silent(PluginEvent):
        pass

    class Soft(PluginEvent):
        """Can be changed."""

        model_config = ConfigDict(frozen=False)

    class Vague(PluginEvent):
        """Says little."""

        what: str

    for event, message in [(Silent, "silent"), (Soft, "soft"), (Vague, r"vague\.what")]:
        made = plugin(events=[event])
        with pytest.raises(AssertionError, match=message):
            contract(made).test_events_are_frozen_and_documented(made)


def test_actions_that_say_nothing_are_found() -> None:
    """A docstring, and every parameter described."""

    async def silent(session: Hub) -> None: ...

    async def vague(session: Hub, what: str) -> None:
        """Do something."""

    for function, message in [(silent, "silent"), (vague, r"vague\(what\)")]:
        made = plugin(actions=[function])
        with pytest.raises(AssertionError, match=message):
            contract(made).test_actions_are_typed_and_documented(made)


@pytest.mark.parametrize(
    ("old", "new", "section"),
    [
        ("- `password`: p\n", "", "Configuration"),
        ("- `password`: p\n", "- `password`: p\n- `passwort`: p\n", "Configuration"),
        ("`made.happened`", "`made.happend`", "Events"),
        ("## Events", "## Happenings", "Events"),
        ("## Actions\n", "## Actions\n- `made.act`\n", "Actions"),
    ],
)
def test_a_readme_that_is_not_true_is_found(tmp_path: Path, old: str, new: str, section: str) -> None:
    """What is missing, and what does not exist."""
    text = "## Configuration\n- `name`: n\n- `number`: n\n- `password`: p\n## Events\n- `made.happened`: h\n## Actions\n"
    kept = contract(plugin(), file=str(tmp_path / "hub_made" / "__init__.py"))

    (tmp_path / "README.md").write_text(text)
    kept.test_the_readme_lists_what_exists(plugin())

    (tmp_path / "README.md").write_text(text.replace(old, new))
    with pytest.raises(AssertionError, match=f"in the README, section '{section}'"):
        kept.test_the_readme_lists_what_exists(plugin())


async def test_entities_that_the_readme_does_not_list_are_found(tmp_path: Path) -> None:
    """And listed ones that never appear."""
    made = plugin(lambda hub: hub.sensor("roof_power").set(1))
    kept = contract(made, file=str(tmp_path / "hub_made" / "__init__.py"), sometimes=("sensor.<site>_rain",), patience=0.1)
    readme = tmp_path / "README.md"

    readme.write_text("# Entities\n- `<site>_power`\n- `sensor.<site>_rain`\n")
    await kept.test_the_readme_lists_the_entities(made, PEER)

    readme.write_text("# Entities\n- `<site>_pressure`\n")
    with pytest.raises(AssertionError, match="listed in the README, but did not appear: <site>_pressure"):
        await kept.test_the_readme_lists_the_entities(made, PEER)


def leaves_a_task(undo: list[Callable[[], object]]) -> None:
    task = asyncio.get_running_loop().create_task(asyncio.Event().wait(), name="forgotten")
    undo.append(task.cancel)


def leaves_a_thread(undo: list[Callable[[], object]]) -> None:
    event = threading.Event()
    threading.Thread(target=event.wait, name="forgotten").start()
    undo.append(event.set)


def leaves_a_socket(undo: list[Callable[[], object]]) -> None:
    forgotten = socket.socket()
    undo.append(forgotten.close)


@pytest.mark.parametrize(
    ("leave", "found"), [(leaves_a_task, "task forgotten"), (leaves_a_thread, "thread forgotten"), (leaves_a_socket, "socket:")]
)
async def test_what_a_plugin_leaves_behind_is_found(leave: Callable[[list[Callable[[], object]]], None], found: str) -> None:
    """A task, a thread, a socket."""
    undo: list[Callable[[], object]] = []
    try:
        with pytest.raises(AssertionError, match=found):
            await contract(plugin(lambda hub: leave(undo)), patience=0.1).test_connecting_and_closing_leaves_nothing_behind(PEER)
    finally:
        for each in undo:
            each()


async def test_a_plugin_that_cannot_be_cancelled_cleanly_is_found() -> None:
    """What it has half opened stays open."""
    opened: list[socket.socket] = []

    async def connected(hub: Hub) -> None:
        opened.append(socket.socket())
        await hub.clock.sleep(0.5)
        opened.pop().close()

    try:
        with pytest.raises(AssertionError, match="socket:"):
            await contract(plugin(connected), patience=0.1).test_connecting_can_be_cancelled_at_any_moment(PEER)
    finally:
        for each in opened:
            each.close()


async def test_a_plugin_that_does_not_notice_its_dead_peer_is_found() -> None:
    """It would show old values for ever."""
    kept = contract(plugin(lambda hub: hub.sensor("power").set(1)), patience=0.1)

    with pytest.raises(AssertionError, match=r"still not so after 0\.1 seconds"):
        await kept.test_a_dead_peer_makes_entities_unavailable_and_a_returning_one_brings_them_back(PEER)


async def test_a_plugin_that_looks_connected_to_a_dead_peer_is_found() -> None:
    """One that only looks later would flicker between on and off for as long as the outage lasts."""

    def connected(hub: Hub) -> None:
        async def look() -> None:
            raise OSError("nobody there")

        hub.every(timedelta(seconds=1), look)

    with pytest.raises(AssertionError, match="said to be connected to a peer that is dead"):
        await contract(plugin(connected)).test_nothing_is_said_to_be_connected_while_the_peer_is_dead(PEER)


async def test_a_bug_is_found_even_when_all_seems_well() -> None:
    """What the plugin told wrongly is counted."""
    kept = contract(plugin(lambda hub: hub.binary_sensor("up").set("yes")))  # type: ignore[arg-type]  # that is the point

    with pytest.raises(AssertionError, match="bugs"):
        await kept.test_connecting_and_closing_leaves_nothing_behind(PEER)


async def test_a_rehearsal_that_does_not_work_is_found() -> None:
    """`make demo` would show nothing."""

    @asynccontextmanager
    async def rehearse(clock: object) -> AsyncGenerator[StillPeer, None]:
        yield PEER

    def refuses(hub: Hub) -> None:
        raise OSError("nobody there")

    made = plugin(refuses, rehearse=rehearse)
    with pytest.raises(AssertionError, match="nobody there"):
        await contract(made, patience=0.1).test_the_rehearsal_can_be_connected_to(made)


def test_the_examples_of_these_tests_are_right() -> None:
    """A good plugin passes what can be tested without being installed."""
    kept = contract(plugin())
    kept.test_every_configuration_key_is_described(plugin())
    kept.test_secrets_are_kept_as_secrets(plugin())
    kept.test_the_peer_s_configuration_is_valid(plugin(), PEER)
    kept.test_a_misspelt_configuration_key_is_refused(plugin(), PEER)
    kept.test_events_are_frozen_and_documented(plugin())
    kept.test_actions_are_typed_and_documented(plugin())
