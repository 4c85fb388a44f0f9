"""Secrets at rest, the only place that knows the library of ciphers.

What is sealed can be read only with the key of the configuration: a stolen database alone does not give it away. A sealed text is
bound to what it is about, so that nobody can exchange one person's for another's in the database.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.api import AuthenticationFailed

_NONCE = 12  # bytes
_TOKEN = 32  # bytes


class WrongKey(AuthenticationFailed):
    """Something was sealed with a key that is not in the configuration any more."""

    def __init__(self, about: str) -> None:
        super().__init__(f"{about} was encrypted with another `key`; add that one to the list, behind the present one")


class Vault:
    """Seals with the first key, opens with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._ciphers = {_derived(key, "name")[:4].hex(): AESGCM(_derived(key, "seal")) for key in keys}
        self._marking = [_derived(key, "mark") for key in keys]
        self._current = next(iter(self._ciphers))

    def seal(self, text: str, about: str) -> str:
        """Encrypt and authenticate."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode(), about.encode())
        return f"{self._current}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, about: str) -> str:
        """Decrypt. Raises WrongKey, also when somebody changed it."""
        name, _, content = sealed.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise WrongKey(about)
        try:
            raw = base64.b64decode(content, validate=True)
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise WrongKey(about) from None

    def is_current(self, sealed: str) -> bool:
        """Tell whether it was sealed with the first key."""
        return sealed.partition(".")[0] == self._current

    def mark(self, text: str, about: str) -> str:
        """Return what can be kept instead of a text that only has to be recognised."""
        return _marked(self._marking[0], text, about)

    def recognise(self, text: str, about: str, marks: Sequence[str]) -> str | None:
        """Return the mark of this text among the marks; each is compared in constant time."""
        candidates = [_marked(key, text, about) for key in self._marking]
        found = [mark for mark in marks for candidate in candidates if hmac.compare_digest(mark, candidate)]
        return found[0] if found else None


def new_token() -> str:
    """Make a token of 256 bits that fits into addresses and cookies."""
    return secrets.token_urlsafe(_TOKEN)


def digest(token: str) -> str:
    """Return what is kept of a token; it has so much chance in it that nobody finds the token from it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _derived(key: str, use: str) -> bytes:
    return hmac.digest(key.encode(), f"hub-qr-auth {use}".encode(), "sha256")


def _marked(key: bytes, text: str, about: str) -> str:
    return hmac.new(key, f"{about}\0{text}".encode(errors="replace"), "sha256").hexdigest()
