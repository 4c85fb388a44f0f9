"""Who asks, and what they may do."""

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a person or program may do; each role may do what those before it may."""

    VIEWER = "viewer"
    """Read what the hub knows."""
    OPERATOR = "operator"
    """Call actions, see runs and their traces."""
    ADMIN = "admin"
    """Everything."""

    def covers(self, needed: "Role") -> bool:
        """Tell whether this role may do what the other one may."""
        return _ORDER[self] >= _ORDER[needed]


_ORDER = {role: position for position, role in enumerate(Role)}


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whose token it is."""

    id: str
    """Never changes; the `user_id` of every context that begins here."""
    name: str
    role: Role


class TokenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told of a token; never the token itself."""

    id: str
    name: str
    role: Role
    created: float
    """Seconds since 1970 (UTC)."""
    used: float | None = None
    """When it was last presented."""
