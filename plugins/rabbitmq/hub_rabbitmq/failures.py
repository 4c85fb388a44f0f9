"""The broker's errors in the hub's words; with `broker` and `wire`, the only users of aio-pika and aiormq."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aio_pika.exceptions import (
    AMQPError,
    AuthenticationError,
    ChannelClosed,
    ChannelInvalidStateError,
    ConnectionClosed,
    DeliveryError,
    ProbableAuthenticationError,
    PublishError,
)

from hub.api import AuthenticationFailed, NotConnected, PluginError


class Refused(PluginError):
    """The broker said no to one request; the connection goes on."""


@asynccontextmanager
async def in_our_words(what: str, seconds: float | None) -> AsyncGenerator[None, None]:
    """Turn what the library raises into PluginErrors; taking longer than `seconds` is a lost connection."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise NotConnected(f"the broker did not answer in time: {what}") from None
    except (ProbableAuthenticationError, AuthenticationError) as error:
        raise AuthenticationFailed(f"the broker refuses the login: {words_of(error)}") from error
    except PublishError as error:
        raise Refused(f"the broker has no queue for it: {what}: {words_of(error)}") from error
    except DeliveryError as error:
        raise Refused(f"the broker does not take it: {what}: {words_of(error)}") from error
    except ChannelClosed as error:
        raise Refused(f"the broker refuses {what}: {words_of(error)}") from error
    except (AMQPError, ChannelInvalidStateError, OSError, EOFError, RuntimeError, StopAsyncIteration) as error:
        raise NotConnected(f"the connection to the broker is lost: {what}: {words_of(error)}") from error


def words_of(error: BaseException | None) -> str:
    """Return what went wrong in one line."""
    if isinstance(error, ConnectionClosed | ChannelClosed) and error.args:
        return " ".join(str(part) for part in error.args if part is not None) or type(error).__name__
    return " ".join(str(error).split())[:300] or type(error).__name__
