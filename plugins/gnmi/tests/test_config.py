"""What an admin may say."""

from typing import Any

import pytest
from hub_gnmi.config import GnmiConfig
from hub_gnmi.rules import rules_of, subscriptions_of
from hub_gnmi.wire import Mode
from pydantic import ValidationError


def read(**said: Any) -> GnmiConfig:
    return GnmiConfig.model_validate({"host": "switch", **said})


def test_a_host_is_enough() -> None:
    """TLS, the profiles of every day, and Set switched off."""
    config = read()

    assert not config.plaintext
    assert not config.allow_set
    assert {rule.key for rule in rules_of(config)} >= {"link", "in_rate", "cpu", "memory", "boot_time"}


@pytest.mark.parametrize(
    "said",
    [
        {"plaintext": True, "ca_file": "/ca.pem"},
        {"cert_file": "/c.pem"},
        {"fingerprint": "aa:bb"},
        {"fingerprint": "ab" * 32, "ca_file": "/ca.pem"},
        {"password": "x"},
        {"username": "müller"},
        {"profiles": []},
        {"profiles": ["nonsense"]},
        {"interval": 0},
        {"sensors": [{"path": "/a[b"}]},
        {"sensors": [{"path": "/a[b=*]/c", "name": "{name}"}]},
        {"sensors": [{"path": "/a", "bits": 16}]},
        {"sensors": [{"path": "/a"}, {"path": "/a"}]},
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any]) -> None:
    """Before anything is connected."""
    with pytest.raises(ValidationError):
        read(**said)


def test_a_refused_password_is_not_repeated() -> None:
    """The message says what is wrong with it, not what it is."""
    with pytest.raises(ValidationError) as refusal:
        read(username="a", password="geheim-ü")

    assert "geheim" not in str(refusal.value.errors(include_input=False))


@pytest.mark.parametrize("spelt", ["AB" * 32, ":".join(["ab"] * 32), "sha256:" + "ab" * 32])
def test_a_fingerprint_is_read_as_tools_print_it(spelt: str) -> None:
    """With colons, in capitals, or with its name before it."""
    assert read(fingerprint=spelt).fingerprint == "ab" * 32


def test_intervals_are_told_in_nanoseconds_and_never_as_nothing() -> None:
    """Nothing would mean as fast as possible."""
    subscriptions = subscriptions_of(rules_of(read(interval=2, heartbeat=60, profiles=["interfaces"])))

    samples = [each for each in subscriptions if each.mode is Mode.SAMPLE]
    assert {each.sample_interval for each in samples} == {2_000_000_000}
    assert {(each.sample_interval, each.heartbeat_interval) for each in subscriptions if each.mode is Mode.ON_CHANGE} == {
        (0, 60_000_000_000)
    }


def test_what_several_rules_want_is_asked_for_once() -> None:
    """Two profiles read the same counters."""
    subscriptions = subscriptions_of(rules_of(read(profiles=["interfaces", "loss"])))
    paths = [str(each.path) for each in subscriptions]

    assert len(paths) == len(set(paths))
