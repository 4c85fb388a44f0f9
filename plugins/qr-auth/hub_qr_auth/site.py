"""Our pages and their addresses."""

from collections.abc import Awaitable, Callable

from hub.api import HubError, WebhookReply, WebhookRequest
from hub_qr_auth.approving import Approving
from hub_qr_auth.door import Door, Refusal, Visit
from hub_qr_auth.enrolling import Enrolling
from hub_qr_auth.gate import Gate
from hub_qr_auth.pages import answer, message
from hub_qr_auth.proving import Proving
from hub_qr_auth.scanning import Scanning
from hub_qr_auth.signing_in import SigningIn

Show = Callable[[Visit], Awaitable[WebhookReply]]


class Site:
    """Everything that browsers and phones can ask for."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._door = Door(gate.config, gate.path)
        proving = Proving(gate, self._door)
        self._signing_in = SigningIn(gate, self._door)
        self._approving = Approving(gate, proving)
        self._enrolling = Enrolling(gate, proving)
        self._scanning = Scanning(gate, proving)

    def open(self) -> None:
        """Take requests."""
        browser, phone = self._signing_in, self._approving
        self._page("login", get=browser.show)
        self._page("home", get=browser.home)
        self._page("redeem", post=browser.redeem)
        self._page("leave", post=browser.leave)
        self._page("begin", post=browser.begin, for_script=True)
        self._page("poll", post=browser.poll, for_script=True)
        self._page("approve", get=phone.show, post=phone.decide)
        self._page("enroll", get=self._enrolling.show, post=self._enrolling.act)
        self._page("scan", get=self._scanning.show, post=self._scanning.report)

    def _page(self, name: str, *, get: Show | None = None, post: Show | None = None, for_script: bool = False) -> None:
        ways = {method: way for method, way in (("GET", get), ("POST", post)) if way is not None}

        async def reply(request: WebhookRequest) -> WebhookReply:
            try:
                way = ways.get(request.method)
                if way is None:
                    raise Refusal(405, "This address does not take that.", {"allow": ", ".join(ways)})
                return await way(self._door.look_through(request))
            except Refusal as refusal:
                return _refused(refusal, for_script=for_script)
            except (HubError, OSError) as error:  # what happened cannot be kept: then it has not happened
                self._gate.hub.log.error("%s %s: %s", request.method, name, error)
                return _refused(Refusal(503, "The hub cannot do this now. Please try again."), for_script=for_script)

        self._gate.hub.webhook(name, reply)


def _refused(refusal: Refusal, *, for_script: bool) -> WebhookReply:
    if for_script:
        return answer({"error": "refused", "text": str(refusal)}, refusal.status, refusal.headers)
    return message("That did not work", str(refusal), status=refusal.status, headers=refusal.headers)
