"""What every plugin must do: a class to inherit.

    class TestTcp(PluginContract):
        module = hub_tcp

        @pytest.fixture
        async def peer(self) -> AsyncGenerator[Peer, None]:
            echo = Echo()
            await echo.start()
            yield echo
            await echo.stop()

pytest-asyncio must be in auto mode (`asyncio_mode = "auto"`). A test that cannot hold for a plugin is overridden by one that is
marked `skip` or `xfail` with a reason; overriding it in any other way is an error.
"""

import asyncio
import logging
import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from hub.clock import SystemClock
from hub.config import explain
from hub.hosting.catalog import Condition
from hub.hosting.discovery import plugin_of
from hub.hosting.failures import secrets_in
from hub.hosting.signature import action_name, actions_of
from hub.model.state import UNAVAILABLE, UNKNOWN
from hub.plugin import GROUP, Plugin
from hub.testing.entities import entities_of, unlisted, without_entity
from hub.testing.fields import fields_of, types_in
from hub.testing.harness import Running, running
from hub.testing.leftovers import Leftovers
from hub.testing.readme import listed

_SECRET = re.compile(r"password|passphrase|passwd|secret|token|credential|(^|_)(api_?)?key$")
_NOT_SECRET = re.compile(r"_(file|path|folder|url|name|type)$")
_MOMENTS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)  # turns of the loop after which connecting is cancelled


class Peer(Protocol):
    """The plugin's peer (its simulator) for one test."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The plugin's section of the configuration that connects to it."""

    async def stop(self) -> None:
        """Die: close the socket and every connection."""

    async def start(self) -> None:
        """Come back at the same address."""


class PluginContract:
    """What every plugin must do."""

    module: ModuleType
    """The module that the entry point names."""
    not_secret: Collection[str] = ()
    """Configuration keys that sound like a secret but are none."""
    not_at_import: Collection[str] = ()
    """Modules that importing the plugin must not import: libraries that only some users need."""
    sometimes: Collection[str] = ()
    """Entities that the README lists and that do not appear with the peer of these tests."""
    speed: float = 60.0
    """How much faster than real time the hub's clock runs while the peer dies and returns."""
    patience: float = 15.0
    """Seconds of real time in which each thing that is waited for must happen."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in [name for name in dir(PluginContract) if name.startswith("test_")]:
            own, standard = getattr(cls, name, None), getattr(PluginContract, name)
            if own is not standard and not _excused(own):
                raise TypeError(f"{cls.__name__} overrides {name}; mark it skip or xfail, with a reason")

    @pytest.fixture
    def peer(self) -> Peer:
        """Start the peer; a plugin's class must override this."""
        raise NotImplementedError(f"{type(self).__name__} must have a fixture `peer`")

    @pytest.fixture
    def plugin(self) -> Plugin[Any, Any]:
        """The plugin that the module hands over."""
        return plugin_of(self.module)

    def test_the_entry_point_is_registered(self, plugin: Plugin[Any, Any]) -> None:
        """An entry point of the plugin's name, in the group `hub`, leads to the module."""
        assert _entry_point(plugin).load() is self.module

    def test_importing_it_is_light(self) -> None:
        """Importing the plugin does not import its simulator, the test kit, or what the class names."""
        unwanted = {f"{self.module.__name__}.simulator", "hub.testing", "pytest", *self.not_at_import}
        code = f"import sys, {self.module.__name__}; print(*sys.modules.keys() & set(sys.argv[1:]))"
        answer = subprocess.run([sys.executable, "-c", code, *unwanted], capture_output=True, text=True, check=True)  # noqa: S603  # our own words
        _none(answer.stdout.split(), "importing the plugin imports too much")

    def test_every_configuration_key_is_described(self, plugin: Plugin[Any, Any]) -> None:
        """The descriptions become the documentation."""
        _none([name for name, field in fields_of(plugin.config) if not field.description], "not described")

    def test_secrets_are_kept_as_secrets(self, plugin: Plugin[Any, Any]) -> None:
        """A key that sounds like a secret holds a SecretStr, so that it never reaches a log."""
        open_ = [name for name, field in fields_of(plugin.config) if self._is_open_secret(name, field)]
        _none(open_, "sounds like a secret and is not a SecretStr")

    def test_the_peer_s_configuration_is_valid(self, plugin: Plugin[Any, Any], peer: Peer) -> None:
        """What connects to the peer passes, and nobody can change it afterwards."""
        assert plugin.config.model_validate(peer.config).model_config.get("frozen") is True

    def test_a_misspelt_configuration_key_is_refused(self, plugin: Plugin[Any, Any], peer: Peer) -> None:
        """An unknown key is an error at every level, not a silence, and the right one is suggested."""
        for name, field in plugin.config.model_fields.items():
            misspelt = {**peer.config, f"{field.alias or name}x": 1}
            with pytest.raises(ValidationError) as refusal:
                plugin.config.model_validate(misspelt)
            told = [problem.message for problem in explain(refusal.value, misspelt, plugin.config)]
            assert any(f"`{field.alias or name}x`; did you mean `" in message for message in told), told
        loose = [model.__name__ for model in _models(plugin.config) if model.model_config.get("extra") != "forbid"]
        _none(loose, 'takes unknown keys; derive it from Config, or set extra="forbid"')

    def test_events_are_frozen_and_documented(self, plugin: Plugin[Any, Any]) -> None:
        """Nobody changes an event under way, and everybody can read what it means."""
        _none([event.name for event in plugin.events if not event.model_config.get("frozen")], "can be changed")
        _none([event.name for event in plugin.events if not event.__doc__], "has no docstring")
        fields = [f"{event.name}.{name}" for event in plugin.events for name, field in fields_of(event) if not field.description]
        _none(fields, "not described")

    def test_actions_are_typed_and_documented(self, plugin: Plugin[Any, Any]) -> None:
        """The signature is the schema, the docstring the documentation."""
        actions = actions_of(plugin)
        _none([action.name for action in actions if not action.description], "has no docstring")
        parameters = [(action.name, parameter) for action in actions for parameter in action.parameters or ()]
        _none([f"{name}({each.name})" for name, each in parameters if not each.description], "not described")

    def test_the_readme_lists_what_exists(self, plugin: Plugin[Any, Any]) -> None:
        """Configuration keys, events and actions: all of them, and no others."""
        text = _readme(self.module, plugin)
        exist = {
            "Configuration": {name for name, _ in fields_of(plugin.config)},
            "Events": {f"{plugin.name}.{event.name}" for event in plugin.events},
            "Actions": {f"{plugin.name}.{action_name(function)}" for function in plugin.actions},
        }
        for section, names in exist.items():
            told = listed(text, section) or set()
            _none(names - told, f"missing in the README, section {section!r}")
            _none(told - names, f"listed in the README, section {section!r}, but does not exist")

    async def test_the_readme_lists_the_entities(self, plugin: Plugin[Any, Any], peer: Peer) -> None:
        """Every entity that appears with the peer is listed, and every listed one appears (or is among `sometimes`)."""
        lines = listed(_readme(self.module, plugin), "Entities") or set()
        async with running(self.module, peer.config) as hub:
            await hub.until(lambda: hub.connected, self.patience)
            with suppress(AssertionError):  # told better below
                await hub.until(lambda: not without_entity(hub, lines - {*self.sometimes}), self.patience)
            _none(without_entity(hub, lines - {*self.sometimes}), "listed in the README, but did not appear")
            _none(unlisted(hub, lines), "missing in the README, section 'Entities'")

    async def test_connecting_and_closing_leaves_nothing_behind(self, peer: Peer) -> None:
        """No task, thread or socket."""
        before = Leftovers.now()
        async with running(self.module, peer.config) as hub:
            await hub.until(lambda: hub.connected, self.patience)
        _none(await before.found(self.patience), "left behind")
        assert _bugs(hub) == 0

    async def test_connecting_can_be_cancelled_at_any_moment(self, peer: Peer) -> None:
        """Whatever was half open is closed."""
        before = Leftovers.now()
        for turns in _MOMENTS:
            async with running(self.module, peer.config, wait=False) as hub:
                for _ in range(turns):
                    await asyncio.sleep(0)
            _none(await before.found(self.patience), f"left behind when cancelled after {turns} turns of the loop")
            assert _bugs(hub) == 0

    async def test_a_dead_peer_makes_entities_unavailable_and_a_returning_one_brings_them_back(self, peer: Peer) -> None:
        """The plugin notices both by itself."""
        async with running(self.module, peer.config, SystemClock(self.speed)) as hub:
            await hub.until(lambda: hub.connected, self.patience)
            with suppress(AssertionError):  # some values come only when something happens
                await hub.until(lambda: all(hub.value(name) not in (UNAVAILABLE, UNKNOWN) for name in entities_of(hub)), 1)
            alive = [name for name in entities_of(hub) if hub.value(name) != UNAVAILABLE]
            await peer.stop()
            await hub.until(lambda: not hub.connected and all(hub.value(name) == UNAVAILABLE for name in alive), self.patience)
            await peer.start()
            await hub.until(lambda: hub.connected and all(hub.value(name) != UNAVAILABLE for name in alive), self.patience)
        assert _bugs(hub) == 0

    async def test_nothing_is_said_to_be_connected_while_the_peer_is_dead(self, peer: Peer) -> None:
        """`connect` makes sure that somebody answers, instead of leaving that to the first look."""
        conditions: list[str] = []

        @asynccontextmanager
        async def watching(hub: Running[Any]) -> AsyncGenerator[None, None]:
            hub.bus.watch_all(lambda _: conditions.append(hub.report.condition))
            yield

        await peer.stop()
        async with running(self.module, peer.config, SystemClock(self.speed), beside=watching) as hub:
            await hub.until(lambda: hub.report.losses >= 2, self.patience)
            assert Condition.CONNECTED not in conditions, "it was said to be connected to a peer that is dead"
            _none([name for name in entities_of(hub) if hub.value(name) != UNAVAILABLE], "has a state although the peer is dead")
        assert _bugs(hub) == 0

    async def test_secrets_are_told_to_nobody(
        self, plugin: Plugin[Any, Any], peer: Peer, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither while all is well nor when the peer dies: not in the log, in states, or in events."""
        caplog.set_level(logging.INFO)
        secrets = secrets_in(plugin.config.model_validate(peer.config))
        async with running(self.module, peer.config, SystemClock(self.speed)) as hub:
            await hub.until(lambda: hub.connected, self.patience)
            await peer.stop()
            await hub.until(lambda: not hub.connected, self.patience)
            told = "\n".join([caplog.text, *(str(state) for state in hub.states.all()), *(str(event) for event in hub.events)])
        assert not any(secret in told for secret in secrets), "a secret of the configuration was told"

    async def test_the_rehearsal_can_be_connected_to(self, plugin: Plugin[Any, Any]) -> None:
        """What `make demo` and an admin's rehearsal run on."""
        if plugin.rehearse is None:
            pytest.skip("the plugin has no rehearsal")
        async with plugin.rehearse(SystemClock()) as rehearsal, running(self.module, rehearsal.config) as hub:
            await hub.until(lambda: hub.connected, self.patience)
        assert _bugs(hub) == 0

    def _is_open_secret(self, name: str, field: FieldInfo) -> bool:
        last, kinds = name.rpartition(".")[2].lower(), set(types_in(field.annotation))
        if name in self.not_secret or not _SECRET.search(last) or _NOT_SECRET.search(last):
            return False
        return str in kinds and not kinds & {SecretStr, SecretBytes}


def _none(wrong: Iterable[str], what: str) -> None:
    names = sorted(wrong)
    assert not names, f"{what}: {', '.join(names)}"


def _bugs(hub: Running[Any]) -> int:
    """Return how many bugs there were; the log says which."""
    return sum(report.bugs for report in hub.reports())


def _excused(test: object) -> bool:
    marks = getattr(test, "pytestmark", [])
    return any(mark.name in ("skip", "skipif", "xfail") and (mark.kwargs.get("reason") or mark.args) for mark in marks)


def _entry_point(plugin: Plugin[Any, Any]) -> EntryPoint:
    found = entry_points(group=GROUP, name=plugin.name)
    assert found, f"there is no entry point {plugin.name!r} in the group {GROUP!r}; is the distribution installed?"
    return next(iter(found))


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    inside = {kind for _, field in fields_of(model) for kind in types_in(field.annotation) if issubclass(kind, BaseModel)}
    return {model, *inside}


def _readme(module: ModuleType, plugin: Plugin[Any, Any]) -> str:
    """Return the README beside the package, or the description of the installed distribution."""
    beside = Path(module.__file__ or "").parent.parent / "README.md"
    if beside.is_file():
        return beside.read_text()
    distribution = _entry_point(plugin).dist
    description = distribution and distribution.metadata["Description"]
    assert description, "there is no README"
    return description
