"""Selections say what is recorded, as Home Assistant's filters do."""

import pytest

from hub.store import Choice, Selection


def choice(text: str) -> Choice:
    """Read `sensor` (a domain), `sensor.a` (an entity) and `sensor.*` (a glob)."""
    words = text.split()
    return Choice(
        domains=frozenset(word for word in words if "." not in word and "*" not in word),
        entities=frozenset(word for word in words if "." in word and "*" not in word),
        entity_globs=tuple(word for word in words if "*" in word),
    )


@pytest.mark.parametrize(
    ("include", "exclude", "taken", "left"),
    [
        ("", "", "sensor.a light.b", ""),
        ("sensor", "", "sensor.a", "light.b"),
        ("sensor.a", "", "sensor.a", "sensor.b light.a"),
        ("sensor.p_*", "", "sensor.p_1", "sensor.q_1 light.p_1"),
        ("", "sensor", "light.a", "sensor.a"),
        ("", "sensor.a", "sensor.b", "sensor.a"),
        ("", "*.p_*", "sensor.q", "sensor.p_1 light.p_1"),
        ("sensor", "sensor.a", "sensor.b", "sensor.a light.a"),
        ("sensor.a", "sensor", "sensor.a light.b", "sensor.b"),
        ("sensor", "*.p_*", "sensor.q", "sensor.p_1 light.q"),
        ("sensor.p_*", "sensor", "sensor.p_1", "sensor.q light.a"),
        ("sensor.p_1", "*.p_*", "sensor.p_1 light.q", "sensor.p_2"),
        ("sensor.a", "sensor.b", "sensor.a", "sensor.b sensor.c"),
        ("*.p_*", "*.p_1", "light.p_1", "light.q"),
    ],
)
def test_the_nearer_word_wins(include: str, exclude: str, taken: str, left: str) -> None:
    """Entities before globs before domains; among equals what is included."""
    selection = Selection(include=choice(include), exclude=choice(exclude))

    assert [entity_id for entity_id in taken.split() if not selection.takes_entity(entity_id)] == []
    assert [entity_id for entity_id in left.split() if selection.takes_entity(entity_id)] == []


def test_event_types_are_globs() -> None:
    """What is excluded stays out, whatever is included."""
    selection = Selection(include=Choice(event_types=("ftp.*",)), exclude=Choice(event_types=("ftp.noise", "*_failed")))

    assert selection.takes_event("ftp.file_arrived")
    assert not selection.takes_event("ftp.noise")
    assert not selection.takes_event("ftp.sync_failed")
    assert not selection.takes_event("call_service")
