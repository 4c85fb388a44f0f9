"""gNMI's messages: the only module (beside the simulator) that knows protobuf. Messages of a target become values here.

The protobufs are pygnmi's (gNMI 0.8; fields that came later are not needed). Its path reader is not used: it takes no `=` and no
escaped `]` in a key's value. Messages have no types, hence `Any`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from google.protobuf.message import DecodeError
from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.api import PluginError
from hub_gnmi.paths import BadPath, Element, Path, element
from hub_gnmi.values import Json, decode, from_json

Address = tuple[bytes, bytes]
"""A leaf's prefix and path as they came: equal ones mean the same leaf, and comparing them costs nothing."""

_MOST_ELEMENTS = 64
_LONGEST_WORD = 256  # characters of a name, or of a key's value
_MOST_KEYS = 16


class Garbled(PluginError):
    """A message, or a path in it, cannot be read."""


class Encoding(IntEnum):
    """How a target spells values (gNMI specification 2.3)."""

    JSON = 0
    BYTES = 1
    PROTO = 2
    ASCII = 3
    JSON_IETF = 4


class Mode(IntEnum):
    """When a target sends a leaf of a stream."""

    TARGET_DEFINED = 0
    ON_CHANGE = 1
    SAMPLE = 2


class ListMode(IntEnum):
    """How a subscription lives."""

    STREAM = 0
    ONCE = 1
    POLL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One path that is subscribed to; intervals in nanoseconds."""

    path: Path
    mode: Mode = Mode.TARGET_DEFINED
    sample_interval: int = 0
    heartbeat_interval: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a target says it can do."""

    version: str = ""
    encodings: tuple[Encoding, ...] = ()
    models: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf or branch that a target tells of; path and value are read only when somebody asks."""

    address: Address
    _prefix: Any
    _message: Any

    @property
    def path(self) -> Path:
        """Where it is. Raises Garbled."""
        return _joined(self._prefix, self._message.path)

    @property
    def value(self) -> Json:
        """What it is. Raises BadValue."""
        if self._message.HasField("val"):
            return decode(self._message.val)
        old = self._message.value  # the field before gNMI 0.4
        if old.value and old.type in (Encoding.JSON, Encoding.JSON_IETF):
            return from_json(old.value)
        return old.value.decode(errors="replace") if old.value else None

    @property
    def duplicates(self) -> int:
        """How many earlier values the target has left out."""
        return int(self._message.duplicates)


@dataclass(frozen=True, slots=True)
class Notification:
    """What changed at one moment: first what is gone, then what came."""

    at: int
    """Nanoseconds since 1970, by the target's clock."""
    atomic: bool
    _message: Any

    @property
    def prefix(self) -> Path:
        """What all of it is below. Raises Garbled."""
        return _joined(self._message.prefix, pb.Path())

    def deletes(self) -> list[Path]:
        """Return the leaves and branches that are gone. Raises Garbled."""
        return [_joined(self._message.prefix, path) for path in self._message.delete]

    def changes(self) -> Iterator[Change]:
        """Yield what came."""
        prefix = self._message.prefix
        spelt = prefix.SerializeToString()
        for update in self._message.update:
            yield Change((spelt, update.path.SerializeToString()), prefix, update)


@dataclass(frozen=True, slots=True)
class Synced:
    """Everything has been told once."""


def read_response(content: bytes) -> Notification | Synced | None:
    """Read a message of a subscription; None is one that says nothing. Raises Garbled."""
    message = _parsed(pb.SubscribeResponse, content)
    match message.WhichOneof("response"):
        case "update":
            return _notification(message.update)
        case "sync_response":
            return Synced() if message.sync_response else None
        case _:
            return None


def read_get(content: bytes) -> list[Notification]:
    """Read the answer to a Get. Raises Garbled."""
    return [_notification(each) for each in _parsed(pb.GetResponse, content).notification]


def read_set(content: bytes) -> tuple[int, int]:
    """Read the answer to a Set: when (nanoseconds), and how many operations were carried out. Raises Garbled."""
    message = _parsed(pb.SetResponse, content)
    return int(message.timestamp), len(message.response)


def read_capabilities(content: bytes) -> Capabilities:
    """Read what a target can do; encodings that nobody knows are left out. Raises Garbled."""
    message = _parsed(pb.CapabilityResponse, content)
    known = [Encoding(each) for each in message.supported_encodings if each in list(Encoding)]
    return Capabilities(message.gNMI_version[:32], tuple(dict.fromkeys(known)), len(message.supported_models))


def capability_request() -> bytes:
    """Ask what a target can do."""
    return bytes(pb.CapabilityRequest().SerializeToString())


def get_request(paths: Iterable[Path], what: str, encoding: Encoding, target: str) -> bytes:
    """Ask for `ALL`, `CONFIG`, `STATE` or `OPERATIONAL` values."""
    request = pb.GetRequest(prefix=_prefix(target), type=pb.GetRequest.DataType.Value(what), encoding=int(encoding))
    request.path.extend(_path(path) for path in paths)
    return bytes(request.SerializeToString())


def set_request(
    deletes: Iterable[Path], replaces: Mapping[Path, bytes], updates: Mapping[Path, bytes], encoding: Encoding, target: str
) -> bytes:
    """Ask for changes, all or none; values are JSON texts, or text for ASCII."""
    request = pb.SetRequest(prefix=_prefix(target))
    request.delete.extend(_path(path) for path in deletes)
    for place, wanted in ((request.replace, replaces), (request.update, updates)):
        for path, spelt in wanted.items():
            place.add(path=_path(path), val=_typed(spelt, encoding))
    return bytes(request.SerializeToString())


def subscribe_request(subscriptions: Sequence[Subscription], mode: ListMode, encoding: Encoding, target: str) -> bytes:
    """Subscribe."""
    wanted = pb.SubscriptionList(prefix=_prefix(target), mode=int(mode), encoding=int(encoding))
    for each in subscriptions:
        wanted.subscription.add(
            path=_path(each.path),
            mode=int(each.mode),
            sample_interval=each.sample_interval,
            heartbeat_interval=each.heartbeat_interval,
        )
    return bytes(pb.SubscribeRequest(subscribe=wanted).SerializeToString())


def poll_request() -> bytes:
    """Ask for everything once more."""
    return bytes(pb.SubscribeRequest(poll=pb.Poll()).SerializeToString())


def _parsed(kind: Any, content: bytes) -> Any:
    try:
        return kind.FromString(content)
    except DecodeError:
        raise Garbled(f"{len(content)} bytes are no {kind.DESCRIPTOR.name}") from None


def _notification(message: Any) -> Notification:
    return Notification(int(message.timestamp), bool(message.atomic), message)


def _joined(prefix: Any, path: Any) -> Path:
    elements = [*_elements(prefix), *_elements(path)]
    if len(elements) > _MOST_ELEMENTS:
        raise Garbled(f"a path of {len(elements)} elements")
    return Path(tuple(elements), path.origin or prefix.origin)


def _elements(path: Any) -> Iterator[Element]:
    for each in path.elem:
        if len(each.name) > _LONGEST_WORD or len(each.key) > _MOST_KEYS:
            raise Garbled("a path with an element that is too long")
        keys = dict(each.key)
        if any(len(key) > _LONGEST_WORD or len(value) > _LONGEST_WORD for key, value in keys.items()):
            raise Garbled("a path with a key that is too long")
        yield element(each.name, keys)
    if not path.elem:
        for spelt in path.element:  # the field before gNMI 0.4: texts, with their keys in them
            try:
                yield from Path.parse(f"/{spelt}").elements
            except BadPath as error:
                raise Garbled(str(error)) from None


def _path(path: Path) -> Any:
    message = pb.Path(origin=path.origin)
    for each in path.elements:
        message.elem.add(name=each.name, key=dict(each.keys))
    return message


def _prefix(target: str) -> Any:
    return pb.Path(target=target) if target else None


def _typed(spelt: bytes, encoding: Encoding) -> Any:
    match encoding:
        case Encoding.JSON:
            return pb.TypedValue(json_val=spelt)
        case Encoding.ASCII:
            return pb.TypedValue(ascii_val=spelt.decode())
        case _:
            return pb.TypedValue(json_ietf_val=spelt)
