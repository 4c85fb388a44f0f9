"""What all compiled steps have in common."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hub.automation.run import Block, Strand
from hub.automation.schema.primitives import Template
from hub.automation.schema.steps import StepModel
from hub.automation.world import World


class CompiledStep:
    """One step, ready to be done any number of times."""

    __slots__ = ("alias", "continue_on_error", "enabled", "path")

    def __init__(self, model: StepModel, path: str, world: World) -> None:
        self.path = path
        self.alias = model.alias
        self.continue_on_error = model.continue_on_error
        self.enabled = _switch(model.enabled, world)

    def execute(self, strand: Strand) -> object:
        """Do it."""
        raise AssertionError(f"a step of the kind {type(self).__name__} does nothing: {strand.run.owner}")

    def blocks(self) -> Iterable[Block]:
        """Return the sequences within it."""
        return ()


CompileBlock = Callable[[Any, str], Block]
"""Compiles a nested sequence, given its models and its path."""


def _switch(enabled: bool | Template, world: World) -> Callable[[Mapping[str, Any]], bool] | None:
    if enabled is True:
        return None
    if isinstance(enabled, Template):
        template = world.templates.compile(enabled.source)
        return lambda variables: bool(template.render(variables))
    return lambda _: False
