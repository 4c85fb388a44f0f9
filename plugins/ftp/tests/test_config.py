"""What an admin may say, and what not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_ftp.config import FtpConfig
from pydantic import ValidationError

README = Path(__file__).parent.parent / "README.md"


def test_a_host_is_enough() -> None:
    """Everything else has a sensible value."""
    config = FtpConfig.model_validate({"host": "ftp.example.org"})

    assert config.address == ("ftp.example.org", 21)
    assert config.home == Path("lake/ftp_example_org")
    assert config.stable_for == timedelta(seconds=30)
    assert config.verify


def test_implicit_encryption_has_a_port_of_its_own() -> None:
    """Unless the admin says otherwise."""
    assert FtpConfig.model_validate({"host": "x", "encryption": "implicit"}).address == ("x", 990)
    assert FtpConfig.model_validate({"host": "x", "encryption": "implicit", "port": 2121}).address == ("x", 2121)


def test_the_name_is_the_folder_in_the_lake() -> None:
    """Whatever the name is, it is one folder."""
    assert FtpConfig.model_validate({"host": "x", "name": "../Süd / Dach", "lake": "/lake"}).home == Path("/lake/sud_dach")


def test_the_readme_s_example_is_valid() -> None:
    """People copy it."""
    example = README.read_text().split("```yaml\n")[1].split("```")[0].replace("!secret pankow_password", "secret")

    config = FtpConfig.model_validate(yaml.safe_load(example)["ftp"][0])

    assert config.metrics[0].sensors[0].key == "power"


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"encryption": "tls"},
        {"encoding": "klingon"},
        {"folders": []},
        {"folders": [{"path": "a/../b"}]},
        {"folders": [{"path": "a\r\nDELE b"}]},
        {"folders": [{"patterns": []}]},
        {"scan_interval": 0},
        {"stable_for": -1},
        {"connections": 0},
        {"bandwidth": 10},
        {"timeout": 0},
        {"name": ""},
        {"user": ""},
        {"metrics": [{"sensors": [{"column": "a", "key": "x"}]}, {"sensors": [{"column": "b", "key": "x"}]}]},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """When the configuration is read."""
    with pytest.raises(ValidationError):
        FtpConfig.model_validate({"host": "x", **wrong})
