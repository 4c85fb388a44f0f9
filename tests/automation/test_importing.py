"""Blueprints are fetched with care."""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Mapping

import pytest

from hub.automation.blueprints import InvalidBlueprint
from hub.automation.importing import LARGEST, ImportFailed, import_blueprint, is_public

BLUEPRINT = """\
blueprint:
  name: Page when silent
  domain: automation
  input:
    sensor:
triggers:
  - trigger: state
    entity_id: !input sensor
actions:
  - action: notify.board
"""
Page = tuple[int, Mapping[str, str], bytes]


class Site:
    """A web server that answers what it is told to."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.port = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].decode()
        status, headers, body = self.pages.get(path, (404, {}, b""))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{head}\r\n".encode() + body)
        writer.close()


@pytest.fixture
async def site() -> AsyncGenerator[Site, None]:
    site = Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site


def anywhere(_: object) -> bool:
    return True


async def test_a_blueprint_is_shown_before_it_is_saved(site: Site) -> None:
    """What comes back says what it is, what it calls, and where it would be kept."""
    site.pages["/shared/silent-page.yaml"] = (200, {}, BLUEPRINT.encode())

    found = await import_blueprint(site.url("/shared/silent-page.yaml"), anywhere)

    assert found.blueprint.model.name == "Page when silent"
    assert found.blueprint.calls() == {"notify.board"}
    assert found.file == "127_0_0_1/silent_page.yaml"
    assert f"source_url: {site.url('/shared/silent-page.yaml')}" in found.text


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fe80::1", "224.0.0.1"])
def test_a_private_address_is_not_public(address: str) -> None:
    """Neither the hub's own network nor the metadata service of a cloud can be asked."""
    assert not is_public(ipaddress.ip_address(address))


async def test_a_private_address_is_not_asked(site: Site) -> None:
    """The server does not even see a request."""
    with pytest.raises(ImportFailed, match="not in the public network"):
        await import_blueprint(site.url("/x.yaml"))


async def test_a_redirect_to_a_private_address_is_not_followed(site: Site) -> None:
    """Each stop on the way is looked at."""
    site.pages["/x.yaml"] = (302, {"Location": "http://10.0.0.1/secret.yaml"}, b"")

    with pytest.raises(ImportFailed, match=r"10\.0\.0\.1 is not in the public network"):
        await import_blueprint(site.url("/x.yaml"), lambda address: address.is_loopback)


async def test_redirects_end(site: Site) -> None:
    """A circle is not run for ever."""
    site.pages["/x.yaml"] = (302, {"Location": "/x.yaml"}, b"")

    with pytest.raises(ImportFailed, match="redirects too often"):
        await import_blueprint(site.url("/x.yaml"), anywhere)


async def test_what_is_too_large_is_refused(site: Site) -> None:
    """Not more than a megabyte is read."""
    site.pages["/x.yaml"] = (200, {}, b"#" * (LARGEST + 1))

    with pytest.raises(ImportFailed, match="larger than"):
        await import_blueprint(site.url("/x.yaml"), anywhere)


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"<html>", b"blueprint:\n  name: x\n", b"a: [", b"- 1\n"])
async def test_what_is_no_blueprint_is_refused(site: Site, body: bytes) -> None:
    """Garbage, pages and half blueprints say what is wrong."""
    site.pages["/x.yaml"] = (200, {}, body)

    with pytest.raises((ImportFailed, InvalidBlueprint)):
        await import_blueprint(site.url("/x.yaml"), anywhere)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x.yaml", "x.yaml", "https://"])
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    """Files of this computer cannot be imported."""
    with pytest.raises(ImportFailed, match="is not an address"):
        await import_blueprint(url, anywhere)


async def test_a_missing_page_is_told(site: Site) -> None:
    """With the status that the server gave."""
    with pytest.raises(ImportFailed, match="answers 404"):
        await import_blueprint(site.url("/nowhere.yaml"), anywhere)
