"""The quick way to render a template."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import nodes

from hub.templates.closures import access, calls, operators
from hub.templates.closures.compiler import Closure, Compiler, Frame, Lookup, TextClosure, Unsupported
from hub.templates.closures.statements import assigned_names, body, single_expression
from hub.templates.limits import LONGEST_RESULT
from hub.templates.literals import typed, typed_value
from hub.templates.program import Program
from hub.templates.reads import Reads
from hub.templates.sandbox import Sandbox
from hub.templates.world import World

_BUILDERS: Mapping[type[nodes.Expr], Callable[[Any, Compiler], Closure]] = {
    nodes.Add: operators.ADD,
    nodes.And: operators.both,
    nodes.Call: calls.call,
    nodes.Compare: operators.compare,
    nodes.Concat: operators.concatenation,
    nodes.CondExpr: operators.choice,
    nodes.Const: operators.constant,
    nodes.Dict: operators.mapping_of,
    nodes.Div: operators.DIVIDE,
    nodes.Filter: calls.filtered,
    nodes.FloorDiv: operators.DIVIDE_WHOLE,
    nodes.Getattr: access.attribute,
    nodes.Getitem: access.item,
    nodes.List: operators.list_of,
    nodes.Mod: operators.MODULO,
    nodes.Mul: operators.MULTIPLY,
    nodes.Name: operators.name,
    nodes.Neg: operators.negative,
    nodes.Not: operators.opposite,
    nodes.Or: operators.either,
    nodes.Pos: operators.positive,
    nodes.Pow: operators.POWER,
    nodes.Sub: operators.SUBTRACT,
    nodes.Test: calls.tested,
    nodes.Tuple: operators.tuple_of,
}


def quick_program(
    template: nodes.Template, sandbox: Sandbox, world: World, source: str, lookup: Lookup | None, slow: Program
) -> Program | None:
    """Return the template as closures, or None when only the sandbox can render it; without a lookup it is a limited template.

    What goes wrong is tried again in the sandbox, which knows how to say where.
    """
    compiler = Compiler(_BUILDERS, sandbox, world, source, lookup)
    try:
        compiler.assigned = assigned_names(template)
        expression = single_expression(template.body)
        if expression is not None:
            closure = compiler.expression(expression)
            value, text = _value(closure, compiler, slow), _text_of(closure, compiler, slow)
        else:
            printed = body(template.body, compiler)
            if compiler.assigned:
                printed = _with_own_frame(printed)
            value, text = _typed_text(printed, compiler, slow), _text(printed, compiler, slow)
    except (Unsupported, RecursionError):
        return None
    return Program(value, text, _reads(compiler), quick=True)


def _value(closure: Closure, compiler: Compiler, slow: Program) -> Closure:
    granted, text_of, otherwise = tuple(compiler.granted), compiler.sandbox.text_of, slow.value

    def value(variables: Frame) -> Any:
        for name in granted:
            if name in variables:
                return otherwise(variables)
        try:
            result = closure(variables)
            kind = type(result)
            if kind is bool:
                return result
            text = result if kind is str else text_of(result)
            if len(text) > LONGEST_RESULT:
                return otherwise(variables)
            if kind is not str:
                known = typed_value(result)
                if known is not NotImplemented:
                    return known
        except Exception:
            return otherwise(variables)
        return typed(text.strip())

    return value


def _text_of(closure: Closure, compiler: Compiler, slow: Program) -> TextClosure:
    text_of = compiler.sandbox.text_of
    return _text(lambda frame: text_of(closure(frame)), compiler, slow)


def _typed_text(printed: TextClosure, compiler: Compiler, slow: Program) -> Closure:
    granted, otherwise = tuple(compiler.granted), slow.value

    def value(variables: Frame) -> Any:
        for name in granted:
            if name in variables:
                return otherwise(variables)
        try:
            text = printed(variables)
        except Exception:
            return otherwise(variables)
        return otherwise(variables) if len(text) > LONGEST_RESULT else typed(text.strip())

    return value


def _text(printed: TextClosure, compiler: Compiler, slow: Program) -> TextClosure:
    granted, otherwise = tuple(compiler.granted), slow.text

    def text(variables: Frame) -> str:
        for name in granted:
            if name in variables:
                return otherwise(variables)
        try:
            result = printed(variables)
        except Exception:
            return otherwise(variables)
        return otherwise(variables) if len(result) > LONGEST_RESULT else result.strip()

    return text


def _with_own_frame(printed: TextClosure) -> TextClosure:
    return lambda variables: printed(dict(variables))


def _reads(compiler: Compiler) -> Reads | None:
    return compiler.reading.done() if compiler.predictable else None
