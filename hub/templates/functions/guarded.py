"""Jinja's own filters and functions where they could take all memory: the same, within the limits."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from jinja2 import Environment
from jinja2.filters import (
    do_batch,
    do_center,
    do_format,
    do_indent,
    do_replace,
    do_tojson,
    do_wordwrap,
    make_attrgetter,
    sync_do_join,
    sync_do_slice,
)
from jinja2.nodes import EvalContext
from jinja2.utils import generate_lorem_ipsum, pass_environment, pass_eval_context

from hub.errors import TemplateError
from hub.templates import limits
from hub.templates.functions.group import Group
from hub.templates.world import World

_MOST_PARAGRAPHS = 100


def group(world: World) -> Group:
    """Return the filters and functions of Jinja that need a limit."""
    tick = world.rendering.tick

    @pass_environment
    def total(environment: Environment, items: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
        """`sum`; lists are joined in one go, because adding them one by one takes ever longer."""
        picked = items if attribute is None else map(make_attrgetter(environment, attribute), items)
        if isinstance(start, list):
            return _all_of([start, *picked])
        for item in picked:
            tick()
            start = limits.add(start, item)
        return start

    return Group(
        globals={"lipsum": lipsum},
        filters={
            "batch": batch,
            "center": center,
            "format": format_text,
            "indent": indent,
            "join": join,
            "replace": replace,
            "slice": slices,
            "sum": total,
            "tojson": tojson,
            "wordwrap": wordwrap,
        },
    )


def _all_of(lists: list[Any]) -> list[Any]:
    if not all(isinstance(one, list) for one in lists):
        raise TemplateError("sum can add only lists to a list")
    limits.check_size(sum(map(len, lists)), "a sum")
    return list(chain.from_iterable(lists))


def lipsum(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:  # noqa: A002 - Jinja's names
    """Return filler text."""
    limits.check_size(n * max * _MOST_PARAGRAPHS, "filler text")
    return generate_lorem_ipsum(n, html, min, max)


def batch(value: Iterable[Any], linecount: int, fill_with: Any = None) -> Iterator[list[Any]]:
    """Cut into lists of so many."""
    limits.check_width(linecount, "a batch")
    return do_batch(value, linecount, fill_with)


def center(value: str, width: int = 80) -> str:
    """Put blanks around."""
    limits.check_width(width, "a padded text")
    return do_center(value, width)


def format_text(value: Any, *args: Any, **kwargs: Any) -> str:
    """Fill in a format of `%`."""
    limits.check_format(str(value), args or tuple(kwargs.values()))
    return do_format(value, *args, **kwargs)


def indent(s: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Put blanks before each line."""
    size = len(width) if isinstance(width, str) else width
    limits.check_size(size * (str(s).count("\n") + 1), "an indented text")
    return do_indent(s, width, first, blank)


@pass_eval_context
def join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: Any = None) -> str:
    """Join the texts of the members."""
    if attribute is not None:
        value = map(make_attrgetter(context.environment, attribute), value)
    texts = list(map(str, value))
    limits.check_size(sum(map(len, texts)) + len(str(d)) * len(texts), "a joined text")
    return sync_do_join(context, texts, d)


@pass_eval_context
def replace(context: EvalContext, s: Any, old: str, new: str, count: int | None = None) -> str:
    """Replace every place of a text."""
    limits.check_replacement(str(s), str(old), str(new), count)
    return do_replace(context, s, old, new, count)


def slices(value: Any, slices: int, fill_with: Any = None) -> Iterator[list[Any]]:
    """Cut into so many lists."""
    limits.check_width(slices, "a list of slices")
    return sync_do_slice(value, slices, fill_with)


@pass_eval_context
def tojson(context: EvalContext, value: Any, indent: int | None = None) -> str:
    """Write JSON that is safe inside HTML."""
    limits.check_width(None if indent is None else indent * 100, "indented JSON")
    return do_tojson(context, value, indent)


@pass_environment
def wordwrap(
    environment: Environment,
    s: str,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str | None = None,
    break_on_hyphens: bool = True,
) -> str:
    """Break into lines."""
    limits.check_size(len(wrapstring or "\n") * (len(s) // max(width, 1) + s.count(" ") + 1), "a wrapped text")
    return do_wordwrap(environment, s, width, break_long_words, wrapstring, break_on_hyphens)
