import logging

import pytest
from pydantic import SecretBytes, SecretStr

from hub.api import AuthenticationFailed, Config, NotConnected, PluginError
from hub.hosting.failures import Bugs, cause_of, in_words, is_bug, scrub, secrets_in


def test_the_error_that_matters_is_found_in_a_group() -> None:
    """Refused credentials before bugs, bugs before losses."""
    refused, bug, loss = AuthenticationFailed("no"), KeyError("x"), OSError("down")

    assert cause_of(loss) is loss
    assert cause_of(ExceptionGroup("", [loss, ExceptionGroup("", [bug])])) is bug
    assert cause_of(ExceptionGroup("", [bug, loss, ExceptionGroup("", [refused])])) is refused


def test_only_what_networks_do_is_to_be_expected() -> None:
    """Everything else is a bug."""
    assert not any(map(is_bug, [PluginError(""), NotConnected(""), OSError(), TimeoutError(), ConnectionError()]))
    assert all(map(is_bug, [ValueError(), KeyError("x"), EOFError(), AssertionError()]))


def test_an_error_is_told_in_one_line_of_bounded_length() -> None:
    """The hub's own errors speak for themselves; others are called by their type."""
    assert in_words(PluginError("the array\n is full")) == "the array is full"
    assert in_words(PluginError()) == "PluginError"
    assert in_words(KeyError("x")) == "KeyError: 'x'"
    assert in_words(TimeoutError()) == "TimeoutError"
    assert len(in_words(ValueError("x" * 9999))) == 500
    assert in_words(OSError("ftp://a:hunter2@b"), ["hunter2"]) == "OSError: ftp://a:**********@b"


def test_secrets_are_found_wherever_they_are_in_a_configuration() -> None:
    """In lists, mappings and models inside it; longer ones are replaced first."""

    class Account(Config):
        token: SecretStr

    class Full(Config):
        password: SecretStr
        empty: SecretStr = SecretStr("")
        raw: SecretBytes = SecretBytes(b"raw")
        accounts: list[Account]
        by_name: dict[str, Account]
        name: str = "not one"

    config = Full(
        password=SecretStr("pass"),
        accounts=[Account(token=SecretStr("pass-word"))],
        by_name={"a": Account(token=SecretStr("t2"))},
    )

    assert secrets_in(config) == {"pass", "raw", "pass-word", "t2"}
    assert scrub("it was pass-word and pass", secrets_in(config)) == "it was ********** and **********"


def test_a_bug_is_logged_once_for_each_place(caplog: pytest.LogCaptureFixture) -> None:
    """Where it was raised tells bugs apart, not what it says."""
    bugs = Bugs(logging.getLogger("test"), frozenset())
    for number in range(5):
        try:
            raise ValueError(number)
        except ValueError as error:
            bugs.report(error, "counting")
    try:
        raise ValueError("elsewhere")
    except ValueError as error:
        bugs.report(error, "counting")
    for number in range(5):
        bugs.complain("sensor.x", f"told {number}")

    assert bugs.count == 11
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        "a bug in the plugin, while counting:",
        "a bug in the plugin, while counting:",
        "sensor.x: told 0",
    ]
