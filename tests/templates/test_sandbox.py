"""A hostile template reaches nothing but what it was given."""

from typing import Any

import pytest

from hub.errors import TemplateError
from hub.model.context import Context
from hub.model.event import Event

ESCAPES = [
    "''.__class__", "''.__class__.__mro__", "[].__class__.mro()", "'' | attr('__class__')", "'{0.__class__}'.format(1)",
    "'{0.__class__.__init__.__globals__}'.format(now)", "'{a.__class__}'.format_map({'a': 1})", "now.__globals__",
    "now.__self__", "states._world", "states['_world']", "states.sensor._world", "states.sensor.power._state",
    "states.sensor.power['_state']", "(states | first)._world", "trigger.to_state.__struct_fields__",
    "trigger.to_state.as_dict()", "trigger.to_state['as_dict']()", "trigger.to_state.changed", "trigger.event.as_dict()",
    "trigger.event.time", "trigger.event.context.key", "context.new()", "self.__init__", "self._TemplateReference__context",
    "lipsum.__globals__", "cycler.__init__.__globals__", "joiner.__init__.__globals__.os", "namespace.__init__",
    "dict.__subclasses__()", "timedelta.__subclasses__()", "timedelta.mro()", "range.__class__", "zip.__self__",
    "'x'.format.__self__", "[1] | map(attribute='__class__') | first", "['x'] | map('attr', '__class__') | first",
    "[now] | map(attribute='__globals__') | first", "[{}] | map(attribute='__class__') | first", "version('1')._rank",
    "float.__wrapped__", "states.sensor.power.context._asdict", "trigger.to_state.context.__reduce__()",
    "(x for x in []).gi_frame", "none.__class__", "(1).__class__", "true.__class__.__bases__", "iif.__code__",
    "[].append(1)", "{}.update(a=1)", "trigger.data.clear()", "trigger.data.pop('a')", "trigger.items.append(5)",
    "trigger.data.setdefault('b', 1)", "set([1]).add(2)", "trigger.items.sort()", "trigger.items.extend([1])",
]  # fmt: skip
SCRIPTS = [
    "{% set n = namespace() %}{{ n.__class__ }}",
    "{% set n = namespace() %}{{ n._Namespace__attrs }}",
    "{% for x in [1] %}{{ loop._iterator }}{{ loop.__class__ }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}{{ m._func }}{{ m.__class__ }}",
    "{% macro m(returns) %}{{ returns.__globals__ }}{% endmacro %}{% set r = as_function(m)() %}{{ r or '' }}",
    "{% set x = [] %}{% do x.append(1) %}{{ x }}",
    "{% do trigger.data.update(a=2) %}{{ trigger.data }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% extends 'x' %}",
]
SILENT = ("", "[Undefined]")


@pytest.mark.parametrize("source", ["{{ " + escape + " }}" for escape in ESCAPES] + SCRIPTS)
def test_no_way_leads_out_of_the_sandbox(site: Any, source: str) -> None:
    """Each attempt prints nothing or fails, and changes nothing, in the quick way and in the sandbox."""
    state = site.states.get("sensor.power")
    event = Event("x", {"a": 1}, 0.0, Context.new())
    trigger = {"to_state": state, "event": event, "data": {"a": 1}, "items": [3, 1]}

    try:
        result = site.text(source, trigger=trigger, context=Context.new())
    except TemplateError:
        result = ""

    assert result in SILENT
    assert trigger["data"] == {"a": 1}
    assert trigger["items"] == [3, 1]


def test_attributes_of_a_state_cannot_be_changed(site: Any) -> None:
    """They are the state machine's own."""
    with pytest.raises(TemplateError):
        site.render("{{ state_attr('light.hall', 'modes').append('c') }}")

    assert site.states.get("light.hall").attributes["modes"] == ["a", "b"]


def test_a_private_object_in_the_variables_stays_private(site: Any) -> None:
    """Of values of the hub's own, only those that templates are meant to read can be read."""
    from hub.model.notice import Notice

    with pytest.raises(TemplateError):
        site.render("{{ notice.message.upper() }}", notice=Notice(message="secret"))


def test_what_a_namespace_is_for_still_works(site: Any) -> None:
    """Loops hand values out through it."""
    source = (
        "{% set ns = namespace(total=0) %}{% for x in [1, 2, 3] %}{% set ns.total = ns.total + x %}{% endfor %}{{ ns.total }}"
    )

    assert site.render(source) == 6


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{% for v in range(10) %}{% if v == 1 %}{% continue %}{% elif v == 3 %}{% break %}{% endif %}{{ v }}{% endfor %}", "02"),
        ("{% for x in 'abc' %}{{ loop.index }}{{ loop.last }}{{ loop.length }} {% endfor %}", "1False3 2False3 3True3"),
        ("{% for x in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", "a=1"),
        ("{% for x in [[1, [2]]] recursive %}{{ loop(x) if x is list else x }}{% endfor %}", 12),
        ("{% macro greet(name='you') %}Hi {{ name }}{% endmacro %}{{ greet() }} {{ greet('Ada') }}", "Hi you Hi Ada"),
        ("{% set text %}a{{ 1 }}{% endset %}{{ text | upper }}", "A1"),
        ("{% with x = 5 %}{{ x }}{% endwith %}{{ x is defined }}", "5False"),
        ("{% filter upper %}a{% endfilter %}", "A"),
        ("{% call(x) caller_of() %}{% endcall %}", None),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("{# a comment #}x", "x"),
    ],
)
def test_the_whole_of_jinja_is_there(site: Any, source: str, value: object) -> None:
    """The sandbox takes nothing away that a template needs."""
    if value is None:
        with pytest.raises(TemplateError):
            site.render(source)
    else:
        assert site.render(source) == (int(value) if isinstance(value, str) and value.isdigit() and value[0] != "0" else value)
