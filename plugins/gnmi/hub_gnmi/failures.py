"""What can go wrong at a target, told by gRPC's status codes.

PluginError
├── NotConnected           nobody answers, or the connection broke
├── AuthenticationFailed   user, password or certificate are not taken: trying again changes nothing
└── Refused                the target understood and says no
ActionError
└── Denied                 the same, for one call of an action
"""

import grpc

from hub.api import ActionError, AuthenticationFailed, NotConnected, PluginError

_REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.ALREADY_EXISTS,
}
_CREDENTIALS = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}
_LONGEST = 300


class Refused(PluginError):
    """The target understood and says no."""

    def __init__(self, message: str, code: grpc.StatusCode) -> None:
        super().__init__(message)
        self.code = code


class Denied(ActionError):
    """The target does not do what an action asked."""


def as_failure(code: grpc.StatusCode, details: str | None, doing: str) -> PluginError:
    """Return the error for a status; `doing` says in what it came, such as `Subscribe`."""
    words = " ".join((details or "").split())[:_LONGEST]
    text = f"{doing}: {code.name} {words}".strip()
    if code in _CREDENTIALS:
        return AuthenticationFailed(f"the target does not let us in ({text})")
    if code in _REFUSALS:
        return Refused(f"the target refused {text}", code)
    if code is grpc.StatusCode.OK:
        return NotConnected(f"the target ended {doing}")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return NotConnected(f"{text} (see `max_message_size` when a message was too large)")
    if "CERTIFICATE_VERIFY_FAILED" in words or "Hostname Verification" in words:
        return NotConnected(f"the target's certificate is not trusted; see `ca_file`, `server_name` and `fingerprint` ({text})")
    return NotConnected(text)
