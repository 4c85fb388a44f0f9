"""All problems of a configuration at once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hub.automation.blueprints import Blueprints, ready_made
from hub.automation.loading import collecting_later
from hub.automation.reading import Definition, ScriptDefinition, read_automations, read_scripts
from hub.automation.schedules import is_schedule, read_schedules
from hub.check.calls import call_problems
from hub.check.core_actions import core_actions
from hub.check.entities import DecidedEntities, repeated_ids
from hub.check.purposes import condition_problems
from hub.check.sections import CORE, idle_sections, plugin_sections
from hub.check.templates import template_problems
from hub.check.triggers import offered_events, trigger_problems
from hub.config import Configuration, InvalidConfiguration, Problem, read
from hub.hosting.parameters import NotAnAction
from hub.hosting.roster import Roster, read_roster
from hub.hosting.signature import actions_of
from hub.model.action import Action
from hub.notify.groups import group_problems, parse_groups
from hub.virtual.virtual import defined_ids, section_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A configuration that was read through, and what was found."""

    configuration: Configuration
    roster: Roster
    automations: Sequence[Definition] = ()
    scripts: Sequence[ScriptDefinition] = ()
    problems: Sequence[Problem] = field(default_factory=tuple)

    @property
    def errors(self) -> list[Problem]:
        """Those problems that are more than warnings."""
        return [problem for problem in self.problems if problem.severity == "error"]


def check(path: Path, *, blueprints: Sequence[Path] | None = None) -> Checked:
    """Read the configuration and everything that it names; `blueprints` are further folders of them, else the hub's own."""
    with collecting_later():
        return _check(path, [ready_made()] if blueprints is None else blueprints)


def _check(path: Path, blueprints: Sequence[Path]) -> Checked:
    cache = path.parent / ".hub" / "cache"
    configuration = read(path, cache=cache if cache.is_dir() else None)
    roster = read_roster(plugin_sections(configuration), core=CORE)
    library = Blueprints([configuration.folder / "blueprints", *blueprints])
    automations = [*read_automations(configuration.sections.get("automation"), library), *schedules_of(configuration)]
    scripts = read_scripts(configuration.sections.get("script"), library)
    targets = notify_targets(configuration, roster)
    actions = {action.full_name: action for action in [*core_actions(), *_plugin_actions(roster)]}
    names = {*(f"notify.{name}" for name in targets), *(f"script.{script.object_id}" for script in scripts), *actions}
    problems = [*configuration.problems, *idle_sections(configuration), *roster.problems]
    problems += group_problems(configuration.sections.get("notify"), targets)
    problems += section_problems(configuration.sections)
    definitions: list[Definition | ScriptDefinition] = [*automations, *scripts, *_templates(configuration)]
    decided = DecidedEntities(automations, scripts, defined_ids(configuration.sections))
    offered = offered_events(roster)
    problems += repeated_ids(automations)
    for definition in definitions:
        problems += decided.problems(definition)
        problems += definition.problems
        problems += template_problems(definition.raw)
        problems += call_problems(definition, actions, names)
        problems += trigger_problems(definition, offered)
        problems += condition_problems(definition)
    return Checked(
        configuration=configuration,
        roster=roster,
        automations=automations,
        scripts=scripts,
        problems=sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line, problem.column)),
    )


def schedules_of(configuration: Configuration) -> list[Definition]:
    """Return the entries under `schedule:` that are ours, not Home Assistant's weekly blocks."""
    section = configuration.sections.get("schedule")
    return read_schedules(section) if isinstance(section, list) or is_schedule(section) else []


def _templates(configuration: Configuration) -> Sequence[Definition]:
    """Return the blocks under `template:` as if they were an automation: they have triggers, conditions and actions as well."""
    section = configuration.sections.get("template")
    return [Definition("template", None, None, {"template": section}, domain="template")] if section else []


def notify_targets(configuration: Configuration, roster: Roster) -> list[str]:
    """Return every name that may stand behind `notify.`."""
    names = {name for instance in roster.instances for name in instance.plugin.notifiers(instance.config)}
    with suppress(InvalidConfiguration):  # group_problems tells
        names |= {group.slug for group in parse_groups(configuration.sections.get("notify"))}
    return sorted({*names, "notify"})


def _plugin_actions(roster: Roster) -> list[Action]:
    found: list[Action] = []
    for loaded in roster.plugins:
        try:
            found += actions_of(loaded.plugin)
        except NotAnAction:
            continue  # the roster says that the plugin is broken
    return found
