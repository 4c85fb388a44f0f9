"""What a plugin is, and what the hub lends it.

A plugin is a value, handed over by one pluggy hook:

    @hookimpl
    def hub_plugin() -> Plugin[TcpConfig, TcpConfig]:
        return Plugin(name="tcp", config=TcpConfig, connect=connect, actions=[probe])
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from logging import Logger
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import pluggy
from pydantic import BaseModel, ConfigDict

from hub.clock import Clock
from hub.model.action import Answer, Effect
from hub.model.entity import Category, Device
from hub.model.notice import Notice, Receipt

GROUP = "hub"
"""The entry point group in which plugins are found."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)

C = TypeVar("C", bound="Config")
S = TypeVar("S")
V_contra = TypeVar("V_contra", contravariant=True)
F = TypeVar("F", bound=Callable[..., Any])


class Config(BaseModel):
    """Base of a plugin's configuration: frozen, unknown keys refused, every field described."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


class PluginEvent(BaseModel):
    """Base of a plugin's events. `class FileArrived(PluginEvent)` of the plugin `ftp` is `ftp.file_arrived` on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str] = "plugin_event"
    also: ClassVar[str | None] = None
    """The event of the core that it is as well: `class Scanned(PluginEvent, also="tag_scanned")` is heard by `trigger: tag`."""

    def __init_subclass__(cls, also: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.also = also
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


class Sensor(Protocol[V_contra]):
    """An entity whose value the plugin tells."""

    def set(self, value: V_contra, attributes: Mapping[str, Any] | None = None) -> None:
        """Tell the value; None means that it is not known. Attributes replace those told before; None keeps them."""

    def unavailable(self) -> None:
        """Say that nobody can know the value at the moment."""

    def remove(self) -> None:
        """The thing is gone: forget the entity's state (its registry entry and history stay)."""


Value = str | int | float | bool | datetime | timedelta | None


class Memory(Protocol):
    """A small durable store of the instance's own: cursors, what was seen. Values are what JSON can hold."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value kept under the key."""

    def items(self, prefix: str = "") -> Mapping[str, Any]:
        """Return all keys with this prefix and their values."""

    async def put(self, changes: Mapping[str, Any]) -> None:
        """Keep all these values, or none of them; returns when they are on disk. None forgets a key.

        What the instance told before (states, events) is then on disk as well, as far as the admin wants it recorded.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """What somebody sent to a webhook."""

    method: str
    headers: Mapping[str, str]
    """Names in lower case."""
    query: Mapping[str, str]
    body: bytes
    remote: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """What the sender is told."""

    status: int = 200
    body: str | bytes = ""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers, such as `set-cookie` or `location`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asks of the hub through a plugin, such as a chat command or a button.

    Verbs that the core knows: `status`, `state` (subject: an entity id), `acknowledge`, `snooze` and `resolve` (subject: the key
    of an alert), `run` (subject: an automation or script), `automations`.
    """

    verb: str
    subject: str = ""
    person: str = ""
    """Who asks, as the plugin knows them, such as `discord:ada`."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the person is told."""

    text: str
    ok: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)


class Hub(Protocol):
    """What the hub lends to one instance of a plugin. Everything made through it ends with the connection."""

    @property
    def instance(self) -> str:
        """Name of the instance: the plugin's name, or `<plugin>_<name>` when there are several."""

    @property
    def clock(self) -> Clock:
        """The only source of time."""

    @property
    def log(self) -> Logger:
        """A logger in the instance's name."""

    @property
    def memory(self) -> Memory:
        """What the instance remembers over restarts."""

    def sensor(
        self,
        key: str,
        *,
        name: str | None = None,
        unit: str | None = None,
        device_class: str | None = None,
        state_class: str | None = None,
        icon: str | None = None,
        category: Category | None = None,
        options: Sequence[str] | None = None,
        device: Device | None = None,
    ) -> Sensor[Value]:
        """Declare a sensor; the same key is the same entity for ever, whatever it is called."""

    def binary_sensor(
        self,
        key: str,
        *,
        name: str | None = None,
        device_class: str | None = None,
        icon: str | None = None,
        category: Category | None = None,
        device: Device | None = None,
    ) -> Sensor[bool | None]:
        """Declare something that is on or off."""

    def emit(self, event: PluginEvent) -> None:
        """Tell that something happened."""

    def every(self, interval: timedelta, look: Callable[[], Awaitable[None]]) -> None:
        """Call at once and then again after each interval, never twice at a time. What it raises ends the connection."""

    def start(self, work: Callable[[], Awaitable[None]], *, name: str | None = None) -> None:
        """Run something beside; when it raises, the connection ends."""

    def webhook(self, name: str, answer: Callable[[WebhookRequest], Awaitable[WebhookReply]]) -> str:
        """Take requests at an address of the hub; returns its path, such as `/api/plugin/pagerduty/events`."""

    def notifier(self, name: str, deliver: Callable[[Notice], Awaitable[Receipt]]) -> None:
        """Offer the target `notify.<name>`. `deliver` raises PluginError or OSError to be called again later."""

    async def ask(self, request: Request) -> Reply:
        """Ask the hub in the name of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOptions:
    """How an action function is offered."""

    effect: Effect = Effect.EXTERNAL
    answer: Answer = Answer.NONE
    admin: bool = False


def action(*, effect: Effect = Effect.EXTERNAL, answer: Answer = Answer.NONE, admin: bool = False) -> Callable[[F], F]:
    """Say of an action function what it does to the world, whether it returns data, and whether it is for admins alone.

    Automations may call every action: it is an admin who writes them.
    """

    def mark(function: F) -> F:
        function.hub_action = ActionOptions(effect=effect, answer=answer, admin=admin)  # type: ignore[attr-defined]
        return function

    return mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A simulated peer that runs, and how to use it."""

    config: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    """The plugin's section of the configuration that connects to it."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """Addresses where a person can see what the peer received: title → URL."""
    summary: Callable[[], Mapping[str, int]] = dict
    """What the peer counted."""
    cues: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """What can be made to happen at the peer, by name, such as `stop delivering`."""
    hub_at: Callable[[str], None] = lambda _: None
    """Is told the hub's address before the hub starts, for a peer that comes to the hub of its own accord."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin(Generic[C, S]):
    """Everything that a plugin is."""

    name: str
    """A slug: the key of its section in the configuration, and the domain of its actions and events."""
    config: type[C]
    connect: Callable[[C, Hub], AbstractAsyncContextManager[S]]
    """Entered when connected, left when disconnected; what it yields is the first argument of every action."""
    actions: Sequence[Callable[..., Awaitable[Mapping[str, Any] | None]]] = ()
    """Coroutine functions: `async def upload(session, path: str, …)`; name, signature and docstring are the schema."""
    events: Sequence[type[PluginEvent]] = ()
    notifiers: Callable[[C], Iterable[str]] = lambda _: ()
    """The targets that an instance with this configuration will offer through `hub.notifier`: known before it connects."""
    rehearse: Callable[[Clock], AbstractAsyncContextManager[Rehearsal]] | None = None
    """Runs the embedded simulator of the peer; import it inside, so that nobody pays for it otherwise."""


class HookSpecs:
    """The hooks of the hub."""

    @hookspec(firstresult=True)
    def hub_plugin(self) -> Plugin[Any, Any] | None:
        """Hand over the plugin."""
