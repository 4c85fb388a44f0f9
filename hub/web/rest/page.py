"""The page at `/`: what this is, and where the API is."""

from starlette.responses import Response

from hub.web.endpoint import Ask, Door

_TEXT = """Hub is running.

This is its API, which is Home Assistant's:
  REST       /api/             with the header  Authorization: Bearer <token>
  WebSocket  /api/websocket

`hub token create NAME` makes a token.
"""


async def show_page(ask: Ask) -> Response:  # noqa: ARG001 — every door has this signature
    """Say what this is."""
    return Response(_TEXT, media_type="text/plain")


DOORS = (Door("GET", "/", None, show_page),)
