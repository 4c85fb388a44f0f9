"""A phone with a camera, a browser and an authenticator app."""

from urllib.parse import urljoin

from hub.api import Clock
from hub_qr_auth.simulator.eye import read_codes
from hub_qr_auth.simulator.web import Shown, Web
from hub_qr_auth.totp import code_at, step_at


class Phone:
    """Somebody's phone; `skew` is by how many seconds its clock is off."""

    def __init__(self, web: Web, clock: Clock, person: str, secret: str, skew: float = 0.0) -> None:
        self._web, self._clock = web, clock
        self.person, self.secret, self.skew = person, secret, skew

    @property
    def code(self) -> str:
        """What the authenticator app shows."""
        return code_at(self.secret, step_at(self._clock.time() + self.skew))

    async def scan(self, picture: bytes) -> Shown:
        """Point the camera at a code and open what it says."""
        (address,) = read_codes(picture)
        return await self._web.open(address)

    async def answer(self, asked: Shown, number: str = "", *, code: str | None = None, remember: bool = False) -> Shown:
        """Fill in the form of the page and send it; without a number, one that is offered is not chosen."""
        (form,) = asked.page.forms
        fields = dict(form.fields)
        if number:
            fields["number"] = number
        if "person" in fields:
            fields["person"] = self.person
        if "code" in fields:
            fields["code"] = self.code if code is None else code
        if remember:
            fields["remember"] = "yes"
        return await self._web.send(urljoin(asked.address, form.action), fields)

    async def deny(self, asked: Shown) -> Shown:
        """Say that it was not me."""
        (form,) = asked.page.forms
        return await self._web.send(urljoin(asked.address, form.action), {**form.fields, "decision": "deny"})
