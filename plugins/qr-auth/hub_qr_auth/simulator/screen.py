"""A screen on which somebody wants to sign in: what the login page's script does."""

import base64
import json
from typing import Any

from hub.api import Clock
from hub_qr_auth.simulator.web import Shown, Web


class Screen:
    """Shows a code, and waits for the phone."""

    def __init__(self, web: Web, clock: Clock, folder: str) -> None:
        self._web, self._clock, self._folder = web, clock, folder
        self.shown: dict[str, Any] = {}

    @property
    def number(self) -> str:
        """The number beside the code."""
        return str(self.shown["number"])

    @property
    def picture(self) -> bytes:
        """The code, as PNG."""
        return base64.b64decode(str(self.shown["picture"]).partition(",")[2])

    async def begin(self, ticket: str = "") -> Shown:
        """Open the page and show a code; `ticket` is what stands behind the `#` of a ticket's address."""
        await self._web.open(f"{self._folder}/login")
        return await self.turn(ticket)

    async def turn(self, ticket: str = "") -> Shown:
        """Show another code."""
        fields = {"device_code": str(self.shown.get("device_code", "")), "ticket": ticket}
        reply = await self._web.send(f"{self._folder}/begin", fields)
        if reply.status == 200:
            self.shown = json.loads(reply.text)
        return reply

    async def poll(self) -> dict[str, Any]:
        """Ask how far it is."""
        reply = await self._web.send(f"{self._folder}/poll", {"device_code": str(self.shown["device_code"])})
        answer: dict[str, Any] = json.loads(reply.text)
        return answer

    async def decided(self) -> bool:
        """Wait until the phone has decided; True when it has approved."""
        while True:
            answer = await self.poll()
            if "interval" not in answer:
                return answer.get("status") == "approved"
            await self._clock.sleep(float(answer["interval"]))

    async def redeem(self) -> Shown:
        """Go on, once the phone has approved."""
        return await self._web.send(f"{self._folder}/redeem", {"device_code": str(self.shown["device_code"])})
