"""Digests and encodings."""

import base64
import hashlib
from typing import Any, Final

from hub.templates.functions.group import Function, Group


def base64_encode(value: str | bytes) -> str:
    """Encode text (as UTF-8) or bytes."""
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")


def base64_decode(value: str, encoding: str | None = "utf-8") -> str | bytes:
    """Decode to text, or to bytes when the encoding is none."""
    decoded = base64.b64decode(value)
    return decoded if encoding is None else decoded.decode(encoding)


def from_hex(value: str) -> bytes:
    """Read bytes from hexadecimal text."""
    return bytes.fromhex(value)


def _digest(name: str) -> Function:
    def function(value: Any) -> str:
        return hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()

    return function


_DIGESTS: dict[str, Function] = {name: _digest(name) for name in ("md5", "sha1", "sha256", "sha512")}

GROUP: Final = Group(
    globals=_DIGESTS,
    filters={"base64_decode": base64_decode, "base64_encode": base64_encode, "from_hex": from_hex, **_DIGESTS},
    refused=frozenset({"base64_decode", "base64_encode", *_DIGESTS}),
)
