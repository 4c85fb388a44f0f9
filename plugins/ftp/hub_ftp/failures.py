"""What can go wrong on the wire, in two kinds: the server says no, or the connection is lost."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aioftp

from hub.api import NotConnected, PluginError

_CROWDED = re.compile(r"too many|maximum|limit|exceed|try again|later|concurrent", re.IGNORECASE)


class Refused(PluginError):
    """The server said no to one command; the connection goes on."""

    def __init__(self, command: str, code: str, text: str) -> None:
        super().__init__(f"the server refused {command}: {code} {text}".strip())
        self.code = code

    @property
    def is_unknown_command(self) -> bool:
        """Whether the server does not have the command at all."""
        return self.code.startswith("50")


class Crowded(NotConnected):
    """The server takes no more connections from us at the moment."""


@asynccontextmanager
async def as_lost(what: str, seconds: float | None) -> AsyncIterator[None]:
    """Turn everything that ends a connection into NotConnected; longer than `seconds` is such an end."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise NotConnected(f"the server did not answer in time: {what}") from None
    except ssl.SSLCertVerificationError as error:
        raise NotConnected(
            f"the server's certificate is not trusted ({error.verify_message}); see `ca_file` and `verify`"
        ) from error
    except (OSError, EOFError, ssl.SSLError) as error:
        raise NotConnected(f"the connection broke: {what}: {error}") from error
    except aioftp.StatusCodeError as error:
        raise NotConnected(f"the server gave up: {what}: {words_of(error)}") from error
    except (ValueError, IndexError) as error:
        raise NotConnected(f"the server does not speak FTP: {what}: {error}") from error


def sounds_crowded(error: aioftp.StatusCodeError) -> bool:
    """Whether the server's words speak of a limit, and not of a wrong password."""
    return _CROWDED.search(words_of(error)) is not None


def refusal(command: str, error: aioftp.StatusCodeError) -> PluginError:
    """Return the error for a command that was answered with another code than expected."""
    code = str(error.received_codes[-1])
    if code == "421":
        return Crowded(f"the server ends the connection: 421 {words_of(error)}")
    return Refused(command, code, words_of(error))


def refusal_to_connect(what: str, error: aioftp.StatusCodeError) -> NotConnected:
    """Return the error for a connection or login that was refused."""
    code = str(error.received_codes[-1])
    kind = Crowded if code in ("421", "530") or sounds_crowded(error) else NotConnected
    return kind(f"the server refused {what}: {code} {words_of(error)}")


def words_of(error: aioftp.StatusCodeError) -> str:
    """Return what the server said, in one line."""
    lines = [error.info] if isinstance(error.info, str) else error.info
    return " ".join(line.lstrip("- ").strip() for line in lines)[:200]
