"""The desk: where people who reach the hub through a plugin (a chat, a button) are answered."""

import difflib
import logging
from collections.abc import Awaitable, Callable, Mapping

from hub.config import nearest
from hub.errors import HubError
from hub.hosting.catalog import Condition, Report
from hub.plugin import Reply, Request
from hub.states import StateMachine

Verb = Callable[[Request], Awaitable[Reply]]

_log = logging.getLogger(__name__)
_SHOWN = 20  # attributes


class Desk:
    """Answers requests, each by its verb."""

    def __init__(self, verbs: Mapping[str, Verb]) -> None:
        self._verbs = dict(verbs)

    async def ask(self, request: Request) -> Reply:
        """Answer; what cannot be done is said in the reply."""
        verb = self._verbs.get(request.verb)
        if verb is None:
            near = nearest(request.verb, self._verbs)
            hint = f"Did you mean {near!r}?" if near else f"I know: {', '.join(sorted(self._verbs))}."
            return Reply(text=f"I do not know {request.verb!r}. {hint}", ok=False)
        try:
            return await verb(request)
        except HubError as error:
            return Reply(text=str(error), ok=False)
        except Exception:
            _log.exception("answering %r to %s failed", request.verb, request.person or "somebody")
            return Reply(text="Something went wrong in the hub; its log says what.", ok=False)


def core_verbs(states: StateMachine, reports: Callable[[], list[Report]]) -> dict[str, Verb]:
    """Return the verbs that need nothing but what is known: `status` and `state`."""

    async def status(_: Request) -> Reply:
        return _status(reports(), len(states))

    async def state(request: Request) -> Reply:
        return _state(states, request.subject.strip().lower())

    return {"status": status, "state": state}


def _status(reports: list[Report], entities: int) -> Reply:
    troubled = [report for report in reports if report.condition is not Condition.CONNECTED]
    connected = len(reports) - len(troubled)
    text = f"{connected} of {len(reports)} plugins connected, {entities} entities."
    return Reply(text=text, fields={report.instance: _trouble(report) for report in troubled})


def _trouble(report: Report) -> str:
    return f"{report.condition.value}: {report.last_error}" if report.last_error else report.condition.value


def _state(states: StateMachine, entity_id: str) -> Reply:
    state = states.get(entity_id)
    if state is None:
        near = difflib.get_close_matches(entity_id, states.ids(), n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        return Reply(text=f"There is no entity {entity_id!r}.{hint}", ok=False)
    unit = state.attributes.get("unit_of_measurement")
    text = f"{state.name}: {state.state}{f' {unit}' if unit else ''}"
    shown = [(name, value) for name, value in state.attributes.items() if name not in ("friendly_name", "unit_of_measurement")]
    fields = {name: str(value) for name, value in shown[:_SHOWN]}
    return Reply(text=text, fields={**fields, "since": state.last_changed.isoformat(timespec="seconds")})
