"""Taking away what somebody has."""

import pytest

from hub.errors import BadActionData


async def test_revoking_somebody_ends_everything_at_once(scene) -> None:
    """Sessions, known phones, and what was just approved."""
    async with scene() as it:
        first, second, phone = await it.screen(), await it.screen(), await it.phone()
        await it.sign_in(first, phone, remember=True)
        await second.begin()
        await phone.answer(await phone.scan(second.picture), second.number)
        answer = await it.hub.call("qr_auth.revoke", person="ada")
        await first.begin()
        asked = await phone.scan(first.picture)

        assert answer == {"revoked": 2}
        assert (await second.redeem()).status == 410
        assert (await first._web.open(f"{it.folder}/home")).address.endswith("/login")
        assert "code" in asked.page.forms[0].fields
        assert ("revoke", "done", "all: 2") in it.audit()


async def test_one_session_can_be_ended_by_its_id(scene) -> None:
    """The id comes with `qr_auth.signed_in`: a message about it can offer that."""
    async with scene() as it:
        screen, phone = await it.screen(), await it.phone()
        await it.sign_in(screen, phone)
        (told,) = it.hub.told("qr_auth.signed_in")
        answer = await it.hub.call("qr_auth.revoke", id=told["session"], what="sessions")

        assert answer == {"revoked": 1}
        assert it.hub.value("sensor.qr_auth_sessions") == "0"


async def test_everything_of_everybody_is_not_revoked_by_mistake(scene) -> None:
    """All sessions are, when that is said."""
    async with scene() as it:
        await it.sign_in(await it.screen(), await it.phone())
        with pytest.raises(BadActionData, match="say whose"):
            await it.hub.call("qr_auth.revoke")
        answer = await it.hub.call("qr_auth.revoke", what="sessions")

        assert answer == {"revoked": 1}


async def test_somebody_who_leaves_the_configuration_loses_everything(scene) -> None:
    """At the next start."""
    from hub.testing import KeptMemory

    memory = KeptMemory()
    async with scene(memory) as it:
        await it.sign_in(await it.screen(), await it.phone("grace"), remember=True)
    async with scene(memory, people={"ada": {"name": "Ada"}}) as it:
        assert it.hub.value("sensor.qr_auth_sessions") == "0"
        assert memory.items("session/") == memory.items("phone/") == {}
