"""How the simulated target spells its leaves: one update each, or a branch as JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub_gnmi.paths import Element, Path
from hub_gnmi.simulator.switch import Leaf, Leafed
from hub_gnmi.wire import Encoding

_LONG = ("octets", "pkts", "errors", "discards", "boot-time", "last-change", "physical", "used", "free")


def notification(at: int, leaves: Iterable[Leaf], encoding: Encoding) -> Any:
    """Return one Notification with an update for each leaf."""
    message = pb.Notification(timestamp=at)
    for leaf in leaves:
        message.update.add(path=path_message(leaf.path), val=typed(leaf, encoding))
    return message


def branch(at: int, path: Path, leaves: Iterable[Leaf], encoding: Encoding) -> Any:
    """Return one Notification that tells everything below a path as a JSON object; a single leaf is its bare value."""
    found = list(leaves)
    message = pb.Notification(timestamp=at)
    if len(found) == 1 and len(found[0].path.elements) == len(path.elements):
        message.update.add(path=path_message(found[0].path), val=typed(found[0], encoding))
        return message
    tree: dict[str, Any] = {}
    for leaf in found:
        _grow(tree, leaf.path.elements[len(path.elements) :], _json(leaf, encoding))
    content = json.dumps(tree).encode()
    field = "json_ietf_val" if encoding is Encoding.JSON_IETF else "json_val"
    message.update.add(path=path_message(path), val=pb.TypedValue(**{field: content}))
    return message


def path_message(path: Path) -> Any:
    """Return the path as a message."""
    message = pb.Path(origin=path.origin)
    for each in path.elements:
        message.elem.add(name=each.name, key=dict(each.keys))
    return message


def path_of(prefix: Any, message: Any) -> Path:
    """Return the path that a client asks for."""
    elements = [*prefix.elem, *message.elem]
    return Path(tuple(Element(each.name, tuple(sorted(each.key.items()))) for each in elements), message.origin)


def typed(leaf: Leaf, encoding: Encoding) -> Any:
    """Return a leaf's value as a message."""
    match encoding:
        case Encoding.JSON_IETF:
            return pb.TypedValue(json_ietf_val=json.dumps(_json(leaf, encoding)).encode())
        case Encoding.JSON:
            return pb.TypedValue(json_val=json.dumps(leaf.value).encode())
        case Encoding.ASCII:
            return pb.TypedValue(ascii_val=str(leaf.value))
        case _:
            return pb.TypedValue(**_scalar(leaf.value))


def _scalar(value: Leafed) -> Mapping[str, Leafed]:
    match value:
        case bool():
            return {"bool_val": value}
        case int():
            return {"uint_val": value}
        case float():
            return {"double_val": value}
        case _:
            return {"string_val": value}


def _json(leaf: Leaf, encoding: Encoding) -> Leafed:
    """RFC 7951 spells integers of 64 bits as texts."""
    if encoding is Encoding.JSON_IETF and isinstance(leaf.value, int) and leaf.path.elements[-1].name.endswith(_LONG):
        return str(leaf.value)
    return leaf.value


def _grow(tree: dict[str, Any], elements: tuple[Element, ...], value: Leafed) -> None:
    for number, each in enumerate(elements):
        if number == len(elements) - 1:
            tree[each.name] = value
        elif each.keys:
            entries = tree.setdefault(each.name, [])
            wanted = dict(each.keys)
            tree = next((entry for entry in entries if wanted.items() <= entry.items()), wanted)
            if tree is wanted:
                entries.append(tree)
        else:
            tree = tree.setdefault(each.name, {})
