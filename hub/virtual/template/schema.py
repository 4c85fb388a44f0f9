"""What may stand under `template:`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from hub.automation.schema.conditions import Conditions
from hub.automation.schema.primitives import (
    PositivePeriod,
    TemplateText,
    Text,
    Variables,
    one_or_many,
    read_entity_id,
    refuse,
)
from hub.automation.schema.steps import Steps
from hub.automation.schema.triggers import Triggers
from hub.model.names import EntityId

_NOT_HERE: Final = frozenset(
    [
        "alarm_control_panel",
        "button",
        "cover",
        "event",
        "fan",
        "image",
        "light",
        "lock",
        "number",
        "select",
        "switch",
        "update",
        "vacuum",
        "weather",
        "use_blueprint",
    ]
)


class TemplateEntityModel(BaseModel):
    """What template sensors and binary sensors have in common."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    state: TemplateText
    name: TemplateText | None = None
    unique_id: Text | None = None
    default_entity_id: Annotated[EntityId, PlainValidator(read_entity_id)] | None = None
    icon: TemplateText | None = None
    picture: TemplateText | None = None
    availability: TemplateText | None = None
    attributes: dict[str, TemplateText] = Field(default_factory=dict)
    variables: Variables = Field(default_factory=dict)
    device_class: Text | None = None


class SensorModel(TemplateEntityModel):
    """One template sensor."""

    unit_of_measurement: Text | None = None
    state_class: Text | None = None
    last_reset: TemplateText | None = None


class BinarySensorModel(TemplateEntityModel):
    """One template binary sensor."""

    delay_on: PositivePeriod | None = None
    delay_off: PositivePeriod | None = None
    auto_off: PositivePeriod | None = None


def _supported(value: Any) -> Any:
    if isinstance(value, Mapping):
        for key in value:
            if key in _NOT_HERE:
                raise refuse("not-supported", f"template: {key} is not supported here; sensor and binary_sensor are")
    return value


class BlockFields(BaseModel):
    """One item of the list under `template:`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    unique_id: Text | None = None
    triggers: Triggers | None = Field(None, validation_alias=AliasChoices("triggers", "trigger"))
    conditions: Conditions = Field(default_factory=list, validation_alias=AliasChoices("conditions", "condition"))
    actions: Steps = Field(default_factory=list, validation_alias=AliasChoices("actions", "action"))
    variables: Variables = Field(default_factory=dict)
    sensor: Annotated[list[SensorModel], BeforeValidator(one_or_many)] = Field(default_factory=list)
    binary_sensor: Annotated[list[BinarySensorModel], BeforeValidator(one_or_many)] = Field(default_factory=list)

    @property
    def entities(self) -> list[tuple[str, "SensorModel | BinarySensorModel"]]:
        """Return each entity with its domain."""
        return [*(("sensor", one) for one in self.sensor), *(("binary_sensor", one) for one in self.binary_sensor)]


Block = Annotated[BlockFields, BeforeValidator(_supported)]
