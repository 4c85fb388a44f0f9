"""Launch links of virtual desktops: they start the client, which asks the person to log in; they carry no secret."""

import re
from enum import StrEnum
from urllib.parse import quote, urlencode


class Scheme(StrEnum):
    """What starts: Omnissa's client, VMware's older one, or a browser with HTML Access."""

    HORIZON = "horizon-client"
    VMWARE = "vmware-view"
    BROWSER = "https"


class Protocol(StrEnum):
    """How the desktop is shown."""

    BLAST = "BLAST"
    PCOIP = "PCOIP"
    RDP = "RDP"


# The client takes no underscore in host names.
_SERVER = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")


def checked_server(server: str) -> str:
    """Return the server's name, with or without a port. Raises ValueError."""
    if not _SERVER.fullmatch(server):
        raise ValueError("a server is a name and perhaps a port, such as horizon.example.com:8443")
    return server


def launch_link(scheme: Scheme, server: str, pool: str, protocol: Protocol, domain: str) -> str:
    """Return the link that starts a session of the pool; in a browser it only opens the portal's list of desktops.

    The syntax of the client's links: Omnissa's "Using URIs to Configure Horizon Client".
    """
    if scheme is Scheme.BROWSER:
        return f"https://{server}/portal/webclient/index.html"
    query = urlencode({"action": "start-session", "desktopProtocol": protocol.value, "domainName": domain}, quote_via=quote)
    return f"{scheme}://{server}/{quote(pool, safe='')}?{query}"
