"""What the plugin tells the hub."""

from pydantic import Field

from hub.api import PluginEvent


class Scanned(PluginEvent, also="tag_scanned"):
    """A QR code was scanned: a badge, or the code that a browser shows."""

    tag_id: str = Field(description="What was scanned: the badge's tag, or `sign_in` for the code that a browser shows.")
    device_id: str = Field("", description="Who or what scanned: `phone_<person>`, or the name of a reader.")
    person: str = Field("", description="Whose badge it is; empty for a badge of a thing.")
    by: str = Field("", description="Who scanned it, and has proved it; empty when that is not known.")
    address: str = Field("", description="Where the phone is in the network.")


class SignedIn(PluginEvent):
    """Somebody has signed in with their phone."""

    person: str = Field(description="Who.")
    display_name: str = Field(description="How the person is called.")
    address: str = Field("", description="Where the browser is in the network.")
    browser: str = Field("", description="What the browser says of itself.")
    phone_address: str = Field("", description="Where the phone is in the network.")
    session: str = Field("", description="Id of the session, with which it can be revoked.")


class Denied(PluginEvent):
    """An attempt to sign in was denied: by the person, by a wrong number, or by a rule."""

    person: str = Field("", description="Who denied it, or whose approval was refused; empty when that is not known.")
    reason: str = Field(description="Why.")
    address: str = Field("", description="Where the browser is in the network.")
    browser: str = Field("", description="What the browser says of itself.")


class DesktopOpened(PluginEvent):
    """A ticket was used: the person has been handed the link of a desktop."""

    person: str = Field(description="Who.")
    desktop: str = Field(description="Which desktop.")
    ticket: str = Field(description="Id of the ticket.")
    address: str = Field("", description="Where the browser is in the network.")


class Enrolled(PluginEvent):
    """Somebody has set up an authenticator app."""

    person: str = Field(description="Who.")


class Locked(PluginEvent):
    """Somebody has failed too often and is locked for a while."""

    person: str = Field(description="Who.")
    until: str = Field(description="Until when (ISO 8601).")


class Audit(PluginEvent):
    """Something happened that concerns security. There is no secret in it."""

    what: str = Field(description="begin, scan, approve, deny, redeem, verify, enroll, confirm, ticket, badge, revoke or unlock.")
    outcome: str = Field(description="done or refused.")
    reason: str = Field("", description="Why it was refused, or more about what was done.")
    person: str = Field("", description="Whom it concerns.")
    address: str = Field("", description="Where it came from; empty for an action.")
    reference: str = Field("", description="What belongs together has the same one.")


EVENTS = (Scanned, SignedIn, Denied, DesktopOpened, Enrolled, Locked, Audit)
