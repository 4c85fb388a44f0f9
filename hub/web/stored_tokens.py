"""The tokens of the store, and those of the configuration, as the web knows them."""

import hashlib
from collections.abc import Iterable, Sequence

from hub.store.tokens import Tokens
from hub.web.identity import Identity, Role, TokenFacts


class StoredTokens:
    """Knows whose a token is; those of the configuration are admins and cannot be listed or revoked."""

    def __init__(self, stored: Tokens, configured: Iterable[str] = ()) -> None:
        self._stored = stored
        admin = Identity(id="configuration", name="configuration", role=Role.ADMIN)
        # By hash, so that how long a look takes says nothing of the tokens.
        self._configured = {_hash(token): admin for token in configured if token}

    def identify(self, token: str) -> Identity | None:
        """Tell whose it is, at once: it is asked on every request."""
        stored = self._stored.verify(token)
        if stored is not None:
            return Identity(id=stored.name, name=stored.name, role=Role(stored.role))
        return self._configured.get(_hash(token)) if self._configured else None

    async def create(self, name: str, role: Role) -> str:
        """Make a token and return it; this is the only time that it can be read. Raises HubError."""
        return await self._stored.create(name, role.value)

    async def list(self) -> Sequence[TokenFacts]:
        """Return what may be told of all that are valid."""
        return [
            TokenFacts(id=token.name, name=token.name, role=Role(token.role), created=token.created, used=token.last_used)
            for token in self._stored.all()
        ]

    async def revoke(self, name: str) -> bool:
        """End the token of this name; False when there is none."""
        return await self._stored.revoke(name)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
