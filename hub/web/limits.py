"""How much anybody on the network may ask of the hub at a time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    body: int = 1 << 20
    """The largest body of a request."""
    body_seconds: float = 30.0
    """How long a body may take to arrive."""
    request_seconds: float = 30.0
    """How long a connection may take to say what it wants: the first line and the headers of a request."""
    idle_seconds: int = 60
    """How long a connection stays open after an answer, for the next request."""
    connections: int = 2000
    """Beyond these, requests are answered 503."""
    message: int = 4 << 20
    """The largest message on a WebSocket."""
    before_auth: int = 64 << 10
    """What a WebSocket may send before it has said who it is."""
    auth_seconds: float = 10.0
    """How long it may take to say so."""
    backlog: int = 8 << 20
    """What may wait for a client that reads slowly; beyond it the client is disconnected."""
    calls: int = 256
    """Commands of one client that may be under way at a time."""
    subscriptions: int = 1024
    """Subscriptions of one client."""
    ping_seconds: float = 30.0
    """How often a silent client is asked whether it is there."""
    pong_seconds: float = 20.0
    """How long it may take to answer."""
    closing_seconds: float = 5.0
    """How long the server waits for requests under way when it stops."""
