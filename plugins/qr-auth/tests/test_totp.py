"""Codes of authenticators, by the vectors of RFC 6238 and by its rules."""

import base64

import pytest
from hub_qr_auth.totp import checked_secret, code_at, drift_of, is_code, provisioning_uri, step_at, step_of
from pydantic import ValidationError

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    """RFC 6238, appendix B (the last six digits)."""
    assert code_at(SECRET, step_at(moment)) == code


def test_the_neighbouring_steps_are_taken_and_no_others() -> None:
    """Half a minute before and after."""
    taken = [step_of(SECRET, code_at(SECRET, 1000 + off), 1000) for off in range(-3, 4)]

    assert taken == [None, None, 999, 1000, 1001, None, None]


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567", "12345a", "１２３４５６", "١٢٣٤٥٦", "123 456", "-12345", "12345\n", "\0" * 6]
)
def test_only_six_plain_digits_are_a_code(text: str) -> None:
    """Digits of other scripts look like digits to Python."""
    assert not is_code(text)


def test_the_drift_is_bounded() -> None:
    """Nobody is followed for ever."""
    assert [drift_of(1000 + off, 1000) for off in (-100, -2, 0, 3, 100)] == [-4, -2, 0, 3, 4]


def test_a_secret_is_tidied_and_a_short_one_refused() -> None:
    """80 bits, as in many tutorials, are too few."""
    assert checked_secret("kvkf krcp nzqu ymlx ovyd sqkj kzdt srld") == "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD"
    for bad in ("JBSWY3DPEHPK3PXP", "not base 32!", ""):
        with pytest.raises((ValueError, ValidationError)):
            checked_secret(bad)


def test_the_uri_is_what_apps_understand() -> None:
    """Issuer in the label and as a parameter, both encoded alike."""
    uri = provisioning_uri(SECRET, "Ada Lovelace", "Berlin Energy")

    assert uri == f"otpauth://totp/Berlin%20Energy:Ada%20Lovelace?secret={SECRET}&issuer=Berlin%20Energy"
