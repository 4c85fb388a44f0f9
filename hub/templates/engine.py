"""The engine: where templates come from."""

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import jinja2
from jinja2 import nodes

from hub.clock import Clock
from hub.states import StateMachine
from hub.templates.closures.quick import quick_program
from hub.templates.facts import Facts
from hub.templates.folder import CustomTemplates
from hub.templates.functions.every import every_group
from hub.templates.functions.group import Group
from hub.templates.names import unknown_filters_and_tests, unknown_functions
from hub.templates.printing import printer
from hub.templates.program import Program
from hub.templates.registries import NoRegistries, Registries
from hub.templates.rendering import Rendering
from hub.templates.sandbox import Sandbox
from hub.templates.slow import slow_program, syntax_error
from hub.templates.template import Template, constant_program
from hub.templates.world import World

TIME_LIMIT: Final = 3.0
"""Seconds that one render may take."""
_FACTS: Final = Facts()
_NO_REGISTRIES: Final = NoRegistries()
_NO_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {}


def is_template(text: str) -> bool:
    """Tell whether the text contains `{{`, `{%` or `{#`."""
    return "{" in text and ("{{" in text or "{%" in text or "{#" in text)


class Templates:
    """Compiles templates that look at these states, this clock and these registries."""

    def __init__(
        self,
        *,
        states: StateMachine,
        clock: Clock,
        zone: ZoneInfo,
        facts: Facts = _FACTS,
        registries: Registries = _NO_REGISTRIES,
        functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS,
        folder: Path | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._rendering = Rendering(time_limit)
        self._world = World(states, clock, zone, facts, registries, self._rendering)
        self._custom = CustomTemplates(folder)
        self._groups = (*every_group(self._world), Group(globals=functions, looks=True))
        self._full = self._sandbox(limited=False)
        self._templates: WeakValueDictionary[tuple[str, bool], Template] = WeakValueDictionary()

    def compile(self, source: str, *, limited: bool = False) -> Template:
        """Return the template of this text; it is not looked at before it is used or checked."""
        key = (source, limited)
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = Template(source.strip(), self, self._rendering, limited=limited)
        return template

    def reload(self) -> None:
        """Read the folder of custom templates again."""
        self._custom.reload()

    @property
    def names(self) -> frozenset[str]:
        """Names of all functions."""
        return frozenset(self._full.globals)

    def unknown_functions(self, source: str) -> frozenset[str]:
        """Return the names that the template calls though nobody defines them. Raises TemplateSyntaxError."""
        return unknown_functions(self._parsed(self._full, source), self.names)

    def program(self, source: str, *, limited: bool, tracked: bool) -> Program:
        """Compile a text; `Template` does it when it is first used. Raises TemplateSyntaxError."""
        if not is_template(source):
            return constant_program(source)
        sandbox = self._limited if limited else self._full
        slow = slow_program(sandbox, source)
        lookup = None if limited else self._world.state if tracked else self._world.states.get
        return quick_program(self._parsed(sandbox, source), sandbox, self._world, source, lookup, slow) or slow

    def check(self, source: str, *, limited: bool) -> None:
        """Raise TemplateSyntaxError when the text is no template, or names filters or tests that do not exist."""
        if not is_template(source):
            return
        sandbox = self._limited if limited else self._full
        # Parsing and a look at the names finds what compiling would find, in a fifth of the time.
        tree = self._parsed(sandbox, source)
        for node in unknown_filters_and_tests(tree, sandbox.filters, sandbox.tests):
            kind = "filter" if isinstance(node, nodes.Filter) else "test"
            missing = jinja2.TemplateAssertionError(f"No {kind} named {node.name!r}.", node.lineno)
            raise syntax_error(missing, sandbox, source)

    @cached_property
    def _limited(self) -> Sandbox:
        return self._sandbox(limited=True)

    def _sandbox(self, *, limited: bool) -> Sandbox:
        text_of = printer(self._world.zone)
        return Sandbox(self._rendering, text_of, self._groups, self._custom, limited=limited)

    def _parsed(self, sandbox: Sandbox, source: str) -> nodes.Template:
        try:
            return sandbox.parse(source)
        except (jinja2.TemplateSyntaxError, RecursionError) as error:
            raise syntax_error(error, sandbox, source) from error
