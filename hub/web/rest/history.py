"""`/api/history/period` and `/api/logbook`: what entities were."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from hub.model.names import EntityId
from hub.model.state import State
from hub.web.encoding import encoded
from hub.web.endpoint import Ask, Door, Refused, large_answer
from hub.web.fragments import fragment
from hub.web.identity import Role

_ONE_DAY = timedelta(days=1)


async def show_history(ask: Ask) -> Response:
    """Return, for each entity asked for, its states in the period, the oldest first."""
    entity_ids = _entity_ids(ask.query("filter_entity_id"))
    if not entity_ids:
        raise Refused(400, "filter_entity_id is missing")
    histories = await _recorded(ask, entity_ids)
    rows = [_rows(ask, histories[entity_id]) for entity_id in entity_ids if histories.get(entity_id)]
    return await large_answer(ask, rows)


async def show_logbook(ask: Ask) -> Response:
    """Return every change of state in the period, of the entity asked for or of all, the oldest first."""
    entity_ids = _entity_ids(ask.query("entity")) or ask.site.sources.states.ids()
    histories = await _recorded(ask, entity_ids)
    entries = [entry for states in histories.values() for entry in _entries(states)]
    return await large_answer(ask, sorted(entries, key=lambda entry: str(entry["when"])))


def _entity_ids(text: str | None) -> list[EntityId]:
    return [EntityId.parse(part) for part in (text or "").split(",") if part.strip()]


async def _recorded(ask: Ask, entity_ids: Sequence[EntityId]) -> Mapping[EntityId, Sequence[State]]:
    history = ask.site.sources.history
    if history is None:
        raise Refused(404, "this hub keeps no history")
    start, end = _period(ask)
    return await history(entity_ids, start, end)


def _period(ask: Ask) -> tuple[datetime, datetime]:
    """Return when the period begins (by default a day ago) and ends (by default a day later)."""
    now = ask.site.sources.clock.now()
    zone = ZoneInfo(ask.site.sources.facts.time_zone)
    given = ask.request.path_params.get("start")
    start = _moment(given, zone) if given else now - _ONE_DAY
    end_text = ask.query("end_time")
    end = _moment(end_text, zone) if end_text else min(start + _ONE_DAY, max(now, start))
    if end < start:
        raise Refused(400, "end_time is before the beginning of the period")
    return start, end


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Read ISO 8601; without an offset it is in the hub's time zone. A blank is a `+` that a client did not quote."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(400, f"{text!r} is no date and time in ISO 8601") from None


def _rows(ask: Ask, states: Sequence[State]) -> list[object]:
    """Return the states as asked for: with `minimal_response` only the first and the last are complete."""
    if ask.query("significant_changes_only") != "0":
        states = _where_the_text_changed(states)
    if ask.query("no_attributes") is not None:
        states = [State(s.entity_id, s.state, {}, s.changed, s.updated, s.reported, s.context) for s in states]
    brief = ask.query("minimal_response") is not None
    last = len(states) - 1
    return [_brief(state) if brief and 0 < position < last else encoded(fragment(state)) for position, state in enumerate(states)]


def _brief(state: State) -> Mapping[str, Any]:
    return {"state": state.state, "last_changed": state.last_changed}


def _where_the_text_changed(states: Iterable[State]) -> list[State]:
    kept: list[State] = []
    for state in states:
        if not kept or kept[-1].state != state.state:
            kept.append(state)
    return kept


def _entries(states: Sequence[State]) -> list[Mapping[str, Any]]:
    # The first state is what the entity was when the period began: nothing happened then.
    return [
        {
            "when": state.last_updated.isoformat(),
            "name": state.name,
            "state": state.state,
            "entity_id": state.entity_id,
            "context_user_id": state.context.user_id,
        }
        for state in _where_the_text_changed(states)[1:]
    ]


DOORS = (
    Door("GET", "/api/history/period", Role.VIEWER, show_history),
    Door("GET", "/api/history/period/{start}", Role.VIEWER, show_history),
    Door("GET", "/api/logbook", Role.VIEWER, show_logbook),
    Door("GET", "/api/logbook/{start}", Role.VIEWER, show_logbook),
)
