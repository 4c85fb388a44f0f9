"""How the commands speak: tables for people, JSON for programs, errors on the error output."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer


def tell_error(message: str) -> None:
    """Say on the error output what is wrong, in red on a terminal."""
    typer.secho(f"error: {message}", fg="red", err=True)


def tell_json(value: object) -> None:
    """Print a value as JSON in one line; what JSON does not know becomes text."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def tell_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on a terminal, and lines with tabs elsewhere."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in texts:
            typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, header_style="bold")
    for row in texts:
        table.add_row(*(Text(cell) for cell in row))  # as it is: names may look like markup
    Console().print(table)


@contextmanager
def without_log() -> Iterator[None]:
    """Log nothing for the length of the block: what goes wrong in it is part of what it tells."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
