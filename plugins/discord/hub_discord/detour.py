"""Lead one client elsewhere than to discord.com."""

from aiohttp import ClientRequest, ClientTimeout, TCPConnector, hdrs
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

_API = "/api/v10"
_SOCKETS = ("ws", "wss")


class Detour(TCPConnector):
    """Connects where the config says, whatever address is asked for.

    discord.py keeps its addresses in class attributes (`Route.BASE`, `DiscordWebSocket.DEFAULT_GATEWAY`), so changing them would
    move every bot of the process; and interaction callbacks are built from them in yet another class. But all that a client
    sends (REST, callbacks, gateway, resumed gateway) passes the connector that it was given, a documented option of both
    discord.py and aiohttp. Here the address is changed at that one door, for one client, and no global is touched.
    """

    def __init__(self, api_url: str | None, gateway_url: str | None) -> None:
        super().__init__(limit=0)  # as discord.py's own: it limits itself
        self._api = URL(api_url) if api_url else None
        self._gateway = URL(gateway_url) if gateway_url else None

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109 - aiohttp's own signature
        """Connect for the request, after changing where it goes."""
        address = detour(req.url, self._api, self._gateway)
        if address is not req.url and address.host_port_subcomponent is not None:
            req.url = address
            req.headers[hdrs.HOST] = address.host_port_subcomponent
        return await super().connect(req, traces, timeout)


def detour(address: URL, api: URL | None, gateway: URL | None) -> URL:
    """Return where to go instead; the rest of the path and the query stay."""
    if address.scheme in _SOCKETS:
        return address if gateway is None else gateway.with_query(address.query)
    if api is None or not address.path.startswith(_API):
        return address
    # The path is taken as it is written: a reaction or a search carries escapes that must not be decoded.
    rest = address.raw_path.removeprefix(_API)
    return api.with_path(api.raw_path.rstrip("/") + rest, encoded=True).with_query(address.query)
