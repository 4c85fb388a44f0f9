"""The pieces by themselves: sealing, allowances, addresses, pictures."""

import zlib
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hub_qr_auth.allowance import Allowance, network, same_network
from hub_qr_auth.attempts import Attempts
from hub_qr_auth.codes import png, svg
from hub_qr_auth.config import QrAuthConfig
from hub_qr_auth.door import Door, Refusal
from hub_qr_auth.simulator import CONFIG
from hub_qr_auth.simulator.eye import read_codes
from hub_qr_auth.vault import Vault, WrongKey
from hypothesis import given
from hypothesis import strategies as some

from hub.clock import SimulatedClock
from hub.plugin import WebhookRequest


def test_what_is_sealed_is_never_the_same_twice_and_opens() -> None:
    """Only for the same purpose, and only unchanged."""
    vault = Vault(["k" * 32])
    one, two = vault.seal("secret", "ada"), vault.seal("secret", "ada")

    assert one != two
    assert vault.open(one, "ada") == "secret"
    for changed, about in ((one, "grace"), (one[:-2] + "A=", "ada"), ("", "ada"), (one.partition(".")[0] + ".!!", "ada")):
        with pytest.raises(WrongKey):
            vault.open(changed, about)


def test_a_recovery_code_is_recognised_by_its_mark_only() -> None:
    """Whoever has the database but not the key cannot try codes against it."""
    vault, other = Vault(["k" * 32]), Vault(["o" * 32])
    marks = [vault.mark("abcd", "ada"), vault.mark("efgh", "ada")]

    assert vault.recognise("efgh", "ada", marks) == marks[1]
    assert vault.recognise("efgh", "grace", marks) is None
    assert other.recognise("efgh", "ada", marks) is None


async def test_an_address_comes_so_often_within_a_time() -> None:
    """A window that slides; networks of IPv6 count as one address; the table is bounded."""
    clock = SimulatedClock()
    allowance = Allowance(clock, 2, 10)
    waits = [allowance.take("2001:db8::1"), allowance.take("2001:db8::ffff"), allowance.take("2001:db8::2")]
    await clock.advance(10)

    assert waits == [0, 0, 10]
    assert allowance.take("2001:db8::3") == 0
    for number in range(20_000):
        allowance.take(f"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}")
    assert len(allowance._times) == 10_000


def test_addresses_of_all_kinds_are_put_into_networks() -> None:
    """Also those that are none."""
    assert network("192.0.2.7") == "192.0.2.7/32"
    assert network("::ffff:192.0.2.7") == "192.0.2.7/32"
    assert network("unix socket") == "unix socket"
    assert same_network("192.0.2.7", "192.0.2.200")
    assert not same_network("192.0.2.7", "192.0.3.7")


def _visit(headers: Mapping[str, str], remote: str | None, trusted: list[str]) -> str:
    config = QrAuthConfig.model_validate({**CONFIG, "trusted_proxies": trusted})
    request = WebhookRequest(method="GET", headers=headers, query={}, body=b"", remote=remote)
    return Door(config, "/api/plugin/qr_auth").look_through(request).address


@pytest.mark.parametrize(
    ("header", "remote", "trusted", "address"),
    [
        ("1.1.1.1", "9.9.9.9", [], "9.9.9.9"),
        ("1.1.1.1", "10.0.0.1", ["10.0.0.0/8"], "1.1.1.1"),
        ("6.6.6.6, 1.1.1.1", "10.0.0.1", ["10.0.0.0/8"], "1.1.1.1"),
        ("1.1.1.1, 10.0.0.2", "10.0.0.1", ["10.0.0.0/8"], "1.1.1.1"),
        ("", "10.0.0.1", ["10.0.0.0/8"], "10.0.0.1"),
        ("10.0.0.3", "10.0.0.1", ["10.0.0.0/8"], "10.0.0.3"),
        ("junk", None, ["10.0.0.0/8"], ""),
    ],
)
def test_only_our_own_proxies_are_believed(header: str, remote: str | None, trusted: list[str], address: str) -> None:
    """The last address that is not one of them counts; whoever comes from outside cannot write one."""
    assert _visit({"x-forwarded-for": header}, remote, trusted) == address


@given(body=some.binary(max_size=200), cookie=some.text(max_size=100), agent=some.text(max_size=100))
def test_any_bytes_are_a_form_or_a_refusal(body: bytes, cookie: str, agent: str) -> None:
    """Nothing else is raised."""
    config = QrAuthConfig.model_validate(CONFIG)
    headers = {
        "origin": config.external_url,
        "content-type": "application/x-www-form-urlencoded",
        "cookie": cookie,
        "user-agent": agent,
    }
    request = WebhookRequest(method="POST", headers=headers, query={}, body=body)
    with suppress(Refusal):
        visit = Door(config, "/x").look_through(request)
        assert all(isinstance(text, str) for text in (*visit.form, *visit.form.values(), *visit.cookies.values()))


def test_a_code_is_read_back_from_its_picture() -> None:
    """Whatever is in it."""
    for text in ("https://hub.example.com", "x" * 500, "Grüße"):
        assert read_codes(png(text)) == [text]
    assert svg("x").count("<path") == 1


@pytest.mark.parametrize("cut", [0, 4, 8, 20, 40, 100, -40])
def test_half_a_picture_is_no_picture(cut: int) -> None:
    """An error that says so."""
    with pytest.raises((ValueError, zlib.error)):
        read_codes(png("x" * 100)[:cut])


def test_a_bomb_is_not_unpacked() -> None:
    """A small file that says it is huge."""
    small = bytearray(png("x"))
    small[16:24] = (100_000).to_bytes(4, "big") * 2

    with pytest.raises(ValueError, match="too large"):
        read_codes(bytes(small))


async def test_there_are_two_thousand_screens_at_most() -> None:
    """The next one is told to wait; a minute later there is room."""
    clock = SimulatedClock()
    attempts = Attempts(clock, 60.0, lambda _: None)
    begun = [attempts.begin("cookie", "192.0.2.1", "Firefox") for _ in range(2001)]
    await clock.advance(60)

    assert (begun.count(None), begun[-1], len(attempts)) == (1, None, 2000)
    assert attempts.begin("cookie", "192.0.2.1", "Firefox") is not None
    assert len(attempts) == 1
