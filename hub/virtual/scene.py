"""`scene:` states that several entities are to have."""

from collections.abc import Awaitable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator, ValidationError

from hub.automation.schema.primitives import ExactText, Number, Text, read_entity_id, refuse
from hub.automation.world import World
from hub.config import explain
from hub.model.context import Context
from hub.model.names import EntityId, slugify
from hub.model.state import UNAVAILABLE, UNKNOWN, State
from hub.virtual.domain import ActionData, Domain, EntityAction
from hub.virtual.entity import Described
from hub.virtual.offering import together
from hub.virtual.reading import Definition
from hub.virtual.reproducing import Wanted, reproduce


def _wanted(value: Any) -> tuple[Wanted, ...]:
    if not isinstance(value, Mapping):
        raise refuse("mapping", "expected a mapping of entity ids to states")
    return tuple(_one(read_entity_id(entity_id), info) for entity_id, info in value.items())


def _one(entity_id: EntityId, info: Any) -> Wanted:
    attributes = {key: item for key, item in info.items() if key != "state"} if isinstance(info, Mapping) else {}
    state = info.get("state") if isinstance(info, Mapping) else info
    if isinstance(state, bool):  # YAML reads on and off as true and false
        state = "on" if state else "off"
    if state is None or isinstance(state, list | dict):
        raise refuse("text", f"the state of {entity_id} must be a text")
    return Wanted(entity_id, str(state), attributes)


States = Annotated[tuple[Wanted, ...], PlainValidator(_wanted)]
"""Entity ids and the states they are to have, with attributes if need be."""


class SceneModel(Described):
    """One scene."""

    id: ExactText | None = None
    name: Text
    entities: States
    metadata: dict[str, Any] = Field(default_factory=dict)


class Scene:
    """A scene; its state is the moment when it was last turned on."""

    def __init__(self, entity_id: EntityId, model: SceneModel, world: World) -> None:
        self.entity_id = entity_id
        self._model, self._world = model, world
        self._activated = UNKNOWN

    def begin(self, last: State | None) -> None:
        """Remember when it was last turned on."""
        if last is not None and last.state != UNAVAILABLE:
            self._activated = last.state
        self._write(None)

    def start(self) -> None:
        """Nothing here happens by itself."""

    def renew(self, model: SceneModel) -> None:
        """Want other states."""
        self._model = model
        self._write(None)

    def end(self) -> None:
        """Nothing here happens by itself."""

    def turn_on(self, data: "TurnOn", context: Context) -> Awaitable[object] | None:
        """Bring the entities into their states; how long a change takes (`transition`) is up to them."""
        del data
        self._activated = datetime.fromtimestamp(self._world.clock.time(), UTC).isoformat()
        self._write(context)
        return together(reproduce(self._model.entities, self._world.states, self._world.actions, context))

    def _write(self, context: Context | None) -> None:
        attributes: dict[str, Any] = {"entity_id": [str(wanted.entity_id) for wanted in self._model.entities]}
        named = {"id": self._model.id, "icon": self._model.icon, "friendly_name": self._model.name}
        attributes.update({name: value for name, value in named.items() if value is not None})
        self._world.states.set(self.entity_id, self._activated, attributes, context)


class TurnOn(ActionData):
    """What `scene.turn_on` takes."""

    transition: Number | None = Field(None, ge=0, le=6553, description="Seconds that the change may take.")


def _read(section: object) -> Iterator[Definition[SceneModel]]:
    entries = section if isinstance(section, list) else [section] if isinstance(section, Mapping) and section else []
    taken: set[str] = set()
    for index, raw in enumerate(entries):
        path = ("scene", index) if isinstance(section, list) else ("scene",)
        try:
            model = SceneModel.model_validate(raw)
        except ValidationError as error:
            yield Definition(f"scene {index}", None, raw, tuple(explain(error, raw, SceneModel, path)))
        else:
            yield Definition(_free(slugify(model.name), taken), model, raw, (), model.id)


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name


SCENE: Final = Domain(
    name="scene",
    model=SceneModel,
    build=Scene,
    read=_read,
    actions=[EntityAction("turn_on", "Bring entities into the states of the scene.", Scene.turn_on, TurnOn)],
)
