import pytest

from hub.testing.readme import fits, listed

README = """\
# hub-tcp

| `not` | in a section |

## Configuration

Text with `code` in it.

| Key | Meaning |
|---|---|
| `host` | the `name` of it |
|`port`| a number |

### One of `metrics`

- `column`: which
* `unit`

### More

1. `numbered`

```yaml
- `code`
```

## Events

None.

## configuration

- `again`
"""


def test_what_begins_a_row_or_an_item_is_listed() -> None:
    """Not what stands elsewhere, and nothing in blocks of code."""
    assert listed(README, "Configuration") == {"host", "port", "metrics.column", "metrics.unit", "numbered", "again"}


def test_a_section_may_be_empty_or_missing() -> None:
    """Which is not the same."""
    assert listed(README, "Events") == set()
    assert listed(README, "Actions") is None


@pytest.mark.parametrize(
    ("line", "name", "whether"),
    [
        ("power", "power", True),
        ("power", "powers", False),
        ("sensor.<site>_power", "sensor.solar_roof_power", True),
        ("sensor.<site>_power", "sensor._power", False),
        ("<a>.<b>", "x.y", True),
        ("a.c", "abc", False),
    ],
)
def test_a_placeholder_stands_for_any_text(line: str, name: str, whether: bool) -> None:
    """But not for none."""
    assert fits(line, name) is whether
