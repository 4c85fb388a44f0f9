"""Blueprints from elsewhere: found by the addresses under which people share them, fetched with care (DIALECT 6.3)."""

import asyncio
import html
import ipaddress
import json
import re
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx2
import msgspec

from hub.automation.blueprints import Blueprint, InvalidBlueprint, parse_blueprint
from hub.config import loads
from hub.errors import ConfigError
from hub.model.names import slugify

LARGEST: Final = 1024 * 1024  # bytes
_MOST_REDIRECTS: Final = 5
_PATIENCE: Final = 20.0  # seconds
_GITHUB_FILE: Final = re.compile(r"/(?P<owner>[^/]+)/(?P<repo>[^/]+)/blob/(?P<ref>[^/]+)/(?P<path>.+)")
_GIST: Final = re.compile(r"/(?P<owner>[^/]+)/(?P<id>[0-9a-f]+)")
_TOPIC: Final = re.compile(r"/t/(?:(?P<slug>[^/]+)/)?(?P<id>\d+)")
_CODE: Final = re.compile(r'<code class="lang-(?:yaml|auto)">(.*?)</code>', re.DOTALL)

Allowed = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


class ImportFailed(ConfigError):
    """A blueprint could not be fetched, or what was fetched is none."""


class Imported(msgspec.Struct, frozen=True):
    """A blueprint that was fetched, before anybody saved it."""

    blueprint: Blueprint
    text: str
    file: str
    """Where it would be saved, below `blueprints/<domain>/`."""


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address belongs to the public network."""
    return address.is_global and not address.is_multicast


async def import_blueprint(url: str, allowed: Allowed = is_public) -> Imported:
    """Fetch and check a blueprint; nothing is saved. Raises ImportFailed, InvalidBlueprint."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImportFailed(f"{url!r} is not an address: expected https://…")
    if parts.hostname == "community.home-assistant.io" and (topic := _TOPIC.match(parts.path)):
        return await _from_topic(url, topic, allowed)
    if parts.hostname == "gist.github.com" and (gist := _GIST.match(parts.path)):
        return await _from_gist(gist, allowed)
    if parts.hostname == "github.com" and (file := _GITHUB_FILE.match(parts.path)):
        raw = f"https://raw.githubusercontent.com/{file['owner']}/{file['repo']}/{file['ref']}/{file['path']}"
        return _imported(await fetch(raw, allowed), url, file["owner"], file["path"])
    folder = parts.path.split("/")[1] if parts.hostname == "raw.githubusercontent.com" else parts.hostname
    folder = "homeassistant" if folder.endswith(".home-assistant.io") else folder
    return _imported(await fetch(url, allowed), url, folder, parts.path)


async def fetch(url: str, allowed: Allowed = is_public) -> str:
    """Fetch a text. Every address on the way, also after a redirect, must be allowed. Raises ImportFailed."""
    async with httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=False) as client:
        for _ in range(_MOST_REDIRECTS + 1):
            await _check_address(url, allowed)
            try:
                answer = await _get(client, url)
            except httpx2.HTTPError as error:
                raise ImportFailed(f"{url} cannot be fetched: {str(error) or type(error).__name__}") from error
            if isinstance(answer, str):
                return answer
            url = urljoin(url, answer[0])
    raise ImportFailed(f"{url} redirects too often")


async def _get(client: httpx2.AsyncClient, url: str) -> str | tuple[str]:
    """Return the text, or where to look instead."""
    async with client.stream("GET", url) as response:
        if response.is_redirect:
            return (response.headers.get("location", ""),)
        if response.status_code != httpx2.codes.OK:
            raise ImportFailed(f"{url} answers {response.status_code}")
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > LARGEST:
                raise ImportFailed(f"{url} is larger than {LARGEST} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{url} is not a text") from error


async def _check_address(url: str, allowed: Allowed) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImportFailed(f"{url!r} is not an address: expected https://…")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ImportFailed(f"{parts.hostname} is not known: {error.strerror}") from error
    for *_, address in found:
        if not allowed(ipaddress.ip_address(str(address[0]).partition("%")[0])):
            raise ImportFailed(f"{parts.hostname} is not in the public network")


async def _from_topic(url: str, topic: "re.Match[str]", allowed: Allowed) -> Imported:
    answer = _json(await fetch(f"https://community.home-assistant.io/t/{topic['id']}.json", allowed), url)
    post = answer["post_stream"]["posts"][0]
    for code in _CODE.findall(str(post["cooked"])):
        try:
            return _imported(html.unescape(code), url, str(post["username"]), topic["slug"] or topic["id"])
        except InvalidBlueprint:
            continue
    raise ImportFailed(f"the first post of {url} holds no blueprint")


async def _from_gist(gist: "re.Match[str]", allowed: Allowed) -> Imported:
    url = f"https://api.github.com/gists/{gist['id']}"
    for name, file in _json(await fetch(url, allowed), url)["files"].items():
        if name.endswith(".yaml"):
            return _imported(str(file["content"]), url, gist["owner"], name)
    raise ImportFailed(f"the gist {gist['id']} holds no .yaml file")


def _json(text: str, url: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ImportFailed(f"{url} does not answer in JSON") from error
    if not isinstance(found, dict):
        raise ImportFailed(f"{url} answers something else than a mapping")
    return found


def _imported(text: str, url: str, folder: str, path: str) -> Imported:
    blueprint = parse_blueprint(loads(text, url), url)
    name = path.rstrip("/").rpartition("/")[2].removesuffix(".yaml")
    if "source_url" not in blueprint.model.model_fields_set:
        text = text.replace("blueprint:\n", f"blueprint:\n  source_url: {url}\n", 1)
    return Imported(blueprint, text, f"{slugify(folder)}/{slugify(name)}.yaml")
