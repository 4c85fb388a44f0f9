"""What the Python library HomeAssistant-API does with a hub, as one JSON object: python library.py URL."""

import json
import sys
from typing import Any

from homeassistant_api import Client, State, WebsocketClient  # type: ignore[import-not-found]  # lives in an environment of its own

url = sys.argv[1]
said: dict[str, Any] = {}

with Client(f"{url}/api", "admin-token") as client:
    said["running"] = client.check_api_running()
    said["valid"] = client.check_api_config()
    said["location"] = client.get_config()["location_name"]
    said["components"] = list(client.get_components())
    said["log"] = client.get_error_log()
    said["domains"] = sorted(client.get_domains())
    said["state"] = client.get_state(entity_id="sensor.roof").state
    said["written"] = client.set_state(State(entity_id="sensor.new", state="5")).state
    said["history"] = [
        [state.state for state in history.states]
        for history in client.get_entity_histories([client.get_entity(entity_id="sensor.roof")])
    ]
    said["logbook"] = [entry.state for entry in client.get_logbook_entries(filter_entities="sensor.roof")]
    said["template"] = client.get_rendered_template("{{ x }}")
    said["changed"] = [state.entity_id for state in client.trigger_service("light", "turn_on", entity_id="light.lamp")]
    said["response"] = client.trigger_service_with_response("t", "ask")[1]
    said["events"] = len(client.get_events()) > 0
    said["fired"] = client.fire_event("test_event", a=1)

with WebsocketClient(f"{url.replace('http', 'ws')}/api/websocket", "admin-token") as socket:
    said["socket_states"] = sorted(state.entity_id for state in socket.get_states())
    said["socket_template"] = socket.get_rendered_template("{{ x }}")
    said["socket_response"] = socket.trigger_service_with_response("t", "ask")
    said["entries"] = [entry.domain for entry in socket.get_config_entries()]
    with socket.listen_events("door") as events:
        socket.fire_event("door", n=2)
        said["heard"] = next(iter(events)).data

print(json.dumps(said))
