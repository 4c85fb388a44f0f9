"""`hub check`: every mistake of a configuration at once, each with its place and the nearest valid name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.files import install_tcp, told, write

MANY_MISTAKES = {
    "hub.yaml": """
        hub:
          time_zone: Europe/Berlim
          http:
            prot: 8123

        tcp:
          host: db.example.org
          port: 70000
          scan_intervall: 10

        mysterious:
          host: x

        automation:
          - alias: One
            triggers:
              - trigger: stae
                entity_id: sensor.a
            actions: []
          - alias: Two
            triggers:
              - trigger: state
                entity_id: sensor.a
                too: "on"
              - trigger: tcp.greeted
                txt: hello
            conditions:
              - condition: numric_state
                entity_id: sensor.a
                above: 5
            actions: []
            actoins: []
          - alias: Three
            triggers: []
            conditions: "{{ states('sensor.a') | flaot > 5 }}"
            actions:
              - action: tcp.prob
              - action: tcp.probe
                data:
                  lien: hello
              - action: automation.turn_off
                target:
                  entity_id: automation.tow
              - action: script.clean_up
          - alias: Four
            use_blueprint:
              path: say.yaml
              input:
                txt: hello
          - alias: Five
            triggers: []
            actions:
              - delay: soon
              - delay: 5
                delay: 6

        script:
          cleanup:
            sequence:
              - action: test
    """,
    "blueprints/automation/say.yaml": """
        blueprint:
          name: Say
          domain: automation
          input:
            text: null
        triggers: []
        actions:
          - action: persistent_notification.create
            data:
              message: !input text
    """,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example plugin is installed."""
    install_tcp(tmp_path / "installed")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    (tmp_path / "config").mkdir()
    return tmp_path / "config"


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    """With file, line, column, and what would have been right."""
    path = write(folder, MANY_MISTAKES)

    assert told(path) == [
        "hub.yaml:2:14: unknown time zone: expected a name such as Europe/Berlin; did you mean `Europe/Berlin`?",
        "hub.yaml:4:5: unknown key `prot`; did you mean `port`?",
        "hub.yaml:8:9: must be at most 65535",
        "hub.yaml:9:3: unknown key `scan_intervall`; did you mean `scan_interval`?",
        "hub.yaml:11:1: plugin 'mysterious' is not installed; try: pip install hub-mysterious",
        "hub.yaml:17:9: 'stae' is not a kind of trigger; did you mean 'state'?",
        "hub.yaml:24:9: unknown key `too`; did you mean `to`?",
        "hub.yaml:26:9: tcp.greeted has no field `txt`; did you mean `text`?",
        "hub.yaml:28:9: 'numric_state' is not a kind of condition; did you mean 'numeric_state'?",
        "hub.yaml:32:5: unknown key `actoins`; did you mean `actions`?",
        "hub.yaml:35:17: template: line 1: there is no filter 'flaot'; did you mean 'float'?",
        "hub.yaml:37:17: action tcp.prob does not exist; did you mean `tcp.probe`?",
        "hub.yaml:40:11: tcp.probe has no parameter `lien`; did you mean `line`?",
        "hub.yaml:43:22: there is no automation.tow; did you mean `automation.two`?",
        "hub.yaml:44:17: action script.clean_up does not exist; did you mean `script.cleanup`?",
        "hub.yaml:47:7: blueprint 'Say' needs the input text",
        "hub.yaml:53:16: 'soon' is not a duration: expected seconds, HH:MM:SS or a mapping such as minutes: 5",
        "hub.yaml:55:9: the key `delay` stands here again: it is in line 54 already",
        "hub.yaml:60:17: 'test' is not the name of an action: expected domain.name, such as notify.board",
    ]


def test_the_command_says_the_same_and_fails(folder: Path) -> None:
    """The exit code is 1; a configuration that is right gives 0."""
    path = write(folder, MANY_MISTAKES)
    environment = {**os.environ, "PYTHONPATH": str(folder.parent / "installed")}
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", "check", "-c", str(path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        cwd=Path.cwd(),
    )
    assert done.returncode == 1
    assert f"{path}:24:9: unknown key `too`; did you mean `to`?" in done.stdout

    right = write(folder, {"hub.yaml": "automation: []\n"})
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", "check", "-c", str(right)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_mistakes_are_told_in_the_files_where_they_stand(folder: Path) -> None:
    """Through includes and packages."""
    path = write(
        folder,
        {
            "hub.yaml": """
                hub:
                  packages: !include_dir_named packages
                automation: !include automations.yaml
                script: !include_dir_merge_named scripts
            """,
            "automations.yaml": """
                - alias: One
                  triggers: [{trigger: time, at: "25:00"}]
                  actions: [{action: script.two}]
            """,
            "packages/site.yaml": """
                automation:
                  - alias: Of the package
                    triggers: []
                    actions: [{action: automation.trigger, target: {entity_id: [automation.one, automation.on]}}]
            """,
            "scripts/a.yaml": "one: {sequence: [{wait_for_trigger: [{trigger: tag, tag_id: x}, {trigger: no.body}]}]}",
        },
    )

    assert told(path) == [
        'automations.yaml:2:34: \'25:00\' is not a time of day: expected "HH:MM" or "HH:MM:SS"',
        "automations.yaml:3:22: action script.two does not exist; did you mean `script.one`?",
        "packages/site.yaml:4:81: there is no automation.on; did you mean `automation.one`?",
        "scripts/a.yaml:1:65: no configured plugin offers the trigger no.body",
    ]


def test_entities_that_the_files_decide_must_exist(folder: Path) -> None:
    """Wherever they are named by id; other entities may come from anywhere."""
    path = write(
        folder,
        {
            "hub.yaml": """
                automation:
                  - alias: Watch
                    triggers:
                      - {trigger: state, entity_id: "script.clean, sensor.anything"}
                      - {trigger: state, entity_id: schedule.weekly}
                    conditions: {condition: state, entity_id: [automation.watch, automation.wach], state: "on"}
                    actions:
                      - {action: script.turn_on, entity_id: script.claen}
                      - {action: automation.turn_off, data: {entity_id: all}}
                      - {action: automation.turn_off, target: {entity_id: "{{ 'automation.computed' }}"}}
                      - if: [{condition: state, entity_id: schedule.monthly, state: "on"}]
                        then: [{event: x, event_data: {entity_id: automation.of_somebody_else}}]
                  - {alias: watch, triggers: [{trigger: state, entity_id: automation.watch_2}], actions: []}
                script:
                  clean: {sequence: []}
                schedule:
                  - {name: Weekly, every: 5, actions: []}
            """
        },
    )

    assert told(path) == [
        "hub.yaml:6:66: there is no automation.wach; did you mean `automation.watch`?",
        "hub.yaml:8:45: there is no script.claen; did you mean `script.clean`?",
        "hub.yaml:11:44: there is no schedule.monthly; did you mean `schedule.weekly`?",
    ]


def test_an_automation_with_an_id_may_have_another_name_by_now(folder: Path) -> None:
    """Only the hub knows, so it is a warning; an id that stands twice is an error."""
    path = write(
        folder,
        {
            "hub.yaml": """
                automation:
                  - {alias: One, id: a, triggers: [{trigger: state, entity_id: automation.old_name}], actions: []}
                  - {alias: Two, id: a, triggers: [], actions: []}
            """
        },
    )

    assert told(path) == [
        "hub.yaml:2:64: warning: there is no automation.old_name; did you mean `automation.one`?",
        f"hub.yaml:3:22: this id stands at {path}:2:22 already: the automation is not loaded",
    ]


def test_what_is_right_is_silent(folder: Path) -> None:
    """Plugins' triggers and actions, blueprints, scripts, groups and schedules."""
    path = write(
        folder,
        {
            **MANY_MISTAKES,
            "hub.yaml": """
                hub: {time_zone: Europe/Berlin}
                tcp:
                  - {name: one, host: a, port: 1}
                  - {name: two, host: b, port: 2}
                automation:
                  - alias: One
                    triggers: [{trigger: tcp.greeted, text: "hello*", instance: tcp_one, id: x, alias: y, variables: {z: 1}}]
                    actions:
                      - {action: tcp.probe, data: {line: "{{ trigger.text }}"}, response_variable: answer}
                      - {wait_for_trigger: {trigger: tcp.greeted, options: {text: x}}}
                      - {action: script.two, data: {anything: 5}}
                  - {alias: Say, use_blueprint: {path: say.yaml, input: {text: hello}}, actions: []}
                script:
                  two: {sequence: [{action: automation.turn_off, target: {entity_id: automation.one}}]}
                schedule:
                  - {name: Pulse, cron: "*/5 * * * *", actions: [{action: script.turn_on, target: {entity_id: script.two}}]}
            """,
        },
    )

    assert told(path) == []
