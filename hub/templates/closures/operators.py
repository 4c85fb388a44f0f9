"""Literals, names and operators."""

import operator
from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from hub.templates import limits
from hub.templates.closures.compiler import MISSING, Closure, Compiler, Frame, Unsupported

_SPECIAL = frozenset({"self", "super", "caller", "loop", "varargs", "kwargs"})
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda left, right: left in right,
    "lt": operator.lt,
    "lteq": operator.le,
    "ne": operator.ne,
    "notin": lambda left, right: left not in right,
}
_NUMBERS = frozenset({int, float})


def constant(node: nodes.Const, _compiler: Compiler) -> Closure:
    """`12`, `'text'`, `true`."""
    value = node.value
    return lambda _frame: value


def name(node: nodes.Name, compiler: Compiler) -> Closure:
    """`limit`: a variable, or else a global, or else undefined."""
    key, undefined = node.name, compiler.undefined
    if key in _SPECIAL:
        raise Unsupported(key)
    if key not in compiler.assigned and key in compiler.sandbox.globals:
        value = compiler.sandbox.globals[key]
        compiler.predictable = False  # nobody knows what becomes of it
        return lambda frame: frame.get(key, value)

    def variable(frame: Frame) -> Any:
        value = frame.get(key, MISSING)
        return undefined(name=key) if value is MISSING else value

    return variable


def list_of(node: nodes.List, compiler: Compiler) -> Closure:
    """`[a, b]`."""
    items = [compiler.expression(item) for item in node.items]
    return lambda frame: [item(frame) for item in items]


def tuple_of(node: nodes.Tuple, compiler: Compiler) -> Closure:
    """`(a, b)`."""
    items = [compiler.expression(item) for item in node.items]
    return lambda frame: tuple([item(frame) for item in items])


def mapping_of(node: nodes.Dict, compiler: Compiler) -> Closure:
    """`{a: b}`."""
    pairs = [(compiler.expression(pair.key), compiler.expression(pair.value)) for pair in node.items]
    return lambda frame: {key(frame): value(frame) for key, value in pairs}


def compare(node: nodes.Compare, compiler: Compiler) -> Closure:
    """`a < b`, also as a chain."""
    left = compiler.expression(node.expr)
    steps = [(_COMPARISONS[operand.op], compiler.expression(operand.expr)) for operand in node.ops]
    if len(steps) == 1:
        return _comparison(left, node.ops[0], *steps[0])

    def chain(frame: Frame) -> Any:
        value, result = left(frame), True
        for test, other in steps:
            right = other(frame)
            result = test(value, right)
            if not result:
                return result
            value = right
        return result

    return chain


def both(node: nodes.And, compiler: Compiler) -> Closure:
    """`a and b`."""
    left, right = compiler.expression(node.left), compiler.expression(node.right)
    return lambda frame: left(frame) and right(frame)


def either(node: nodes.Or, compiler: Compiler) -> Closure:
    """`a or b`."""
    left, right = compiler.expression(node.left), compiler.expression(node.right)
    return lambda frame: left(frame) or right(frame)


def opposite(node: nodes.Not, compiler: Compiler) -> Closure:
    """`not a`."""
    inner = compiler.expression(node.node)
    return lambda frame: not inner(frame)


def negative(node: nodes.Neg, compiler: Compiler) -> Closure:
    """`-a`."""
    inner = compiler.expression(node.node)
    return lambda frame: -inner(frame)


def positive(node: nodes.Pos, compiler: Compiler) -> Closure:
    """`+a`."""
    inner = compiler.expression(node.node)
    return lambda frame: +inner(frame)


def arithmetic(plain: Callable[[Any, Any], Any], limited: Callable[[Any, Any], Any]) -> Callable[[Any, Compiler], Closure]:
    """Return the builder of an operator: `plain` for two numbers that cannot grow too large, `limited` for the rest."""

    def build(node: nodes.BinExpr, compiler: Compiler) -> Closure:
        left, right = compiler.expression(node.left), compiler.expression(node.right)
        if plain is limited:
            return lambda frame: plain(left(frame), right(frame))

        def compute(frame: Frame) -> Any:
            one, other = left(frame), right(frame)
            if type(one) is float and type(other) in _NUMBERS:
                return plain(one, other)
            return limited(one, other)

        return compute

    return build


def concatenation(node: nodes.Concat, compiler: Compiler) -> Closure:
    """`a ~ b`."""
    parts, concatenate = [compiler.expression(part) for part in node.nodes], compiler.sandbox.concatenate
    return lambda frame: concatenate(*[part(frame) for part in parts])


def choice(node: nodes.CondExpr, compiler: Compiler) -> Closure:
    """`a if test else b`."""
    test, yes = compiler.expression(node.test), compiler.expression(node.expr1)
    if node.expr2 is None:
        undefined = compiler.undefined
        hint = "the inline if-expression is false and has no else"
        return lambda frame: yes(frame) if test(frame) else undefined(hint)
    no = compiler.expression(node.expr2)
    return lambda frame: yes(frame) if test(frame) else no(frame)


def _comparison(left: Closure, operand: nodes.Operand, test: Callable[[Any, Any], Any], right: Closure) -> Closure:
    if not isinstance(operand.expr, nodes.Const):
        return lambda frame: test(left(frame), right(frame))
    value = operand.expr.value
    match operand.op:
        case "eq":
            return lambda frame: left(frame) == value
        case "gt":
            return lambda frame: left(frame) > value
        case "lt":
            return lambda frame: left(frame) < value
        case _:
            return lambda frame: test(left(frame), value)


ADD = arithmetic(operator.add, limits.add)
DIVIDE = arithmetic(operator.truediv, operator.truediv)
DIVIDE_WHOLE = arithmetic(operator.floordiv, operator.floordiv)
MODULO = arithmetic(operator.mod, limits.modulo)
MULTIPLY = arithmetic(operator.mul, limits.multiply)
POWER = arithmetic(operator.pow, limits.power)
SUBTRACT = arithmetic(operator.sub, operator.sub)
