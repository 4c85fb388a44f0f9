"""Blueprints: automations and scripts with inputs (DIALECT 6)."""

from pathlib import Path

import pytest

from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations, read_scripts
from tests.automation.engine import InMemory, document, engine, problems

SAY = """
    blueprint:
      name: Say
      domain: automation
      description: Says something.
      author: Ada
      source_url: https://example.org/say.yaml
      homeassistant: {min_version: 2099.1.0}
      input:
        event: {name: Event, selector: {text: {}}}
        words:
          name: Words
          collapsed: true
          input:
            text: {default: hello}
            nothing: {default: null}
    triggers: [{trigger: event, event_type: !input event}]
    variables: {text: !input text, nothing: !input nothing}
    actions: [{action: test.say, data: {text: "{{ text }} {{ nothing }}"}}]
    mode: queued
"""


def using(inputs: str, more: str = "") -> str:
    return f"alias: a\nuse_blueprint: {{path: say.yaml, input: {inputs}}}\n{more}"


async def test_inputs_take_their_places() -> None:
    """Defaults too, also those in sections and those that are null; a future version is no hindrance."""
    async with engine(using("{event: go}"), blueprints={"say.yaml": SAY}) as hub:
        hub.fire("go")
        assert hub.said == ["hello None"]
        assert hub.attribute("automation.a", "mode") == "queued"

    async with engine(
        using("{event: go, text: '{{ 1 + 1 }}', nothing: 5, unknown: ignored}"), blueprints={"say.yaml": SAY}
    ) as hub:
        hub.fire("go")
        assert hub.said == ["2 5"]


async def test_an_input_may_be_a_whole_list_of_steps() -> None:
    """Spliced by `sequence:`; templates in it are templates afterwards; the name is no variable."""
    blueprint = """
        blueprint: {name: X, domain: automation, input: {steps: {default: []}, who: null}}
        trigger: [{platform: event, event_type: go}]
        action:
          - sequence: !input steps
          - choose: []
            default: !input steps
          - {service: test.say, data: {text: "{{ who | default('undefined') }}"}}
    """
    instance = (
        "alias: a\nuse_blueprint: {path: x.yaml, input: {who: ada, steps: [{action: test.say, data: {text: '{{ 1 + 1 }}'}}]}}"
    )
    async with engine(instance, blueprints={"x.yaml": blueprint}) as hub:
        hub.fire("go")
        assert hub.said == [2, 2, "undefined"]


async def test_the_instances_own_keys_replace_the_blueprints() -> None:
    """Whole: `variables` are not merged; both spellings."""
    for key in ("actions", "action"):
        own = f"{key}: [{{action: test.say, data: {{text: \"own {{{{ text | default('gone') }}}}\"}}}}]\nvariables: {{other: 1}}"
        async with engine(using("{event: go}", own), blueprints={"say.yaml": SAY}) as hub:
            hub.fire("go")
            assert hub.said == ["own gone"]


@pytest.mark.parametrize(
    ("instance", "place", "message"),
    [
        (using("{}"), "2:16", "blueprint 'Say' needs the input event"),
        (
            "alias: a\nuse_blueprint: {path: missing.yaml}",
            "2:16",
            "there is no blueprint 'missing.yaml' below blueprints/automation/",
        ),
        ("alias: a\nuse_blueprint: {path: ../../etc/passwd.yaml}", "2:16", "is not the path of a blueprint"),
        ("alias: a\nuse_blueprint: {path: /etc/passwd.yaml}", "2:16", "is not the path of a blueprint"),
        ("alias: a\nuse_blueprint: {path: say.txt}", "2:16", "is not the path of a blueprint"),
        ("alias: a\nuse_blueprint: {input: {event: go}}", "2:16", "the key `path` is missing"),
        ("alias: a\nuse_blueprint: say.yaml", "2:16", "mapping"),
        (using("{event: {a: 1}}"), "2:48", "expected a text"),
        (using("{event: go}", "mode: many"), "3:7", "expected one of `single`"),
    ],
)
def test_a_use_that_is_wrong_is_told_with_its_place(instance: str, place: str, message: str) -> None:
    """In the file of the one who uses it."""
    found = problems(instance, {"say.yaml": SAY})
    assert message in found[0], found
    assert found[0].startswith(place), found


@pytest.mark.parametrize(
    ("blueprint", "message"),
    [
        ("blueprint: {name: X, domain: script}\nsequence: []", "this blueprint is for script, not for automation"),
        (
            "blueprint: {name: X, domain: automation}\ntriggers: !input undeclared\nactions: []",
            "!input undeclared: the blueprint declares no such input",
        ),
        ("blueprint: {domain: automation}\ntriggers: []\nactions: []", "the key `name` is missing"),
        ("blueprint: {name: X, domain: light}", "expected one of `automation`"),
        ("blueprint: {name: X, domain: automation, homeassistant: {min_version: 2099.1}}", "put quotes round it"),
        ("blueprint: {name: X, domain: automation, inputs: {}}", "unknown key `inputs`; did you mean `input`?"),
        ("triggers: []", "the key blueprint is missing"),
        ("- a\n- b", "the key blueprint is missing"),
        ("blueprint: {name: X, domain: automation}\ntriggers: !secret token\nactions: []", "secret"),
        ("blueprint: {name: X, domain: automation}\nblueprint: 5", "blueprint"),
    ],
)
def test_a_blueprint_that_is_wrong_makes_its_users_invalid(blueprint: str, message: str) -> None:
    """And says why."""
    found = problems("alias: a\nuse_blueprint: {path: x.yaml}", {"x.yaml": blueprint})
    assert message in found[0], found


async def test_an_error_of_the_filled_in_automation_stands_in_the_file_of_its_cause() -> None:
    """In the instance, if an input is wrong; in the blueprint, if its body is."""
    body = """
        blueprint: {name: X, domain: automation, input: {entity: null}}
        triggers: [{trigger: state, entity_id: !input entity, too: "on"}]
        actions: []
    """
    instance = document("- alias: a\n  use_blueprint:\n    path: x.yaml\n    input: {entity: not an id}\n")
    (definition,) = read_automations(instance, InMemory({"x.yaml": body}))
    places = {(problem.file, problem.line): problem.message for problem in definition.problems}
    assert "'not an id' is not an entity id" in places["hub.yaml", 4]
    assert "unknown key `too`; did you mean `to`?" in next(text for (file, _), text in places.items() if file == "x.yaml")


async def test_one_that_is_invalid_leaves_the_others() -> None:
    """It is there, unavailable."""
    automations = (
        "- alias: bad\n  use_blueprint: {path: say.yaml}\n- alias: good\n  use_blueprint: {path: say.yaml, input: {event: go}}"
    )
    async with engine(automations, blueprints={"say.yaml": SAY}) as hub:
        hub.fire("go")
        assert hub.said == ["hello None"]
        assert hub.state("automation.bad") == "unavailable"


async def test_scripts_have_blueprints_too() -> None:
    """Of their own domain."""
    blueprint = """
        blueprint: {name: X, domain: script, input: {text: {default: hi}}}
        sequence: [{action: test.say, data: {text: !input text}}]
    """
    scripts = "one: {use_blueprint: {path: x.yaml}, alias: One}\ntwo: {use_blueprint: {path: x.yaml, input: {text: ho}}}"
    async with engine(scripts=scripts, blueprints={"x.yaml": blueprint}) as hub:
        await hub.call("script.one")
        await hub.call("script.two")
        assert hub.said == ["hi", "ho"]

    (broken,) = read_scripts(document("one: {use_blueprint: {path: say.yaml, input: {event: x}}}"), InMemory({"say.yaml": SAY}))
    assert "this blueprint is for automation, not for script" in str(broken.problems[0])


def test_files_are_read_once_until_they_are_forgotten(tmp_path: Path) -> None:
    """From the first folder that has them."""
    ours, ready_made = tmp_path / "ours", tmp_path / "ready-made"
    for folder, name in ((ours, "Ours"), (ready_made, "Ready-made")):
        (folder / "automation" / "a").mkdir(parents=True)
        (folder / "automation" / "a" / "x.yaml").write_text(f"blueprint: {{name: {name}, domain: automation}}")
    blueprints = Blueprints([ours, ready_made])

    assert blueprints.get("automation", "a/x.yaml").model.name == "Ours"
    (ours / "automation" / "a" / "x.yaml").unlink()
    assert blueprints.get("automation", "a/x.yaml").model.name == "Ours"
    blueprints.forget()
    assert blueprints.get("automation", "a/x.yaml").model.name == "Ready-made"


async def test_an_edited_blueprint_changes_its_users_at_the_next_reload() -> None:
    """Although their own text is the same."""
    async with engine(using("{event: go}"), blueprints={"say.yaml": SAY}) as hub:
        assert isinstance(hub.blueprints, InMemory)
        hub.blueprints.texts["say.yaml"] = SAY.replace("hello", "good morning")
        hub.load(using("{event: go}"))
        hub.fire("go")
        hub.blueprints.forget()
        hub.load(using("{event: go}"))
        hub.fire("go")
        assert hub.said == ["hello None", "good morning None"]
