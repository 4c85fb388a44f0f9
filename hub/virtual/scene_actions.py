"""`scene.apply`, `scene.create` and `scene.delete`: scenes without a definition."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final, Self

from pydantic import Field, model_validator

from hub.automation.schema.primitives import EntityIds, Number, Slug, refuse
from hub.automation.world import World
from hub.errors import ActionError
from hub.model.action import Action, ActionCall, Effect, Response
from hub.model.names import EntityId
from hub.virtual.domain import ActionData
from hub.virtual.offering import plain_action, together
from hub.virtual.reproducing import Wanted, reproduce
from hub.virtual.scene import Scene, SceneModel, States
from hub.virtual.section import Section

_log: Final = logging.getLogger(__name__)


class _Apply(ActionData):
    entities: States = Field(description="Entities, and the states they are to have.")
    transition: Number | None = Field(None, ge=0, le=6553, description="Seconds that the change may take.")


class _Create(ActionData):
    scene_id: Slug = Field(description="The part of its id behind `scene.`.")
    entities: States = Field((), description="Entities, and the states they are to have.")
    snapshot_entities: EntityIds = Field((), description="Entities that are to have the states that they have now.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not {"entities", "snapshot_entities"} & self.model_fields_set:
            raise refuse("missing-key", "at least one of entities and snapshot_entities is needed")
        if {wanted.entity_id for wanted in self.entities} & set(self.snapshot_entities):
            raise refuse("exclusive", "an entity stands both in entities and in snapshot_entities")
        return self


def scene_actions(section: Section, world: World, meant: Callable[[ActionCall], list[EntityId]]) -> list[Action]:
    """Make the actions on this section of scenes."""

    def apply(call: ActionCall) -> Awaitable[Response] | None:
        return together(reproduce(call.data["entities"], world.states, world.actions, call.context))

    def create(call: ActionCall) -> None:
        data = _Create.model_construct(**call.data)
        wanted = [*data.entities, *_snapshot(data.snapshot_entities, world)]
        entity_id = EntityId(f"scene.{data.scene_id}")
        if not wanted:
            _log.warning("scene.create: %s would be empty, so it is not made", entity_id)
        elif section.is_defined(entity_id):
            _log.warning("scene.create: %s is defined in the configuration already", entity_id)
        else:
            if entity_id in section.entities:
                section.remove(entity_id)
            section.add(Scene(entity_id, SceneModel.model_construct(name=data.scene_id, entities=tuple(wanted)), world))

    def delete(call: ActionCall) -> None:
        for entity_id in meant(call):
            if entity_id not in section.entities:
                raise ActionError(f"{entity_id} is not a scene")
            if section.is_defined(entity_id):
                raise ActionError(f"{entity_id} was not made by scene.create, so it cannot be deleted")
            section.remove(entity_id)

    external = Effect.EXTERNAL
    return [
        plain_action("scene", "apply", "Bring entities into states.", apply, _Apply, effect=external),
        plain_action("scene", "create", "Make a scene, until the hub stops.", create, _Create),
        plain_action("scene", "delete", "Remove a scene that `scene.create` made.", delete, targets=True),
    ]


def _snapshot(entity_ids: tuple[EntityId, ...], world: World) -> list[Wanted]:
    found = []
    for entity_id in entity_ids:
        state = world.states.get(entity_id)
        if state is None:
            _log.warning("scene.create: there is no %s", entity_id)
        else:
            found.append(Wanted(entity_id, state.state, state.attributes))
    return found
