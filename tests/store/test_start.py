"""Opening the store must not hold up the hub's start."""

import subprocess
import sys

import pytest

OPEN = """
import asyncio, sys
from hub.clock import SystemClock
from hub.store import Store

async def main():
    async with Store.open(sys.argv[1], clock=SystemClock()) as store:
        await store.last_states()
        await store.memory("ftp")

asyncio.run(main())
print(*sys.modules)
"""


def modules(program: str, *arguments: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("program", ["import hub.store, sys; print(*sys.modules)", OPEN])
def test_nothing_heavy_is_imported(program: str, url: str) -> None:
    """Neither by the import nor for a SQLite database, be it new or up to date."""
    for _ in range(2):
        assert modules(program, url).isdisjoint({"sqlalchemy", "sqlmodel", "alembic", "psycopg"})
