"""What building closures has in common."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import Undefined, nodes

from hub.model.state import State
from hub.templates.reads import Reading
from hub.templates.sandbox import Sandbox
from hub.templates.world import World

Frame = Mapping[str, Any]
Closure = Callable[[Frame], Any]
TextClosure = Callable[[Frame], str]
Lookup = Callable[[str], State | None]
"""Finds a state by its id in lower case."""

MISSING: Final = object()


class Unsupported(Exception):
    """Only the sandbox can do this."""


class Compiler:
    """Builds the closures of one template, and notes what they read and which global names they take for granted."""

    def __init__(
        self,
        builders: "Mapping[type[nodes.Expr], Callable[[Any, Compiler], Closure]]",
        sandbox: Sandbox,
        world: World,
        source: str,
        lookup: Lookup | None,
    ) -> None:
        self._builders = builders
        self.sandbox = sandbox
        self.world = world
        self.lookup: Lookup = lookup or _nothing
        self.limited = lookup is None
        self._source = source
        self.assigned: set[str] = set()
        """Names that the template sets."""
        self.granted: set[str] = set()
        """Global names whose meaning is fixed in the closures: a variable of that name needs the sandbox."""
        self.reading = Reading()
        """What is read, whichever way the template goes."""
        self.predictable = True
        """Whether `reading` is all that can be read."""

    def expression(self, node: nodes.Node) -> Closure:
        """Return the closure of an expression. Raises Unsupported."""
        build = self._builders.get(type(node)) if isinstance(node, nodes.Expr) else None
        if build is None:
            raise Unsupported(type(node).__name__)
        return build(node, self)

    def granted_global(self, name: str) -> object:
        """Return a global that will be called or looked into. Raises Unsupported."""
        if name in self.assigned or name not in self.sandbox.globals:
            raise Unsupported(name)
        self.granted.add(name)
        return self.sandbox.globals[name]

    def is_global(self, node: nodes.Node, name: str) -> bool:
        """Tell whether the node is this global name."""
        return isinstance(node, nodes.Name) and node.name == name and name not in self.assigned and name in self.sandbox.globals

    def undefined(self, hint: str | None = None, *, name: str | None = None) -> Undefined:
        """Return an undefined value whose warnings name this template."""
        self.sandbox.rendering.source = self._source
        return self.sandbox.undefined(hint) if name is None else self.sandbox.undefined(name=name)

    def attribute(self, value: Any, name: str) -> Any:
        """Return `value.name` as the sandbox allows it."""
        self.sandbox.rendering.source = self._source
        return self.sandbox.getattr(value, name)

    def item(self, value: Any, key: Any) -> Any:
        """Return `value[key]` as the sandbox allows it."""
        self.sandbox.rendering.source = self._source
        return self.sandbox.getitem(value, key)


def _nothing(_entity_id: str) -> None:
    """Find nothing: limited templates do not look at states."""
