"""The core's own section."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from hub.config import (
    Configuration,
    DefaultSettings,
    HttpSettings,
    LoggingSettings,
    LogLevel,
    Selection,
    Settings,
    StoreSettings,
    UnitSystem,
    read,
)


def configuration(folder: Path, text: str) -> Configuration:
    (folder / "hub.yaml").write_text(text)
    return read(folder / "hub.yaml")


def test_everything_has_a_default(tmp_path: Path) -> None:
    """An empty file is a configuration; the data lie beside it."""
    settings = configuration(tmp_path, "").settings

    assert settings.time_zone == ZoneInfo("UTC")
    assert settings.data_dir == tmp_path / ".hub"
    assert settings.store.url == f"sqlite:///{tmp_path}/.hub/hub.db"
    assert settings.store.keep_days == 10
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8123)


def test_all_keys_can_be_set(tmp_path: Path) -> None:
    """Units are types."""
    text = """
hub:
  name: Roofs
  time_zone: Europe/Berlin
  latitude: 52.5
  longitude: 13.4
  elevation: 34
  unit_system: imperial
  country: NO
  currency: NOK
  language: no
  data_dir: data
  store: {url: "postgresql://db/hub", keep_days: 30, commit_interval: 5, exclude: {entities: ["sensor.x_*"], event_types: [call]}}
  http: {host: 0.0.0.0, port: 80, external_url: https://hub.example.org, tokens: ["", t0ken, null]}
  logging: {level: DEBUG, loggers: {hub.bus: warning}}
  defaults: {missed: skip, grace: "00:10:00"}
"""
    found = configuration(tmp_path, text)
    settings = found.settings

    assert found.problems == []
    assert (settings.name, settings.time_zone.key, settings.unit_system) == ("Roofs", "Europe/Berlin", UnitSystem.US_CUSTOMARY)
    assert (settings.country, settings.language) == ("NO", "no")
    assert settings.data_dir == tmp_path / "data"
    assert settings.store.url == "postgresql://db/hub"
    assert settings.store.commit_interval == timedelta(seconds=5)
    assert settings.store.exclude.entities == ("sensor.x_*",)
    assert [token.get_secret_value() for token in settings.http.tokens] == ["t0ken"]
    assert (settings.logging.level, settings.logging.loggers) == (LogLevel.DEBUG, {"hub.bus": LogLevel.WARNING})
    assert settings.defaults.grace == timedelta(minutes=10)


def test_both_names_of_the_section_are_one(tmp_path: Path) -> None:
    """What stands in both is a clash."""
    found = configuration(tmp_path, "homeassistant: {name: a, elevation: 1}\nhub: {name: b, country: DE}\n")

    assert (found.settings.elevation, found.settings.country) == (1, "DE")
    assert [problem.code for problem in found.problems] == ["clash"]
    assert found.sections == {}


def test_home_assistants_other_keys_are_ignored_with_a_warning(tmp_path: Path) -> None:
    """So that its file loads."""
    text = (
        "homeassistant:\n  internal_url: http://x\n  customize: {a: 1}\n  media_dirs: {}\n  auth_providers: []\n  currency: EUR\n"
    )

    found = configuration(tmp_path, text)

    assert found.errors == []
    assert [(problem.line, problem.severity) for problem in found.problems] == [(line, "warning") for line in (2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nam: x", "2:3: unknown key `nam`; did you mean `name`?"),
        ("package: {}", "2:3: unknown key `package`; did you mean `packages`?"),
        (
            "time_zone: Europe/Berln",
            "2:14: unknown time zone: expected a name such as Europe/Berlin; did you mean `Europe/Berlin`?",
        ),
        ("latitude: 91", "2:13: must be at most 90"),
        ("store: {keep_day: 1}", "2:11: unknown key `keep_day`; did you mean `keep_days`?"),
        ("store: {exclude: {entites: []}}", "2:21: unknown key `entites`; did you mean `entities`?"),
        ("http: {port: web}", "2:16: expected a whole number, found text"),
        ("http: 80", "2:9: expected a mapping, found a number"),
        ("logging: {level: loud}", "2:20: expected one of `debug`, `info`, `warning`, `error`, `critical`"),
        ("defaults: {missed: rnu}", "2:22: expected one of `run`, `skip`; did you mean `run`?"),
        ("unit_system: metrik", "2:16: expected one of `metric`, `us_customary`; did you mean `metric`?"),
    ],
)
def test_a_wrong_setting_is_a_problem(tmp_path: Path, text: str, expected: str) -> None:
    """At its place, with the nearest name; the settings are then the defaults."""
    found = configuration(tmp_path, f"hub:\n  {text}\n")

    assert [str(problem).removeprefix(f"{tmp_path}/hub.yaml:") for problem in found.problems] == [expected]
    assert found.settings.name == "Hub"


@pytest.mark.parametrize("text", ["hub: 5", "hub: [a]", "hub: text"])
def test_the_section_must_be_a_mapping(tmp_path: Path, text: str) -> None:
    """One problem at its key."""
    assert [(problem.column, problem.code) for problem in configuration(tmp_path, text).problems] == [(1, "wrong-type")]


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two underscores lead into a part."""
    monkeypatch.setenv("HUB__NAME", "From outside")
    monkeypatch.setenv("HUB__STORE__KEEP_DAYS", "3")
    monkeypatch.setenv("HUB__STORE__EXCLUDE__ENTITIES", '["a.*"]')
    monkeypatch.setenv("HUB__HTTP__TOKENS", "one, two,")

    found = configuration(tmp_path, "hub: {name: Inside, store: {keep_days: 5, url: 'sqlite://'}}\n")

    assert found.problems == []
    assert (found.settings.name, found.settings.store.keep_days, found.settings.store.url) == ("From outside", 3, "sqlite://")
    assert found.settings.store.exclude.entities == ("a.*",)
    assert [token.get_secret_value() for token in found.settings.http.tokens] == ["one", "two"]


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own name stands where a file's would."""
    monkeypatch.setenv("HUB__HTTP__PORT", "web")
    monkeypatch.setenv("HUB__STROE__URL", "x")

    problems = configuration(tmp_path, "hub: {name: 5}\n").problems

    assert [str(problem).removeprefix(f"{tmp_path}/") for problem in problems] == [
        "HUB__STROE:1:1: the variable sets nothing: there is no `stroe`; did you mean `store`?".replace("STROE:", "STROE__URL:"),
        "hub.yaml:1:13: expected text, found a number; put quotes round it",
        "HUB__HTTP__PORT:1:1: expected a whole number, found text",
    ]


def test_a_variable_that_is_no_json_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is still read."""
    monkeypatch.setenv("HUB__STORE", "[")

    found = configuration(tmp_path, "hub: {nam: 5}\n")

    assert [problem.code for problem in found.problems] == ["bad-variable", "unknown-key"]


def test_tokens_are_not_shown(tmp_path: Path) -> None:
    """However the settings are printed."""
    settings = configuration(tmp_path, "hub: {http: {tokens: [hunter2]}}\n").settings

    assert "hunter2" not in repr(settings) + settings.model_dump_json()


def test_every_setting_is_described() -> None:
    """The text becomes the documentation."""
    models: list[type[BaseModel]] = [Settings, StoreSettings, HttpSettings, LoggingSettings, DefaultSettings, Selection]

    assert [name for model in models for name, field in model.model_fields.items() if not field.description] == []
