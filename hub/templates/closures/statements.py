"""Statements: printing, `if`, and `set` of a plain name."""

from jinja2 import nodes

from hub.templates.closures.compiler import Closure, Compiler, Frame, TextClosure, Unsupported
from hub.templates.limits import check_weight


def body(statements: list[nodes.Node], compiler: Compiler) -> TextClosure:
    """Return what the statements print. Raises Unsupported."""
    return _joined([_statement(statement, compiler) for statement in statements])


def single_expression(statements: list[nodes.Node]) -> nodes.Expr | None:
    """Return the expression when the template is nothing else."""
    match statements:
        case [nodes.Output(nodes=[expression])] if not isinstance(expression, nodes.TemplateData):
            return expression
        case _:
            return None


def assigned_names(template: nodes.Template) -> set[str]:
    """Return the names that the template sets. Raises Unsupported for anything but plain names."""
    names = set()
    for assignment in template.find_all(nodes.Assign):
        if not isinstance(assignment.target, nodes.Name):
            raise Unsupported("set")
        names.add(assignment.target.name)
    return names


def _statement(node: nodes.Node, compiler: Compiler) -> TextClosure:
    match node:
        case nodes.Output():
            return _joined([_printed(part, compiler) for part in node.nodes])
        case nodes.If():
            return _if(node, compiler)
        case nodes.Assign(target=nodes.Name(name=name)):
            return _set(name, compiler.expression(node.node))
        case _:
            raise Unsupported(type(node).__name__)


def _printed(node: nodes.Expr, compiler: Compiler) -> TextClosure:
    if isinstance(node, nodes.TemplateData):
        data = node.data
        return lambda _frame: data
    value, text_of = compiler.expression(node), compiler.sandbox.text_of

    def printed(frame: Frame) -> str:
        result = value(frame)
        return result if type(result) is str else text_of(result)

    return printed


def _if(node: nodes.If, compiler: Compiler) -> TextClosure:
    test, yes = compiler.expression(node.test), body(node.body, compiler)
    no = body(node.else_, compiler)
    for other in reversed(node.elif_):
        no = _choice(compiler.expression(other.test), body(other.body, compiler), no)
    return _choice(test, yes, no)


def _choice(test: Closure, yes: TextClosure, no: TextClosure) -> TextClosure:
    return lambda frame: yes(frame) if test(frame) else no(frame)


def _set(name: str, value: Closure) -> TextClosure:
    def assign(frame: Frame) -> str:
        result = value(frame)
        check_weight(result)
        frame[name] = result  # type: ignore[index]  # a template that sets names is given a dict of its own
        return ""

    return assign


def _joined(parts: list[TextClosure]) -> TextClosure:
    match parts:
        case []:
            return lambda _frame: ""
        case [only]:
            return only
        case [first, second]:
            return lambda frame: first(frame) + second(frame)
        case _:
            return lambda frame: "".join([part(frame) for part in parts])
