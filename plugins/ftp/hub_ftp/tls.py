"""TLS for FTP: whom to trust, and one session for control and data connections."""

import ssl
from pathlib import Path

import aioftp

from hub.api import PluginError


def context(verify: bool, ca_file: Path | None) -> ssl.SSLContext:
    """Return what TLS connections are made with. Raises PluginError when the file of the authority cannot be read. Blocks."""
    try:
        made = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise PluginError(f"ca_file {ca_file} cannot be used: {error}") from error
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def same_session(control: ssl.SSLObject) -> ssl.SSLContext:
    """Return a context whose connections resume the control connection's session, as strict servers demand."""
    if control.session is None:
        return control.context
    return aioftp.SSLSessionBoundContext(ssl.PROTOCOL_TLS_CLIENT, context=control.context, session=control.session)
