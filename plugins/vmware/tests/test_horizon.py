"""Virtual desktops of Horizon: pools, machines, sessions, links."""

import hub_vmware
import pytest
from hub_vmware.config import VmwareConfig
from hub_vmware.link import Protocol, Scheme, launch_link
from hub_vmware.simulator import SimulatedVmware
from pydantic import ValidationError

from hub.api import ActionError
from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import running

SPEED = 200.0
"""A look every ten seconds takes 50 milliseconds."""


def only_horizon(vmware: SimulatedVmware, **more: object) -> dict[str, object]:
    return {"horizon": {**vmware.horizon_config, **more}}


async def test_pools_machines_and_sessions_are_shown(vmware: SimulatedVmware) -> None:
    """And whose desktop is in use."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        sessions = hub.state("sensor.vmware_sessions")

        assert sessions is not None
        assert sessions.attributes["sessions"][0]["person"] == "ada"
        assert hub.value("sensor.executive_desktop_sessions") == "1"
        assert hub.value("sensor.executive_desktop_available") == "2"
        assert hub.value("sensor.exec_1_state") == "connected"
        assert hub.value("sensor.vmware_desktop_ada") == "connected"
        assert hub.value("sensor.vmware_desktop_grace") == "none"


async def test_sessions_that_come_and_go_are_told_of(vmware: SimulatedVmware) -> None:
    """From the second look on."""
    async with running(hub_vmware, only_horizon(vmware), SystemClock(SPEED)) as hub:
        vmware.horizon.connect("S-1-5-21-2", "machine-2")
        await hub.until(lambda: hub.value("sensor.vmware_desktop_grace") == "connected")
        del vmware.horizon.sessions["session-2"]
        await hub.until(lambda: len(hub.told("vmware.session_changed")) == 2)

        began, ended = hub.told("vmware.session_changed")
        assert (began["person"], began["previous"], began["state"], began["machine"]) == ("grace", None, "connected", "exec-2")
        assert (ended["previous"], ended["state"]) == ("connected", "ended")


async def test_a_machine_that_fails_is_told_of_once(vmware: SimulatedVmware) -> None:
    """However often it is looked at."""
    async with running(hub_vmware, only_horizon(vmware), SystemClock(SPEED)) as hub:
        vmware.horizon.machines["machine-3"]["state"] = "AGENT_UNREACHABLE"
        await hub.until(lambda: hub.told("vmware.machine_failed"))
        calls = len(vmware.horizon.calls)
        await hub.until(lambda: len(vmware.horizon.calls) > calls + 8)

        [told] = hub.told("vmware.machine_failed")
        assert (told["machine"], told["state"], told["pool"]) == ("exec-3", "agent_unreachable", "Executive Desktop")


async def test_sessions_can_be_acted_upon(vmware: SimulatedVmware) -> None:
    """A message, a disconnection, the end; what has become of it shows at once."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        await hub.call("vmware.send_message", person="ada", message="Restart at six", kind="warning")
        await hub.call("vmware.disconnect", person="ada")
        assert hub.value("sensor.vmware_desktop_ada") == "disconnected"
        await hub.call("vmware.log_off", person="ada", confirm=True)
        assert hub.value("sensor.vmware_desktop_ada") == "none"

        with pytest.raises(ActionError, match="'ada' has no session"):
            await hub.call("vmware.reset", person="ada", confirm=True)
    assert vmware.horizon.messages == [{"message": "Restart at six", "message_type": "WARNING", "session_ids": ["session-1"]}]


async def test_one_failure_among_several_is_a_failure(vmware: SimulatedVmware) -> None:
    """Horizon answers 200 and says it of each item."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        vmware.horizon.sessions.clear()
        with pytest.raises(ActionError, match="The session does not exist"):
            await hub.call("vmware.disconnect", person="ada")


async def test_a_machine_is_assigned_by_name(vmware: SimulatedVmware) -> None:
    """The directory knows the person's SID."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        await hub.call("vmware.assign", person="linus", machine="EXEC-2")
        with pytest.raises(ActionError, match="no people are called 'nobody'"):
            await hub.call("vmware.assign", person="nobody", machine="exec-2")

    assert vmware.horizon.machines["machine-2"]["user_ids"] == ["S-1-5-21-3"]


async def test_an_expired_token_is_renewed(vmware: SimulatedVmware) -> None:
    """Without logging in again; nobody notices."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        vmware.horizon.expire()
        await hub.call("vmware.disconnect", person="ada")

        assert (vmware.horizon.counts["logins"], vmware.horizon.counts["refreshes"]) == (1, 1)
        assert hub.report.losses == 0


async def test_after_the_refresh_token_has_expired_too_it_logs_in(vmware: SimulatedVmware) -> None:
    """Once."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        vmware.horizon.expire(refresh=True)
        await hub.call("vmware.disconnect", person="ada")

        assert vmware.horizon.counts["logins"] == 2


async def test_a_wrong_password_is_tried_once(vmware: SimulatedVmware) -> None:
    """The directory locks accounts."""
    async with running(hub_vmware, only_horizon(vmware, password="wrong"), SystemClock(600)) as hub:
        await hub.until(lambda: hub.report.condition is Condition.FAILED)

    assert vmware.horizon.counts["logins"] == 1


async def test_the_launch_link_of_a_person(vmware: SimulatedVmware) -> None:
    """With a gateway's name; without any secret."""
    config = only_horizon(vmware, launch_server="desk.example.com", scheme="vmware-view")
    async with running(hub_vmware, config) as hub:
        answer = await hub.call("vmware.desktop_link", person="ada")
        with pytest.raises(ActionError, match="no desktop is configured for 'bob'; there are: ada, grace"):
            await hub.call("vmware.desktop_link", person="bob")

    assert answer == {
        "person": "ada",
        "user": "ada",
        "link": "vmware-view://desk.example.com/Executive%20Desktop?action=start-session&desktopProtocol=BLAST&domainName=CORP",
        "pool": "Executive Desktop",
        "state": "connected",
        "machine": "exec-1",
    }


def test_names_are_quoted_in_links() -> None:
    """Whatever a pool is called, it stays in its place."""
    link = launch_link(Scheme.HORIZON, "desk.example.com", "Büro/1?x#y", Protocol.PCOIP, "A&B")

    assert link == (
        "horizon-client://desk.example.com/B%C3%BCro%2F1%3Fx%23y?action=start-session&desktopProtocol=PCOIP&domainName=A%26B"
    )


def test_a_browser_is_sent_to_the_portal() -> None:
    """HTML Access has no link of a pool."""
    link = launch_link(Scheme.BROWSER, "desk.example.com", "Pool", Protocol.BLAST, "CORP")

    assert link == "https://desk.example.com/portal/webclient/index.html"


def test_one_of_the_two_must_be_configured() -> None:
    """An instance of nothing is a mistake."""
    with pytest.raises(ValidationError, match="say `vcenter`, `horizon`, or both"):
        VmwareConfig.model_validate({})


async def test_what_is_not_configured_cannot_be_asked(vmware: SimulatedVmware) -> None:
    """The error says which part is missing."""
    async with running(hub_vmware, only_horizon(vmware)) as hub:
        with pytest.raises(ActionError, match="no `vcenter` is configured"):
            await hub.call("vmware.power_on", vm="web-1")
