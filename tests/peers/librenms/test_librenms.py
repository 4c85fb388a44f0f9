"""The plugin against a real LibreNMS, where somebody has one.

LibreNMS is PHP, MySQL, Redis, RRDtool and SNMP pollers; no package registry has it, so nothing fetches and starts it here.
Whoever runs one says where it is: HUB_LIBRENMS_URL and HUB_LIBRENMS_TOKEN (global read is enough: nothing is changed).
"""

import os

import hub_librenms
import pytest

from hub.testing import running

URL, TOKEN = os.environ.get("HUB_LIBRENMS_URL", ""), os.environ.get("HUB_LIBRENMS_TOKEN", "")

pytestmark = [
    pytest.mark.peer("librenms"),
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        not (URL and TOKEN),
        reason="no package of LibreNMS can be installed; to test against yours set HUB_LIBRENMS_URL and HUB_LIBRENMS_TOKEN",
    ),
]


async def test_a_real_librenms_can_be_read() -> None:
    """Every kind, without a problem and without a change."""
    kinds = ["devices", "alerts", "uptime", "ports", "traffic", "sensors", "services", "bgp"]
    async with running(hub_librenms, {"url": URL, "token": TOKEN, "kinds": kinds}) as hub:
        await hub.until(lambda: hub.connected and hub.value("sensor.librenms_open_alerts") not in (None, "unknown"), 120)
        version = await hub.call("librenms.get", path="system")

        assert version["status"] == "ok"
        assert hub.value("sensor.librenms_problems") == "0"
        assert hub.report.bugs == 0
