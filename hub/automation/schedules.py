"""`schedule:` entries: something is done by the clock, without an automation around it.

schedule:
  - name: Monday report
    cron: "0 9 * * 1"
    actions:
      - action: notify.board
        data:
          message: Good morning
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from hub.automation.reading import Definition
from hub.automation.schema.entries import AutomationModel
from hub.config import Mapping as Node
from hub.config import Problem, explain, nearest, position_of, problem_at

DOMAIN: Final = "schedule"
_KEYS: Final = (
    "name",
    "cron",
    "every",
    "actions",
    "conditions",
    "variables",
    "mode",
    "max",
    "description",
    "enabled",
    "x_retry",
    "x_on_error",
    "x_limit",
    "x_quiet",
)


def is_schedule(entry: Any) -> bool:
    """Tell our entries from Home Assistant's weekly blocks, which stand under the same key."""
    return isinstance(entry, Mapping) and ("cron" in entry or "every" in entry)


def read_schedules(section: Any) -> list[Definition]:
    """Read the entries; one that is wrong does not hurt the others."""
    entries = section if isinstance(section, list) else [section] if is_schedule(section) else []
    return [_read(entry, index, section) for index, entry in enumerate(entries)]


def _read(entry: Any, index: int, section: Any) -> Definition:
    if not isinstance(entry, Mapping):
        return _broken(f"schedule {index}", problem_at(position_of(section, (index,)), "a schedule is a mapping", "mapping"))
    name = str(entry.get("name") or f"schedule {index}")
    problems = _wrong_keys(entry)
    if problems:
        return Definition(name, None, None, entry, tuple(problems), domain=DOMAIN)
    trigger = {"trigger": "cron", "cron": entry["cron"]} if "cron" in entry else {"trigger": "interval", "every": entry["every"]}
    kept = {key: value for key, value in entry.items() if key not in ("name", "cron", "every", "enabled")}
    whole = {"alias": name, "triggers": [trigger], "initial_state": entry.get("enabled", True), **kept}
    try:
        return Definition(name, None, AutomationModel.model_validate(whole), entry, domain=DOMAIN)
    except ValidationError as error:
        return Definition(name, None, None, entry, tuple(explain(error, entry, AutomationModel)), domain=DOMAIN)


def _wrong_keys(entry: Mapping[Any, Any]) -> list[Problem]:
    problems = []
    for key in entry:
        if key not in _KEYS:
            close = nearest(str(key), _KEYS)
            hint = f"; did you mean `{close}`?" if close else ""
            position = entry.key_position(key) if isinstance(entry, Node) else position_of(entry, ())
            problems.append(problem_at(position, f"unknown key `{key}`{hint}", "unknown-key"))
    if ("cron" in entry) == ("every" in entry):
        problems.append(problem_at(position_of(entry, ()), "exactly one of `cron` and `every` is needed", "missing-key"))
    if "actions" not in entry:
        problems.append(problem_at(position_of(entry, ()), "the key `actions` is missing", "missing-key"))
    return problems


def _broken(name: str, problem: Problem) -> Definition:
    return Definition(name, None, None, {}, (problem,), domain=DOMAIN)
