"""A template that asks for too much is refused, and soon."""

import time
from typing import Any

import pytest

from hub.errors import TemplateError

TOO_LARGE = [
    "'a' * 10**9", "10**9 * 'a'", "10 ** (10**8)", "2**100000", "[0] * 10**9", "[[0] * 10000] * 10000", "'a'.center(10**9)",
    "'a' | center(10**9)", "'%1000000000d' % 1", "'%*d' % (10**9, 1)", "'{:1000000000}'.format(1)", "'{:{}}'.format(1, 10**9)",
    "'%1000000000d' | format(1)", "'a'.ljust(width=10**9)", "range(10**9) | list", "range(100001)", "'a' * 300000",
    "'aaaa'.replace('a', 'b' * 1000000)", "('a' * 100000) | replace('a', 'b' * 100000)",
    "('a' * 99999).join(['a'] * 99999)", "range(100000) | map('string') | join('a' * 1000)",
    "'a' | indent(10**9, true)", "('a' * 1000) | wordwrap(1, wrapstring='x' * 100000)", "'x'.encode() | unpack('999999999s')",
    "1 | pack('1000000000x')", "(1).to_bytes(10**9, 'big')", "'\\t'.expandtabs(10**9)",
    "('a' * 1000).translate({97: 'b' * 10000})", "5 | round(10**9)", "lipsum(10**6)", "[1] | batch(10**9, 1) | list",
    "[1] | slice(10**9) | list", "[1] | tojson(10**9)", "(3 ** 40000) * (3 ** 40000)",
    "('a' * 900000) ~ ('a' * 900000)", "('a' * 900000) + ('a' * 900000)", "([0] * 900000) + ([0] * 900000)",
    "['a' * 900000] * 900", "('a' * 900000) | regex_replace('a', 'bcdef')", "[[0] * 900000, [0] * 900000] | sum(start=[])",
]  # fmt: skip
SCRIPTS = [
    "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=3) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=1) %}{% for i in range(60) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x }}",
    "{% macro m(x, n) %}{{ m([x, x], n - 1) if n else x }}{% endmacro %}{{ m([1], 60) }}",
    "{% set x = [1] %}" + "{% set x = [x, x] %}" * 60 + "{{ x }}",
    "{% set x = 'a' * 1000000 %}{% for i in range(100000) %}{{ x }}{% endfor %}",
    "{% set y %}{% set x = 'a' * 1000000 %}{% for i in range(100000) %}{{ x }}{% endfor %}{% endset %}",
    "{% macro r() %}{{ r() }}{% endmacro %}{{ r() }}",
    "{% macro r(n) %}{{ r(n + 1) }}{{ r(n + 1) }}{% endmacro %}{{ r(0) }}",
    "{% for x in range(10) recursive %}{{ loop(range(10)) }}{% endfor %}",
]
RUNAWAY = [
    "('a' * 40 ~ 'b') is match('(a+)+$')",
    "('a' * 40 ~ 'b') | regex_replace('(a|a)*c', 'x')",
    "('a' * 40) | regex_findall('(a|aa)+$') | length > 5",
    "('x' * 40) is search('(x+x+)+y')",
    "('a' * 5000) is search('a*a*a*a*a*a*b')",
]
ENDLESS = [
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    "{{ range(100000) | select('in', range(100000) | list) | list | count }}",
    "{% for i in range(100000) %}{{ range(100000) | list | count }}{% endfor %}",
    "{% macro m() %}{% for i in range(999) %}x{% endfor %}{% endmacro %}{% for i in range(99999) %}{% set x = m() %}{% endfor %}",
]


@pytest.mark.parametrize("source", ["{{ " + text + " }}" for text in TOO_LARGE] + SCRIPTS)
def test_what_would_take_all_memory_is_refused_at_once(site: Any, source: str) -> None:
    """No such value is ever made."""
    with pytest.raises(TemplateError):
        site.render(source)


@pytest.mark.parametrize("source", ENDLESS)
def test_what_would_take_for_ever_is_stopped(build_site: Any, source: str) -> None:
    """The hub goes on after the time limit."""
    site = build_site(time_limit=0.1)
    began = time.monotonic()

    with pytest.raises(TemplateError, match=r"took longer than 0\.1 seconds"):
        site.render(source)

    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("expression", RUNAWAY)
def test_a_pattern_that_would_not_end_is_refused(site: Any, expression: str) -> None:
    """Python could not interrupt it."""
    with pytest.raises(TemplateError, match="would take too long"):
        site.render("{{ " + expression + " }}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'the host 192.168.100.200 does not answer' | regex_findall('(?:\\\\d{1,3}\\\\.)+\\\\d{1,3}')", ["192.168.100.200"]),
        ("('word ' * 2000) is search('\\\\w+$')", False),
        ("('one, two; ' * 50) | regex_findall('(?:\\\\w+, )+(\\\\w+)') | count", 50),
    ],
)
def test_ordinary_patterns_work_on_long_texts(site: Any, expression: str, value: object) -> None:
    """The watch for runaway patterns does not hurt the others."""
    assert site.render("{{ " + expression + " }}") == value


@pytest.mark.parametrize(
    "source",
    [
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "[" * 3000,
        "{% if 1 %}" * 500 + "{% endif %}" * 500,
        "{{ 1" + "+1" * 5000 + " }}",
    ],
)
def test_a_text_that_is_nested_too_deeply_is_refused(site: Any, source: str) -> None:
    """The parser gives up before Python does."""
    with pytest.raises(TemplateError):
        site.render(source)


def test_large_but_reasonable_work_is_done(site: Any) -> None:
    """The limits leave room for what people need."""
    assert site.render("{{ range(100000) | sum }}") == 4999950000
    assert site.render("{{ (range(50000) | join(',')) | length }}") == 288889
    assert len(site.render("{{ 'a' * 262144 }}")) == 262_144
    with pytest.raises(TemplateError, match="262144"):
        site.render("{{ 'a' * 262145 }}")
