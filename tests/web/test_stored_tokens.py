"""Tokens that last."""

from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.errors import StoreError
from hub.store.store import Store
from hub.web.identity import Identity, Role
from hub.web.stored_tokens import StoredTokens


async def test_a_token_is_known_until_it_is_revoked_also_after_a_restart(tmp_path: Path) -> None:
    """Only what was made is known, with its role."""
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    async with Store.open(url, clock=SystemClock()) as store:
        text = await StoredTokens(store.tokens).create("dash", Role.VIEWER)

    async with Store.open(url, clock=SystemClock()) as store:
        tokens = StoredTokens(store.tokens)
        assert tokens.identify(text) == Identity(id="dash", name="dash", role=Role.VIEWER)
        assert tokens.identify(text + "x") is tokens.identify("") is tokens.identify("\ud800") is None
        assert [(token.name, token.role) for token in await tokens.list()] == [("dash", Role.VIEWER)]
        with pytest.raises(StoreError):
            await tokens.create("dash", Role.ADMIN)
        assert await tokens.revoke("dash")
        assert not await tokens.revoke("dash")
        assert tokens.identify(text) is None


async def test_tokens_of_the_configuration_are_admins(tmp_path: Path) -> None:
    """An empty one is no token."""
    async with Store.open(f"sqlite:///{tmp_path / 'hub.db'}", clock=SystemClock()) as store:
        tokens = StoredTokens(store.tokens, ["from-config", ""])

        known = tokens.identify("from-config")

        assert known is not None
        assert known.role is Role.ADMIN
        assert tokens.identify("") is None
        assert await tokens.list() == []
