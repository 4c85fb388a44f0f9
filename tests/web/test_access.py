"""Nobody comes in without a token, and nobody does more than their role allows."""

import re

import pytest

from hub.web.commands import COMMANDS
from hub.web.endpoint import Door
from hub.web.identity import Role
from hub.web.rest import DOORS
from tests.web.house import ADMIN, OPERATOR, VIEWER, served

OPEN_TO_ALL = {
    ("GET", "/"),
    *((method, "/api/webhook/{webhook_id}") for method in ("GET", "HEAD", "POST", "PUT")),
    *((method, "/api/plugin/{instance}/{name}") for method in ("GET", "HEAD", "POST", "PUT")),
}


def _path(door: Door) -> str:
    return re.sub(r"\{.*?\}", "some", door.path)


async def test_every_door_needs_a_token_but_those_that_are_meant_to_be_open() -> None:
    """401 without one, with a wrong one, and with one of another kind."""
    async with served() as house, house.http(None) as http:
        for door in DOORS:
            for header in (
                {},
                {"authorization": "Bearer wrong"},
                {"authorization": f"Basic {ADMIN}"},
                {"authorization": "Bearer"},
            ):
                status = (await http.request(door.method, _path(door), headers=header)).status_code
                assert (status == 401) is ((door.method, door.path) not in OPEN_TO_ALL), (door, header)


async def test_every_door_refuses_roles_that_are_too_small() -> None:
    """403 for those below, never for those at or above."""
    async with served() as house, house.http(None) as http:
        for door in DOORS:
            for role, token in ((Role.VIEWER, VIEWER), (Role.OPERATOR, OPERATOR), (Role.ADMIN, ADMIN)):
                answer = await http.request(door.method, _path(door), headers={"authorization": f"Bearer {token}"})
                refused = door.role is not None and not role.covers(door.role)
                assert (answer.status_code == 403) is refused, (door, role)


async def test_viewers_write_nothing() -> None:
    """No door that changes anything is open to viewers."""
    assert not [door for door in DOORS if door.role is Role.VIEWER and door.method not in ("GET", "HEAD")]


async def test_every_command_refuses_roles_that_are_too_small() -> None:
    """`unauthorized`, before the command is looked at."""
    async with served() as house:
        for role, token in ((Role.VIEWER, VIEWER), (Role.OPERATOR, OPERATOR)):
            async with house.talk(token) as talk:
                for command in COMMANDS:
                    if not role.covers(command.role):
                        assert await talk.error(command.name) == "unauthorized"


async def test_the_wrong_method_is_405_only_for_those_who_may_know() -> None:
    """Without a token it is 401; with one it says which methods there are."""
    async with served() as house, house.http() as http:
        known = await http.patch("/api/states/sensor.a")
        async with house.http(None) as stranger:
            unknown = await stranger.patch("/api/states/sensor.a")

        assert (known.status_code, known.headers["allow"]) == (405, "DELETE, GET, HEAD, POST")
        assert unknown.status_code == 401


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/api/states/a/b", "/..%2f..%2fetc/passwd", "/api/states/", "/%00"])
async def test_unknown_paths_are_404(path: str) -> None:
    """As JSON."""
    async with served() as house, house.http() as http:
        answer = await http.get(path)

        assert (answer.status_code, answer.json()) == (404, {"message": "there is nothing at this address"})


async def test_a_revoked_token_ends_at_once() -> None:
    """Requests are refused, and the connection that it opened is closed."""
    async with served() as house, house.talk(OPERATOR) as talk, house.http() as admin, house.http(OPERATOR) as operator:
        await talk.result("get_states")

        await admin.delete(f"/api/hub/tokens/{OPERATOR}")

        await talk.socket.wait_closed()
        assert talk.socket.close_code == 1008
        assert (await operator.get("/api/states")).status_code == 401
