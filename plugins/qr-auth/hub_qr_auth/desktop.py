"""Launch links of virtual desktops: they start the client, which asks the person to log in; they carry no secret."""

import re
from enum import StrEnum
from urllib.parse import quote, urlencode, urlsplit


class Scheme(StrEnum):
    """What clients are registered for; Omnissa's for the first, VMware's older ones for the second."""

    HORIZON = "horizon-client"
    VMWARE = "vmware-view"


class Protocol(StrEnum):
    """How the desktop is shown."""

    BLAST = "BLAST"
    PCOIP = "PCOIP"
    RDP = "RDP"


# The client takes no underscore in host names.
_SERVER = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")
_SCHEMES = ("https", *Scheme)


def checked_server(server: str) -> str:
    """Return the server's name, with or without a port. Raises ValueError."""
    if not _SERVER.fullmatch(server):
        raise ValueError("a server is a name and perhaps a port, such as horizon.example.com:8443")
    return server


def checked_link(link: str) -> str:
    """Return the link if it can be handed to a person. Raises ValueError."""
    parts = urlsplit(link)
    if parts.scheme not in _SCHEMES or not parts.netloc or not link.isprintable() or " " in link:
        raise ValueError(f"a link begins with {', '.join(f'{scheme}://' for scheme in _SCHEMES)}")
    if parts.password is not None:
        raise ValueError("a link must not carry a password")
    return link


def launch_link(scheme: Scheme, server: str, pool: str, protocol: Protocol, domain: str | None) -> str:
    """Return the link that starts a session of the pool."""
    query = {"action": "start-session", "desktopProtocol": protocol.value, **({"domainName": domain} if domain else {})}
    return f"{scheme}://{server}/{quote(pool, safe='')}?{urlencode(query, quote_via=quote)}"
