"""The fields of a configuration, with those of the models inside it."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def fields_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every field with its dotted name, as it is spelt in YAML; a model inside itself is entered once."""
    yield from _fields(model, prefix, ())


def types_in(annotation: Any) -> Iterator[type]:
    """Yield every class that an annotation names."""
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from types_in(argument)


def _fields(model: type[BaseModel], prefix: str, inside: tuple[type[BaseModel], ...]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        spelt = f"{prefix}{field.alias or name}"
        yield spelt, field
        for kind in types_in(field.annotation):
            if issubclass(kind, BaseModel) and kind not in (*inside, model):
                yield from _fields(kind, f"{spelt}.", (*inside, model))
