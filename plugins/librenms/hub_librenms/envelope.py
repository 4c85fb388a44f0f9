"""The envelope that every answer of the API v0 comes in. Pure.

`{"status": "ok", "count": 2, "devices": [...]}`, or `{"status": "error", "message": "..."}` with 4xx or 5xx (LibreNMS,
api_functions.inc.php). Services come as a list of lists, some answers inside a list of one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from hub_librenms.failures import Garbled, Refused

R = TypeVar("R", bound=msgspec.Struct)

_Envelope = dict[str, msgspec.Raw]
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_WRAPPED = msgspec.json.Decoder(list[_Envelope])
_WRONG = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LONGEST_MESSAGE = 300


def rows_in(body: bytes, name: str, row: type[R]) -> list[R]:
    """Return the rows under this name; what is no row is left out. Raises Garbled, Refused."""
    envelope = _opened(body)
    if name not in envelope:
        raise Garbled(f"the answer has no {name!r}")
    try:
        return msgspec.json.decode(envelope[name], type=list[row])  # type: ignore[valid-type]  # a row is chosen by the caller
    except msgspec.ValidationError:
        return [msgspec.convert(item, row) for item in _objects(_decoded(envelope[name]))]
    except _WRONG as error:
        raise Garbled(f"the answer cannot be read: {error}") from error


def content_of(body: bytes) -> Mapping[str, Any]:
    """Return all that an answer says. Raises Garbled, Refused."""
    return {name: _decoded(raw) for name, raw in _opened(body).items()}


def message_in(body: bytes) -> str | None:
    """Return what an answer says to people; None when it is no answer of LibreNMS."""
    try:
        message = _read(body).get("message")
        return "" if message is None else _words(_decoded(message))
    except Garbled:
        return None


def _opened(body: bytes) -> _Envelope:
    envelope = _read(body)
    if bytes(envelope.get("status", b"")) == b'"error"':
        raise Refused(message_in(body) or "it does not say why")
    return envelope


def _read(body: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(body)
    except msgspec.ValidationError:
        pass
    except _WRONG as error:
        raise Garbled(f"the answer is no JSON of LibreNMS ({error}): {_excerpt(body)}") from error
    try:
        return _WRAPPED.decode(body)[0]
    except (*_WRONG, IndexError) as error:
        raise Garbled(f"the answer is no object: {_excerpt(body)}") from error


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except _WRONG as error:
        raise Garbled(f"the answer cannot be read: {error}") from error


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in lists and lists of lists; an object alone is a list of one."""
    match value:
        case dict():
            yield value
        case list():
            for item in value:
                if isinstance(item, list):
                    yield from (inner for inner in item if isinstance(inner, dict))
                elif isinstance(item, dict):
                    yield item


def _words(message: Any) -> str:
    """Return a message as one line; validators of LibreNMS answer with a mapping of lists."""
    match message:
        case str():
            words = message
        case dict():
            words = "; ".join(_words(item) for item in message.values())
        case list():
            words = "; ".join(map(_words, message))
        case _:
            words = "" if message is None else str(message)
    return " ".join(words.split())[:_LONGEST_MESSAGE]


def _excerpt(body: bytes) -> str:
    return repr(body[:60].decode(errors="replace"))
