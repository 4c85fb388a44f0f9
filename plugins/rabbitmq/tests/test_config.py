"""What an admin may say."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_rabbitmq.config import Profile, RabbitmqConfig
from pydantic import ValidationError

README = (Path(__file__).parent.parent / "README.md").read_text()


def config(**more: Any) -> RabbitmqConfig:
    return RabbitmqConfig.model_validate({"host": "broker", **more})


def test_the_configuration_of_the_readme_is_valid() -> None:
    """It can be copied."""
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if block.startswith("rabbitmq:"))
    read = RabbitmqConfig.model_validate(yaml.safe_load(example.replace("!secret rabbitmq_password", "x"))["rabbitmq"])

    assert [queue.name for queue in read.queues] == ["telemetry", "orders"]
    assert read.queues[0].profile is Profile.FITNESS


def test_ports_and_names_have_defaults() -> None:
    """5672, or 5671 with TLS; the dead-letter queue is called after its queue."""
    assert config().address == ("broker", 5672)
    assert config(tls=True).address == ("broker", 5671)
    assert config(queues=[{"name": "a"}]).queues[0].dead_letters == "a.dead"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"queues": [{"name": "a.b"}, {"name": "a_b"}]}, "queues must differ"),
        ({"queues": [{"name": "a", "dead_letter": "a"}]}, "its own dead-letter queue"),
        ({"queues": [{"name": "a", "sensors": [{"field": "x"}, {"field": "X"}]}]}, "sensor keys must differ"),
        ({"queues": [{"name": "a", "sensors": [{"field": "x", "key": "A b"}]}]}, "not a slug"),
        ({"queues": [{"name": "a", "prefetch": 0}]}, "greater than or equal to 1"),
        ({"heartbeat": 0}, "greater than or equal to"),
    ],
)
def test_what_cannot_work_is_refused(more: dict[str, Any], reason: str) -> None:
    """Before anything is connected to."""
    with pytest.raises(ValidationError, match=reason):
        config(**more)
