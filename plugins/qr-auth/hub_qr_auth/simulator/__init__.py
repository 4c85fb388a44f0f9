"""People who sign in: screens that show codes, phones that scan them; and a rehearsal with two executives."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from hub.api import Clock, PluginError, Rehearsal
from hub_qr_auth.simulator.phone import Phone
from hub_qr_auth.simulator.screen import Screen
from hub_qr_auth.simulator.web import Web, browsing

__all__ = ["CONFIG", "FOLDER", "Phone", "Screen", "SimulatedPeople", "Web", "browsing", "rehearse"]

HUB_URL: Final = "http://127.0.0.1:8123"
"""Where a hub listens unless it is told otherwise."""
FOLDER: Final = "/api/plugin/qr_auth"
SECRETS: Final = {"ada": "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD", "grace": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}
CONFIG: Final[Mapping[str, Any]] = {
    "key": "rehearsal-only-rehearsal-only-rehearsal-only",
    "external_url": HUB_URL,
    "issuer": "Hub rehearsal",
    "desktops": {"office": {"server": "horizon.example.com", "pool": "Executive Desktop", "domain": "BERLIN"}},
    "people": {
        "ada": {"name": "Ada Lovelace", "totp_secret": SECRETS["ada"], "desktops": ["office"]},
        "grace": {"name": "Grace Hopper", "totp_secret": SECRETS["grace"]},
    },
}

_COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
_EVERY, _CARELESS = 15, 4  # one call in so many is a sign-in, one sign-in in so many picks a wrong number


class SimulatedPeople:
    """Executives who sign in now and then, one of whom is careless with numbers."""

    def __init__(self, clock: Clock, computer: Web, phones: Mapping[str, Phone]) -> None:
        self._clock, self._computer, self._phones = clock, computer, phones
        self._calls = 0
        self.hub_url = HUB_URL
        """Where the hub is."""
        self.counts: Counter[str] = Counter()

    async def look(self) -> None:
        """Sign in, one time in many."""
        self._calls += 1
        if self._calls % _EVERY == 1:
            turn = self._calls // _EVERY
            names = list(self._phones)
            try:
                await self.sign_in(names[turn % len(names)], careless=turn % _CARELESS == _CARELESS - 1)
            except PluginError:  # the hub is busy, or not there
                self.counts["not_answered"] += 1

    async def sign_in(self, person: str, *, careless: bool = False) -> bool:
        """Sign in at the computer; careless people tap the wrong number. Returns whether it went well."""
        screen, phone = Screen(self._computer, self._clock, self.hub_url + FOLDER), self._phones[person]
        if (await screen.begin()).status != 200:
            self.counts["refused"] += 1
            return False
        asked = await phone.scan(screen.picture)
        choices = asked.page.forms[0].choices["number"] if asked.page.forms else []
        number = next(each for each in choices if (each != screen.number) is careless) if choices else ""
        await phone.answer(asked, number, remember=True)
        went_well = (await screen.poll()).get("status") == "approved" and (await screen.redeem()).status == 200
        self.counts["sign_ins" if went_well else "denied"] += 1
        return went_well


@asynccontextmanager
async def simulated(clock: Clock) -> AsyncGenerator[SimulatedPeople, None]:
    """Run them; they have opened nothing yet."""
    async with AsyncExitStack() as stack:
        computer = await stack.enter_async_context(browsing(_COMPUTER))
        phones = {
            person: Phone(await stack.enter_async_context(browsing(_PHONE)), clock, person, secret)
            for person, secret in SECRETS.items()
        }
        yield SimulatedPeople(clock, computer, phones)


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run people for a rehearsal."""
    async with simulated(clock) as people:
        pages: dict[str, str] = {}

        def summary() -> Mapping[str, int]:
            return dict(people.counts)

        def hub_at(url: str) -> None:
            people.hub_url = url
            pages["Sign in"] = f"{url}{FOLDER}/login"

        hub_at(HUB_URL)
        yield Rehearsal(config=CONFIG, pages=pages, summary=summary, cues={"sign in": people.look}, hub_at=hub_at)
