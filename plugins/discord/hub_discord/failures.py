"""What the library raises, in the hub's words."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from hub.api import ActionError, AuthenticationFailed, HubError, NotConnected, PluginError
from hub_discord.session import Hasty, IntentsRefused, MessageGone

_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE, _NO_DIRECT_MESSAGES = 10003, 10008, 50007
_GONE = (_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE)

BAD_TOKEN = (
    "Discord refused the bot's token; reset it on the page Bot of the developer portal and put the new one into the config"  # noqa: S105 - no token
)
NO_INTENT = (
    "Discord does not let the bot read messages: switch on Message Content Intent on the page Bot of the developer portal, "
    "or set message_content to false"
)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what the library raises into PluginError, or ActionError when Discord will never take it; OSError passes as it is."""
    try:
        yield
    except discord.LoginFailure as error:
        raise AuthenticationFailed(BAD_TOKEN) from error
    except discord.PrivilegedIntentsRequired as error:
        raise IntentsRefused(NO_INTENT) from error
    except discord.ConnectionClosed as error:
        raise _closed(error.code) from error
    except discord.RateLimited as error:
        raise Hasty(error.retry_after) from error
    except discord.HTTPException as error:
        raise _refused(error) from error
    except (discord.DiscordException, aiohttp.ClientError) as error:
        if isinstance(error, OSError):
            raise
        raise PluginError(f"Discord: {str(error) or type(error).__name__}") from error


def _closed(code: int) -> PluginError:
    match code:
        case 4004:
            return AuthenticationFailed(BAD_TOKEN)
        case 4013 | 4014:
            return IntentsRefused(NO_INTENT)
        case _:
            return NotConnected(f"Discord closed the gateway with code {code}")


def _refused(error: discord.HTTPException) -> HubError:
    words = f"Discord answers {error.status}: {error.text or error.response.reason}"
    if isinstance(error, discord.NotFound) and error.code in _GONE:
        return MessageGone(words)
    if error.status == 400:
        return ActionError(words)
    if error.status == 401:  # the next login will tell; until then nothing that waits is given up
        return NotConnected(words)
    if error.code == _NO_DIRECT_MESSAGES:
        return PluginError(f"{words}; the person must allow direct messages from members of the server")
    if isinstance(error, discord.Forbidden):
        return PluginError(f"{words}; give the bot's role the permission that is missing")
    return PluginError(words)
