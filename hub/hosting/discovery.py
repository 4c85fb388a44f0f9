"""Find plugins by entry point; load those that the configuration names, one at a time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from hub.config import nearest
from hub.errors import NotInstalled, PluginError
from hub.hosting.events import event_type
from hub.hosting.parameters import NotAnAction
from hub.hosting.signature import INSTANCE, action_name, actions_of
from hub.model.event import LONGEST_EVENT_TYPE
from hub.model.names import is_slug
from hub.plugin import GROUP, Config, HookSpecs, Plugin, PluginEvent

EntryPoints = Callable[[], Iterable[EntryPoint]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plugin that is installed, whether or not it works."""

    name: str
    version: str
    distribution: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A plugin that is ready to be used."""

    plugin: Plugin[Any, Any]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A plugin or an instance of one that cannot be used, and why."""

    name: str
    plugin: str
    reason: str
    installed: bool = True


class NotAPlugin(PluginError):
    """A module does not hand over a plugin that is fit for use."""


def installed() -> Iterable[EntryPoint]:
    """Return the entry points of this Python's plugins."""
    return entry_points(group=GROUP)


def available(points: EntryPoints = installed) -> list[Found]:
    """Return every installed plugin in order of names, importing none."""
    return sorted((_found(point) for point in points()), key=lambda found: found.name)


def load(name: str, points: EntryPoints = installed, core: Collection[str] = ()) -> Loaded | Broken:
    """Import the plugin of this name; whatever goes wrong is the answer's reason. `core` may have been meant too."""
    known = {point.name: point for point in points()}
    if name not in known:
        return Broken(name=name, plugin=name, reason=_not_installed(name, [*known, *core]), installed=False)
    try:
        plugin = plugin_of(known[name].load())
        if plugin.name != name:
            raise NotAPlugin(f"it calls itself {plugin.name!r}, but its entry point is {name!r}")
    except NotAPlugin as error:
        return Broken(name=name, plugin=name, reason=str(error))
    except SyntaxError as error:
        return Broken(name=name, plugin=name, reason=f"{error.filename}:{error.lineno}: {error.msg}")
    except (Exception, SystemExit) as error:
        return Broken(name=name, plugin=name, reason=f"{type(error).__name__}: {error}")
    return Loaded(plugin=plugin, version=_found(known[name]).version)


def plugin_of(module: object) -> Plugin[Any, Any]:
    """Return what the module's hook hands over. Raises NotAPlugin, pluggy's errors, and what the hook itself raises."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(HookSpecs)
    manager.register(module)
    manager.check_pending()
    plugin = manager.hook.hub_plugin()
    if plugin is None:
        raise NotAPlugin("it hands over no plugin; a function `hub_plugin` marked with @hookimpl must return one")
    if not isinstance(plugin, Plugin):
        raise NotAPlugin(f"its hook `hub_plugin` returns a {type(plugin).__name__}, not a Plugin")
    for fault in _faults(plugin):
        raise NotAPlugin(fault)
    return plugin


def _faults(plugin: Plugin[Any, Any]) -> Iterator[str]:
    if not is_slug(plugin.name):
        yield f"its name {plugin.name!r} is not made of lower-case words joined by underscores"
    config: object = plugin.config
    if not (isinstance(config, type) and issubclass(config, Config)):
        yield "its `config` is not a subclass of Config"
    try:
        actions_of(plugin)
    except NotAnAction as error:
        yield str(error)
    yield from _twice("action", [action_name(function) for function in plugin.actions])
    for event in plugin.events:
        yield from _event_faults(plugin.name, event)
    yield from _twice("event", [event.name for event in plugin.events])


def _event_faults(plugin: str, event: object) -> Iterator[str]:
    if not (isinstance(event, type) and issubclass(event, PluginEvent)):
        yield f"its event {event!r} is not a subclass of PluginEvent"
    elif len(event_type(plugin, event)) > LONGEST_EVENT_TYPE:
        yield f"its event {event.name} has a name longer than {LONGEST_EVENT_TYPE} characters"
    elif INSTANCE in event.model_fields:
        yield f"its event {event.name} has a field {INSTANCE!r}, which is the hub's own"


def _twice(kind: str, names: Sequence[str]) -> Iterator[str]:
    yield from (f"it has two {kind}s called {name!r}" for name in sorted(set(names)) if names.count(name) > 1)


def _not_installed(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return str(NotInstalled(name)) if near is None else f"{NotInstalled(name)}; or did you mean `{near}`?"


def _found(point: EntryPoint) -> Found:
    if point.dist is None:
        return Found(name=point.name, version="", distribution="", summary="")
    about = point.dist.metadata
    return Found(
        name=point.name,
        version=point.dist.version,
        distribution=about["Name"] or "",
        summary=about["Summary"] or "",
    )
