"""Conditions at run time (DIALECT 3.3): true, false, None (disabled), or an error."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from hub.errors import HubError, TemplateError

Variables = Mapping[str, Any]

_log: Final = logging.getLogger(__name__)


class ConditionError(HubError):
    """A condition cannot be judged: the entity is missing, or its value is of the wrong kind."""


class Seen(msgspec.Struct, gc=False):
    """One judgement of a condition, and what it looked at: the material of traces."""

    path: str
    result: bool | None
    observed: Any = None
    wanted: str = ""
    error: str | None = None


Record = list[Seen]
Check = Callable[[Variables, Record | None], bool | None]


class Checks(list[Check]):
    """The conditions of a list; `path` is where it stands, such as `condition` or `action/0/if/condition`."""

    __slots__ = ("path",)

    def __init__(self, checks: Iterable[Check], path: str) -> None:
        super().__init__(checks)
        self.path = path


def passes(checks: Checks, variables: Variables, record: Record | None, place: str) -> bool:
    """Tell whether all conditions of a list hold; an error means no, and is logged."""
    try:
        return all_hold(checks, variables, record)
    except (ConditionError, TemplateError) as error:
        _log.warning("%s: a condition cannot be judged: %s", place, error)
        return False


def all_hold(checks: Checks, variables: Variables, record: Record | None) -> bool:
    """AND: false wins over an error, an error over true; what is disabled does not count."""
    failure: Exception | None = None
    for check in checks:
        try:
            if check(variables, record) is False:
                return False
        except (ConditionError, TemplateError) as error:
            failure = failure or error
            if record is not None:
                record.append(Seen(f"{checks.path}/{checks.index(check)}", None, error=str(error)))
    if failure is not None:
        raise failure
    return True


def any_holds(checks: Checks, variables: Variables, record: Record | None) -> bool:
    """OR: true wins over an error, an error over false; what is disabled does not count."""
    failure: Exception | None = None
    for check in checks:
        try:
            if check(variables, record) is True:
                return True
        except (ConditionError, TemplateError) as error:
            failure = failure or error
            if record is not None:
                record.append(Seen(f"{checks.path}/{checks.index(check)}", None, error=str(error)))
    if failure is not None:
        raise failure
    return False


def none_holds(checks: Checks, variables: Variables, record: Record | None) -> bool:
    """NOT: false if any holds; an error wins over true."""
    return not any_holds(checks, variables, record)
