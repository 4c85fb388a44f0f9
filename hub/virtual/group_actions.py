"""`group.set` and `group.remove`: groups that come and go while the hub runs."""

import logging
from typing import Any, Final, Self

from pydantic import Field, model_validator

from hub.automation.schema.primitives import Boolean, EntityIds, Slug, Text, refuse
from hub.automation.world import World
from hub.model.action import Action, ActionCall
from hub.model.names import EntityId
from hub.virtual.domain import ActionData
from hub.virtual.group import Group, GroupModel
from hub.virtual.offering import plain_action
from hub.virtual.section import Section

_log: Final = logging.getLogger(__name__)


class _Set(ActionData):
    object_id: Slug = Field(description="The part of its id behind `group.`.")
    name: Text | None = Field(None, description="What people call it.")
    icon: Text | None = Field(None, description="Its icon.")
    all: Boolean | None = Field(None, description="Whether all members must be on.")
    entities: EntityIds | None = Field(None, description="Its members.")
    add_entities: EntityIds | None = Field(None, description="Members to add.")
    remove_entities: EntityIds | None = Field(None, description="Members to take away.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if sum(given is not None for given in (self.entities, self.add_entities, self.remove_entities)) > 1:
            raise refuse("exclusive", "only one of entities, add_entities and remove_entities can be given")
        return self


class _Remove(ActionData):
    object_id: Slug = Field(description="The part of its id behind `group.`.")


def group_actions(section: Section, world: World) -> list[Action]:
    """Make the actions on this section of groups."""

    def set_group(call: ActionCall) -> None:
        data = _Set.model_construct(**call.data)
        entity_id = EntityId(f"group.{data.object_id}")
        known = section.entities.get(entity_id)
        if isinstance(known, Group):
            known.renew(known.model.model_copy(update=_changes(data, known.model)))
        else:
            members = data.entities or data.add_entities or ()
            model = GroupModel.model_construct(name=data.name, icon=data.icon, entities=members, all=bool(data.all))
            section.add(Group(entity_id, model, world, by_action=True))

    def remove_group(call: ActionCall) -> None:
        entity_id = EntityId(f"group.{call.data['object_id']}")
        if entity_id in section.entities:
            section.remove(entity_id)
        else:
            _log.warning("group.remove: there is no %s", entity_id)

    return [
        plain_action("group", "set", "Make a group, or change one.", set_group, _Set),
        plain_action("group", "remove", "Remove a group.", remove_group, _Remove),
    ]


def _changes(data: _Set, model: GroupModel) -> dict[str, Any]:
    changes: dict[str, Any] = {name: value for name in ("name", "icon", "all") if (value := getattr(data, name)) is not None}
    if data.add_entities is not None:
        changes["entities"] = tuple(dict.fromkeys((*model.entities, *data.add_entities)))
    elif data.remove_entities is not None:
        changes["entities"] = tuple(member for member in model.entities if member not in data.remove_entities)
    elif data.entities is not None:
        changes["entities"] = data.entities
    return changes
