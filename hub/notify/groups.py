"""Groups: several targets under one name. The `notify:` section of the configuration."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from hub.config.problems import InvalidConfiguration, Problem, did_you_mean, explain, position_of, problem_at
from hub.model.names import slugify
from hub.model.notice import Severity
from hub.notify.message import Extras, SeverityName

SECTION = "notify"


def _time_of_day(value: object) -> object:
    """Understand `22:00` without quotes, which YAML reads as a number in base 60."""
    if isinstance(value, int) and not isinstance(value, bool):
        minutes, seconds = (value, 0) if value < 1440 else divmod(value, 60)
        return dt.time(minutes // 60 % 24, minutes % 60, seconds)
    return value


def _target_name(value: object) -> object:
    return value.removeprefix("notify.") if isinstance(value, str) else value


TimeOfDay = Annotated[dt.time, BeforeValidator(_time_of_day)]


class Quiet(BaseModel):
    """Hours in which only what is bad enough is delivered at once; the rest is held until they end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: TimeOfDay = Field(alias="from", description="When the quiet begins, in the hub's time zone.")
    end: TimeOfDay = Field(alias="to", description="When it ends.")
    min_severity: SeverityName = Field(Severity.CRITICAL, description="What is as bad as this is delivered at once all the same.")

    def ends(self, now: dt.datetime) -> dt.datetime | None:
        """Return when the quiet that reigns at `now` (in the hub's zone) ends, or None when none does."""
        clock_time = now.time()
        if self.start <= self.end:
            reigns, tomorrow = self.start <= clock_time < self.end, False
        else:
            reigns, tomorrow = clock_time >= self.start or clock_time < self.end, clock_time >= self.start
        if not reigns:
            return None
        return dt.datetime.combine(now.date() + dt.timedelta(days=int(tomorrow)), self.end, now.tzinfo)


class Member(BaseModel):
    """One target of a group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: Annotated[str, BeforeValidator(_target_name)] = Field(
        validation_alias=AliasChoices("target", "action", "service"), description="Name of a target or of another group."
    )
    min_severity: SeverityName = Field(Severity.INFO, description="What is less bad is not sent to this target.")
    quiet: Quiet | None = Field(None, description="Quiet hours of this target.")
    data: Extras | None = Field(None, description="What this target is told in place of what the call says.")


def _member(value: object) -> object:
    return {"target": value} if isinstance(value, str) else value


Members = tuple[Annotated[Member, BeforeValidator(_member)], ...]


class Body(BaseModel):
    """A group without its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: Members = Field(
        validation_alias=AliasChoices("targets", "services"), description="Names of targets, or mappings with more to say."
    )
    platform: Literal["group"] = Field("group", description="As in Home Assistant; nothing else is possible.")


class Group(Body):
    """Several targets under one name: `notify.<name>`."""

    name: str = Field(min_length=1, description="The group is called as notify.<name>.")

    @property
    def slug(self) -> str:
        """The part of the action's name after `notify.`."""
        return slugify(self.name)


def parse_groups(section: object) -> tuple[Group, ...]:
    """Read the `notify:` section: a list of groups, one group, or a mapping of name → targets. Raises InvalidConfiguration."""
    found = [_read(written) for written in _written(section)]
    problems = [problem for _, problems in found for problem in problems]
    if problems:
        raise InvalidConfiguration(problems)
    return tuple(group for group, _ in found if group is not None)


def group_problems(section: object, known: Iterable[str]) -> list[Problem]:
    """Find all that is wrong with the section; a member that is none of the `known` targets is a warning."""
    found = [(written, *_read(written)) for written in _written(section)]
    names = {*known, *(group.slug for _, group, _ in found if group is not None)}
    problems = [problem for _, _, problems in found for problem in problems]
    for written, group, _ in found:
        if group is not None:
            problems += _unknown(section, written, group, names)
    return problems


def unknown_member(target: str, known: Iterable[str]) -> str:
    """Say that nobody is called so."""
    return f"notify.{target} does not exist{did_you_mean(target, known)}"


class _Written(NamedTuple):
    """One group as it stands in the section."""

    path: tuple[str | int, ...]
    name: str | None
    """None when the node itself says it."""
    node: Any


_MEMBERS: TypeAdapter[Members] = TypeAdapter(Members)


def _written(section: object) -> Iterator[_Written]:
    if isinstance(section, list):
        yield from (_Written((number,), None, node) for number, node in enumerate(section))
    elif isinstance(section, dict) and not {"targets", "services"} & section.keys():
        yield from (_Written((name,), str(name), node) for name, node in section.items())
    elif section is not None:
        yield _Written((), None, section)


def _read(written: _Written) -> tuple[Group | None, list[Problem]]:
    _, name, node = written
    model: Any = Group if name is None else Body if isinstance(node, dict) else Members
    try:
        if name is None:
            return Group.model_validate(node), []
        if isinstance(node, dict):
            return Group(name=name, targets=Body.model_validate(node).targets), []
        return Group(name=name, targets=_MEMBERS.validate_python([node] if isinstance(node, str) else node)), []
    except ValidationError as error:
        return None, explain(error, node, model, (SECTION, *written.path))


def _unknown(section: object, written: _Written, group: Group, names: set[str]) -> Iterator[Problem]:
    key = [key for key in ("targets", "services") if isinstance(written.node, dict) and key in written.node]
    for number, member in enumerate(group.targets):
        if member.target not in names:
            path = (*written.path, *key, number)
            text = unknown_member(member.target, names)
            yield problem_at(position_of(section, path), text, "unknown-target", severity="warning", path=(SECTION, *path))
