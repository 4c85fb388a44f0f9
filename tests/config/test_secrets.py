"""`!secret`: where its values come from, and that they are never shown."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from hub.config import BROKEN, explain, load, loads


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "hub.yaml"


def test_a_secret_comes_from_the_nearest_secrets_file(tmp_path: Path) -> None:
    """Beside the including file first, then each folder above, up to the configuration's."""
    path = write(
        tmp_path / "config",
        {
            "hub.yaml": "a: !secret near\nb: !include sub/deep/b.yaml\n",
            "secrets.yaml": "near: top\nfar: far\n",
            "sub/secrets.yaml": "near: sub\n",
            "sub/deep/b.yaml": "[!secret near, !secret far]",
        },
    )

    document = load(path)

    assert document.problems == []
    assert document.value == {"a": "top", "b": ["sub", "far"]}


def test_folders_above_the_configuration_are_not_asked(tmp_path: Path) -> None:
    """What stands there belongs to somebody else."""
    path = write(tmp_path / "config", {"hub.yaml": "a: !secret x\n", "../secrets.yaml": "x: 1\n"})

    assert [problem.code for problem in load(path).problems] == ["unknown-secret"]


def test_a_file_outside_asks_only_beside_itself(tmp_path: Path) -> None:
    """It does not see the configuration's secrets."""
    path = write(
        tmp_path / "config",
        {"hub.yaml": "a: !include ../shared/a.yaml\n", "secrets.yaml": "x: 1\n", "../shared/a.yaml": "[!secret x, !secret y]\n"},
    )
    (tmp_path / "shared" / "secrets.yaml").write_text("y: 2\n")

    document = load(path)

    assert document.value == {"a": [BROKEN, 2]}


def test_a_missing_secret_is_a_problem_at_its_tag(tmp_path: Path) -> None:
    """With the nearest name, but no value."""
    path = write(tmp_path, {"hub.yaml": "a:\n  b: !secret pasword\n", "secrets.yaml": "password: hunter2\n"})

    (problem,) = load(path).problems

    assert (problem.line, problem.column, problem.code) == (2, 6, "unknown-secret")
    assert problem.message == "no secrets.yaml has the secret `pasword`; did you mean `password`?"


def test_the_values_that_were_used_are_known(tmp_path: Path) -> None:
    """So that logs and traces can leave them out; those of other kinds as text."""
    path = write(
        tmp_path,
        {
            "hub.yaml": "a: !secret a\nb: !secret pin\nc: !secret pair\nd: !secret flag\ne: !secret a\n",
            "secrets.yaml": "a: hunter2\npin: 1234\npair: {user: u1, keys: [k1]}\nflag: true\nunused: nobody\n",
        },
    )

    document = load(path)

    assert document.secrets == {"hunter2", "1234", "u1", "k1"}
    assert document.value.is_secret("a")
    assert tmp_path / "secrets.yaml" in document.files


def test_broken_secrets_files_are_problems_of_their_own(tmp_path: Path) -> None:
    """A list, a syntax error, a duplicate key: told once."""
    for text, code in {"[a]": "wrong-type", "a: [": "syntax", "a: 1\na: 2": "duplicate-key"}.items():
        path = write(tmp_path, {"hub.yaml": "x: !secret zzz\ny: !secret zzz\n", "secrets.yaml": text})

        problems = load(path).problems

        assert [problem.code for problem in problems].count(code) == 1
        assert [problem.code for problem in problems].count("unknown-secret") == 2


def test_a_secrets_file_may_not_ask_for_secrets(tmp_path: Path) -> None:
    """It would ask itself."""
    path = write(tmp_path, {"hub.yaml": "x: !secret a\n", "secrets.yaml": "a: !secret b\nb: 1\n"})

    assert [problem.code for problem in load(path).problems] == ["unknown-secret"]


def test_secrets_are_refused_where_there_are_none(tmp_path: Path) -> None:
    """In blueprints."""
    path = write(tmp_path, {"hub.yaml": "a: !secret a\n", "secrets.yaml": "a: 1\n"})

    assert [problem.code for problem in loads("a: !secret a").problems] == ["no-secrets-here"]
    assert [problem.code for problem in load(path, secrets=False).problems] == ["no-secrets-here"]
    assert loads("a: !secret a", folder=tmp_path, secrets=True).value == {"a": 1}


class Account(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = ""
    port: int = 0
    tokens: list[str] = []

    @field_validator("host")
    @classmethod
    def _known(cls, host: str) -> str:
        if host:
            raise ValueError(f"cannot reach {host!r}")
        return host

    @model_validator(mode="after")
    def _checked(self) -> "Account":
        if self.tokens:
            raise ValueError(f"no such tokens: {self.tokens}")
        return self


@pytest.mark.parametrize(
    "section", ["host: !secret a", "port: !secret a", "tokens: [!secret a, x]", "host: hunter2x", "prt: !secret a"]
)
def test_no_message_shows_a_secret(tmp_path: Path, section: str) -> None:
    """Not even one of a validator that puts the value into its own message."""
    path = write(tmp_path, {"hub.yaml": section, "secrets.yaml": "a: hunter2\n"})
    value = load(path).value

    with pytest.raises(ValidationError) as caught:
        Account.model_validate(value)
    problems = explain(caught.value, value, Account)

    assert len(problems) == 1
    assert "hunter2" not in problems[0].message.replace("hunter2x", "")
