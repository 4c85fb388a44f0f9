"""What people do with alerts: by action, or by a press in a chat."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from hub.actions import Actions
from hub.errors import ActionError, BadActionData
from hub.model.action import Action, ActionCall, Effect
from hub.notify.alert import Alert, plain_person
from hub.notify.alerts import Alerts
from hub.notify.message import Names, Text, parameters, parse
from hub.plugin import Reply, Request

DOMAIN = "alert"

_UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1, "milliseconds": 0.001}
_LETTERS = {unit[0]: seconds for unit, seconds in _UNITS.items() if unit != "milliseconds"}
_DEFAULT_SNOOZE = timedelta(hours=1)


def _duration(value: object) -> object:
    """Understand `30m`, `1:30` (hours and minutes), seconds, and Home Assistant's mapping, beside pydantic's own forms."""
    if isinstance(value, Mapping) and value.keys() <= _UNITS.keys():
        return timedelta(**{str(unit): float(count) for unit, count in value.items()})
    if isinstance(value, str):
        text = value.strip().lower()
        if text[-1:] in _LETTERS and text[:-1].strip().replace(".", "", 1).isdigit():
            return timedelta(seconds=float(text[:-1]) * _LETTERS[text[-1]])
        if text.count(":") == 1:
            return f"{text}:00"
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Which(BaseModel):
    """Which alert, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Text | None = Field(None, description="Key of the alert.")
    entity_id: Names | None = Field(None, description="Or its entity, such as alert.roof_silent; several are possible.")
    person: Text | None = Field(None, description="Who does it; the user of the call when it is not said.")


class WhichAndHowLong(Which):
    """Which alert is snoozed, and for how long."""

    duration: Duration = Field(_DEFAULT_SNOOZE, description="How long to leave people in peace.")


_DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


def offer_alert_actions(actions: Actions, alerts: Alerts) -> Callable[[], None]:
    """Offer `alert.acknowledge`, `alert.snooze` and `alert.resolve`; the answer withdraws them."""

    async def acknowledge(call: ActionCall) -> None:
        for key in _keys(call, alerts):
            await alerts.acknowledge(key, _person(call), call.context)

    async def resolve(call: ActionCall) -> None:
        for key in _keys(call, alerts):
            await alerts.resolve(key, _person(call), call.context)

    async def snooze(call: ActionCall) -> None:
        for key in _keys(call, alerts):
            await alerts.snooze(key, call.data.get("duration", _DEFAULT_SNOOZE), _person(call), call.context)

    withdrawals = [
        actions.offer(_action("acknowledge", "Say that somebody takes care of an alert.", Which, acknowledge)),
        actions.offer(_action("resolve", "Say that the matter of an alert is over.", Which, resolve)),
        actions.offer(_action("snooze", "Leave people in peace about an alert for a while.", WhichAndHowLong, snooze)),
    ]

    def withdraw() -> None:
        for one in withdrawals:
            one()

    return withdraw


def verbs(alerts: Alerts) -> Mapping[str, Callable[[Request], Awaitable[Reply]]]:
    """Return what people may ask of alerts: `acknowledge`, `snooze` (`details: {duration: 30m}`) and `resolve`, by key."""

    async def acknowledge(request: Request) -> Reply:
        return await _reply(alerts.acknowledge(request.subject, request.person))

    async def resolve(request: Request) -> Reply:
        return await _reply(alerts.resolve(request.subject, request.person))

    async def snooze(request: Request) -> Reply:
        try:
            duration = _DURATION.validate_python(request.details.get("duration", _DEFAULT_SNOOZE))
        except ValidationError:
            return Reply(text=f"{request.details['duration']!r} is no duration; try 30m or 1:30", ok=False)
        return await _reply(alerts.snooze(request.subject, duration, request.person))

    return {"acknowledge": acknowledge, "snooze": snooze, "resolve": resolve}


async def _reply(change: Awaitable[Alert]) -> Reply:
    try:
        alert = await change
    except ActionError as error:
        return Reply(text=str(error), ok=False)
    return Reply(text=_outcome(alert), fields={"severity": alert.notice.severity.value, "state": alert.phase.value})


def _outcome(alert: Alert) -> str:
    """Say in words how the alert stands now, also when somebody else was quicker."""
    if alert.resolved_at is not None:
        return f"{alert.title}: resolved by {plain_person(alert.resolved_by or '') or 'the hub'}"
    word = "snoozed" if alert.snoozed_until is not None else "acknowledged"
    return f"{alert.title}: {word} by {plain_person(alert.acknowledged_by or '') or 'the hub'}"


def _action(name: str, description: str, model: type[Which], handler: Callable[[ActionCall], Awaitable[None]]) -> Action:
    def check(data: Mapping[str, Any]) -> Mapping[str, Any]:
        checked = parse(model, data)
        if not checked.get("key") and not checked.get("entity_id"):
            raise BadActionData("key is missing: say which alert, by its key or its entity_id")
        return checked

    return Action(
        domain=DOMAIN,
        name=name,
        handler=handler,
        description=description,
        parameters=parameters(model),
        check=check,
        targets=True,
        effect=Effect.IDEMPOTENT,
    )


def _keys(call: ActionCall, alerts: Alerts) -> list[str]:
    named = [call.data["key"]] if call.data.get("key") else []
    return [*named, *(alerts.key_of(entity_id) or entity_id for entity_id in call.data.get("entity_id") or ())]


def _person(call: ActionCall) -> str:
    return str(call.data.get("person") or call.context.user_id or "hub")
