"""`/metrics`, for Prometheus (text format 0.0.4)."""

import math
from collections.abc import Iterator

from starlette.responses import Response

from hub.model.state import UNAVAILABLE, State
from hub.web.endpoint import Ask, Door
from hub.web.identity import Role
from hub.web.site import Site

_MEDIA_TYPE = "text/plain; version=0.0.4"


async def show_metrics(ask: Ask) -> Response:
    """Return the hub's own numbers and every entity whose state is one."""
    lines = [*_own(ask.site), *_entities(ask.site.sources.states.all())]
    return Response("\n".join(lines) + "\n", media_type=_MEDIA_TYPE)


def _own(site: Site) -> Iterator[str]:
    sources = site.sources
    yield "# TYPE hub_entities gauge"
    yield f"hub_entities {len(sources.states)}"
    yield "# TYPE hub_websocket_clients gauge"
    yield f"hub_websocket_clients {len(site.guests)}"
    counters = {"state_writes": sources.states.writes, "listener_failures": sources.bus.failures, **sources.counters()}
    for name, value in counters.items():
        yield f"# TYPE hub_{name}_total counter"
        yield f"hub_{name}_total {value}"


def _entities(states: list[State]) -> Iterator[str]:
    yield "# TYPE hub_entity_available gauge"
    for state in states:
        yield f'hub_entity_available{{entity="{state.entity_id}"}} {int(state.state != UNAVAILABLE)}'
    yield "# TYPE hub_entity_value gauge"
    for state in states:
        value = _number(state.state)
        if value is not None:
            unit = _quoted(str(state.attributes.get("unit_of_measurement") or ""))
            yield f'hub_entity_value{{entity="{state.entity_id}",unit="{unit}"}} {value}'


def _number(text: str) -> float | None:
    if text in ("on", "off"):
        return float(text == "on")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


DOORS = (Door("GET", "/metrics", Role.VIEWER, show_metrics),)
