"""The blueprints and the README's automation, with a hub that makes tickets."""

import re
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml
from hub_qr_auth.config import QrAuthConfig

from tests.automation.engine import Engine, engine

FOLDER = Path(__file__).parents[3] / "blueprints" / "automation" / "qr_auth"
README = (Path(__file__).parent.parent / "README.md").read_text()


def blueprint(name: str) -> dict[str, str]:
    return {f"qr_auth/{name}": (FOLDER / name).read_text()}


def offer_all(it: Any, house: Engine) -> None:
    """Let the automations call the plugin that runs."""
    house.offer("qr_auth.create_ticket", lambda call: it.hub.call("qr_auth.create_ticket", **call.data))
    house.offer("qr_auth.revoke", lambda call: it.hub.call("qr_auth.revoke", **call.data))


DESKTOP = """
alias: a
use_blueprint:
  path: qr_auth/desktop_for_badge.yaml
  input: {tag: ada, person: ada, notify: test.notify}
"""


async def test_a_badge_brings_a_desktop(scene) -> None:
    """The link that is sent opens the desktop, once; somebody else's scan brings nothing."""
    async with scene() as it, engine(DESKTOP, blueprints=blueprint("desktop_for_badge.yaml")) as house:
        offer_all(it, house)
        house.fire("qr_auth.scanned", tag_id="ada", by="grace", person="ada", device_id="phone_grace", address="")
        house.fire("qr_auth.scanned", tag_id="other", by="ada", person="", device_id="phone_ada", address="")
        house.fire("qr_auth.scanned", tag_id="ada", by="", person="ada", device_id="front_door", address="")
        await it.hub.until(lambda: house.calls)
        (sent,) = house.calls
        token = sent.data["link"].partition("#ticket=")[2]
        shown = await it.sign_in(await it.screen(), await it.phone(), token)

        assert sent.data["title"] == "Your desktop"
        assert shown.page.links[0].startswith("horizon-client://")


async def test_people_are_told_of_sign_ins(scene) -> None:
    """Of good ones and of denied ones, with what is needed to judge them."""
    use = "alias: a\nuse_blueprint: {path: qr_auth/sign_in_notice.yaml, input: {notify: test.notify}}"
    async with scene() as it, engine(use, blueprints=blueprint("sign_in_notice.yaml")) as house:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone, remember=True)
        await screen.begin()
        await phone.deny(await phone.scan(screen.picture))
        for event in it.hub.events:
            house.fire(event.event_type, **event.data)
        await house.rest()

        assert [call.data["title"] for call in house.calls] == ["Ada Lovelace has signed in", "A sign-in was denied"]
        assert [call.data["severity"] for call in house.calls] == ["info", "warning"]
        assert "Firefox on Windows at 127.0.0.1" in house.calls[0].data["message"]
        assert "Ada: denied on the phone" in house.calls[1].data["message"]


def _example() -> dict[str, Any]:
    blocks = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    text = re.sub(r"!secret (\w+)", r"\1-\1-\1-\1-\1-\1", next(block for block in blocks if block.startswith("qr_auth:")))
    example: dict[str, Any] = yaml.safe_load(text)
    return example


async def test_the_readme_can_be_copied(scene) -> None:
    """Its configuration is valid, and its automation makes a ticket and sends it."""
    example = _example()
    config = QrAuthConfig.model_validate(example["qr_auth"])
    automation = yaml.safe_dump(example["automation"]).replace("notify.ada", "test.notify")

    async with scene(people=example["qr_auth"]["people"], desktops=example["qr_auth"]["desktops"]) as it:
        async with engine(indent(automation, "")) as house:
            offer_all(it, house)
            house.fire("qr_auth.scanned", tag_id="lobby", by="ada", person="", device_id="phone_ada", address="")
            await it.hub.until(lambda: house.calls)

        assert sorted(config.people) == ["ada", "grace"]
        assert "#ticket=" in house.calls[0].data["link"]
        assert it.hub.value("sensor.qr_auth_open_tickets") == "1"
