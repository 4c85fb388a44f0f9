"""All virtual entities: loading, reloading, and the actions on them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Protocol

from hub.automation.world import World
from hub.config import Problem
from hub.model.action import Action, ActionCall
from hub.model.names import EntityId
from hub.virtual.calendar import CALENDAR
from hub.virtual.core_actions import Reload, homeassistant_actions, log_actions, reloading
from hub.virtual.counter import COUNTER
from hub.virtual.domain import Domain
from hub.virtual.group import GROUP
from hub.virtual.group_actions import group_actions
from hub.virtual.input_boolean import INPUT_BOOLEAN
from hub.virtual.input_button import INPUT_BUTTON
from hub.virtual.input_datetime import INPUT_DATETIME
from hub.virtual.input_number import INPUT_NUMBER
from hub.virtual.input_select import INPUT_SELECT
from hub.virtual.input_text import INPUT_TEXT
from hub.virtual.notifications import Notifications
from hub.virtual.offering import entity_action, plain_action
from hub.virtual.scene import SCENE
from hub.virtual.scene_actions import scene_actions
from hub.virtual.schedule import SCHEDULE
from hub.virtual.section import Names, Remembered, Section
from hub.virtual.targets import Resolve, meant
from hub.virtual.template.section import TemplateSection, read_blocks
from hub.virtual.timer import TIMER

DOMAINS: Final[tuple[Domain[Any, Any], ...]] = (
    INPUT_BOOLEAN, INPUT_BUTTON, INPUT_NUMBER, INPUT_SELECT, INPUT_TEXT, INPUT_DATETIME, COUNTER, TIMER, SCHEDULE, CALENDAR,
    GROUP, SCENE,
)  # fmt: skip
"""In the order of loading: what follows others comes after them."""
TEMPLATE: Final = "template"
SECTIONS: Final = frozenset({*(domain.name for domain in DOMAINS), TEMPLATE})
"""The keys of the configuration that are read here."""
WITHOUT_SECTION: Final = frozenset({"homeassistant", "logbook", "persistent_notification", "system_log"})
"""Domains that have actions, but nothing to define."""


class _Loading(Protocol):
    """What stands under one key."""

    def load(self, section: object) -> None:
        """Make these the entities that there are."""

    def start(self) -> None:
        """Begin what others are to notice."""

    def close(self) -> None:
        """Stop whatever runs by itself."""


def _plain_name(domain: str, unique_id: str | None, suggested: str, name: str, *, platform: str | None = None) -> EntityId:
    """Name entities without a registry: as suggested."""
    del unique_id, name, platform
    return EntityId(f"{domain}.{suggested}")


class VirtualEntities:
    """The virtual entities that there are; `domains` are those that can be had here."""

    def __init__(
        self,
        world: World,
        *,
        names: Names = _plain_name,
        remembered: Remembered = lambda _: None,
        resolve: Resolve | None = None,
        reload: Reload | None = None,
        domains: Collection[str] = SECTIONS | WITHOUT_SECTION,
    ) -> None:
        self._world, self._reload = world, reload
        self._resolve = resolve or world.targets
        self.notifications = Notifications(world)
        self._sections = {domain.name: Section(domain, world, names, remembered) for domain in DOMAINS if domain.name in domains}
        self._templates = TemplateSection(world, names, remembered)
        self._all: dict[str, _Loading] = {**self._sections}
        if TEMPLATE in domains:
            self._all[TEMPLATE] = self._templates
        for action in self._actions(domains):
            world.actions.offer(action)

    def load(self, sections: Mapping[str, Any], only: Collection[str] | None = None) -> None:
        """Make these the entities that there are; what did not change goes on undisturbed."""
        for name, loading in self._all.items():
            if only is None or name in only:
                loading.load(sections.get(name))

    def start(self) -> None:
        """Everything listens now: arm triggers, and tell what happened while the hub was down."""
        for loading in self._all.values():
            loading.start()

    def close(self) -> None:
        """Stop whatever runs by itself."""
        for loading in self._all.values():
            loading.close()

    def _meant(self, call: ActionCall) -> list[EntityId]:
        return meant(call, self._resolve, self._world.states)

    def _actions(self, domains: Collection[str]) -> list[Action]:
        found = [
            entity_action(section, action, self._meant)
            for section in self._sections.values()
            for action in section.domain.actions
        ]
        found += [self._reloading(name) for name in self._all]
        others: Mapping[str, Callable[[], list[Action]]] = {
            "group": lambda: group_actions(self._sections["group"], self._world),
            "scene": lambda: scene_actions(self._sections["scene"], self._world, self._meant),
            "persistent_notification": self.notifications.actions,
            "homeassistant": lambda: homeassistant_actions(self._world, self._meant, self._templates.refresh, self._reload),
            "system_log": lambda: [action for action in log_actions(self._world) if action.domain == "system_log"],
            "logbook": lambda: [action for action in log_actions(self._world) if action.domain == "logbook"],
        }
        return found + [action for domain, make in others.items() if domain in domains for action in make()]

    def _reloading(self, domain: str) -> Action:
        def tell(call: ActionCall) -> None:
            event = "event_template_reloaded" if domain == TEMPLATE else f"{domain}_reloaded"
            self._world.bus.fire(event, {}, call.context)

        description = f"Read the section `{domain}:` again."
        return plain_action(domain, "reload", description, reloading(domain, self._reload, tell), admin=True)


def furnish(world: World, components: Mapping[str, Any]) -> VirtualEntities:
    """Make the virtual entities of a scenario; what an entity was before is what the scenario says it is at its beginning."""
    virtual = VirtualEntities(world, remembered=world.states.get, domains=components.keys())
    virtual.load(components)
    return virtual


def defined_ids(sections: Mapping[str, Any]) -> set[str]:
    """Return the ids of the entities that the sections define, the wrong ones too; without those of templates."""
    return {
        f"{domain.name}.{definition.object_id}"
        for domain in DOMAINS
        for definition in domain.definitions(sections.get(domain.name))
    }


def section_problems(sections: Mapping[str, Any]) -> list[Problem]:
    """Find everything that is wrong in the sections of virtual entities."""
    found = [
        problem
        for domain in DOMAINS
        for definition in domain.definitions(sections.get(domain.name))
        for problem in definition.problems
    ]
    return found + [problem for block in read_blocks(sections.get(TEMPLATE)) for problem in block.problems]
