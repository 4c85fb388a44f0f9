"""Any automation that is well formed loads; any key that is misspelt is refused where it stands."""

from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations
from hub.config import Mapping as Node
from hub.config import loads
from hub.config.nodes import position_of

Strategy = st.SearchStrategy[dict[str, Any]]
FREE = {"data", "variables", "trigger_variables", "event_data", "target", "for", "timeout", "delay", "offset"}
"""Under these keys names are the author's, or are judged by whole values."""

entity_ids = st.sampled_from(["sensor.a", "Light.B", "binary_sensor.c_1"])
several = st.one_of(entity_ids, st.lists(entity_ids, min_size=1, max_size=3))
states = st.sampled_from(["on", "off", "idle", "5"])
numbers = st.one_of(st.integers(-100, 100), st.floats(-100, 100), st.just("12.5"), st.just("sensor.limit"))
templates = st.sampled_from(["{{ 1 }}", "{{ states('sensor.a') }}", "{% if true %}x{% endif %}"])
periods = st.one_of(
    st.integers(0, 10_000),
    st.sampled_from(["00:05", "01:02:03", "00:00:01.5", "{{ 5 }}"]),
    st.dictionaries(st.sampled_from(["hours", "minutes", "seconds"]), st.integers(0, 59), min_size=1),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text("ab {}", max_size=4), templates), st.lists, max_leaves=4
)
names = st.text("abcdef_", min_size=1, max_size=6)
mappings = st.dictionaries(names, values, max_size=3)
texts = st.text("abc äß:#'\"\n", max_size=8)


def some(required: dict[str, Any], optional: dict[str, st.SearchStrategy[Any]] | None = None) -> Strategy:
    """Make mappings with these keys."""
    made: dict[str, st.SearchStrategy[Any]] = {}
    for key, value in required.items():
        made[key] = value if isinstance(value, st.SearchStrategy) else st.just(value)
    return st.fixed_dictionaries(made, optional=optional or {})


COMMON = {"alias": texts, "enabled": st.sampled_from([True, False, "{{ true }}"])}
TRIGGER = {**COMMON, "id": texts, "variables": mappings}
triggers = st.one_of(
    some(
        {"trigger": "state", "entity_id": several},
        {**TRIGGER, "to": states, "from": st.lists(states), "for": periods, "attribute": names},
    ),
    some(
        {"trigger": "numeric_state", "entity_id": several, "above": numbers},
        {**TRIGGER, "for": periods, "value_template": templates},
    ),
    some({"trigger": "template", "value_template": templates}, {**TRIGGER, "for": periods}),
    some(
        {"trigger": "time", "at": st.sampled_from(["12:30", "23:59:59", "input_datetime.x"])},
        {**TRIGGER, "weekday": st.just(["mon"])},
    ),
    some({"trigger": "time_pattern", "minutes": st.sampled_from([5, "/5", "*"])}, {**TRIGGER, "hours": st.just("/2")}),
    some({"trigger": "event", "event_type": names}, {**TRIGGER, "event_data": mappings}),
    some({"trigger": "webhook", "webhook_id": names}, {**TRIGGER, "local_only": st.booleans()}),
    some({"trigger": "homeassistant", "event": "start"}, TRIGGER),
    some({"platform": "sun", "event": "sunset"}, {**TRIGGER, "offset": st.just("-00:30:00")}),
    some({"trigger": "cron", "cron": "0 9 * * 1"}, TRIGGER),
)
plain_conditions = st.one_of(
    some(
        {"condition": "state", "entity_id": several, "state": states},
        {**COMMON, "for": periods, "match": st.sampled_from(["all", "any"])},
    ),
    some({"condition": "numeric_state", "entity_id": several, "below": numbers}, {**COMMON, "attribute": names}),
    some({"condition": "template", "value_template": templates}, COMMON),
    some({"condition": "time", "after": "08:00"}, {**COMMON, "before": st.just("20:00:00"), "weekday": st.just("mon")}),
    some({"condition": "trigger", "id": names}, COMMON),
    some({"condition": "sun", "after": "sunset"}, COMMON),
)
conditions: Strategy = st.recursive(
    plain_conditions,
    lambda inner: st.one_of(
        some({"condition": st.sampled_from(["and", "or", "not"]), "conditions": st.lists(inner, max_size=3)}, COMMON),
        st.sampled_from(["and", "or", "not"]).flatmap(lambda word: some({word: st.lists(inner, max_size=3)}, COMMON)),
    ),
    max_leaves=5,
)
STEP = {**COMMON, "continue_on_error": st.booleans()}
plain_steps = st.one_of(
    some(
        {"action": "notify.board"}, {**STEP, "data": mappings, "target": some({"entity_id": several}), "response_variable": names}
    ),
    some({"service": "notify.board"}, {**STEP, "entity_id": several}),
    some({"delay": periods}, STEP),
    some({"wait_template": templates}, {**STEP, "timeout": periods, "continue_on_timeout": st.booleans()}),
    some({"wait_for_trigger": st.lists(triggers, min_size=1, max_size=2)}, {**STEP, "timeout": periods}),
    some({"event": names}, {**STEP, "event_data": mappings}),
    some({"variables": mappings}, STEP),
    some({"stop": st.one_of(st.none(), texts)}, {**STEP, "error": st.booleans()}),
    some({"scene": "scene.night"}, STEP),
    plain_conditions,
)


def _blocks(inner: Strategy) -> Strategy:
    steps, asked = st.lists(inner, max_size=3), st.lists(conditions, max_size=2)
    ways = st.lists(some({"conditions": asked, "sequence": steps}, {"alias": texts}), max_size=2)
    return st.one_of(
        some({"if": asked, "then": steps}, {**STEP, "else": steps}),
        some({"choose": ways}, {**STEP, "default": steps}),
        some({"repeat": some({"count": st.integers(0, 5), "sequence": steps})}, STEP),
        some({"repeat": some({"for_each": st.lists(values), "sequence": steps})}, STEP),
        some({"repeat": some({"while": asked, "sequence": steps})}, STEP),
        some({"repeat": some({"until": asked, "sequence": steps})}, STEP),
        some({"parallel": st.lists(st.one_of(inner, some({"sequence": steps})), max_size=3)}, STEP),
        some({"sequence": steps}, STEP),
    )


steps: Strategy = st.recursive(plain_steps, _blocks, max_leaves=6)
automations = some(
    {"triggers": st.lists(triggers, max_size=3), "actions": st.lists(steps, max_size=4)},
    {
        "alias": texts.filter(str.strip),
        "id": names,
        "description": texts,
        "conditions": st.lists(conditions, max_size=2),
        "mode": st.sampled_from(["single", "restart", "queued", "parallel"]),
        "max": st.integers(2, 100),
        "max_exceeded": st.sampled_from(["silent", "WARNING", "error"]),
        "variables": mappings,
        "trigger_variables": mappings,
        "initial_state": st.booleans(),
        "trace": some({"stored_traces": st.integers(0, 10)}),
    },
)
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def read(automation: dict[str, Any]) -> tuple[Any, list[Any]]:
    """Write the automation as YAML and read it; return the node and what is wrong with it."""
    document = loads(yaml.safe_dump([automation], sort_keys=False, allow_unicode=True), "hub.yaml")
    assert document.problems == []
    (definition,) = read_automations(document.value, Blueprints([]))
    return document.value[0], list(definition.problems)


@PATIENT
@given(automations)
def test_any_automation_that_is_well_formed_loads(automation: dict[str, Any]) -> None:
    """However its parts are put together."""
    assert read(automation)[1] == []


@PATIENT
@given(automations, st.data())
def test_a_single_misspelt_key_is_refused_where_it_stands(automation: dict[str, Any], data: st.DataObject) -> None:
    """At the key; or at the mapping that holds it, when the key says what the mapping is."""
    holder, key = data.draw(st.sampled_from(list(_keys(automation, ()))))
    _misspell(automation, holder, key)

    node, problems = read(automation)

    places = {position_of(node, holder)}
    inner = _at(node, holder)
    if isinstance(inner, Node):
        places.add(inner.key_position(f"{key}_zz"))
    found = {(problem.line, problem.column) for problem in problems}
    assert found & {(place.line, place.column) for place in places}, (problems, places)


def _keys(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield path, key
            if key not in FREE and key != "for_each":
                yield from _keys(value, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _keys(item, (*path, index))


def _at(node: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        node = node[part]
    return node


def _misspell(automation: dict[str, Any], holder: tuple[str | int, ...], key: str) -> None:
    mapping = _at(automation, holder)
    items = [(f"{name}_zz" if name == key else name, value) for name, value in mapping.items()]
    mapping.clear()
    mapping.update(items)
