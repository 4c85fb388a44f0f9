"""The type of a result (DIALECT 7.2)."""

import math
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-3", -3),
        ("+5", 5),
        ("-0", 0),
        ("1.0", 1.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("True", True),
        ("False", False),
        ("None", None),
        ("12345678901234567890123", 12345678901234567890123),
        ("[1, 'a', None]", [1, "a", None]),
        ("{'a': 1}", {"a": 1}),
        ('{"a":1}', {"a": 1}),
        ("{1, 2}", {1, 2}),
        ("set()", set()),
        ("1,2", (1, 2)),
        ("(1,2)", (1, 2)),
        ("'a', 'b'", ("a", "b")),
        ("b'x'", b"x"),
        ("(True)", True),
        ("", ""),
    ],
)
def test_text_that_is_a_python_literal_becomes_its_value(site: Any, text: str, value: object) -> None:
    """Rendered text is read again."""
    result = site.render("{{ text }}", text=text)

    assert result == value
    assert isinstance(result, type(value))


@pytest.mark.parametrize(
    "text",
    [
        "05",
        "1e3",
        "1e+22",
        "0x10",
        "1_000",
        "nan",
        "inf",
        "-inf",
        "true",
        "false",
        "null",
        "on",
        "yes",
        '{"a": true}',
        "(1)",
        "'x'",
        '"x"',
        "1+2j",
        "00:30",
        "2024-01-01",
        "--5",
        "1 2",
        "...",
        "5 # five",
        "[1",
        "1, roof",
        r'"\d", x',
        "9" * 5000,
        "[" * 300,
        "bedroom",
        "Truely",
        "٣",
        "not",
    ],
)
def test_other_text_stays_text(site: Any, text: str) -> None:
    """What only looks like a literal is left alone."""
    result = site.render("{{ text }}", text=text)

    assert result == text


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ 1e22 }}", "1e+22"),
        ("{{ 0.00001 }}", "1e-05"),
        ("{{ 'nan' | float }}", "nan"),
        ("{{ [1e22] }}", [1e22]),
        ("{{ ['nan' | float] }}", "[nan]"),
        ("{{ now() - now() }}", "0:00:00"),
        ("{{ [now() - now()] }}", "[datetime.timedelta(0)]"),
        ("{{ {'k': 1} | to_json }}", {"k": 1}),
        ("{{ {'k': true} | to_json }}", '{"k":true}'),
        ("  {{ 5 }}  ", 5),
        ("{{ '  5  ' }}", 5),
        ("{{ (1, [2, {'a': none}]) }}", (1, [2, {"a": None}])),
        ("plain", "plain"),
        ("7", 7),
        ("{{ 4 }}{{ 2 }}", 42),
    ],
)
def test_a_value_is_typed_as_its_printed_form(site: Any, source: str, value: object) -> None:
    """It makes no difference whether an expression gave the value or its text."""
    result = site.render(source)

    assert result == value
    assert isinstance(result, type(value))


def test_negative_zero_keeps_its_sign(site: Any) -> None:
    """It prints with it, so it is read with it."""
    assert math.copysign(1.0, site.render("{{ -0.0 }}")) == -1.0


def test_a_container_prints_as_the_text_it_was_read_from(site: Any) -> None:
    """A JSON body passes through a variable without becoming Python's notation."""
    body = site.render("""{{ '{"a":1,  "b":[2]}' }}""")

    assert body == {"a": 1, "b": [2]}
    assert site.text("{{ body }}", body=body) == '{"a":1,  "b":[2]}'


def test_text_is_not_typed_where_text_was_asked_for(site: Any) -> None:
    """Conditions and webhook ids take the text."""
    assert site.text(" {{ 5 }} ") == "5"


def test_enums_in_containers_print_as_their_values(site: Any) -> None:
    """The newest Home Assistant shows what they stand for."""
    from hub.model.event import Origin

    assert site.render("{{ data }}", data={"origin": [Origin.LOCAL]}) == {"origin": ["LOCAL"]}


def test_a_state_prints_as_home_assistant_prints_it(site: Any) -> None:
    """Times are shown in the hub's zone."""
    state = site.states.get("sensor.power")
    shown = "<state sensor.power=12.5; unit_of_measurement=kW, friendly_name=Roof power @ 2024-03-15T19:30:00+01:00>"

    assert site.render("{{ trigger.to_state }}", trigger={"to_state": state}) == shown
    assert site.render("{{ states.sensor.power }}") == f"<template TemplateState({shown})>"
    assert site.render("{{ [x] }}", x=state) == f"[{shown}]"


def test_a_container_that_prints_as_written_is_otherwise_like_any_other(site: Any) -> None:
    """It can be asked, tested, and written as JSON."""
    body = site.render("""{{ '{"a":1,"b":[2]}' }}""")
    pair = site.render("{{ '1,2' }}")

    assert site.render("{{ body is mapping }}{{ typeof(body) }} {{ typeof(pair) }}", body=body, pair=pair) == "Truedict tuple"
    assert site.text("{{ body | to_json }} {{ pair | to_json }}", body=body, pair=pair) == '{"a":1,"b":[2]} [1,2]'
