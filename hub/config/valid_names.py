"""Which keys a model knows at some place."""

from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel
from pydantic.fields import FieldInfo


def valid_names(model: Any, location: Sequence[str | int], tags: Collection[int] = ()) -> list[str]:
    """Return the keys that are valid at this location of a model (or any type), sorted; none if nothing is known.

    `tags` are the numbers of those parts of the location that name an alternative of a union, not a key.
    """
    types = list(_unwrapped(model))
    for number, part in enumerate(location):
        types = _chosen(types, part) if number in tags else [inner for each in types for inner in _child(each, part)]
    return sorted({name for each in types if _is_model(each) for field in each.model_fields.items() for name in _names(*field)})


def _chosen(types: list[Any], tag: str | int) -> list[Any]:
    return [each for each in types if _is_tagged(each, tag)] or types


def _child(kind: Any, part: str | int) -> Iterator[Any]:
    if _is_model(kind):
        for name, field in kind.model_fields.items():
            if part in _names(name, field):
                yield from _unwrapped(field.annotation)
    elif get_origin(kind) is not None:
        arguments = get_args(kind)
        if isinstance(part, int) == (len(arguments) != 2 or arguments[-1] is Ellipsis):
            yield from _unwrapped(arguments[0 if isinstance(part, int) else -1])


def _is_tagged(kind: Any, part: str | int) -> bool:
    if not _is_model(kind):
        return False
    constants = (value for field in kind.model_fields.values() for value in _constants(field.annotation))
    return part == kind.__name__ or part in constants


def _constants(annotation: Any) -> Iterator[object]:
    for each in _unwrapped(annotation):
        if get_origin(each) is Literal:
            yield from (value.value if isinstance(value, Enum) else value for value in get_args(each))


def _unwrapped(kind: Any) -> Iterator[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _unwrapped(get_args(kind)[0])
    elif origin is Union or origin is UnionType:
        for each in get_args(kind):
            yield from _unwrapped(each)
    elif _is_model(kind) and issubclass(kind, RootModel):
        yield from _unwrapped(kind.model_fields["root"].annotation)
    elif hasattr(kind, "__value__"):  # a named type alias
        yield from _unwrapped(kind.__value__)
    else:
        yield kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _names(name: str, field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    if alias is None:
        return [name]
    spellings = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return [str(each.path[0]) if isinstance(each, AliasPath) else each for each in spellings]
