"""Coming and going."""

import ssl
from pathlib import Path

import hub_rabbitmq
import pytest
import trustme
from hub_rabbitmq.broker import open_broker
from hub_rabbitmq.config import RabbitmqConfig
from hub_rabbitmq.simulator import Simulator

from hub.api import AuthenticationFailed, NotConnected
from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import running
from plugins.rabbitmq.tests.messages import orders


async def test_a_refused_login_is_not_tried_again(broker: Simulator) -> None:
    """Accounts are locked by such."""
    async with running(hub_rabbitmq, {**orders(broker), "password": "wrong"}) as hub:
        assert hub.report.condition is Condition.FAILED
        assert "ACCESS_REFUSED" in (hub.report.last_error or "")


async def test_a_virtual_host_that_is_not_there_is_named(broker: Simulator) -> None:
    """It may come later."""
    async with running(hub_rabbitmq, {**orders(broker), "vhost": "ghost"}) as hub:
        assert "vhost ghost not found" in (hub.report.last_error or "")
        assert hub.report.condition is Condition.CONNECTING


async def test_a_broker_that_says_nothing_is_given_up_in_time(broker: Simulator) -> None:
    """And tried again."""
    broker.rules.silent = True
    async with running(hub_rabbitmq, {**orders(broker), "timeout": 0.2}) as hub:
        assert "did not answer in time" in (hub.report.last_error or "")


@pytest.mark.parametrize(
    "noise", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x01\x00\x00\xff\xff\xff\xff", bytes(64), b"\x02\x00\x01\x00"]
)
async def test_noise_is_a_lost_connection_and_no_bug(broker: Simulator, noise: bytes) -> None:
    """Also when it stops in the middle of a frame."""
    async with running(hub_rabbitmq, orders(broker), SystemClock(50)) as hub:
        broker.say(noise)
        broker.cut() if len(noise) == 4 else None
        await hub.until(lambda: hub.report.losses == 1 and hub.connected)

        assert hub.report.bugs == 0


async def test_a_queue_that_is_otherwise_names_what_differs(broker: Simulator) -> None:
    """It is not touched."""
    async with running(hub_rabbitmq, orders(broker, type="classic")):
        pass
    async with running(hub_rabbitmq, orders(broker, type="quorum")) as hub:
        assert "inequivalent arg 'x-queue-type'" in (hub.report.last_error or "")
    async with running(hub_rabbitmq, orders(broker, type="quorum", declare=False, dead_letter="own.dead")) as hub:
        assert hub.connected


async def test_a_queue_of_others_that_is_missing_is_named(broker: Simulator) -> None:
    """It is not made."""
    async with running(hub_rabbitmq, orders(broker, declare=False)) as hub:
        assert "no queue 'orders'" in (hub.report.last_error or "")
    assert "orders" not in broker.warehouse.queues


async def test_a_schema_file_that_cannot_be_used_is_named(broker: Simulator, tmp_path: Path) -> None:
    """Missing, or no schema."""
    (tmp_path / "bad.avsc").write_text('{"type": "record"}')
    for name, reason in (("ghost.avsc", "No such file"), ("bad.avsc", "refused")):
        async with running(hub_rabbitmq, orders(broker, schema_file=str(tmp_path / name))) as hub:
            assert name in (hub.report.last_error or "")
            assert reason in (hub.report.last_error or "")


async def test_several_brokers_at_once(broker: Simulator) -> None:
    """Each instance has its own entities and memory."""
    config = [orders(broker), {**orders(broker), "queues": [{"name": "bills"}]}]
    async with running(hub_rabbitmq, config) as hub:
        broker.put("bills", b"{}")
        await hub.until(lambda: hub.told("rabbitmq.message"))

        assert hub.connected
        assert len(hub.reports()) == 2


async def test_an_authority_that_is_not_known_is_no_connection(tmp_path: Path) -> None:
    """TLS is verified; a file that is no certificate is named."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    broker = Simulator(context)
    await broker.start()
    known = {**orders(broker), "host": "localhost", "tls": True}
    try:
        async with running(hub_rabbitmq, {**known, "ca_file": str(tmp_path / "ca.pem")}) as hub:
            assert hub.connected
        async with running(hub_rabbitmq, known) as hub:
            assert "certificate" in (hub.report.last_error or "")
        async with running(hub_rabbitmq, {**known, "verify": False}) as hub:
            assert hub.connected
        async with running(hub_rabbitmq, {**known, "ca_file": str(tmp_path / "ghost.pem")}) as hub:
            assert "ghost.pem" in (hub.report.last_error or "")
    finally:
        await broker.stop()


async def test_a_broker_is_opened_and_closed_by_hand(broker: Simulator) -> None:
    """What the session stands on: nothing is half open."""
    config = RabbitmqConfig.model_validate(broker.config)
    async with open_broker(config, None, "test") as opened:
        await opened.declare_queue("q", {}, {})
        assert (await opened.depth("q")).messages == 0
        await broker.stop()
        with pytest.raises(NotConnected):
            await opened.stand()
        with pytest.raises(NotConnected):
            await opened.depth("q")
    await broker.start()
    with pytest.raises(AuthenticationFailed):
        async with open_broker(RabbitmqConfig.model_validate({**broker.config, "user": "nobody"}), None, "test"):
            pass
