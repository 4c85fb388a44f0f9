"""What every virtual entity can do."""

from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from hub.automation.schema.primitives import Text
from hub.model.names import EntityId
from hub.model.state import State

M_contra = TypeVar("M_contra", contravariant=True)


class Described(BaseModel):
    """What the definition of any virtual entity may say."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    name: Text | None = None
    icon: Text | None = None


class VirtualEntity(Protocol[M_contra]):
    """An entity that the hub itself keeps."""

    entity_id: EntityId

    def begin(self, last: State | None) -> None:
        """Write the first state; `last` is what the entity was before the hub started, if that is known."""

    def start(self) -> None:
        """Everything else stands and listens: begin what others are to notice."""

    def renew(self, model: M_contra) -> None:
        """Go on with another definition, and with what is kept."""

    def end(self) -> None:
        """Stop whatever runs by itself; nothing is written any more."""
