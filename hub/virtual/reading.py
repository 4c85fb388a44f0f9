"""From a section of the configuration to definitions: what each entity is, or what is wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from pydantic import ValidationError

from hub.config import Mapping as Node
from hub.config import Position, Problem, explain, position_of, problem_at
from hub.config.nodes import NOWHERE, join_mapping
from hub.model.names import is_slug, slugify
from hub.virtual.entity import Described

M = TypeVar("M", bound=Described)


class Definition(msgspec.Struct, Generic[M], frozen=True):
    """One entity as the files define it."""

    object_id: str
    model: M | None
    """None: it is invalid, `problems` say why."""
    raw: Any
    """What was written; two that are equal mean the same."""
    problems: tuple[Problem, ...] = ()
    unique_id: str | None = None
    """What its lasting id hangs on; None: only on its name."""

    @property
    def name(self) -> str:
        """What people call it."""
        return (self.model.name if self.model else None) or self.object_id


def read_section(domain: str, model: type[M], section: object) -> Iterator[Definition[M]]:
    """Read a mapping of object ids to definitions, one by one; one that is wrong does not hurt the others."""
    if not isinstance(section, Mapping):
        return
    for key, raw in section.items():
        if not isinstance(key, str) or not is_slug(key):
            message = f"{key!r} cannot be a name under `{domain}:`: use lower case, digits and _, such as `{slugify(str(key))}`"
            problem = problem_at(_key_position(section, key), message, "bad-name", path=(domain, str(key)))
            yield Definition(str(key), None, raw, (problem,))
            continue
        try:
            yield Definition(key, model.model_validate({} if raw is None else raw), raw, (), key)
        except ValidationError as error:
            node = join_mapping(_key_position(section, key), []) if raw is None else raw
            found = explain(error, node, model, (domain, key))
            yield Definition(key, None, raw, tuple(_placed(problem, position_of(section, (key,))) for problem in found))


def _key_position(section: Mapping[Any, Any], key: object) -> Position:
    return section.key_position(key) if isinstance(section, Node) else position_of(section, ())


def _placed(problem: Problem, position: Position) -> Problem:
    """A value that is no mapping does not know where it stands; the section does."""
    if problem.file != NOWHERE.file:
        return problem
    return msgspec.structs.replace(problem, file=position.file, line=position.line, column=position.column)
