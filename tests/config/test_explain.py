"""Pydantic's errors, put so that an admin can find and mend them."""

from datetime import timedelta
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, RootModel, SecretStr, TypeAdapter, ValidationError

from hub.config import BROKEN, Mapping, Problem, explain, loads, nearest


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StateTrigger(Strict):
    trigger: Literal["state"]
    entity_id: str | list[str]
    state: str | None = None
    hold: timedelta | None = Field(None, validation_alias=AliasChoices("for", "hold"))


class TimeTrigger(Strict):
    trigger: Literal["time", "clock"]
    at: str


Trigger = Annotated[StateTrigger | TimeTrigger, Field(discriminator="trigger")]


class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Server(Strict):
    host: str
    port: int = Field(21, ge=1, le=65535)
    password: SecretStr | None = None
    mode: Literal["active", "passive"] = "passive"
    colour: Colour = Colour.RED
    verify: bool = True
    labels: dict[Annotated[str, Field(pattern="^[a-z]+$")], int] = {}
    paths: list[str] = Field([], max_length=2)


class Nested(RootModel[dict[str, Server]]):
    pass


class Config(Strict):
    servers: Server | list[Server] = []
    triggers: list[Trigger] = []
    named: dict[str, Server] = {}
    nested: Nested = Nested({})
    wait: int | list[int] | None = None


def problems(text: str, model: Any = Config, **options: Any) -> list[Problem]:
    node = loads(text, "hub.yaml").value
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(node)
    return explain(caught.value, node, model, **options)


def said(text: str, model: Any = Config) -> list[str]:
    return [str(problem).removeprefix("hub.yaml:") for problem in problems(text, model)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host: 5", "1:7: expected text, found a number; put quotes round it"),
        ("host: on", "1:7: expected text, found true or false; put quotes round it"),
        ("host: [a]", "1:7: expected text, found a list"),
        ("host:", "1:6: expected text, found nothing"),
        ("{host: a, port: x}", "1:17: expected a whole number, found text"),
        ("{host: a, port: 1.5}", "1:17: expected a whole number, found a number"),
        ("{host: a, port: 0}", "1:17: must be at least 1"),
        ("{host: a, port: 70000}", "1:17: must be at most 65535"),
        ("{host: a, verify: maybe}", "1:19: expected true or false, found text"),
        ("{host: a, mode: pasive}", "1:17: expected one of `active`, `passive`; did you mean `passive`?"),
        ("{host: a, colour: blue}", "1:19: expected one of `red`, `green`"),
        ("{host: a, labels: {A: 1}}", "1:20: is not spelt as it must be: ^[a-z]+$"),
        ("{host: a, labels: {a: x}}", "1:23: expected a whole number, found text"),
        ("{host: a, paths: [a, b, c]}", "1:18: must have at most 2 items"),
        ("{host: a, paths: a}", "1:18: expected a list, found text"),
        ("\nport: 5", "2:1: the key `host` is missing"),
        ("host: a\nprot: 5", "2:1: unknown key `prot`; did you mean `port`?"),
        ("hots: a", "1:1: unknown key `hots`; did you mean `host`?"),
        (
            "{host: a, zzz: 5}",
            "1:11: unknown key `zzz`; known here: `colour`, `host`, `labels`, `mode`, `password`, `paths`, `port`, `verify`",
        ),
        ("- host: a", "1:1: expected a mapping, found a list"),
    ],
)
def test_an_error_is_put_in_plain_words(text: str, expected: str) -> None:
    """Wrong values point at the value, unknown keys at the key, missing ones at the mapping."""
    assert said(text, Server) == [expected]


def test_all_errors_are_explained() -> None:
    """Each where it stands."""
    assert said("port: x\nmode: y\n") == [
        "1:1: unknown key `port`; known here: `named`, `nested`, `servers`, `triggers`, `wait`",
        "2:1: unknown key `mode`; known here: `named`, `nested`, `servers`, `triggers`, `wait`",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("servers: {host: a, prt: 1}", ["1:20: unknown key `prt`; did you mean `port`?"]),
        ("servers: [{host: a}, {host: a, prt: 1}]", ["1:32: unknown key `prt`; did you mean `port`?"]),
        (
            "servers: [{host: a, port: x, mode: y}]",
            ["1:27: expected a whole number, found text", "1:36: expected one of `active`, `passive`"],
        ),
        ("servers: text", ["1:10: expected a mapping or a list, found text"]),
        ("wait: soon", ["1:7: expected a whole number or a list, found text"]),
        ("wait: [1, x]", ["1:11: expected a whole number, found text"]),
        ("named: {a: {hst: x}}", ["1:13: unknown key `hst`; did you mean `host`?"]),
        ("nested: {a: {hst: x}}", ["1:14: unknown key `hst`; did you mean `host`?"]),
    ],
)
def test_of_a_union_only_what_was_meant_is_told(text: str, expected: list[str]) -> None:
    """Not that the list is no mapping either."""
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- {trigger: state, entity_id: {a: 1}}", "1:31: expected text or a list, found a mapping"),
        ("- {trigger: state, entity_id: a, state: [1]}", "1:41: expected text, found a list"),
        ("- {trigger: state, state: x}", "1:3: the key `entity_id` is missing"),
        ("- {trigger: state, entity_id: a, stat: x}", "1:34: unknown key `stat`; did you mean `state`?"),
        ("- {trigger: state, entity_id: a, for: x}", "1:39: expected a duration, such as 30 (seconds) or '00:05:00', found text"),
        ("- {trigger: state, entity_id: a, fo: 5}", "1:34: unknown key `fo`; did you mean `for`?"),
        ("- {trigger: sate, entity_id: a}", "1:13: `trigger` must be one of `state`, `time`, `clock`; did you mean `state`?"),
        ("- {entity_id: a}", "1:3: the key `trigger` is missing"),
        ("- {trigger: clock, att: 5}", "1:20: unknown key `att`; did you mean `at`?"),
        ("- 5", "1:3: expected a mapping, found a number"),
    ],
)
def test_the_tag_of_a_union_is_not_taken_for_a_key(text: str, expected: str) -> None:
    """Even where the mapping has a key of the same name."""
    assert said(f"{text}\n", list[Trigger]) == [expected]


def test_a_path_leads_to_each_problem() -> None:
    """From the root of the whole configuration; it ends at the key that is unknown."""
    found = problems("{servers: [{host: a, prt: 1}], triggers: [{trigger: state}]}", prefix=("ftp", 0))

    assert [(problem.path, problem.code) for problem in found] == [
        (("ftp", 0, "servers", 0, "prt"), "unknown-key"),
        (("ftp", 0, "triggers", 0), "missing-key"),
    ]


def test_what_was_refused_by_the_loader_is_not_refused_again() -> None:
    """The template without quotes is one mistake, not two."""
    node = loads("{host: {{ x }}, port: x}").value
    with pytest.raises(ValidationError) as caught:
        Server.model_validate(node)

    found = explain(caught.value, node, Server)

    assert node["host"] is BROKEN
    assert [problem.path for problem in found] == [("port",)]


def test_nodes_without_positions_are_explained_too() -> None:
    """An API's data has no lines."""
    with pytest.raises(ValidationError) as caught:
        Server.model_validate({"hst": 1})

    (problem,) = explain(caught.value, {"hst": 1}, Server)

    assert problem.message == "unknown key `hst`; did you mean `host`?"


def test_without_a_model_nothing_is_suggested() -> None:
    """It is still found."""
    node = loads("{host: a, prt: 1}").value
    with pytest.raises(ValidationError) as caught:
        Server.model_validate(node)

    (problem,) = explain(caught.value, node)

    assert (problem.message, problem.column) == ("unknown key `prt`", 11)


def test_ten_thousand_errors_are_explained() -> None:
    """In good time."""
    text = "servers:\n" + "".join(f"  - {{host: a, port: x{n}}}\n" for n in range(10_000))

    found = problems(text)

    assert len(found) == 10_000
    assert found[-1].line == 10_001


def test_a_location_full_of_its_own_tags_ends() -> None:
    """Each part could be a key or a tag: nobody tries all 2^40 readings."""
    node: Any = "x"
    for _ in range(40):
        node = Mapping({"a": node})
    model: Any = int
    for _ in range(40):
        model = dict[str, model]
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(node)

    (problem,) = explain(caught.value, node, model)

    assert problem.path == ("a",) * 40


@pytest.mark.parametrize(
    ("name", "expected"), [("entty_id", "entity_id"), ("Mode", "mode"), ("nonsense", None), ("", None), ("trigers", "triggers")]
)
def test_the_nearest_name(name: str, expected: str | None) -> None:
    """Whatever its case; none if none is near."""
    assert nearest(name, ["entity_id", "mode", "trigger", "triggers"]) == expected


def test_a_problem_prints_as_compilers_do() -> None:
    """Editors jump to it."""
    assert str(Problem("hub.yaml", 3, 7, "no", "x")) == "hub.yaml:3:7: no"
