"""From an address to a connection that is logged in."""

import ssl
from contextlib import suppress

import aioftp

from hub.api import AuthenticationFailed
from hub_ftp.bandwidth import Bandwidth
from hub_ftp.config import Encryption, FtpConfig
from hub_ftp.connection import Connection
from hub_ftp.control import Control
from hub_ftp.failures import as_lost, refusal_to_connect, sounds_crowded, words_of
from hub_ftp.wire import Wire


async def dial(config: FtpConfig, context: ssl.SSLContext | None, bandwidth: Bandwidth) -> Connection:
    """Connect and log in; the caller closes. Raises AuthenticationFailed, Crowded, NotConnected."""
    implicit = context if config.encryption is Encryption.IMPLICIT else None
    client = Control(encoding=config.encoding, ssl=implicit)
    connection = Connection(Wire(client, config, context, bandwidth), config)
    try:
        await _greet(client, config, context)
        await _log_in(client, config)
        await connection.begin()
    except BaseException:
        await client.hang_up()
        raise
    return connection


async def _greet(client: Control, config: FtpConfig, context: ssl.SSLContext | None) -> None:
    host, port = config.address
    timeout = config.timeout.total_seconds()
    async with as_lost(f"connecting to {host}:{port}", timeout):
        try:
            await client.connect(host, port)
        except aioftp.StatusCodeError as error:
            raise refusal_to_connect("the connection", error) from None
    if config.encryption is Encryption.EXPLICIT and context is not None:
        async with as_lost("AUTH TLS", timeout):
            try:
                await client.upgrade_to_tls(context)
            except aioftp.StatusCodeError as error:
                raise refusal_to_connect("AUTH TLS", error) from None
    elif context is not None:
        async with as_lost("PROT P", timeout):
            with suppress(aioftp.StatusCodeError):  # some protect the data of implicit TLS without being asked
                await client.command("PBSZ 0", "200")
                await client.command("PROT P", "200")


async def _log_in(client: Control, config: FtpConfig) -> None:
    async with as_lost("the login", config.timeout.total_seconds()):
        try:
            await client.login(config.user, config.password.get_secret_value())
        except aioftp.StatusCodeError as error:
            if str(error.received_codes[-1]) == "530" and not sounds_crowded(error):
                raise AuthenticationFailed(f"{config.host} refused the login of {config.user}: 530 {words_of(error)}") from None
            raise refusal_to_connect("the login", error) from None
        except (UnicodeEncodeError, aioftp.errors.InvalidCommand):
            raise AuthenticationFailed("user or password hold letters that cannot be sent") from None
