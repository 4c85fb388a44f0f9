"""Entity ids, slugs and contexts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import BadName, HubError
from hub.model.context import Context
from hub.model.names import EntityId, is_slug, slugify


@pytest.mark.parametrize("text", ["sensor.roof_power", "Sensor.ROOF_power", " light.5 ", "a.b", "a1.1_2_3", "x." + "y" * 253])
def test_an_entity_id_is_read_in_any_case(text: str) -> None:
    """And is then in lower case."""
    entity_id = EntityId.parse(text)
    assert entity_id == text.strip().lower()
    assert f"{entity_id.domain}.{entity_id.object_id}" == entity_id


@pytest.mark.parametrize(
    "text",
    ["", "sensor", "sensor.", ".roof", "sensor.a.b", "sensor.a b", "sensor._a", "sensor.a_", "_sensor.a", "sensor_.a",
     "sensor.a__b", "sen__sor.a", "sensor.größe", "sensor.a-b", "sensor.a\n", "x." + "y" * 254, "sensor.\u0661", "sensor.ａ"],
)  # fmt: skip
def test_what_is_none_is_refused(text: str) -> None:
    """The message says what would be one."""
    if text == "sensor.a\n":
        assert EntityId.parse(text) == "sensor.a"  # blanks around it do not count
        return
    with pytest.raises(BadName, match=r"expected domain\.object_id, such as sensor\.roof_power"):
        EntityId.parse(text)


def test_a_bad_name_is_a_value_error_and_one_of_ours() -> None:
    """So that pydantic and the hub both understand it."""
    assert issubclass(BadName, ValueError)
    assert issubclass(BadName, HubError)


def test_an_entity_id_is_a_text_among_texts() -> None:
    """It finds, and is found."""
    known = {EntityId.parse("sensor.a"): 1}
    assert known["sensor.a"] == 1  # type: ignore[index]  # that is the point
    assert isinstance(EntityId.parse("sensor.a"), str)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Roof Power", "roof_power"),
        ("Höhe über NN!", "hohe_uber_nn"),
        ("  a -- b  ", "a_b"),
        ("5 °C", "5_degc"),
        ("日本", "ri_ben"),
        ("!!!", "unknown"),
        ("", ""),
        ("already_one", "already_one"),
    ],
)
def test_any_text_becomes_a_slug(text: str, slug: str) -> None:
    """One without a letter becomes `unknown`."""
    assert slugify(text) == slug


@given(st.text(min_size=1))
def test_a_slug_can_stand_in_an_entity_id(text: str) -> None:
    """Whatever it was made of."""
    slug = slugify(text)
    assert is_slug(slug)
    assert slugify(slug) == slug
    if len(slug) < 240:
        assert EntityId.parse(f"sensor.{slug}").object_id == slug


@pytest.mark.parametrize("text", ["", "_a", "a_", "a__b", "A", "a.b", "ä", "a b"])
def test_what_is_no_slug(text: str) -> None:
    """Lower-case words joined by single underscores are."""
    assert not is_slug(text)


def test_contexts_are_numbered_in_order_of_making() -> None:
    """26 characters, as a ULID."""
    contexts = [Context.new() for _ in range(2000)]
    ids = [context.id for context in contexts]
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert all(len(text) == 26 for text in ids)


def test_a_context_knows_its_cause_and_not_the_causes_person() -> None:
    """A run that a person's doing began is not the person's doing."""
    cause = Context.new(user_id="ada")
    effect = Context.new(cause)
    assert effect.as_dict() == {"id": effect.id, "parent_id": cause.id, "user_id": None}
    assert cause.as_dict() == {"id": cause.id, "parent_id": None, "user_id": "ada"}


def test_a_context_from_outside_keeps_its_text() -> None:
    """Its id is no counter of ours."""
    outside = Context("01HV", "01HU", "eve")
    assert (outside.id, outside.parent_id) == ("01HV", "01HU")
    assert Context.new(outside).parent_id == "01HV"
    assert Context("01HV") == Context("01HV")
