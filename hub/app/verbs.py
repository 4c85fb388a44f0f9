"""What people can ask of the hub through a chat or a button, beyond what is known without automations."""

from collections.abc import Awaitable, Callable, Mapping

from hub.actions import Actions
from hub.automation.automations import Automations
from hub.config import did_you_mean
from hub.model.context import Context
from hub.model.names import EntityId, slugify
from hub.plugin import Reply, Request

Verb = Callable[[Request], Awaitable[Reply]]


def automation_verbs(automations: Automations, actions: Actions) -> Mapping[str, Verb]:
    """Return `run` and `automations`."""

    async def run(request: Request) -> Reply:
        entity_id = _find(request.subject, automations)
        if entity_id is None:
            known = [*automations.automations, *automations.scripts]
            return Reply(text=f"There is no automation {request.subject!r}{did_you_mean(request.subject, known)}", ok=False)
        action = "automation.trigger" if entity_id in automations.automations else "script.turn_on"
        await actions.call(action, {"entity_id": entity_id}, Context.new(user_id=request.person or None))
        return Reply(text=f"{entity_id} was started.")

    async def list_them(_: Request) -> Reply:
        fields = {str(one.entity_id): "on" if one.is_on else "off" for one in automations.automations.values()}
        return Reply(text=f"{len(fields)} automations.", fields=fields)

    return {"run": run, "automations": list_them}


def _find(subject: str, automations: Automations) -> EntityId | None:
    """Find an automation or script by entity id, by object id or by name."""
    text = subject.strip().lower()
    for known in (automations.automations, automations.scripts):
        for entity_id, one in known.items():
            if text in (entity_id, entity_id.object_id, one.name.lower()) or slugify(text) == entity_id.object_id:
                return entity_id
    return None
