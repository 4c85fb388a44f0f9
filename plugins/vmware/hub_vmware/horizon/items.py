"""What Horizon has, in plain values, and how it is shown. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hub.api import Device
from hub_vmware.board import Facet
from hub_vmware.failures import Garbled

_LISTED = 50  # sessions in an attribute
FAILED = frozenset(
    {
        "error",
        "provisioning_error",
        "agent_unreachable",
        "agent_error_disabled",
        "agent_error_invalid_ip",
        "agent_error_protocol_failure",
        "agent_config_error",
    }
)
"""States in which a machine cannot be used until somebody does something."""


class Pool(msgspec.Struct, frozen=True):
    """A desktop pool."""

    id: str
    name: str
    """As clients show it."""
    enabled: bool


class Machine(msgspec.Struct, frozen=True):
    """A machine of a pool."""

    id: str
    name: str
    pool: str | None
    state: str
    users: tuple[str, ...] = ()
    """SIDs to whom it is assigned."""


class Session(msgspec.Struct, frozen=True):
    """Somebody's session."""

    id: str
    user: str
    """SID."""
    state: str
    machine: str | None
    pool: str | None
    protocol: str | None = None
    idle_minutes: int | None = None


class Sight(msgspec.Struct, frozen=True):
    """All that was seen in one look."""

    pools: Mapping[str, Pool] = {}
    machines: Mapping[str, Machine] = {}
    sessions: Mapping[str, Session] = {}

    def pool_name(self, pool: str | None) -> str | None:
        """Return the name of a pool."""
        return self.pools[pool].name if pool and pool in self.pools else pool

    def machine_name(self, machine: str | None) -> str | None:
        """Return the name of a machine."""
        return self.machines[machine].name if machine and machine in self.machines else machine


def read_sight(
    pools: Iterable[Mapping[str, Any]], machines: Iterable[Mapping[str, Any]], sessions: Iterable[Mapping[str, Any]]
) -> Sight:
    """Read the three lists as Horizon gives them. Raises Garbled."""
    try:
        return Sight(
            {_text(pool["id"]): Pool(pool["id"], _name(pool), bool(pool.get("enabled", True))) for pool in pools},
            {_text(machine["id"]): _machine(machine) for machine in machines},
            {session["id"]: _session(session) for session in sessions},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Garbled(f"the answer is none of Horizon's: {type(error).__name__}: {error}") from None


def facets_of_pools(sight: Sight) -> Mapping[str, Sequence[Facet]]:
    """Return the entities of every pool and its machines."""
    things: dict[str, Sequence[Facet]] = {}
    for pool in sight.pools.values():
        machines = [machine for machine in sight.machines.values() if machine.pool == pool.id]
        sessions = [session for session in sight.sessions.values() if session.pool == pool.id]
        things[pool.id] = _of_pool(pool, machines, sessions)
    for machine in sight.machines.values():
        device = Device(key=machine.id, name=machine.name, manufacturer="Horizon", model="Virtual desktop", via=machine.pool)
        told = {"pool": sight.pool_name(machine.pool), "assigned": len(machine.users)}
        things[machine.id] = [Facet(key=f"{machine.id}/state", name="State", value=machine.state, attributes=told, device=device)]
    return things


def facet_of_sessions(sight: Sight, names: Mapping[str, str]) -> Facet:
    """Return the entity of all sessions; `names` are login names by SID."""
    listed = [
        {
            "person": names.get(session.user, session.user),
            "state": session.state,
            "machine": sight.machine_name(session.machine),
            "pool": sight.pool_name(session.pool),
            "protocol": session.protocol,
            "idle_minutes": session.idle_minutes,
        }
        for session in list(sight.sessions.values())[:_LISTED]
    ]
    value = len(sight.sessions)
    return Facet(key="all/sessions", name="Sessions", value=value, attributes={"sessions": listed}, state_class="measurement")


def _of_pool(pool: Pool, machines: Sequence[Machine], sessions: Sequence[Session]) -> Sequence[Facet]:
    device = Device(key=pool.id, name=pool.name, manufacturer="Horizon", model="Desktop pool")
    connected = sum(session.state == "connected" for session in sessions)
    available = sum(machine.state == "available" for machine in machines)
    failed = sum(machine.state in FAILED for machine in machines)
    told = {"machines": len(machines), "failed": failed, "enabled": pool.enabled}
    return [
        Facet(
            key=f"{pool.id}/sessions",
            name="Sessions",
            value=len(sessions),
            attributes={"connected": connected, "disconnected": sum(session.state == "disconnected" for session in sessions)},
            state_class="measurement",
            device=device,
        ),
        Facet(
            key=f"{pool.id}/available",
            name="Available",
            value=available,
            attributes=told,
            state_class="measurement",
            device=device,
        ),
    ]


def _name(item: Mapping[str, Any]) -> str:
    return str(item.get("display_name") or item["name"])


def _machine(item: Mapping[str, Any]) -> Machine:
    pool = item.get("desktop_pool_id")
    users = tuple(str(user) for user in item.get("user_ids") or ())
    return Machine(_text(item["id"]), str(item["name"]), pool and str(pool), str(item.get("state") or "unknown").lower(), users)


def _session(item: Mapping[str, Any]) -> Session:
    machine, pool, protocol, idle = (
        item.get(key) for key in ("machine_id", "desktop_pool_id", "session_protocol", "idle_duration")
    )
    return Session(
        id=_text(item["id"]),
        user=str(item.get("user_id") or "unknown"),
        state=str(item.get("session_state") or "unknown").lower(),
        machine=machine and str(machine),
        pool=pool and str(pool),
        protocol=protocol and str(protocol),
        idle_minutes=int(idle) if idle is not None else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("an id is a text")
    return value
