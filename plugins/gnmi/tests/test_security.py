"""Whom the plugin trusts: an authority, or a certificate that was pinned; never one because it was downloaded."""

import hashlib
import ssl
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import grpc
import hub_gnmi
import pytest
import trustme
from hub_gnmi.simulator import GnmiServer, Interface, Switch, serving

from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import Running, running

AUTHORITY, OTHERS = trustme.CA(), trustme.CA()


class Secured:
    """A target with TLS, and files that fit it."""

    def __init__(self, server: GnmiServer, folder: Path, certificate: trustme.LeafCert) -> None:
        self.server, self._folder, self._certificate = server, folder, certificate
        self.config = {"name": "Core", "host": "127.0.0.1", "port": server.port, "interval": 0.2, "timeout": 3}

    @property
    def fingerprint(self) -> str:
        content = self._certificate.cert_chain_pems[0].bytes()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(content.decode())).hexdigest()

    def file(self, name: str, blob: trustme.Blob) -> str:
        blob.write_to_path(self._folder / name)
        return str(self._folder / name)


def credentials(certificate: trustme.LeafCert, *, demands_client: bool = False) -> grpc.ServerCredentials:
    key, chain = certificate.private_key_pem.bytes(), b"".join(pem.bytes() for pem in certificate.cert_chain_pems)
    root = AUTHORITY.cert_pem.bytes() if demands_client else None
    return grpc.ssl_server_credentials([(key, chain)], root, require_client_auth=demands_client)


@pytest.fixture(params=[("127.0.0.1", False)])
async def secured(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Secured, None]:
    name, demands_client = request.param
    certificate, clock = AUTHORITY.issue_cert(name), SystemClock()
    switch = Switch("core-1", [Interface("Ethernet1")], clock)
    async with serving(switch, clock, certificate=credentials(certificate, demands_client=demands_client)) as server:
        yield Secured(server, tmp_path, certificate)


async def shows_its_link(hub: Running[Any]) -> None:
    await hub.until(lambda: hub.value("binary_sensor.core_ethernet1") == "on")


def why_not(hub: Running[Any]) -> str:
    assert hub.report.condition is not Condition.CONNECTED
    return hub.report.last_error or ""


async def test_a_certificate_of_the_authority_is_trusted(secured: Secured) -> None:
    """`ca_file` says whose."""
    async with running(hub_gnmi, {**secured.config, "ca_file": secured.file("ca.pem", AUTHORITY.cert_pem)}) as hub:
        await shows_its_link(hub)


async def test_a_certificate_of_somebody_else_is_not(secured: Secured) -> None:
    """Nor one of nobody we know, without `ca_file`: nothing is fetched and trusted."""
    for config in ({"ca_file": secured.file("ca.pem", OTHERS.cert_pem)}, {}):
        async with running(hub_gnmi, {**secured.config, **config}) as hub:
            assert "not trusted" in why_not(hub)
    assert secured.server.tally.subscriptions == 0


async def test_a_password_is_not_sent_to_who_is_not_trusted(secured: Secured) -> None:
    """The connection is refused before anything is said."""
    config = {**secured.config, "username": "hub", "password": "geheim"}
    async with running(hub_gnmi, config) as hub:
        assert "not trusted" in why_not(hub)
        assert secured.server.tally.refused == 0


@pytest.mark.parametrize("secured", [("switch.example.org", False)], indirect=True)
async def test_the_name_must_be_in_the_certificate(secured: Secured) -> None:
    """The host's, or the one that is said."""
    config = {**secured.config, "ca_file": secured.file("ca.pem", AUTHORITY.cert_pem)}
    async with running(hub_gnmi, config) as hub:
        assert why_not(hub)
    async with running(hub_gnmi, {**config, "server_name": "switch.example.org"}) as hub:
        await shows_its_link(hub)


@pytest.mark.parametrize("secured", [("switch.example.org", False)], indirect=True)
async def test_a_pinned_certificate_is_trusted_whoever_signed_it(secured: Secured) -> None:
    """And whatever name it has."""
    async with running(hub_gnmi, {**secured.config, "fingerprint": secured.fingerprint}) as hub:
        await shows_its_link(hub)


async def test_a_certificate_that_is_not_the_pinned_one_is_refused(secured: Secured) -> None:
    """The message tells the new fingerprint, so that an admin can compare."""
    async with running(hub_gnmi, {**secured.config, "fingerprint": "ab" * 32}) as hub:
        assert secured.fingerprint in why_not(hub)
    assert secured.server.tally.subscriptions == 0


@pytest.mark.parametrize("secured", [("127.0.0.1", True)], indirect=True)
async def test_we_show_a_certificate_of_our_own(secured: Secured) -> None:
    """Mutual TLS; without it the target does not talk, also when its own certificate is pinned."""
    config = {**secured.config, "ca_file": secured.file("ca.pem", AUTHORITY.cert_pem)}
    async with running(hub_gnmi, config) as hub:
        assert why_not(hub)
    ours = AUTHORITY.issue_cert("hub.example.org")
    pair = {"cert_file": secured.file("c.pem", ours.cert_chain_pems[0]), "key_file": secured.file("k.pem", ours.private_key_pem)}
    async with running(hub_gnmi, {**config, **pair}) as hub:
        await shows_its_link(hub)
    async with running(hub_gnmi, {**secured.config, **pair, "fingerprint": secured.fingerprint}) as hub:
        await shows_its_link(hub)


async def test_a_file_that_is_not_there_is_named(secured: Secured) -> None:
    """By the key of the configuration."""
    async with running(hub_gnmi, {**secured.config, "ca_file": "/nowhere/ca.pem"}) as hub:
        assert "`ca_file` cannot be read" in why_not(hub)


async def test_plain_text_is_never_a_way_out(secured: Secured) -> None:
    """A target with TLS is not talked to without it, nor the other way round."""
    async with running(hub_gnmi, {**secured.config, "plaintext": True}) as hub:
        assert why_not(hub)
