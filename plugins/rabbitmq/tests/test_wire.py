"""Frames are made harmless before the library parses them."""

import random
import struct

import pamqp.frame
import pytest
from hub_rabbitmq.decoding.unreadable import Fault
from hub_rabbitmq.wire import MARK, Harmless
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat


def packed(kind: int, channel: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"


def header(properties: bytes, size: int = 5, channel: int = 3) -> bytes:
    return packed(2, channel, b"\x00\x3c\x00\x00" + size.to_bytes(8, "big") + properties)


def read(frame: bytes) -> tuple[int, object]:
    _, channel, found = pamqp.frame.unmarshal(frame)
    return channel, found


@pytest.mark.parametrize(
    "frame",
    [
        pamqp.frame.marshal(Heartbeat(), 0),
        pamqp.frame.marshal(Basic.Deliver("tag", 1, False, "exchange", "key.ü"), 300),
        pamqp.frame.marshal(ContentHeader(0, 5, Basic.Properties(headers={"a": [1, {"b": "ü"}]}, message_id="x")), 3),
        pamqp.frame.marshal(ContentBody(b"\x00\xff"), 3),
        header(b"\x00\x00"),
    ],
)
def test_ordinary_frames_pass_as_they_are(frame: bytes) -> None:
    """Byte for byte."""
    assert Harmless(1000).frame(frame) == frame


def test_properties_that_cannot_be_parsed_are_left_out_and_marked() -> None:
    """On the same channel, with the same size of the body."""
    channel, found = read(Harmless(1000).frame(header(b"\x00\x40" + b"\x7f" + bytes(7), size=5, channel=258)))

    assert isinstance(found, ContentHeader)
    assert (channel, found.body_size, found.properties.message_id) == (258, 5, None)
    assert str(found.properties.cluster_id).startswith(f"{MARK}{Fault.PROPERTIES.value}: ")


def test_a_large_body_is_left_out_piece_by_piece() -> None:
    """Only on its channel, and only until its end; its id stays known."""
    harmless = Harmless(10)
    _, found = read(harmless.frame(header(Basic.Properties(message_id="huge").marshal(), size=12)))
    other, mine = packed(3, 4, b"other"), packed(3, 3, b"123456")

    assert isinstance(found, ContentHeader)
    assert (found.body_size, found.properties.message_id) == (0, "huge")
    assert "at most 10 are taken" in str(found.properties.cluster_id)
    assert [harmless.frame(frame) for frame in (mine, other, mine, mine)] == [b"", other, b"", mine]


def test_names_that_are_no_text_are_made_readable() -> None:
    """Exchange and routing key; the tag stays."""
    frame = pamqp.frame.marshal(Basic.Deliver("tag", 7, True, "EX", "KEY"), 3)
    hostile = frame.replace(b"EX", b"\xffX").replace(b"KEY", b"K\xfeY")

    _, found = read(Harmless(1000).frame(hostile))

    assert isinstance(found, Basic.Deliver)
    assert (found.consumer_tag, found.delivery_tag, found.exchange, found.routing_key) == ("tag", 7, "?X", "K?Y")


def test_whatever_properties_come_the_library_can_parse_them() -> None:
    """5,000 spoilt headers."""
    chance = random.Random(3)
    good = Basic.Properties(headers={"a": "b", "t": {"x": [1, 2.5]}}, timestamp=None, message_id="m", content_type="c").marshal()

    for _ in range(5000):
        spoilt = bytearray(good)
        for _ in range(chance.randint(1, 5)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        _, found = read(Harmless(1000).frame(header(bytes(spoilt[: chance.randint(2, len(spoilt))]))))
        assert isinstance(found, ContentHeader)
