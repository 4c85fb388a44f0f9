"""Time-based one-time passwords (RFC 6238), the only place that knows pyotp."""

import hmac
import re

import pyotp

STEP = 30
"""Seconds for which a code is shown."""
WINDOW = 1
"""Steps before and after the expected one whose codes are taken (RFC 6238, 5.2)."""
MOST_DRIFT = 4
"""Steps by which an authenticator's clock may have gone astray while it was in use."""

_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """Make a secret of 160 bits, in base32."""
    return pyotp.random_base32()


def checked_secret(secret: str) -> str:
    """Return the secret as authenticators write it. Raises ValueError when it is no base32 or has less than 112 bits."""
    tidy = secret.replace(" ", "").replace("-", "").upper()
    pyotp.TOTP(tidy)
    return tidy


def provisioning_uri(secret: str, name: str, issuer: str) -> str:
    """Return what an authenticator app scans; it holds the secret."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=name, issuer_name=issuer)


def step_at(moment: float) -> int:
    """Return the step of a moment (seconds since 1970)."""
    return int(moment // STEP)


def code_at(secret: str, step: int) -> str:
    """Return the code of a step."""
    return pyotp.TOTP(secret, interval=STEP).generate_otp(step)


def is_code(text: str) -> bool:
    """Tell whether the text is six ASCII digits."""
    return _CODE.fullmatch(text) is not None


def step_of(secret: str, code: str, expected: int) -> int | None:
    """Return the step, near the expected one, whose code this is; every comparison is made, each in constant time."""
    steps = range(max(expected - WINDOW, 0), max(expected + WINDOW, 0) + 1)
    matches = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return matches[-1] if matches else None


def drift_of(step: int, now: int) -> int:
    """Return by how many steps the authenticator is off, within reason (RFC 6238, 6)."""
    return max(-MOST_DRIFT, min(step - now, MOST_DRIFT))
