"""What `hub check` says of the sections of virtual entities."""

from pathlib import Path
from textwrap import dedent

import pytest

from hub.check import check


def found(folder: Path, text: str) -> list[str]:
    file = folder / "hub.yaml"
    file.write_text(dedent(text))
    return [f"{problem.line}:{problem.column}: {problem.message}" for problem in check(file).problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input_boolean: {a: {initial: maybe}}", ["1:30: 'maybe' is neither true nor false"]),
        ("input_boolean: {a: {nam: x}}", ["1:21: unknown key `nam`; did you mean `name`?"]),
        ("input_number: {a: }", ["1:16: the key `min` is missing", "1:16: the key `max` is missing"]),
        ("input_number: {a: {min: 5, max: 1}}", ["1:19: max (1) must be greater than min (5)"]),
        ("input_number: {a: {min: 1, max: 5, initial: 9}}", ["1:19: initial (9) must lie between 1 and 5"]),
        ("input_select: {a: {options: []}}", ["1:29: must not be empty"]),
        ("input_select: {a: {options: [x], initial: y}}", ["1:19: initial (y) must be one of the options: x"]),
        ("input_text: {a: {min: 3, max: 2}}", ["1:17: max (2) must not be less than min (3)"]),
        ("input_text: {a: {initial: hello, max: 2}}", ["1:17: initial must have 0 to 2 characters, not 5"]),
        ("input_datetime: {a: }", ["1:18: at least one of has_date and has_time must be true"]),
        (
            "input_datetime: {a: {has_time: true, initial: noon}}",
            ['1:21: \'noon\' is not a time of day: expected "HH:MM" or "HH:MM:SS"'],
        ),
        ("counter: {a: {step: -1}}", ["1:21: must be at least 0"]),
        (
            "timer: {a: {duration: long}}",
            ["1:23: 'long' is not a duration: expected seconds, HH:MM:SS or a mapping such as minutes: 5"],
        ),
        (
            'schedule: {a: {monday: [{from: "09:00", to: "08:00"}]}}',
            ["1:25: a block must begin before it ends; one that crosses midnight is written as two"],
        ),
        (
            'schedule: {a: {monday: [{from: "08:00", to: "10:00"}, {from: "09:00", to: "11:00"}]}}',
            ["1:15: two blocks of a day overlap"],
        ),
        ("group: {a: nothing}", ["1:12: 'nothing' is not an entity id: expected domain.object_id, such as sensor.roof_power"]),
        ("scene: [{name: A, entities: {switch.a: [1]}}]", ["1:29: the state of switch.a must be a text"]),
        ("template: [{sensor: {name: A}}]", ["1:21: the key `state` is missing"]),
        ("template: [{switch: {}}]", ["1:12: template: switch is not supported here; sensor and binary_sensor are"]),
        (
            "template: [{sensor: {state: '{{ 1 | flot }}'}}]",
            ["1:29: template: line 1: there is no filter 'flot'; did you mean 'float'?"],
        ),
        (
            "timer: {Bad Name: }",
            ["1:9: 'Bad Name' cannot be a name under `timer:`: use lower case, digits and _, such as `bad_name`"],
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert found(tmp_path, text) == expected


def test_actions_and_triggers_on_virtual_entities_are_checked(tmp_path: Path) -> None:
    """Their names, what they take, and the entities that they name."""
    text = """
    counter: {visits: }
    automation:
      - triggers: [{trigger: counter.incremnted, target: {entity_id: counter.visits}}]
        conditions: [{condition: counter.is_value, target: {entity_id: counter.visits}, options: {threshold: {type: above}}}]
        actions:
          - {action: counter.set_value, target: {entity_id: counter.visit}, data: {value: -1}}
          - {action: counter.incrment, target: {entity_id: counter.visits}}
          - {action: persistent_notification.create, data: {}}
    """

    assert found(tmp_path, text) == [
        "4:16: no configured plugin offers the trigger counter.incremnted; did you mean `counter.incremented`?",
        "5:106: above needs value",
        "7:9: action counter.set_value: `value`: must be at least 0",
        "7:57: there is no counter.visit; did you mean `counter.visits`?",
        "8:18: action counter.incrment does not exist; did you mean `counter.increment`?",
        "9:9: persistent_notification.create needs `message`",
    ]


def test_a_configuration_with_everything_has_nothing_wrong(tmp_path: Path) -> None:
    """Sections without content as well."""
    text = """
    input_boolean: {a: , b: {name: B, initial: on, icon: "mdi:x"}}
    input_button:
    input_number: {a: {min: 0, max: 10, step: 0.5, mode: box, unit_of_measurement: W}}
    input_select: {a: {options: [x, 1, true]}}
    input_text: {a: {mode: password, pattern: "[a-z]*"}}
    input_datetime: {a: {has_date: true, initial: 2024-01-31}, b: {has_date: true, has_time: true}}
    counter: {a: {minimum: 0, maximum: 9}}
    timer: {a: {duration: {minutes: 5}, restore: true}, b: {duration: 30}}
    schedule: {a: {name: A, monday: {from: "22:00", to: "24:00"}, tuesday: [{from: "00:00:00", to: "06:00:00", data: {x: 1}}]}}
    group: {a: switch.a, b: [switch.a, group.a], c: {name: C, all: true, entities: switch.a}, d: {entities: }}
    scene: {id: "1", name: A, entities: {switch.a: on, input_number.a: {state: 5}}}
    template:
      - sensor: {name: A, state: "{{ 1 }}", unit_of_measurement: W, state_class: measurement, attributes: {a: "{{ 2 }}"}}
        binary_sensor: [{state: "{{ true }}", delay_on: {minutes: "{{ 1 }}"}, availability: "{{ true }}", unique_id: x}]
      - trigger: {platform: time_pattern, minutes: /5}
        condition: "{{ true }}"
        action: [{action: counter.increment, target: {entity_id: counter.a}}]
        variables: {n: 1}
        sensor: [{name: B, state: "{{ n }}"}]
    """

    assert found(tmp_path, text) == []
