"""Codes are checked once, kept before they are answered, and wrong ones lock."""

import asyncio
import json
from typing import Any

import hub_qr_auth
import pytest
from hub_qr_auth.simulator import CONFIG, SECRETS
from hub_qr_auth.totp import code_at, step_at

from hub.clock import SimulatedClock
from hub.errors import ActionError, BadActionData, StoreError
from hub.hosting.catalog import Condition
from hub.testing import KeptMemory, Running, running

NOON = 1_767_614_400.0


def people(memory: KeptMemory | None = None, clock: SimulatedClock | None = None, **changes: Any) -> Any:
    return running(hub_qr_auth, {**CONFIG, **changes}, clock or SimulatedClock(NOON), memory)


def code(hub: Running[Any], person: str = "ada", skew: float = 0) -> str:
    return code_at(SECRETS[person], step_at(hub.clock.time() + skew))


def wrong(hub: Running[Any], number: int = 0) -> str:
    right = {code(hub, skew=30 * step) for step in range(-8, 9)}
    return next(text for text in (f"{each:06}" for each in range(number, 1_000_000)) if text not in right)


async def verdict(hub: Running[Any], text: str, person: str = "ada") -> str:
    answer = await hub.call("qr_auth.verify", person=person, code=text)
    assert answer["valid"] is (answer["reason"] is None)
    return answer["reason"] or "right"


async def test_a_code_works_once() -> None:
    """RFC 6238, 5.2: the second time it is refused, also by those who type it with spaces around."""
    async with people() as hub:
        said = [await verdict(hub, code(hub)), await verdict(hub, code(hub)), await verdict(hub, f" {code(hub)} ")]

        assert said == ["right", "replayed", "replayed"]


async def test_a_code_that_is_sent_a_hundred_times_at_once_works_once() -> None:
    """The first one to come has used it before it is answered."""
    async with people() as hub:
        said = await asyncio.gather(*(verdict(hub, code(hub)) for _ in range(100)))

        assert (said.count("right"), said.count("replayed")) == (1, 99)


async def test_a_used_code_stays_used_after_a_restart() -> None:
    """The step is kept before the answer is given."""
    memory = KeptMemory()
    async with people(memory) as hub:
        first = await verdict(hub, code(hub))
    async with people(memory) as hub:
        second = await verdict(hub, code(hub))

        assert (first, second) == ("right", "replayed")


class FullDisk(KeptMemory):
    """A memory that takes nothing any more."""

    full = False

    async def put(self, changes: Any) -> None:
        if self.full:
            raise StoreError("the disk is full")
        await super().put(changes)


async def test_a_code_that_cannot_be_noted_as_used_is_not_accepted() -> None:
    """And cannot be tried again when there is room."""
    memory = FullDisk()
    async with people(memory) as hub:
        memory.full = True
        with pytest.raises(StoreError):
            await verdict(hub, code(hub))
        memory.full = False

        assert await verdict(hub, code(hub)) == "replayed"


async def test_an_earlier_code_than_the_last_one_is_refused() -> None:
    """Somebody who looked over the shoulder has 30 seconds less."""
    async with people() as hub:
        earlier = code(hub, skew=-30)
        said = [await verdict(hub, code(hub)), await verdict(hub, earlier)]

        assert said == ["right", "replayed"]


async def test_a_phone_whose_clock_goes_astray_is_followed() -> None:
    """Every time it is used by up to half a minute more, at most two minutes in all."""
    async with people() as hub:
        said = []
        for skew in (30, 60, 90, 120, 150, 180):
            await hub.clock.advance(minutes=10)
            said.append(await verdict(hub, code(hub, skew=skew)))

        assert said == ["right", "right", "right", "right", "right", "wrong"]


async def test_a_phone_that_was_never_right_is_not_followed() -> None:
    """A minute at once is too much."""
    async with people() as hub:
        assert await verdict(hub, code(hub, skew=61)) == "wrong"


async def test_the_hubs_clock_may_be_set_back() -> None:
    """No code of the repeated time works twice."""
    memory = KeptMemory()
    async with people(memory) as hub:
        await verdict(hub, code(hub))
    async with people(memory, SimulatedClock(NOON - 3600)) as hub:
        said = await verdict(hub, code(hub))
        await hub.clock.advance(hours=1, seconds=30)

        assert (said, await verdict(hub, code(hub))) == ("replayed", "right")


async def test_five_failures_lock_and_each_further_one_for_twice_as_long() -> None:
    """A right code is refused as well while it lasts, and it lasts an hour at most."""
    async with people() as hub:
        said = [await verdict(hub, wrong(hub, number)) for number in range(5)]
        locked = await verdict(hub, code(hub))
        lasts = []
        for _ in range(8):
            began = hub.clock.time()
            while hub.value("binary_sensor.qr_auth_locked") == "on":
                await hub.clock.advance(10)
            lasts.append(round((hub.clock.time() - began) / 60))
            said.append(await verdict(hub, wrong(hub)))

        assert said == ["wrong"] * 13
        assert locked == "locked"
        assert lasts == [1, 2, 4, 8, 16, 32, 60, 60]
        assert hub.told("qr_auth.locked")[0]["person"] == "ada"


async def test_a_lock_survives_a_restart() -> None:
    """Otherwise whoever can make the hub crash could guess on."""
    memory = KeptMemory()
    async with people(memory) as hub:
        for number in range(5):
            await verdict(hub, wrong(hub, number))
    async with people(memory) as hub:
        assert await verdict(hub, code(hub)) == "locked"
        assert hub.value("binary_sensor.qr_auth_locked") == "on"


async def test_brute_force_with_many_at_once_gets_five_guesses() -> None:
    """A thousand guesses in one moment are no more than five."""
    async with people() as hub:
        said = await asyncio.gather(*(verdict(hub, wrong(hub, number)) for number in range(1000)))

        assert (said.count("wrong"), said.count("locked")) == (5, 995)
        assert hub.value("sensor.qr_auth_failures") == "1000"


async def test_an_admin_unlocks() -> None:
    """The next right code counts."""
    async with people() as hub:
        for number in range(5):
            await verdict(hub, wrong(hub, number))
        await hub.call("qr_auth.unlock", person="ada")

        assert await verdict(hub, code(hub)) == "right"
        assert hub.value("binary_sensor.qr_auth_locked") == "off"


async def test_one_person_s_lock_is_nobody_else_s() -> None:
    """Grace goes on."""
    async with people() as hub:
        for number in range(6):
            await verdict(hub, wrong(hub, number))

        assert await verdict(hub, code(hub, "grace"), "grace") == "right"


async def test_somebody_who_is_not_there_is_named_to_admins() -> None:
    """With those who are."""
    async with people() as hub:
        with pytest.raises(BadActionData, match="ada, grace"):
            await verdict(hub, "123456", "bob")


def _without_secret() -> dict[str, Any]:
    return {"people": {"ada": {"name": "Ada Lovelace"}}}


async def test_enrolling_hands_out_a_secret_that_counts_after_a_right_code() -> None:
    """With `reveal`: for those who show it themselves."""
    async with people(**_without_secret()) as hub:
        answer = await hub.call("qr_auth.enroll", person="ada", reveal=True)
        secret = answer["uri"].partition("secret=")[2].partition("&")[0]
        before = hub.value("sensor.qr_auth_enrolled")
        bad = await verdict(hub, "000000")
        good = await verdict(hub, code_at(secret, step_at(NOON)))
        again = await verdict(hub, code_at(secret, step_at(NOON)))

        assert (before, bad, good, again) == ("0", "wrong", "right", "replayed")
        assert hub.value("sensor.qr_auth_enrolled") == "1"
        assert [told["person"] for told in hub.told("qr_auth.enrolled")] == ["ada"]


async def test_the_old_authenticator_counts_until_the_new_one_is_confirmed() -> None:
    """A link that goes nowhere locks nobody out; one that is late does not count."""
    async with people(**_without_secret()) as hub:
        secrets = []
        for _ in range(2):
            answer = await hub.call("qr_auth.enroll", person="ada", reveal=True)
            secrets.append(answer["uri"].partition("secret=")[2].partition("&")[0])
            if len(secrets) == 1:
                await verdict(hub, code_at(secrets[0], step_at(NOON)))
        await hub.clock.advance(minutes=11)
        now = step_at(hub.clock.time())

        assert await verdict(hub, code_at(secrets[1], now)) == "wrong"
        assert await verdict(hub, code_at(secrets[0], now)) == "right"


async def test_a_secret_of_the_configuration_is_not_replaced() -> None:
    """It would come back with the next restart."""
    async with people() as hub:
        with pytest.raises(ActionError, match="totp_secret"):
            await hub.call("qr_auth.enroll", person="ada")


async def test_a_stolen_database_does_not_give_the_secret_away() -> None:
    """It is encrypted with the key of the configuration, and bound to its person."""
    memory = KeptMemory()
    async with people(memory, **_without_secret()) as hub:
        answer = await hub.call("qr_auth.enroll", person="ada", reveal=True)
        secret = answer["uri"].partition("secret=")[2].partition("&")[0]
        await verdict(hub, code_at(secret, step_at(NOON)))

        assert secret not in json.dumps(dict(memory.items()))


async def test_with_another_key_nothing_runs_and_the_reason_is_said() -> None:
    """Not tried again and again; put behind the new one, the old key works, and the secret moves over to the new."""
    memory, new = KeptMemory(), "another-key-another-key-another-key-12"
    async with people(memory, **_without_secret()) as hub:
        answer = await hub.call("qr_auth.enroll", person="ada", reveal=True)
        secret = answer["uri"].partition("secret=")[2].partition("&")[0]
        await verdict(hub, code_at(secret, step_at(NOON)))
    async with people(memory, key=new, **_without_secret()) as hub:
        refused = hub.report
    async with people(memory, key=[new, CONFIG["key"]], **_without_secret()):
        pass
    async with people(memory, SimulatedClock(NOON + 60), key=new, **_without_secret()) as hub:
        said = await verdict(hub, code_at(secret, step_at(NOON + 60)))

    assert refused.condition is not Condition.CONNECTED
    assert "another `key`" in str(refused.last_error)
    assert said == "right"


async def test_a_sealed_secret_cannot_be_given_to_somebody_else() -> None:
    """Whoever can write the database cannot make Ada's authenticator Grace's."""
    memory = KeptMemory()
    two = {"people": {"ada": {"name": "Ada"}, "grace": {"name": "Grace"}}}
    async with people(memory, **two) as hub:
        answer = await hub.call("qr_auth.enroll", person="ada", reveal=True)
        await verdict(hub, code_at(answer["uri"].partition("secret=")[2].partition("&")[0], step_at(NOON)))
    await memory.put({"person/grace": memory.get("person/ada")})
    async with people(memory, **two) as hub:
        assert not hub.connected
        assert "grace" in str(hub.report.last_error)


async def test_revoking_does_not_make_used_codes_good_again() -> None:
    """Which ones are used is remembered, whatever else is forgotten."""
    async with people() as hub:
        first = await verdict(hub, code(hub))
        await hub.call("qr_auth.revoke", person="ada")

        assert (first, await verdict(hub, code(hub))) == ("right", "replayed")


async def test_a_damaged_memory_lets_nobody_in() -> None:
    """What cannot be read is left out; the hub starts all the same."""
    junk = [None, 1, "x", [], {}, {"expires": "never"}, {"id": 1, "person": None, "expires": None, "facts": None}]
    kept = {f"{kind}/{number}": value for kind in ("ticket", "session", "phone") for number, value in enumerate(junk)}
    memory = KeptMemory({**kept, "person/ada": {"counter": "x", "drift": []}, "person/grace": 7, "failures/ada": ["x"]})
    async with people(memory) as hub:
        assert hub.connected
        assert hub.value("sensor.qr_auth_open_tickets") == "0"
        assert await verdict(hub, code(hub)) == "right"
