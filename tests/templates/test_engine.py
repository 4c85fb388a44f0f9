"""Compiling, errors, undefined names, limited templates, and files."""

import time
from pathlib import Path
from typing import Any

import pytest

from hub.errors import TemplateError
from hub.templates.engine import is_template
from hub.templates.errors import RenderFailed, TemplateSyntaxError
from hub.templates.folder import LARGEST_FILE


@pytest.mark.parametrize(
    ("text", "answer"), [("{{ x }}", True), ("{% x %}", True), ("{# x #}", True), ("{ x }", False), ("", False), ("x}}", False)]
)
def test_a_text_is_a_template_when_it_has_one_of_three_openings(text: str, answer: bool) -> None:
    """Anything else is taken as it stands."""
    assert is_template(text) is answer


def test_the_same_text_is_compiled_once(site: Any) -> None:
    """As long as somebody holds it."""
    template = site.templates.compile("{{ 1 }}")

    assert site.templates.compile("{{ 1 }}") is template
    assert site.templates.compile("{{ 1 }}", limited=True) is not template


def test_a_template_is_not_looked_at_before_it_is_used(site: Any) -> None:
    """Loading ten thousand of them costs nearly nothing."""
    began = time.monotonic()
    templates = [site.templates.compile(f"{{{{ states('sensor.s{number}') }}}}") for number in range(10_000)]

    assert time.monotonic() - began < 0.6
    assert templates[5].render() == "unknown"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("{{ 1 +", 1, "unexpected"),
        ("a\nb\n{% if %}", 3, "Expected an expression"),
        ("{% for %}", 1, "Expected an expression"),
        ("{{ now() | rando }}", 1, "there is no filter 'rando'; did you mean 'random'?"),
        ("{{ 5 is numbr }}", 1, "there is no test 'numbr'; did you mean 'number'?"),
        ("{{ x }}\n{{ y | zzzzqqq }}", 2, "there is no filter 'zzzzqqq'"),
        ("{% nonsense %}", 1, "unknown tag 'nonsense'"),
        ("{% if x %}", 1, "endif"),
    ],
)
def test_a_mistake_in_the_text_is_told_with_its_line(site: Any, source: str, line: int, words: str) -> None:
    """And with the nearest name that exists."""
    template = site.templates.compile(source)

    with pytest.raises(TemplateSyntaxError) as error:
        template.check()

    assert error.value.line == line
    assert words in str(error.value)
    with pytest.raises(TemplateSyntaxError):
        template.render({"x": 1, "y": 1})


def test_an_unknown_name_is_told_with_its_column(site: Any) -> None:
    """An editor can go there."""
    with pytest.raises(TemplateSyntaxError) as error:
        site.templates.compile("{{ 1 }}\n{{ x  | rando }}").check()

    assert (error.value.line, error.value.column) == (2, 9)


@pytest.mark.parametrize(
    ("source", "fine"),
    [
        ("{% if x %}{{ x | gone }}{% endif %}", True),
        ("{{ (x | gone) if x else 1 }}", True),
        ("{% if x is gone %}{% endif %}", True),
        ("{% if x %}{% for y in [1] %}{{ y | gone }}{% endfor %}{% endif %}", False),
        ("{% for y in [1] %}{{ y | gone }}{% endfor %}", False),
        ("{% set z = x | gone %}", False),
        ("{{ [x] | map('gone') | list }}", True),
    ],
)
def test_an_unknown_name_that_may_never_be_reached_is_no_mistake(site: Any, source: str, fine: bool) -> None:
    """Home Assistant loads such a template, and so does Jinja."""
    template = site.templates.compile(source)

    if fine:
        template.check()
        with pytest.raises(TemplateError):
            template.render({"x": 1})
    else:
        with pytest.raises(TemplateSyntaxError):
            template.check()
        with pytest.raises(TemplateSyntaxError):
            template.render({"x": 1})


def test_an_error_while_rendering_names_template_and_line(site: Any) -> None:
    """So that it can be found in a log."""
    with pytest.raises(RenderFailed) as error:
        site.render("{% set a = 1 %}\n{% if true %}\n{{ a | float + 'x' | float }}\n{% endif %}")

    assert "float got invalid input 'x'" in str(error.value)
    assert "line 3 of template" in str(error.value)


def test_functions_that_nobody_defines_can_be_listed_beforehand(site: Any) -> None:
    """They fail only when they are called, so they are no syntax error."""
    source = "{% macro m() %}{% endmacro %}{% from 'a.jinja' import b as c %}{{ m() }}{{ c() }}{{ statez('x') }}{{ states('x') }}"

    assert site.templates.unknown_functions(source) == {"statez"}


def test_an_undefined_name_prints_nothing_and_is_logged(site: Any, caplog: Any) -> None:
    """The warning names the template and the variable."""
    assert site.render("a{{ nothing }}b") == "ab"
    assert site.render("{% for x in [1] %}{{ trigger.gone }}{% endfor %}", trigger={}) == ""

    messages = [record.getMessage() for record in caplog.records]
    assert messages == [
        "'nothing' is undefined in template 'a{{ nothing }}b'",
        "'dict object' has no attribute 'gone' in template '{% for x in [1] %}{{ trigger.gone }}{% endfor %}'",
    ]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ nothing | default('x') }}", "x"),
        ("{{ nothing is defined }}", False),
        ("{{ trigger.gone is defined }}{{ trigger.here is defined }}", "FalseTrue"),
        ("{{ trigger.gone | default(5) }}", 5),
        ("{{ trigger.gone.further | default(5) }}", None),
        ("{{ nothing.x }}", None),
        ("{{ nothing() }}", None),
        ("{{ nothing + 1 }}", None),
        ("{{ 'yes' if nothing else 'no' }}", "no"),
        ("{{ nothing or 'other' }}", "other"),
        ("{{ nothing == nothing_else }}", True),
        ("{{ nothing | list }}", []),
        ("{{ 'x' if false }}", ""),
        ("{{ nothing is none }}", False),
        ("{{ nothing | float(3) }}", None),
    ],
)
def test_undefined_names_behave_as_in_home_assistant(site: Any, source: str, value: object) -> None:
    """They print and test as nothing; using them any further is an error (None in the table)."""
    if value is None:
        with pytest.raises(TemplateError):
            site.render(source, trigger={"here": 1})
    else:
        assert site.render(source, trigger={"here": 1}) == value


@pytest.mark.parametrize(
    "expression",
    [
        "states('sensor.power')", "states.sensor.power.state", "states", "states | list", "is_state('a.b', 'on')",
        "'a.b' is is_state('on')", "state_attr('a.b', 'c')", "is_state_attr('a.b', 'c', 1)", "has_value('a.b')", "expand('a.b')",
        "closest(states)", "distance(1, 2)", "now()", "utcnow()", "today_at()", "relative_time(1)", "time_since(1)",
        "time_until(1)", "timedelta_string(1)",
        "area_id('x')", "area_name('x')", "floor_id('x')", "floor_name('x')", "label_id('x')",
        "label_name('x')", "device_id('x')", "device_name('x')", "device_attr('x', 'y')", "is_device_attr('x', 'y', 1)",
        "entity_name('a.b')", "is_hidden_entity('a.b')", "'x' | md5", "sha1('x')", "'x' | base64_encode",
        "state_translated('a.b')",
    ],
)  # fmt: skip
def test_a_limited_template_refuses_what_looks_at_the_hub(site: Any, expression: str) -> None:
    """Each of these names says that it is not supported there."""
    template = site.templates.compile("{{ " + expression + " }}", limited=True)

    with pytest.raises(TemplateError, match="is not supported in limited templates"):
        template.render()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 1", 2), ("'a' | upper", "A"), ("'abc' is match('a')", True), ("'[1]' | from_json", [1]), ("areas()", []),
        ("area_entities('x')", []), ("floors() + floor_areas('x')", []), ("labels()", []), ("label_entities('x')", []),
        ("device_entities('x')", []), ("integration_entities('x')", []), ("config_entry_id('a.b')", None), ("issues()", {}),
        ("as_datetime('2024-01-01').year", 2024), ("limit | float * 2", 6.0),
    ],
)  # fmt: skip
def test_a_limited_template_can_still_compute(site: Any, expression: str, value: object) -> None:
    """Arithmetic, text, JSON and the lists of the registries are allowed."""
    assert site.templates.compile("{{ " + expression + " }}", limited=True).render({"limit": "3"}) == value


def test_custom_templates_can_be_imported(build_site: Any, tmp_path: Path) -> None:
    """Macros come from files of the folder, at any depth."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "power.jinja").write_text("{% macro kw(w) %}{{ (w | float / 1000) | round(1) }} kW{% endmacro %}")
    (tmp_path / "hello.jinja").write_text("Hello {{ name }}")
    site = build_site(folder=tmp_path)

    assert site.render("{% from 'tools/power.jinja' import kw %}{{ kw(1234) }}") == "1.2 kW"
    assert site.render("{% import 'tools/power.jinja' as power %}{{ power.kw('500') }}") == "0.5 kW"
    assert site.render("{% include 'hello.jinja' %}", name="Ada") == "Hello Ada"
    with pytest.raises(TemplateError, match=r"gone\.jinja"):
        site.render("{% include 'gone.jinja' %}")


def test_custom_templates_are_read_again_on_request(build_site: Any, tmp_path: Path) -> None:
    """What imports them sees the new text at once."""
    file = tmp_path / "a.jinja"
    file.write_text("old")
    site = build_site(folder=tmp_path)
    template = site.templates.compile("{% include 'a.jinja' %}")
    assert template.render() == "old"

    file.write_text("new")
    assert template.render() == "old"
    site.templates.reload()

    assert template.render() == "new"


def test_a_custom_template_that_is_too_large_or_broken_hurts_only_itself(build_site: Any, tmp_path: Path) -> None:
    """Others load."""
    (tmp_path / "large.jinja").write_text("x" * (LARGEST_FILE + 1))
    (tmp_path / "binary.jinja").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "broken.jinja").write_text("{% if %}")
    (tmp_path / "good.jinja").write_text("good")
    site = build_site(folder=tmp_path)

    assert site.render("{% include 'good.jinja' %}") == "good"
    for name in ("large", "binary", "broken"):
        with pytest.raises(TemplateError):
            site.render(f"{{% include '{name}.jinja' %}}")


def test_a_folder_that_does_not_exist_has_no_templates(build_site: Any, tmp_path: Path) -> None:
    """That is the usual case."""
    assert build_site(folder=tmp_path / "none").render("{{ 1 }}") == 1
