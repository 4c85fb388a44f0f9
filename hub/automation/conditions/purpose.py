"""Purpose-specific conditions: `condition: switch.is_on` with `target:` and `options:` (DIALECT 3.4)."""

from typing import Any

from hub.automation.purposes import NOT_KNOWN, JudgedOptions, Match, is_kind
from hub.automation.targeting import targeted
from hub.automation.triggers.purpose import option_names, read_options
from hub.automation.world import Asked, Judge, OfferedCondition, World


def purpose_condition(name: str, match: Match[Any], world: World) -> OfferedCondition:
    """Offer as a condition that entities are as is looked for.

    Entities that are missing, unavailable or unknown are left out; `all` of none is true, `any` of none false. `for` counts from
    the last change of the state.
    """

    def prepare(asked: Asked) -> Judge:
        options = read_options(name, match.options, asked.options)
        targeted(asked.target, world)  # a target that cannot be read is found when the automation loads

        def judge() -> tuple[bool, tuple[str, str]]:
            return _judge(match, options, asked, world)

        return judge

    return OfferedCondition(name, option_names(match.options), prepare)


def _judge(match: Match[Any], options: JudgedOptions, asked: Asked, world: World) -> tuple[bool, tuple[str, str]]:
    found = [world.states.get(entity_id) for entity_id in targeted(asked.target, world)]
    known = [state for state in found if state and state.state not in NOT_KNOWN and is_kind(state, match.kinds)]
    least = 0.0 if options.for_ is None else options.for_.total_seconds()
    now = world.clock.time()
    judged = [match.holds(state, options, world.states) and now - state.changed >= least for state in known]
    seen = (", ".join(state.entity_id for state in known), ", ".join(state.state for state in known))
    return (all(judged) if options.behavior == "all" else any(judged)), seen
