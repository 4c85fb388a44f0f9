"""Calls of functions, methods, filters and tests."""

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from hub.model.state import UNAVAILABLE, UNKNOWN
from hub.templates.closures.compiler import MISSING, Closure, Compiler, Frame, Unsupported
from hub.templates.functions.group import REQUIRED, Function, fallback

_NO_VALUE = (UNAVAILABLE, UNKNOWN)
Arguments = Callable[[Frame], tuple[tuple[Any, ...], dict[str, Any]]]


def call(node: nodes.Call, compiler: Compiler) -> Closure:
    """`function(…)`, `value.method(…)`."""
    match node.node:
        case nodes.Name(name=name):
            return _function(name, node, compiler)
        case nodes.Getattr(node=owner, attr=name):
            return _method(owner, name, node, compiler)
        case _:
            raise Unsupported("call")


def filtered(node: nodes.Filter, compiler: Compiler) -> Closure:
    """`value | filter(…)`."""
    if node.node is None:
        raise Unsupported("filter block")
    value = compiler.expression(node.node)
    if node.name == "float" and not node.kwargs and len(node.args) < 2:
        return _as_float(value, node, compiler)
    function = _plain(compiler.sandbox.plain_filters, node.name, compiler)
    return _applied(function, value, node, compiler)


def tested(node: nodes.Test, compiler: Compiler) -> Closure:
    """`value is test(…)`."""
    value = compiler.expression(node.node)
    if node.name == "defined":
        undefined = compiler.sandbox.undefined
        return lambda frame: not isinstance(value(frame), undefined)
    function = _plain(compiler.sandbox.plain_tests, node.name, compiler)
    return _applied(function, value, node, compiler)


def _function(name: str, node: nodes.Call, compiler: Compiler) -> Closure:
    function = compiler.granted_global(name)
    if not callable(function):
        raise Unsupported(name)
    quick = _QUICK.get(name)
    args = _positional(node)
    if quick is not None and args is not None and not compiler.limited:
        closure = quick(args, compiler)
        if closure is not None:
            return closure
    if name in compiler.sandbox.impure:
        compiler.predictable = False
    plain = compiler.sandbox.plain_call(function)
    if plain is None:
        raise Unsupported(name)
    if args == ():
        return lambda _frame: plain()
    arguments = _arguments(node, compiler)

    def called(frame: Frame) -> Any:
        positional, named = arguments(frame)
        return plain(*positional, **named)

    return called


def _method(owner: nodes.Expr, name: str, node: nodes.Call, compiler: Compiler) -> Closure:
    value, arguments = compiler.expression(owner), _arguments(node, compiler)
    attribute, call_plainly = compiler.attribute, compiler.sandbox.call_plainly

    def called(frame: Frame) -> Any:
        method = attribute(value(frame), name)
        positional, named = arguments(frame)
        return call_plainly(method, *positional, **named)

    return called


def _applied(function: Function, value: Closure, node: nodes.Filter | nodes.Test, compiler: Compiler) -> Closure:
    if not node.args and not node.kwargs and node.dyn_args is None and node.dyn_kwargs is None:
        return lambda frame: function(value(frame))
    arguments = _arguments(node, compiler)

    def applied(frame: Frame) -> Any:
        first = value(frame)
        positional, named = arguments(frame)
        return function(first, *positional, **named)

    return applied


def _as_float(value: Closure, node: nodes.Filter, compiler: Compiler) -> Closure:
    default = compiler.expression(node.args[0]) if node.args else None

    def as_float(frame: Frame) -> Any:
        number, otherwise = value(frame), REQUIRED if default is None else default(frame)
        try:
            return float(number)
        except (ValueError, TypeError):
            return fallback("float", number, otherwise)

    return as_float


def _plain(table: dict[str, Callable[..., Any]], name: str, compiler: Compiler) -> Function:
    function = table.get(name)
    plain = None if function is None else compiler.sandbox.plain_call(function)
    if plain is None:
        raise Unsupported(name)
    if name in compiler.sandbox.impure:
        compiler.predictable = False
    return plain


def _positional(node: nodes.Call) -> tuple[nodes.Expr, ...] | None:
    if node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        return None
    return tuple(node.args)


def _arguments(node: nodes.Call | nodes.Filter | nodes.Test, compiler: Compiler) -> Arguments:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise Unsupported("*args")
    positional = [compiler.expression(argument) for argument in node.args]
    named = [(str(pair.key), compiler.expression(pair.value)) for pair in node.kwargs]
    if not named:
        return lambda frame: (tuple([argument(frame) for argument in positional]), {})
    return lambda frame: (
        tuple([argument(frame) for argument in positional]),
        {key: argument(frame) for key, argument in named},
    )


def _entity(node: nodes.Expr, compiler: Compiler) -> Closure:
    """Return the closure of an entity id in lower case, and note which entity that is."""
    if isinstance(node, nodes.Const):
        if not isinstance(node.value, str):
            raise Unsupported("entity id")
        entity_id = node.value.lower()
        compiler.reading.entities.add(entity_id)
        return lambda _frame: entity_id
    compiler.predictable = False
    value = compiler.expression(node)
    return lambda frame: value(frame).lower()


def _states(args: tuple[nodes.Expr, ...], compiler: Compiler) -> Closure | None:
    if len(args) != 1:
        return None
    entity, lookup = _entity(args[0], compiler), compiler.lookup
    if isinstance(args[0], nodes.Const):
        entity_id: str = entity({})

        def states_of_one(_frame: Frame) -> str:
            state = lookup(entity_id)
            return UNKNOWN if state is None else state.state

        return states_of_one

    def states(frame: Frame) -> str:
        state = lookup(entity(frame))
        return UNKNOWN if state is None else state.state

    return states


def _is_state(args: tuple[nodes.Expr, ...], compiler: Compiler) -> Closure | None:
    if len(args) != 2:
        return None
    entity, wanted, lookup = _entity(args[0], compiler), compiler.expression(args[1]), compiler.lookup

    def is_state(frame: Frame) -> bool:
        state, value = lookup(entity(frame)), wanted(frame)
        if state is None:
            return False
        return state.state == value or (isinstance(value, list) and state.state in value)

    return is_state


def _state_attr(args: tuple[nodes.Expr, ...], compiler: Compiler) -> Closure | None:
    if len(args) != 2:
        return None
    entity, name, lookup = _entity(args[0], compiler), compiler.expression(args[1]), compiler.lookup

    def state_attr(frame: Frame) -> Any:
        state, key = lookup(entity(frame)), name(frame)
        return None if state is None else state.attributes.get(key)

    return state_attr


def _is_state_attr(args: tuple[nodes.Expr, ...], compiler: Compiler) -> Closure | None:
    if len(args) != 3:
        return None
    entity, name, wanted = _entity(args[0], compiler), compiler.expression(args[1]), compiler.expression(args[2])
    lookup = compiler.lookup

    def is_state_attr(frame: Frame) -> bool:
        state, key, value = lookup(entity(frame)), name(frame), wanted(frame)
        if state is None:
            return False
        attribute = state.attributes.get(key, MISSING)
        return attribute is not MISSING and bool(attribute == value)

    return is_state_attr


def _has_value(args: tuple[nodes.Expr, ...], compiler: Compiler) -> Closure | None:
    if len(args) != 1:
        return None
    entity, lookup = _entity(args[0], compiler), compiler.lookup

    def has_value(frame: Frame) -> bool:
        state = lookup(entity(frame))
        return state is not None and state.state not in _NO_VALUE

    return has_value


def _clock(name: str) -> Callable[[tuple[nodes.Expr, ...], Compiler], Closure | None]:
    def build(args: tuple[nodes.Expr, ...], compiler: Compiler) -> Closure | None:
        if args:
            return None
        compiler.reading.time = True
        function: Any = compiler.sandbox.globals[name]
        return lambda _frame: function()

    return build


_QUICK: dict[str, Callable[[tuple[nodes.Expr, ...], Compiler], Closure | None]] = {
    "has_value": _has_value,
    "is_state": _is_state,
    "is_state_attr": _is_state_attr,
    "now": _clock("now"),
    "state_attr": _state_attr,
    "states": _states,
    "utcnow": _clock("utcnow"),
}
