from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr

from hub.api import ActionError, Answer, BadActionData, Effect, NotConnected, action
from hub.hosting.parameters import NotAnAction
from hub.hosting.signature import action_of, actions_of
from hub.hosting.types_in_words import type_in_words
from hub.model.action import Action, ActionCall, Response
from hub.model.context import Context
from tests.hosting.made import plugin


class Severity(StrEnum):
    LOW = "low"
    HIGH = "high"


class Point(BaseModel):
    x: int


class Sessions:
    """Gives the name of the instance as session."""

    def session(self, plugin: str, instance: str | None) -> object:
        return f"session of {instance or plugin}"


async def call(offered: Action, key: str | None = None, **data: Any) -> Response:
    assert offered.check is not None
    answer = offered.handler(ActionCall(offered.domain, offered.name, offered.check(data), Context.new(), key=key))
    return answer if answer is None or isinstance(answer, Mapping) else await answer


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def upload(
    session: str,
    path: Annotated[str, "Where to."],
    severity: Annotated[Severity, Field(description="How bad.")] = Severity.LOW,
    *,
    wait: Annotated[timedelta | None, "How long."] = None,
    copy: Annotated[int, Field(ge=1, description="How many.")] = 1,
) -> Mapping[str, Any]:
    """Upload a file.

    What is behind the first line is for the manual.
    """
    return {"session": session, "path": path, "severity": severity, "wait": wait, "copy": copy}


def test_signature_and_docstring_are_the_schema() -> None:
    """Nothing has to be written twice."""
    offered = action_of("ftp", upload, Sessions())

    assert offered.full_name == "ftp.upload"
    assert offered.description == "Upload a file."
    assert (offered.effect, offered.answer) == (Effect.IDEMPOTENT, Answer.OPTIONAL)
    assert [(each.name, each.type, each.required, each.default) for each in offered.parameters or ()] == [
        ("path", "text", True, None),
        ("severity", "low | high", False, Severity.LOW),
        ("wait", "duration", False, None),
        ("copy", "integer", False, 1),
        ("instance", "text", False, None),
    ]
    assert [each.description for each in offered.parameters or ()][:4] == ["Where to.", "How bad.", "How long.", "How many."]


async def test_data_reaches_the_function_with_its_types() -> None:
    """Text from YAML becomes what the function asks for; what is not given stays its own default."""
    offered = action_of("ftp", upload, Sessions())

    assert await call(offered, path=7, severity="high", wait="00:01:00") == {
        "session": "session of ftp",
        "path": "7",
        "severity": Severity.HIGH,
        "wait": timedelta(minutes=1),
        "copy": 1,
    }


async def test_one_of_several_instances_can_be_chosen() -> None:
    """`instance` is taken by every action and given to none."""
    response = await call(action_of("ftp", upload, Sessions()), path="a", instance="ftp_roof")

    assert response is not None
    assert response["session"] == "session of ftp_roof"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "action ftp.upload: the parameter `path` is missing"),
        ({"pth": "a"}, "action ftp.upload: there is no parameter `pth`; did you mean `path`?"),
        ({"path": "a", "zzz": 1}, "there is no parameter `zzz`; it takes `path`, `severity`, `wait`, `copy`, `instance`"),
        ({"path": ["a"]}, "parameter `path`: expected text, found a list"),
        ({"path": "a", "severity": "hgh"}, "parameter `severity`: .*did you mean `high`"),
        ({"path": "a", "copy": 0}, "parameter `copy`"),
        ({"path": "a", "copy": "x", "wait": "soon"}, "parameter `wait`: .*; parameter `copy`: "),
    ],
)
def test_wrong_data_is_refused_in_plain_words(data: dict[str, Any], message: str) -> None:
    """All of it is told at once, with the nearest valid names."""
    offered = action_of("ftp", upload, Sessions())
    assert offered.check is not None

    with pytest.raises(BadActionData, match=message):
        offered.check(data)


def test_a_secret_does_not_get_into_the_message() -> None:
    """What was given is not repeated."""

    async def login(session: str, password: SecretStr) -> None:
        """Log in."""

    offered = action_of("ftp", login, Sessions())
    assert offered.check is not None

    with pytest.raises(BadActionData) as refusal:
        offered.check({"password": ["hunter2"]})
    assert "hunter2" not in str(refusal.value)


async def test_the_network_s_errors_become_the_action_s() -> None:
    """The caller hears what failed; the hub's own errors pass as they are."""

    async def lose(session: str) -> None:
        raise ConnectionResetError("the peer hung up")

    async def wait(session: str) -> None:
        raise TimeoutError

    async def miss(session: str) -> None:
        raise NotConnected("ftp is not connected")

    with pytest.raises(ActionError, match=r"ftp\.lose failed: the peer hung up"):
        await call(action_of("ftp", lose, Sessions()))
    with pytest.raises(ActionError, match=r"ftp\.wait failed: TimeoutError"):
        await call(action_of("ftp", wait, Sessions()))
    with pytest.raises(NotConnected):
        await call(action_of("ftp", miss, Sessions()))


async def test_a_function_that_asks_for_the_key_of_the_call_gets_it() -> None:
    """So that the same call, made once more after a crash, is the same at the receiver; people do not see the parameter."""

    async def page(session: str, summary: str, idempotency_key: str | None = None) -> Mapping[str, Any]:
        return {"summary": summary, "key": idempotency_key}

    offered = action_of("pd", page, Sessions())

    assert [each.name for each in offered.parameters or ()] == ["summary", "instance"]
    assert await call(offered, key="run 1/step 2", summary="x") == {"summary": "x", "key": "run 1/step 2"}


async def test_names_that_python_wants_for_itself_can_be_used() -> None:
    """`list_` is offered as `list`; a parameter may be called as nearly anything."""

    async def list_(session: str, json: str, model_config: int, copy: bool = False) -> Mapping[str, Any]:
        return {"all": [json, model_config, copy]}

    offered = action_of("ftp", list_, Sessions())

    assert offered.full_name == "ftp.list"
    assert await call(offered, json="a", model_config=1) == {"all": ["a", 1, False]}


def test_what_cannot_be_an_action_is_refused() -> None:
    """The author reads what to change."""

    def plain(session: str) -> None: ...
    async def nothing() -> None: ...
    async def untyped(session, path) -> None: ...  # type: ignore[no-untyped-def]  # that is the point
    async def anything(session: str, **more: str) -> None: ...
    async def odd(session: str, what: Sessions) -> None: ...
    async def own(session: str, instance: str) -> None: ...
    async def missing(session: str, what: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821  # that is the point

    for function, message in [
        (plain, "not a coroutine function"),
        (nothing, "the first one is the session"),
        (untyped, "'path' has no type"),
        (anything, "name each parameter"),
        (odd, "Unable to generate"),
        (own, "is the hub's own"),
        (missing, "'Nowhere' is not defined"),
    ]:
        with pytest.raises(NotAnAction, match=message):
            action_of("x", function, Sessions())  # type: ignore[arg-type]  # that is the point


async def test_without_sessions_actions_can_only_be_looked_at() -> None:
    """`hub check` needs the schema and connects to nothing."""
    (offered,) = actions_of(plugin(actions=[upload]))

    assert offered.full_name == "made.upload"
    with pytest.raises(NotConnected):
        await call(offered, path="a")


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (str, "text"),
        (SecretStr, "text"),
        (Path, "text"),
        (datetime, "text"),
        (int, "integer"),
        (float, "number"),
        (bool, "boolean"),
        (timedelta, "duration"),
        (Severity, "low | high"),
        (Literal["a", 2], "a | 2"),
        (list[int], "list"),
        (set[str], "list"),
        (dict[str, int], "mapping"),
        (Mapping[str, int], "mapping"),
        (Point, "mapping"),
        (str | None, "text"),
        (int | str, "any"),
        (Annotated[bool | None, "x"], "boolean"),
        (Any, "any"),
    ],
)
def test_types_are_told_in_words(annotation: object, words: str) -> None:
    """The words are those of the documentation."""
    assert type_in_words(annotation) == words
