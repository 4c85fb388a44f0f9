"""Whom to trust.

Nothing is ever trusted because it was downloaded: a certificate that was fetched must have the configured fingerprint.
"""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from hub.api import NotConnected, PluginError
from hub_gnmi.config import GnmiConfig


@dataclass(frozen=True, slots=True)
class Trust:
    """What a channel is secured with."""

    credentials: grpc.ChannelCredentials
    name: str | None = None
    """The name that must be in the certificate, when it is not the host."""


async def trust_of(config: GnmiConfig) -> Trust:
    """Read the files, and fetch the certificate if it is pinned. Raises PluginError, NotConnected."""
    authority = await asyncio.to_thread(_content, config.ca_file, "ca_file")
    chain = await asyncio.to_thread(_content, config.cert_file, "cert_file")
    key = await asyncio.to_thread(_content, config.key_file, "key_file")
    name = config.server_name
    if config.fingerprint is not None:
        authority, name = await _pinned(config, config.fingerprint)
    return Trust(grpc.ssl_channel_credentials(authority, key, chain), name)


async def _pinned(config: GnmiConfig, fingerprint: str) -> tuple[bytes, str]:
    """Return the target's certificate, which has the fingerprint, and a name in it.

    gRPC then trusts this certificate alone, so that whoever answers must have its key.
    """
    content = await _fetched(config)
    found = hashlib.sha256(content).hexdigest()
    if found != fingerprint:
        raise NotConnected(f"the target's certificate is not the pinned one: its fingerprint is {found}")
    return ssl.DER_cert_to_PEM_cert(content).encode(), config.server_name or _name_in(content)


async def _fetched(config: GnmiConfig) -> bytes:
    """Return the certificate (DER) that the target shows to anybody. Raises NotConnected."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # what comes is compared with the fingerprint
    context.set_alpn_protocols(["h2"])
    if config.cert_file is not None:
        await asyncio.to_thread(context.load_cert_chain, config.cert_file, config.key_file)
    try:
        async with asyncio.timeout(config.timeout.total_seconds()):
            _, writer = await asyncio.open_connection(config.host, config.port, ssl=context)
    except (OSError, TimeoutError) as error:
        raise NotConnected(f"the target's certificate cannot be fetched: {str(error) or type(error).__name__}") from error
    try:
        content = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    if not content:
        raise NotConnected("the target shows no certificate")
    return bytes(content)


def _name_in(content: bytes) -> str:
    """Return a name that the certificate is for. Raises PluginError."""
    try:
        certificate = x509.load_der_x509_certificate(content)
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
        names = [str(name.value) for name in extension] if isinstance(extension, x509.SubjectAlternativeName) else []
    except x509.ExtensionNotFound:
        names = [str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except ValueError as error:
        raise PluginError(f"the target's certificate cannot be read: {error}") from error
    if not names:
        raise PluginError("the target's certificate has no name; say one as `server_name`")
    return names[0].replace("*", "any", 1)


def _content(file: Path | None, key: str) -> bytes | None:
    if file is None:
        return None
    try:
        return file.read_bytes()
    except OSError as error:
        raise PluginError(f"`{key}` cannot be read: {error}") from error
