"""TLS: whom to trust, and who we are."""

import ssl

from hub.api import PluginError
from hub_rabbitmq.config import RabbitmqConfig


def context(config: RabbitmqConfig) -> ssl.SSLContext:
    """Return what encrypted connections are made with. Raises PluginError when a file cannot be used. Blocks."""
    try:
        made = ssl.create_default_context(cafile=None if config.ca_file is None else str(config.ca_file))
        if config.cert_file is not None:
            made.load_cert_chain(config.cert_file, config.key_file)
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(str(path) for path in (config.ca_file, config.cert_file, config.key_file) if path is not None)
        raise PluginError(f"the files for TLS cannot be used ({files}): {error}") from error
    if not config.verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
