"""Attributes and items: `trigger.to_state.state`, `data['x']`, `states.sensor.power.state`."""

from operator import attrgetter
from typing import Any

from jinja2 import nodes

from hub.model.names import EntityId
from hub.model.state import State
from hub.templates.closures.compiler import MISSING, Closure, Compiler, Frame, Unsupported
from hub.templates.views import FIELDS, StateView
from hub.templates.world import is_entity_id


def attribute(node: nodes.Getattr, compiler: Compiler) -> Closure:
    """`value.name`."""
    entity_id = _named_entity(node, compiler)
    if entity_id is not None:
        return _view(entity_id, compiler)
    owner = _named_entity(node.node, compiler)
    if owner is not None and node.attr in FIELDS:
        return _field_of_entity(owner, node.attr, compiler)
    _note_collection(node.node, compiler)
    if isinstance(node.node, nodes.Name) and node.node.name not in compiler.sandbox.globals:
        return _attribute_of_variable(node.node.name, node.attr, compiler)
    return _attribute(compiler.expression(node.node), node.attr, compiler)


def item(node: nodes.Getitem, compiler: Compiler) -> Closure:
    """`value[key]`, `value[1:3]`."""
    entity_id = _named_entity(node, compiler)
    if entity_id is not None:
        return _view(entity_id, compiler)
    _note_collection(node.node, compiler)
    value = compiler.expression(node.node)
    if isinstance(node.arg, nodes.Slice):
        return _slice(value, node.arg, compiler)
    key, fetch = compiler.expression(node.arg), compiler.item

    def get(frame: Frame) -> Any:
        owner, wanted = value(frame), key(frame)
        try:
            return owner[wanted]
        except (TypeError, LookupError):
            return fetch(owner, wanted)

    return get


def _attribute(value: Closure, name: str, compiler: Compiler) -> Closure:
    fetch = compiler.attribute
    in_mappings, of_state = not hasattr(dict, name), _of_state(name)

    def get(frame: Frame) -> Any:
        owner = value(frame)
        kind = type(owner)
        if kind is State and of_state is not None:
            return of_state(owner)
        if kind is dict and in_mappings and name in owner:
            return owner[name]
        return fetch(owner, name)

    return get


def _attribute_of_variable(variable: str, name: str, compiler: Compiler) -> Closure:
    fetch, undefined = compiler.attribute, compiler.undefined
    in_mappings = not hasattr(dict, name)

    def get(frame: Frame) -> Any:
        owner = frame.get(variable, MISSING)
        if owner is MISSING:
            owner = undefined(name=variable)
        elif in_mappings and type(owner) is dict and name in owner:
            return owner[name]
        return fetch(owner, name)

    return get


def _of_state(name: str) -> "attrgetter[Any] | None":
    return attrgetter(name) if name in FIELDS else None


def _slice(value: Closure, node: nodes.Slice, compiler: Compiler) -> Closure:
    start, stop, step = (compiler.expression(part) if part is not None else None for part in (node.start, node.stop, node.step))

    def get(frame: Frame) -> Any:
        bounds = (None if bound is None else bound(frame) for bound in (start, stop, step))
        return value(frame)[slice(*bounds)]

    return get


def _named_entity(node: nodes.Node, compiler: Compiler) -> EntityId | None:
    """Return the id in `states.sensor.power` or `states['sensor.power']`."""
    text = None
    match node:
        case nodes.Getattr(node=nodes.Getattr(node=root, attr=domain), attr=name) if compiler.is_global(root, "states"):
            text = f"{domain}.{name}"
        case nodes.Getitem(node=root, arg=nodes.Const(value=str() as key)) if compiler.is_global(root, "states"):
            text = key
    if text is None or compiler.limited or text != text.lower() or not is_entity_id(text):
        return None
    compiler.granted_global("states")
    compiler.reading.entities.add(text)
    return EntityId(text)


def _note_collection(node: nodes.Node, compiler: Compiler) -> None:
    if compiler.is_global(node, "states"):
        raise Unsupported("states.<domain>")


def _view(entity_id: EntityId, compiler: Compiler) -> Closure:
    lookup, world = compiler.lookup, compiler.world

    def view(_frame: Frame) -> StateView | None:
        state = lookup(entity_id)
        return None if state is None else StateView(world, state)

    return view


def _field_of_entity(entity_id: EntityId, field: str, compiler: Compiler) -> Closure:
    lookup, fetch, read = compiler.lookup, compiler.attribute, attrgetter(field)

    def get(_frame: Frame) -> Any:
        state = lookup(entity_id)
        return fetch(None, field) if state is None else read(state)

    return get
