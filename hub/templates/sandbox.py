"""The sandbox: Jinja with everything dangerous taken out or watched."""

import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter
from typing import Any, TypeVar

import msgspec
from jinja2 import BaseLoader, Template, nodes
from jinja2.exceptions import SecurityError
from jinja2.lexer import TokenStream
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace, missing, pass_context
from jinja2.visitor import NodeTransformer

from hub.model.context import Context as Cause
from hub.model.event import Event
from hub.model.state import State
from hub.templates import limits
from hub.templates.functions.group import Group, Refused
from hub.templates.rendering import Rendering
from hub.templates.undefined import undefined_type
from hub.templates.views import FIELDS, AllStates, DomainStates, StateView

_READABLE: dict[type, frozenset[str]] = {
    State: FIELDS,
    StateView: FIELDS | {"state_with_unit"},
    Event: frozenset({"event_type", "data", "origin", "time_fired", "context"}),
    Cause: frozenset({"id", "parent_id", "user_id"}),
    AllStates: frozenset(),
    DomainStates: frozenset(),
}
V = TypeVar("V")
_CONTEXT, _EVAL_CONTEXT, _ENVIRONMENT = "context", "eval_context", "environment"


class _Context(Context):
    """A render's names; the two hundred globals are looked up where they are, instead of being copied for each render."""

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        if key in self.parent:
            return self.parent[key]
        return self.environment.globals.get(key, missing)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, with limits of time and size, and with our own values guarded."""

    context_class = _Context
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(
        self,
        rendering: Rendering,
        text_of: Callable[[object], str],
        groups: Iterable[Group],
        loader: BaseLoader | None = None,
        *,
        limited: bool = False,
    ) -> None:
        super().__init__(
            extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"],
            undefined=undefined_type(rendering),
            finalize=text_of,
            loader=loader,
        )
        self.binop_table |= {"+": limits.add, "*": limits.multiply, "**": limits.power, "%": limits.modulo}
        self.rendering = rendering
        self.text_of = text_of
        self.plain_filters: dict[str, Callable[..., Any]] = _callables(self.filters)
        """The filters without the watch of the clock, for those who cannot loop."""
        self.plain_tests: dict[str, Callable[..., Any]] = _callables(self.tests)
        self.impure: frozenset[str] = frozenset()
        """Names of functions, filters and tests that look at more than their arguments."""
        self._install(groups, limited=limited)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Tell whether a template may read this attribute."""
        readable = _READABLE.get(type(obj))
        if readable is not None:
            return attr in readable
        if isinstance(obj, msgspec.Struct) or attr.startswith("__"):
            return False
        if isinstance(obj, Namespace):
            return not attr.startswith("_Namespace")
        if isinstance(obj, LoopContext | Macro):
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Tell whether a template may call this."""
        return not isinstance(obj, msgspec.Struct) and super().is_safe_callable(obj)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's signature
        """Call something for a template, within the limits."""
        __self.rendering.tick()
        args = __self._allowed(__obj, args, kwargs)
        for value in (*args, *kwargs.values()):
            limits.check_weight(value)
        return __self.checked(super().call(__context, __obj, *args, **kwargs))

    def parts(self, template: Template, variables: Mapping[str, Any]) -> Iterator[str]:
        """Render a template bit by bit."""
        return template.root_render_func(_Context(self, dict(variables), template.name, template.blocks))

    def call_plainly(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call something that needs no context, with the same checks as `call`."""
        if not self.is_safe_callable(function):
            raise SecurityError(f"{function!r} is not safely callable")
        return self.checked(function(*self._allowed(function, args, kwargs), **kwargs))

    def checked(self, value: Any) -> Any:
        """Return the value. Raises TooLarge when it is a text that is too long, or too heavy a list."""
        if type(value) is str:
            limits.check_size(len(value), "a text")
        else:
            limits.check_weight(value)
        return value

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return `str.format` in a form that obeys the sandbox and the limits."""
        if super().wrap_str_format(value) is None:
            return None
        text, by_mapping = str(value.__self__), value.__name__ == "format_map"
        formatter = _LimitedFormatter(self)

        def formatted(*args: Any, **kwargs: Any) -> str:
            if by_mapping:
                (mapping,) = args
                return str(self.checked(formatter.vformat(text, (), mapping)))
            return str(self.checked(formatter.vformat(text, args, kwargs)))

        return formatted

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        """Go through the items of a loop, watching the clock."""
        tick = self.rendering.tick
        for item in items:
            tick()
            yield item

    def concatenate(self, *parts: Any) -> str:
        """`a ~ b ~ c`, within the limits."""
        return limits.join(map(self.text_of, parts))

    def concat(self, parts: Iterable[str]) -> str:
        """Join what a macro or block has printed, within the limits."""
        return limits.join(parts)

    def _tokenize(self, source: str, name: str | None, filename: str | None = None, state: str | None = None) -> TokenStream:
        with warnings.catch_warnings():  # Python warns of `\\d` in a text; in a pattern that is what people write
            warnings.simplefilter("ignore", DeprecationWarning)
            stream = super()._tokenize(source, name, filename, state)
            return TokenStream(list(stream), name, filename)

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        return super()._generate(_Watch().visit(source), name, filename, defer_init)

    def _install(self, groups: Iterable[Group], *, limited: bool) -> None:
        for group in groups:
            refused = {name: Refused(name) for name in group.refused} if limited else {}
            self.globals.update(_replaced(group.globals, refused))
            self.plain_filters.update(_replaced(group.filters, refused))
            self.plain_tests.update(_replaced(group.tests, refused))
            if group.looks:
                self.impure |= group.globals.keys() | group.filters.keys() | group.tests.keys()
        self.filters.update({name: self._watched(call) for name, call in self.plain_filters.items()})
        self.tests.update({name: self._watched(call) for name, call in self.plain_tests.items()})

    def _allowed(self, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        if isinstance(function, types.BuiltinMethodType) and isinstance(function.__self__, str | bytes | int):
            return limits.check_method(function.__self__, function.__name__, args, kwargs)
        return args

    def _watched(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the filter or test with a look at the clock; as it takes the context, Jinja never computes it in advance."""
        wanted = getattr(getattr(call, "jinja_pass_arg", None), "name", None)
        tick, checked = self.rendering.tick, self.checked

        @pass_context
        def watched(context: Context, *args: Any, **kwargs: Any) -> Any:
            tick()
            if wanted == _CONTEXT:
                return checked(call(context, *args, **kwargs))
            if wanted == _EVAL_CONTEXT:
                return checked(call(context.eval_ctx, *args, **kwargs))
            if wanted == _ENVIRONMENT:
                return checked(call(self, *args, **kwargs))
            return checked(call(*args, **kwargs))

        return watched

    def plain_call(self, call: Callable[..., Any]) -> Callable[..., Any] | None:
        """Return a filter or test as a function of its arguments alone, or None when it needs a render's context."""
        wanted = getattr(getattr(call, "jinja_pass_arg", None), "name", None)
        if wanted == _CONTEXT:
            return None
        if wanted == _EVAL_CONTEXT:
            context = EvalContext(self)
            return lambda *args, **kwargs: call(context, *args, **kwargs)
        if wanted == _ENVIRONMENT:
            return lambda *args, **kwargs: call(self, *args, **kwargs)
        return call


class _LimitedFormatter(SandboxedFormatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        limits.check_format_spec(format_spec)
        return Formatter.format_field(self, value, format_spec)


class _Watch(NodeTransformer):
    """Puts the watch of the clock into loops, and that of size into `~`."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja finds it by this name
        self.generic_visit(node)
        node.iter = _call("each", [_expression(node.iter)], node.lineno)
        return node

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:  # noqa: N802 - Jinja finds it by this name
        self.generic_visit(node)
        node.node = _call("checked", [_expression(node.node)], node.lineno)
        return node

    def visit_With(self, node: nodes.With) -> nodes.Node:  # noqa: N802 - Jinja finds it by this name
        self.generic_visit(node)
        node.values = [_call("checked", [value], node.lineno) for value in node.values]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja finds it by this name
        self.generic_visit(node)
        return _call("concatenate", node.nodes, node.lineno)


def _callables(table: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    return dict(table)


def _replaced(mapping: Mapping[str, V], replacements: Mapping[str, Any]) -> dict[str, V]:
    return {name: replacements.get(name, value) for name, value in mapping.items()}


def _expression(node: nodes.Node) -> nodes.Expr:
    """Return the node as an expression, which Jinja's own annotations forget that it is."""
    if not isinstance(node, nodes.Expr):
        raise TypeError(f"{node!r} is not an expression")
    return node


def _call(name: str, args: list[nodes.Expr], line: int) -> nodes.Call:
    method = nodes.EnvironmentAttribute(name, lineno=line)
    return nodes.Call(method, args, [], None, None, lineno=line)
