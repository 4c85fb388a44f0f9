"""`hub events`."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from hub.cli.options import HERE, AsJson, DataDir, Token, Url
from hub.cli.remote import NotDone, NotReached, Remote, reach
from hub.cli.telling import tell_json


def follow(
    event_type: Annotated[str | None, typer.Argument(help="Only these, such as state_changed.")] = None,
    count: Annotated[int | None, typer.Option("--count", "-n", min=1, help="End after so many.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = HERE,
) -> None:
    """Show what happens while it happens, until Ctrl-C; times are in UTC."""
    remote = reach(url, token, data_dir)
    try:
        for number, event in enumerate(_events(remote, event_type), start=1):
            if as_json:
                tell_json(event)
            else:
                typer.echo(_line(event))
            if number == count:
                return
    except KeyboardInterrupt:
        return


def _events(remote: Remote, event_type: str | None) -> Iterator[dict[str, Any]]:
    """Subscribe, and then hand over every event. Raises NotReached or NotDone."""
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    try:
        with connect(remote.websocket_url, max_size=None) as socket:
            socket.recv()
            socket.send(json.dumps({"type": "auth", "access_token": remote.token}))
            if json.loads(socket.recv())["type"] != "auth_ok":
                raise NotDone("the hub does not know this token")
            socket.send(json.dumps({"id": 1, "type": "subscribe_events", **({"event_type": event_type} if event_type else {})}))
            answer = json.loads(socket.recv())
            if not answer["success"]:
                raise NotDone(answer["error"]["message"])
            for message in socket:
                yield json.loads(message)["event"]
    except (OSError, WebSocketException) as error:
        raise NotReached(f"no hub answers at {remote.url}: {error}") from None
    raise NotReached("the hub has stopped")


def _line(event: dict[str, Any]) -> str:
    moment = f"{datetime.fromisoformat(event['time_fired']):%H:%M:%S.%f}"[:-3]
    data = event["data"]
    if event["event_type"] == "state_changed":
        old, new = data["old_state"], data["new_state"]
        return f"{moment}  {data['entity_id']}: {_state(old)} → {_state(new)}"
    return f"{moment}  {event['event_type']} {json.dumps(data, ensure_ascii=False)}"


def _state(state: dict[str, Any] | None) -> str:
    return "(none)" if state is None else str(state["state"])
