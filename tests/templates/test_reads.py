"""What a render looked at."""

from typing import Any

import pytest

from hub.templates.errors import RenderFailed
from hub.templates.reads import Reads

BOTH = frozenset({"sensor.power", "light.hall"})


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("{{ 1 + 1 }}", Reads()),
        ("{{ states('sensor.POWER') }}", Reads(frozenset({"sensor.power"}))),
        ("{{ states('sensor.missing') }}", Reads(frozenset({"sensor.missing"}))),
        ("{{ states.sensor.power.state }}", Reads(frozenset({"sensor.power"}))),
        ("{{ states.sensor.missing }}", Reads(frozenset({"sensor.missing"}))),
        ("{{ states[x].state }}", Reads(frozenset({"sensor.power"}))),
        ("{{ is_state(x, 'on') }}", Reads(frozenset({"sensor.power"}))),
        ("{{ 'light.hall' is is_state('on') }}", Reads(frozenset({"light.hall"}))),
        ("{{ has_value('sensor.power') and state_attr('light.hall', 'x') }}", Reads(BOTH)),
        ("{{ is_state('light.hall', 'off') and states('sensor.power') }}", Reads(frozenset({"light.hall"}))),
        ("{% if false %}{{ states('sensor.power') }}{% endif %}", Reads()),
        ("{% for x in ['sensor.power', 'light.hall'] %}{{ states(x) }}{% endfor %}", Reads(BOTH)),
        ("{{ states | count }}", Reads(all_states=True)),
        ("{% for s in states %}{{ s.state }}{% endfor %}", Reads(all_states=True)),
        ("{{ states.sensor | count }}", Reads(domains=frozenset({"sensor"}))),
        ("{{ states.sensor | map(attribute='state') | list }}", Reads(domains=frozenset({"sensor"}))),
        ("{{ now().hour }}", Reads(time=True)),
        ("{{ today_at('10:00') < utcnow() }}", Reads(time=True)),
        ("{{ relative_time('x') }}", Reads(time=True)),
        ("{{ as_timestamp('2024-01-01') }}", Reads()),
        (
            "{{ expand('group.inner') | count }}",
            Reads(frozenset({"group.inner", "sensor.power", "sensor.empty"})),
        ),
    ],
)
def test_a_render_tells_what_it_looked_at(site: Any, source: str, reads: Reads) -> None:
    """Only what this very render looked at, so that nothing else wakes it."""
    template = site.templates.compile(source)

    assert template.render_tracked({"x": "sensor.power"})[1] == reads
    assert template.text_tracked({"x": "sensor.power"})[1] == reads
    assert template.render_tracked({"x": "sensor.power"})[0] == template.render({"x": "sensor.power"})


def test_a_render_that_fails_tells_as_well(site: Any) -> None:
    """It may succeed when the entity changes."""
    template = site.templates.compile("{{ states('sensor.empty') | float }}")

    with pytest.raises(RenderFailed) as failure:
        template.render_tracked()

    assert failure.value.reads == Reads(frozenset({"sensor.empty"}))


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("text", Reads()),
        ("{{ trigger.id }}", Reads()),
        ("{{ states('sensor.power') | float(0) > 5 and is_state('light.hall', 'on') }}", Reads(BOTH)),
        ("{% if is_state('light.hall', 'on') %}{{ states.sensor.power.state }}{% endif %}", Reads(BOTH)),
        ("{{ now() }}", Reads(time=True)),
        ("{{ states(x) }}", None),
        ("{{ states | count }}", None),
        ("{{ today_at('10:00') }}", None),
        ("{% for x in [1] %}{% endfor %}", None),
        ("{{ area_entities('roof') }}", None),
        ("{{ states }}", None),
    ],
)
def test_a_simple_template_tells_beforehand_what_it_can_read(site: Any, source: str, reads: Reads | None) -> None:
    """Whichever way it goes; None where nobody can know."""
    assert site.templates.compile(source).reads == reads


def test_tracking_ends_with_the_render(site: Any) -> None:
    """A later render does not add to an earlier one's reads."""
    first = site.templates.compile("{{ states('sensor.power') }}")
    second = site.templates.compile("{{ states(x) }}")
    _, reads = first.render_tracked()

    second.render({"x": "light.hall"})

    assert reads == Reads(frozenset({"sensor.power"}))
    assert first.render_tracked()[1] == reads
