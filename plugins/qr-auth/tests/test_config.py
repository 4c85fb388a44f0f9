"""What an admin may write."""

from typing import Any

import pytest
from hub_qr_auth.config import Desktop, QrAuthConfig
from hub_qr_auth.simulator import CONFIG
from pydantic import ValidationError


def refused(**changes: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        QrAuthConfig.model_validate({**CONFIG, **changes})
    return str(refusal.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hub.example.com", "https://"),
        ("hub.example.com", "looks like"),
        ("https://user:pw@hub.example.com", "looks like"),
        ("https://hub.example.com/hub", "without a path"),
    ],
)
def test_phones_reach_the_hub_over_tls(url: str, why: str) -> None:
    """Only this computer may do without, for rehearsals."""
    assert why in refused(external_url=url)
    assert (
        QrAuthConfig.model_validate({**CONFIG, "external_url": "https://Hub.example.com/"}).external_url
        == "https://hub.example.com"
    )


def test_a_key_is_long() -> None:
    """32 characters at least; and never shown."""
    assert "32" in refused(key="short")
    assert "32" in refused(key=[])
    assert "short" not in repr(QrAuthConfig.model_validate(CONFIG).key)


def test_a_code_lives_for_a_minute_at_most() -> None:
    """It may be shorter."""
    assert "60" in refused(lifetime=61) or "minute" in refused(lifetime=61)


def test_desktops_exist() -> None:
    """A person cannot have one that nobody described."""
    assert "vault" in refused(people={"ada": {"name": "Ada", "desktops": ["vault"]}})


def test_names_are_slugs() -> None:
    """And the right spelling is suggested."""
    assert "ada_lovelace" in refused(people={"Ada Lovelace": {"name": "Ada"}})
    assert "lower-case" in refused(people={"": {"name": "Ada"}})


def test_a_launch_link_is_spelt_as_clients_want_it() -> None:
    """Names are percent-encoded in UTF-8; the scheme is in lower case."""
    desktop = Desktop.model_validate({"server": "horizon.example.com:8443", "pool": "Büro / Ost", "domain": "BER LIN"})
    old = Desktop.model_validate({"server": "horizon.example.com", "pool": "x", "scheme": "vmware-view", "protocol": "PCOIP"})

    assert desktop.address == (
        "horizon-client://horizon.example.com:8443/B%C3%BCro%20%2F%20Ost"
        "?action=start-session&desktopProtocol=BLAST&domainName=BER%20LIN"
    )
    assert old.address == "vmware-view://horizon.example.com/x?action=start-session&desktopProtocol=PCOIP"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"server": "horizon.example.com"},
        {"server": "a", "pool": "b", "link": "https://idp.example.com"},
        {"server": "user@horizon", "pool": "b"},
        {"server": "under_score", "pool": "b"},
        {"server": "a/b", "pool": "b"},
        {"link": "javascript:alert(1)"},
        {"link": "https://ada:secret@idp.example.com"},
        {"link": "https://idp.example.com/\nx"},
    ],
)
def test_a_link_that_cannot_be_handed_out_is_refused(wrong: dict[str, Any]) -> None:
    """Never a password, never a script."""
    with pytest.raises(ValidationError):
        Desktop.model_validate(wrong)


def test_a_weak_seed_is_refused_and_not_shown() -> None:
    """80 bits are too few."""
    text = refused(people={"ada": {"name": "Ada", "totp_secret": "JBSWY3DPEHPK3PXP"}})

    assert "totp_secret" in text
