"""Who may use the API: opaque random tokens, kept as hashes."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

import msgspec

from hub.clock import Clock
from hub.errors import StoreError
from hub.store.database import Connection
from hub.store.writer import Writer

_RECENT = 60.0  # seconds; when a token was used is not written more often


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a token; times are seconds since 1970 (UTC)."""

    hash: str
    """SHA-256 of the token, in hexadecimal digits."""
    name: str
    role: str
    created: float
    last_used: float | None = None


class Tokens:
    """Every token that is valid."""

    def __init__(self, writer: Writer, clock: Clock, tokens: Iterable[Token]) -> None:
        self._writer = writer
        self._clock = clock
        self._tokens = {token.hash: token for token in tokens}

    def all(self) -> list[Token]:
        """Return every token in order of names."""
        return sorted(self._tokens.values(), key=lambda token: token.name)

    async def create(self, name: str, role: str) -> str:
        """Make a token and return it, for this once. Raises StoreError, also when the name is taken."""
        text = secrets.token_urlsafe(32)
        token = Token(hash=_hash(text), name=name, role=role, created=self._clock.time())

        def save(connection: Connection) -> None:
            if connection.execute("SELECT 1 FROM tokens WHERE name = ?", (name,)):
                raise StoreError(f"there is already a token called {name!r}")
            connection.execute(
                "INSERT INTO tokens (hash, name, role, created) VALUES (?, ?, ?, ?)", (token.hash, name, role, token.created)
            )

        await self._writer.run(save)
        self._tokens[token.hash] = token
        return text

    def verify(self, text: str) -> Token | None:
        """Return what is known of the token, or None when it is not valid."""
        hashed = _hash(text)
        token = self._tokens.get(hashed)
        if token is None or not hmac.compare_digest(token.hash, hashed):
            return None
        now = self._clock.time()
        if token.last_used is None or now - token.last_used >= _RECENT:
            token = self._tokens[hashed] = msgspec.structs.replace(token, last_used=now)
            self._note_use(token)
        return token

    async def revoke(self, name: str) -> bool:
        """Make the token worthless; False when there was none. Raises StoreError."""
        hashes = [token.hash for token in self._tokens.values() if token.name == name]
        # It is worthless at once, even if the database does not hear of it.
        for hashed in hashes:
            del self._tokens[hashed]
        await self._writer.run(lambda connection: connection.execute("DELETE FROM tokens WHERE name = ?", (name,)))
        return bool(hashes)

    def _note_use(self, token: Token) -> None:
        note = self._writer.submit(
            lambda connection: connection.execute("UPDATE tokens SET last_used = ? WHERE hash = ?", (token.last_used, token.hash))
        )
        note.add_done_callback(lambda done: done.exception())  # when it was used is worth no complaint


def load_tokens(connection: Connection) -> list[Token]:
    """Read all tokens."""
    rows = connection.execute("SELECT hash, name, role, created, last_used FROM tokens")
    return [Token(hash=hashed, name=name, role=role, created=made, last_used=used) for hashed, name, role, made, used in rows]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
