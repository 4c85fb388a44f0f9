"""How a body is packed is told by its first bytes."""

import pytest
from hub_rabbitmq.decoding.framing import Format, Framing, unframe
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable


@pytest.mark.parametrize(
    ("body", "content_type", "framing"),
    [
        (b'{"a": 1}', "", Framing.JSON),
        (b"  [1]", "", Framing.JSON),
        (b"\x00\x00\x00\x00\x11rest", "", Framing.REGISTRY),
        (b"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08rest", "", Framing.SINGLE_OBJECT),
        (b"Obj\x01rest", "application/octet-stream", Framing.CONTAINER),
        (b"\x00\x00\x00\x00\x11rest", "application/json", Framing.JSON),
    ],
)
def test_the_first_bytes_tell(body: bytes, content_type: str, framing: Framing) -> None:
    """A content type that says JSON wins over them."""
    assert unframe(body, Format.AUTO, content_type).framing is framing


def test_headers_are_taken_apart() -> None:
    """The number of a schema is big endian, the fingerprint as on the wire."""
    assert unframe(b"\x00\x00\x00\x01\x02body", Format.AVRO).schema_id == 258
    single = unframe(b"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08body", Format.AVRO)
    assert (single.fingerprint.hex(), single.payload) == ("0102030405060708", b"body")


@pytest.mark.parametrize(
    ("body", "fault"),
    [(b"", Fault.FORMAT), (b"hello", Fault.FORMAT), (b"\x00\x01", Fault.TRUNCATED), (b"\xc3\x01\x01", Fault.TRUNCATED)],
)
def test_what_is_none_of_them_is_refused(body: bytes, fault: Fault) -> None:
    """And the refusal shows how it begins."""
    with pytest.raises(Unreadable) as refusal:
        unframe(body, Format.AUTO)

    assert refusal.value.fault is fault


def test_text_is_whatever_comes() -> None:
    """Even if it begins like Avro."""
    assert unframe(b"Obj\x01", Format.TEXT).framing is Framing.TEXT
