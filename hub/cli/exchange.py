"""One HTTP request; imported when a command makes one, because the standard library's client takes its time to import."""

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection

_PATIENCE = 60.0  # seconds; an action may take its time


def exchange(
    origin: tuple[bool, str, int | None], method: str, target: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, bytes]:
    """Send a request to (whether it is secure, host, port) and return status and body. Raises OSError."""
    secure, host, port = origin
    connection = (
        HTTPSConnection(host, port, timeout=_PATIENCE, context=ssl.create_default_context())
        if secure
        else HTTPConnection(host, port, timeout=_PATIENCE)
    )
    try:
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except HTTPException as error:
        raise OSError(f"what answers is no hub ({type(error).__name__})") from error
    finally:
        connection.close()
