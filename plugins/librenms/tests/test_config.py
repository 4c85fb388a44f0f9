"""What an admin configures."""

from typing import Any

import pytest
from hub_librenms.config import Kind, LibreNmsConfig
from hub_librenms.selection import matcher
from pydantic import ValidationError

LEAST = {"url": "https://librenms.example.com/api/v0/", "token": "t"}


def test_an_address_and_a_token_are_enough() -> None:
    """Devices and alerts are shown then; the API's own path is added by the plugin."""
    config = LibreNmsConfig.model_validate(LEAST)

    assert config.url == "https://librenms.example.com"
    assert config.kinds == {Kind.DEVICES, Kind.ALERTS}
    assert config.devices.names == ()


def test_one_is_taken_for_a_list_of_one() -> None:
    """Names, secrets and networks."""
    more = {"devices": {"names": "core-*"}, "webhook_secret": "s", "webhook_from": "10.0.0.0/8", "port_names": "up*"}

    config = LibreNmsConfig.model_validate(LEAST | more)

    assert (config.devices.names, config.port_names) == (("core-*",), ("up*",))
    assert [secret.get_secret_value() for secret in config.webhook_secret] == ["s"]
    assert [str(network) for network in config.webhook_from] == ["10.0.0.0/8"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "librenms.example.com"},
        {"url": "https://ada:secret@librenms.example.com"},
        {"token": ""},
        {"kinds": ["device"]},
        {"time_zone": "Berlin"},
        {"time_zone": "../../etc/passwd"},
        {"webhook_from": "10.0.0.0/99"},
        {"intervals": {"alerts": 1}},
        {"requests_at_once": 0},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    """Before anything is connected."""
    with pytest.raises(ValidationError):
        LibreNmsConfig.model_validate(LEAST | wrong)


def test_patterns_fit_in_any_case_and_as_a_whole() -> None:
    """No pattern fits nothing."""
    fits = matcher(["Core-*", "sw?[0-9]"])

    assert [fits(name) for name in ("core-1", "CORE-", "swa7", "my-core-1", "sw7", "")] == [True, True, True, False, False, False]
    assert matcher([])("anything") is False
