"""Functions, filters and tests (DIALECT 7.5), each against what Home Assistant documents."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hub.errors import TemplateError

CASTING = [
    ("{{ '5.5' | float }}", 5.5),
    ("{{ float('5') }}", 5.0),
    ("{{ 'bad' | float(1) }}", 1),
    ("{{ 'bad' | float(default=none) }}", None),
    ("{{ '5.7' | int }}", 5),
    ("{{ int(' 7 ') }}", 7),
    ("{{ 'ff' | int(base=16) }}", 255),
    ("{{ 'bad' | int(0) }}", 0),
    ("{{ 'bad' | int('none') }}", "none"),
    ("{{ 'On' | bool }}", True),
    ("{{ bool('disable') }}", False),
    ("{{ bool(0) }}{{ bool(0.5) }}", "FalseTrue"),
    ("{{ 'maybe' | bool(false) }}", False),
    ("{{ none | bool('?') }}", "?"),
    ("{{ is_number('5') }}", True),
    ("{{ 'nan' | is_number }}", False),
    ("{{ 'inf' is is_number }}", False),
    ("{{ none is is_number }}", False),
    ("{{ 'x' is string_like }}{{ b is string_like }}", "TrueTrue"),
    ("{{ 5 is string_like }}", False),
]
NUMBERS = [
    ("{{ 2.5 | round }}", 2),
    ("{{ 3.5 | round }}", 4),
    ("{{ 1.2345 | round(2) }}", 1.23),
    ("{{ 1.2345 | round(2, 'ceil') }}", 1.24),
    ("{{ 1.2389 | round(2, 'floor') }}", 1.23),
    ("{{ 1.3 | round(1, 'half') }}", 1.5),
    ("{{ 1.3 | round(method='half') }}", 1),
    ("{{ '1234' | round(-2) }}", 1200.0),
    ("{{ 'bad' | round(1, default='x') }}", "x"),
    ("{{ '5' | add(1) }}", 6.0),
    ("{{ 'bad' | add(1, 2) }}", 2),
    ("{{ '5' | multiply(2) }}", 10.0),
    ("{{ log(8, 2) | round(6) }}", 3.0),
    ("{{ 100 | log(10) }}", 2.0),
    ("{{ log(0, 2, 'no') }}", "no"),
    ("{{ log(2, 1, 'no') }}", "no"),
    ("{{ sqrt(9) }}", 3.0),
    ("{{ -1 | sqrt('no') }}", "no"),
    ("{{ 2 | acos('no') }}", "no"),
    ("{{ (1, 1) | atan2 | round(3) }}", 0.785),
    ("{{ atan2(1, 'x', 5) }}", 5),
    ("{{ atan2((1, 'x'), default=6) }}", 6),
    ("{{ pi | round(3) }} {{ tau | round(3) }} {{ e | round(3) }}", "3.142 6.283 2.718"),
    ("{{ min(3, 1, 2) }}{{ max([3, 1]) }}", 13),
    ("{{ max([{'a': 1}, {'a': 2}], attribute='a').a }}", 2),
    ("{{ [1, 2] | max }}", 2),
    ("{{ average([1, 2, 6]) }}", 3.0),
    ("{{ average(1, 2, 6) }}", 3.0),
    ("{{ [] | average('none') }}", "none"),
    ("{{ median([3, 1, 2, 10]) }}", 2.5),
    ("{{ statistical_mode([1, 1, 2]) }}", 1),
    ("{{ statistical_mode('a', 'a', 'b') }}", "a"),
    ("{{ statistical_mode([], 'none') }}", "none"),
    ("{{ 6 | bitwise_and(3) }} {{ bitwise_or(6, 3) }} {{ bitwise_xor(6, 3) }}", "2 7 5"),
    ("{{ 15 | clamp(0, 10) }}", 10.0),
    ("{{ clamp('5', 0, 10) }}", 5.0),
    ("{{ 370 | wrap(0, 360) }}", 10.0),
    ("{{ wrap(-10, 0, 360) }}", 350.0),
    ("{{ wrap(5, 3, 3) }}", 3.0),
    ("{{ 5 | remap(0, 10, 0, 100) }}", 50.0),
    ("{{ remap(12, 0, 10, 0, 100, edges='clamp') }}", 100.0),
    ("{{ remap(12, 0, 10, 0, 100, edges='wrap') }}", 20.0),
    ("{{ remap(12, 0, 10, 0, 100, edges='mirror') }}", 80.0),
    ("{{ remap(-2, 0, 10, 0, 100, edges='mirror') }}", 20.0),
    ("{{ remap(4.4, 0, 10, 0, 100, steps=5) }}", 40.0),
]
DATES = [
    ("{{ now().isoformat() }}", "2024-03-15T19:30:00+01:00"),
    ("{{ utcnow().isoformat() }}", "2024-03-15T18:30:00+00:00"),
    ("{{ today_at('07:30').isoformat() }}", "2024-03-15T07:30:00+01:00"),
    ("{{ today_at().isoformat() }}", "2024-03-15T00:00:00+01:00"),
    ("{{ ('07:30:15' | today_at).isoformat() }}", "2024-03-15T07:30:15+01:00"),
    ("{{ as_datetime('2024-03-15T10:00:00Z') }}", "2024-03-15 10:00:00+00:00"),
    ("{{ as_datetime('2024-03-15 10:00').isoformat() }}", "2024-03-15T10:00:00"),
    ("{{ as_datetime('20240315T101530').isoformat() }}", "2024-03-15T10:15:30"),
    ("{{ as_datetime('2024-03-15') }}", "2024-03-15 00:00:00"),
    ("{{ as_datetime(0).isoformat() }}", "1970-01-01T00:00:00+00:00"),
    ("{{ as_datetime('1.5').isoformat() }}", "1970-01-01T00:00:01.500000+00:00"),
    ("{{ as_datetime('soon') }}", None),
    ("{{ as_datetime('2024-13-45') }}", None),
    ("{{ as_datetime('soon', 'never') }}", "never"),
    ("{{ as_datetime(none, 'never') }}", "never"),
    ("{{ as_datetime(day).isoformat() }}", "2024-02-29T00:00:00"),
    ("{{ (utcnow() | as_local).isoformat() }}", "2024-03-15T19:30:00+01:00"),
    ("{{ as_timestamp('2024-03-15T18:30:00+00:00') }}", 1710527400.0),
    ("{{ as_timestamp(now()) | int }}", 1710527400),
    ("{{ as_timestamp('2024-03-15 19:30:00') }}", 1710527400.0),
    ("{{ as_timestamp('bad', 5) }}", 5),
    ("{{ as_timestamp(5, 'no number') }}", "no number"),
    ("{{ as_timedelta('PT1H30M') }}", "1:30:00"),
    ("{{ as_timedelta('P1DT0.5H') }}", "1 day, 0:30:00"),
    ("{{ as_timedelta('1 02:03:04') }}", "1 day, 2:03:04"),
    ("{{ as_timedelta('-1 day, 2:00:00') }}", "-1 day, 2:00:00"),
    ("{{ as_timedelta('90') }}", "0:01:30"),
    ("{{ as_timedelta('-00:01:30') }}", "-1 day, 23:58:30"),
    ("{{ as_timedelta('soon') }}", None),
    ("{{ strptime('15.03.2024', '%d.%m.%Y').isoformat() }}", "2024-03-15T00:00:00"),
    ("{{ strptime('bad', '%Y', 'x') }}", "x"),
    ("{{ timedelta(hours=1, minutes=5) }}", "1:05:00"),
    ("{{ 1710527400 | timestamp_custom('%H:%M') }}", "19:30"),
    ("{{ 1710527400 | timestamp_custom('%H:%M', false) }}", "18:30"),
    ("{{ 'x' | timestamp_custom('%H', true, 'none') }}", "none"),
    ("{{ 1710527400 | timestamp_local }}", "2024-03-15T19:30:00+01:00"),
    ("{{ 1710527400 | timestamp_utc }}", "2024-03-15T18:30:00+00:00"),
    ("{{ 1e30 | timestamp_utc('far') }}", "far"),
    ("{{ time_since(now() - timedelta(hours=2, minutes=5)) }}", "2 hours"),
    ("{{ time_since(now() - timedelta(hours=2, minutes=5), 2) }}", "2 hours 5 minutes"),
    ("{{ time_since(now() - timedelta(hours=1, minutes=59)) }}", "2 hours"),
    ("{{ time_since(now() - timedelta(days=400), precision=3) }}", "1 year 1 month 5 days"),
    ("{{ time_since(now()) }}", "0 seconds"),
    ("{{ time_since('text') }}", "text"),
    ("{{ time_since(now() + timedelta(hours=1)) == now() + timedelta(hours=1) }}", True),
    ("{{ time_until(now() + timedelta(minutes=1)) }}", "1 minute"),
    ("{{ time_until(now() - timedelta(1)) == now() - timedelta(1) }}", True),
    ("{{ relative_time(now() - timedelta(seconds=1)) }}", "1 second"),
    ("{{ timedelta_string(timedelta(days=1, hours=2), 2) }}", "1 day 2 hours"),
    ("{{ timedelta(minutes=-90) | timedelta_string(0) }}", "1 hour 30 minutes"),
    ("{{ timedelta_string('x') }}", "x"),
    ("{{ now() is datetime }}{{ 5 is datetime }}", "TrueFalse"),
    ("{{ now() - strptime('2024-03-15 18:00:00 +0000', '%Y-%m-%d %H:%M:%S %z') }}", "0:30:00"),
]
COLLECTIONS = [
    ("{{ [1, [2, [3, [4]]]] | flatten }}", [1, 2, 3, 4]),
    ("{{ flatten([1, [2, [3, [4]]]], levels=1) }}", [1, 2, [3, [4]]]),
    ("{{ [3, 1, 2] | shuffle(5) == shuffle([3, 1, 2], seed=5) }}", True),
    ("{{ shuffle(1, 2, 3, seed='x') | sort }}", [1, 2, 3]),
    ("{{ [1, 2, 3] | intersect([2, 3, 4]) | sort }}", [2, 3]),
    ("{{ difference([1, 2, 3], [2]) | sort }}", [1, 3]),
    ("{{ [1] | union([2]) | sort }}", [1, 2]),
    ("{{ symmetric_difference([1, 2], [2, 3]) | sort }}", [1, 3]),
    ("{{ set([1, 1]) }}", {1}),
    ("{{ tuple([1, 2]) }}", (1, 2)),
    ("{{ [1] is list }}{{ set([1]) is set }}{{ (1,) is tuple }}{{ [1] is tuple }}", "TrueTrueTrueFalse"),
    ("{{ zip([1, 2], ['a', 'b']) | list }}", [(1, "a"), (2, "b")]),
    ("{{ ['a', 'b'] is contains('a') }}{{ 'roof' | contains('oo') }}", "TrueTrue"),
    ("{{ [['a'], ['b']] | select('contains', 'a') | list }}", [["a"]]),
    ("{{ combine({'a': 1}, {'b': 2}, {'a': 3}) }}", {"a": 3, "b": 2}),
    ("{{ {'a': {'x': 1}} | combine({'a': {'y': 2}}) }}", {"a": {"y": 2}}),
    ("{{ {'a': {'x': 1}} | combine({'a': {'y': 2}}, recursive=true) }}", {"a": {"x": 1, "y": 2}}),
    ("{{ [5] | random }}", 5),
    ("{{ ['a10', 'a9', 'a1'] | natural_sort }}", ["a1", "a9", "a10"]),
    ("{{ natural_sort([{'n': 'b2'}, {'n': 'b10'}], key='n', reverse=true) | map(attribute='n') | list }}", ["b10", "b2"]),
    ("{{ [3, 1] | sort | join('-') }}", "1-3"),
    ("{{ [{'r': 'x', 'v': 1}, {'r': 'x', 'v': 2}] | groupby('r') | map('first') | list }}", ["x"]),
    ("{{ [1, 2, 3, 4] | batch(3) | list }}", [[1, 2, 3], [4]]),
    ("{{ [1, 2, 3] | slice(2) | list }}", [[1, 2], [3]]),
    ("{{ [[1], [2, 3]] | sum(start=[]) }}", [1, 2, 3]),
    ("{{ [{'v': 1}, {'v': 2}] | sum(attribute='v') }}", 3),
]
FUNCTIONAL = [
    ("{{ iif(1 == 1) }}{{ iif(false) }}", "TrueFalse"),
    ("{{ (1 == 2) | iif('yes', 'no') }}", "no"),
    ("{{ none | iif('yes', 'no', 'none') }}", "none"),
    ("{{ none | iif('yes', 'no') }}", "no"),
    ("{{ 5 | apply(float) }}", 5.0),
    ("{{ ['1', '2'] | map('apply', int) | list }}", [1, 2]),
    ("{{ [1, 2, 3] | select('apply', is_number) | list }}", [1, 2, 3]),
    ("{% macro macro_twice(x, returns) %}{% do returns(x * 2) %}{% endmacro %}{{ as_function(macro_twice)(4) + 1 }}", 9),
    ("{% macro m(x, returns) %}{{ returns({'v': x}) }}{% endmacro %}{% set f = m | as_function %}{{ f(3).v }}", 3),
    ("{% macro m(returns) %}nothing{% endmacro %}{{ as_function(m)() }}", None),
    ("{{ typeof([]) }} {{ typeof(1.0) }} {{ none | typeof }} {{ typeof(nothing) }}", "list float NoneType LoggingUndefined"),
    ("{{ 5 | is_defined }}", 5),
    ("{{ 'a' | ord }}", 97),
    ("{{ merge_response({}) }}", []),
    (
        "{{ merge_response({'calendar.a': {'events': [{'s': 1}, {'s': 2}]}, 'calendar.b': {'events': []}}) }}",
        [
            {"s": 1, "entity_id": "calendar.a", "value_key": "events"},
            {"s": 2, "entity_id": "calendar.a", "value_key": "events"},
        ],
    ),
    ("{{ merge_response({'x.a': {'v': 1}, 'x.b': {'v': 2}}) }}", [{"v": 1, "entity_id": "x.a"}, {"v": 2, "entity_id": "x.b"}]),
]
TEXT = [
    ("{{ 'sensor.x' is match('sensor') }}{{ 'a sensor' is match('sensor') }}", "TrueFalse"),
    ("{{ 'a sensor' is search('SENSOR', ignorecase=true) }}", True),
    ("{{ 'abc' | regex_match('B', true) }}{{ 'abc' | regex_search('B', true) }}", "FalseTrue"),
    ("{{ 12345 | regex_replace('3', 'x') }}", "12x45"),
    ("{{ 'ab' | regex_replace('(a)(b)', '\\\\2\\\\1') }}", "ba"),
    ("{{ 'a1 b22' | regex_findall('\\\\d+') }}", ["1", "22"]),
    ("{{ 'a1 b22' | regex_findall('([a-z])(\\\\d+)') }}", [("a", "1"), ("b", "22")]),
    ("{{ 'a1 b22' | regex_findall_index('\\\\d+', 1) }}", 22),
    ("{{ slugify('Dach Süd 1') }} {{ 'A b' | slugify('-') }}", "dach_sud_1 a-b"),
    (
        "{{ 1 | ordinal }} {{ 2 | ordinal }} {{ 3 | ordinal }} {{ 11 | ordinal }} {{ 112 | ordinal }} {{ 22 | ordinal }}",
        "1st 2nd 3rd 11th 112th 22nd",
    ),
    ("{{ urlencode({'q': 'a b', 'n': 1}) }}", "q=a+b&n=1"),
    ("{{ 'a b/c' | urlencode }}", "a%20b/c"),
    ("{{ 'x' | md5 }}", "9dd4e461268c8034f5c8564e155c67a6"),
    ("{{ sha1('x') }}", "11f6ad8ec52a2984abaafd7c3b516503785c2072"),
    ("{{ sha256('x')[:8] }} {{ ('x' | sha512)[:8] }}", "2d711642 a4abd444"),
    ("{{ 'roof' | base64_encode }} {{ 'cm9vZg==' | base64_decode }}", "cm9vZg== roof"),
    ("{{ 'AAE=' | base64_decode(none) }}", b"\x00\x01"),
    ("{{ 'ff00' | from_hex }}", b"\xff\x00"),
    ("{{ pack(1, '>H') }} {{ b | unpack('>H') }}", "b'\\x00\\x01' 258"),
    ("{{ unpack(b, '>H', offset=0) }}", 258),
    ("{{ '[1, null]' | from_json }}", [1, None]),
    ("{{ 'bad' | from_json('x') }}", "x"),
    ("{{ {'ü': 1} | to_json(ensure_ascii=true) }}", {"ü": 1}),
    ("{{ {'b': 1, 'a': true} | to_json(sort_keys=true) }}", '{"a":true,"b":1}'),
    ("{{ {'a': true} | to_json(pretty_print=true) }}", '{\n  "a": true\n}'),
    ("{{ version('2024.3.1') > '2024.3.0b5' }}{{ '1.0' | version == '1.0.0' }}", "TrueTrue"),
    ("{{ version('1.0b2') < '1.0' }}{{ version('1.0b2').beta }}{{ version('10.2') > '9.9' }}", "TrueTrueTrue"),
    ("{{ version('2024.3.1').major }}.{{ version('2024.3.1').minor }}.{{ version('2024.3.1').patch }}.x", "2024.3.1.x"),
    ("{{ version('1.2') }}", 1.2),
    ("{{ '%s has %d' | format('roof', 3) }}{{ '%03d' % 7 }}", "roof has 3007"),
    ("{{ 'a{}b{x}'.format(1, x=2) }}", "a1b2"),
    ("{{ ', '.join(['a', 'b']) }} {{ ['a', 'b'] | join('+') }}", "a, b a+b"),
    ("{{ 'aXb' | replace('X', '-') }} {{ 'x' | center(5) }}|", "a-b   x  |"),
]


@pytest.mark.parametrize(("source", "value"), CASTING + NUMBERS + DATES + COLLECTIONS + FUNCTIONAL + TEXT)
def test_every_function_does_what_home_assistant_documents(site: Any, source: str, value: object) -> None:
    """Value and type are right."""
    result = site.render(source, day=date(2024, 2, 29), b=b"\x01\x02")

    assert result == value
    assert isinstance(result, type(value))


@pytest.mark.parametrize(
    "call",
    [
        "'x' | float", "float(none)", "'x' | int", "'maybe' | bool", "none | round", "'x' | add(1)", "'x' | multiply(1)",
        "'x' | sin", "sqrt('x')", "log(0)", "atan2('x', 1)", "average([])", "median([])", "statistical_mode([])", "average()",
        "min()", "max(1)", "average(1)", "as_timestamp('x')", "as_timestamp(5)", "as_datetime(none)", "strptime('x', '%Y')",
        "'x' | timestamp_local", "today_at('25:00')", "today_at('x')", "as_timedelta(5)", "'x' | from_json", "now() | to_json",
        "states.sensor.power | to_json", "clamp('x', 1, 2)", "remap('x', 1, 2, 3, 4)", "remap(1, 2, 2, 3, 4, edges='wrap')",
        "flatten('abc')", "flatten(5)", "intersect(5, [1])", "union([1], 'ab')", "combine()", "combine({}, 5)", "shuffle()",
        "shuffle(5)", "nothing | is_defined", "nothing()", "merge_response([])", "merge_response({'a': 5})",
        "merge_response({'a': {'entity_id': 5}})", "merge_response({'a': {'k': [{'entity_id': 5}]}})", "version(none) < '1.0'",
        "'x' | from_hex", "'ä' | base64_decode", "'x' | ordinal", "'ab' | regex_findall_index('x', 3)", "'x' is match('(')",
        "[] | random", "device_attr(5, 'name')", "config_entry_attr('x', 'secret')", "1 // 0", "'a' + 1", "[1] < 2",
        "'x' | unknown_filter", "'x' is unknown_test", "unknown_function()",
    ],
)  # fmt: skip
def test_bad_input_without_a_default_is_an_error_that_names_the_template(site: Any, call: str) -> None:
    """Nothing is silently zero."""
    source = "{{ " + call + " }}"

    with pytest.raises(TemplateError):
        site.render(source)


def test_what_does_not_fit_when_packing_gives_none_and_a_warning(site: Any, caplog: Any) -> None:
    """Binary data of a wrong size is everyday."""
    assert site.render("{{ pack(70000, '>H') }}") is None
    assert site.render("{{ 'x'.encode() | unpack('>H') }}") is None
    assert ["pack: 70000" in caplog.text, "unpack: b'x'" in caplog.text] == [True, True]


def test_a_choice_by_chance_is_made_anew_each_time(site: Any) -> None:
    """Jinja would otherwise choose once, when it compiles."""
    template = site.templates.compile("{{ range(100000) | random }}{{ [1, 2, 3, 4, 5, 6, 7, 8, 9] | random }}")

    assert len({template.text() for _ in range(20)}) > 1


def test_summer_time_is_respected(build_site: Any) -> None:
    """On the day of the change, midnight is still winter time."""
    site = build_site()
    site.clock.run_next(datetime.fromisoformat("2024-03-31T12:00:00+00:00").timestamp())

    assert site.render("{{ now().isoformat() }}") == "2024-03-31T14:00:00+02:00"
    assert site.render("{{ today_at('01:00').isoformat() }}") == "2024-03-31T01:00:00+01:00"
    assert site.render("{{ now() - today_at() }}") == str(timedelta(hours=14))


def test_functions_of_plugins_can_be_called(build_site: Any) -> None:
    """What the hub is given is offered to templates."""
    site = build_site(functions={"double": lambda value: value * 2})

    assert site.render("{{ double(4) }}") == 8


def test_places_are_found_and_measured(site: Any) -> None:
    """Sites have coordinates; distances are those of the ellipsoid."""
    site.set("sensor.potsdam", "ok", latitude=52.39, longitude=13.06)
    site.set("sensor.hamburg", "ok", latitude=53.55, longitude=10.0)

    assert site.render("{{ distance('sensor.hamburg') | round }}") == 255
    assert site.render("{{ distance(52.39, 13.06, states.sensor.hamburg) | round }}") == 243
    assert site.render("{{ closest(states.sensor).entity_id }}") == "sensor.potsdam"
    assert site.render("{{ closest(53, 10, states).entity_id }}") == "sensor.hamburg"
    assert site.render("{{ (['sensor.potsdam', states.sensor] | closest('sensor.hamburg')).entity_id }}") == "sensor.hamburg"
    assert site.render("{{ distance('nowhere') }}{{ closest('sensor.none', states) }}") == "NoneNone"
