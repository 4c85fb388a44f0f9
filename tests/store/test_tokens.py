"""Tokens let in those who have one."""

import sqlite3
from pathlib import Path

import pytest

from hub.errors import StoreError
from tests.store.building import building


async def test_a_token_is_valid_also_after_a_restart(url: str) -> None:
    """And says whose it is."""
    async with building(url) as house:
        text = await house.store.tokens.create("board", "viewer")
        assert house.store.tokens.verify(text)

    async with building(url) as house:
        token = house.store.tokens.verify(text)

        assert token is not None
        assert (token.name, token.role, token.created) == ("board", "viewer", 1_700_000_000.0)


@pytest.mark.parametrize("wrong", ["", "x", "ü", "\ud800", "0" * 100_000])
async def test_anything_else_is_not(url: str, wrong: str) -> None:
    """Nor the hash that is stored."""
    async with building(url) as house:
        text = await house.store.tokens.create("board", "viewer")
        (token,) = house.store.tokens.all()

        assert house.store.tokens.verify(wrong) is None
        assert house.store.tokens.verify(text + wrong if wrong else text[:-1]) is None
        assert house.store.tokens.verify(token.hash) is None


async def test_the_token_itself_is_nowhere_on_the_disk(url: str, path: Path) -> None:
    """Only its hash."""
    async with building(url) as house:
        text = await house.store.tokens.create("board", "viewer")

    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert text.encode() not in content


async def test_a_revoked_token_is_worthless_for_ever(url: str) -> None:
    """Others stay; revoking what is not there says so."""
    async with building(url) as house:
        tokens = house.store.tokens
        board, admin = await tokens.create("board", "viewer"), await tokens.create("admin", "admin")

        assert await tokens.revoke("board")
        assert not await tokens.revoke("board")
        assert tokens.verify(board) is None

    async with building(url) as house:
        assert house.store.tokens.verify(board) is None
        assert house.store.tokens.verify(admin)
        assert [token.name for token in house.store.tokens.all()] == ["admin"]


async def test_a_name_can_be_used_once(url: str) -> None:
    """Or nobody would know which one to revoke."""
    async with building(url) as house:
        first = await house.store.tokens.create("board", "viewer")

        with pytest.raises(StoreError, match="already a token called 'board'"):
            await house.store.tokens.create("board", "admin")

        token = house.store.tokens.verify(first)
        assert token is not None
        assert token.role == "viewer"


async def test_when_a_token_was_used_is_noted_once_a_minute(url: str, path: Path) -> None:
    """A thousand requests are not a thousand writes."""
    async with building(url) as house:
        text = await house.store.tokens.create("board", "viewer")
        for _ in range(1000):
            house.store.tokens.verify(text)
        house.clock.run_next(house.clock.time() + 90)
        token = house.store.tokens.verify(text)

    assert token is not None
    assert token.last_used == 1_700_000_090.0
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT last_used FROM tokens").fetchall() == [(1_700_000_090.0,)]
