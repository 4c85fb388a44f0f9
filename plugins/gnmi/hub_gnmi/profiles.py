"""Ready-made sets of paths, from OpenConfig's public models (openconfig-interfaces, -system, -platform, -probes)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from hub_gnmi.config import ProfileName, ReadAs, Send


class Shape(Enum):
    """What becomes of leaves."""

    VALUE = auto()
    """The value itself."""
    ON_OFF = auto()
    """Whether the value is one of those that are on."""
    RATE = auto()
    """The growth of a counter per second."""
    LOSS = auto()
    """The share of packets lost, from several counters."""
    SHARE = auto()
    """One value in percent of another."""
    LINK = auto()
    """Whether an interface is up, with events."""
    BOOT = auto()
    """When the target was started, with an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One path of a profile."""

    path: str
    key: str
    name: str = ""
    shape: Shape = Shape.VALUE
    part: str = ""
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    icon: str | None = None
    diagnostic: bool = False
    send: Send = Send.SAMPLE
    read_as: ReadAs = ReadAs.AUTO
    scale: float | None = None


_INTERFACE = "/interfaces/interface[name=*]/state"
_COUNTERS = f"{_INTERFACE}/counters"


def _per_second(direction: str, kind: str) -> Leaf:
    return Leaf(
        path=f"{_COUNTERS}/{direction}-{kind}",
        key=f"{direction}_{kind}",
        name=f"{{name}} {direction} {kind}",
        shape=Shape.RATE,
        unit="1/s",
        state_class="measurement",
        read_as=ReadAs.NUMBER,
        diagnostic=True,
    )


def _traffic(direction: str) -> Leaf:
    return Leaf(
        path=f"{_COUNTERS}/{direction}-octets",
        key=f"{direction}_rate",
        name=f"{{name}} {direction}",
        shape=Shape.RATE,
        unit="bit/s",
        device_class="data_rate",
        state_class="measurement",
        read_as=ReadAs.NUMBER,
        scale=8.0,
    )


def _link(leaf: str) -> Leaf:
    return Leaf(
        path=f"{_INTERFACE}/{leaf}-status",
        key="link",
        name="{name}",
        shape=Shape.LINK,
        part=leaf,
        device_class="connectivity",
        send=Send.ON_CHANGE,
        read_as=ReadAs.TEXT,
    )


def _loss(direction: str) -> tuple[Leaf, ...]:
    counters = {
        "passed": "pkts",
        "passed.unicast": "unicast-pkts",
        "passed.multicast": "multicast-pkts",
        "passed.broadcast": "broadcast-pkts",
        "lost.discards": "discards",
        "lost.errors": "errors",
    }
    return tuple(
        Leaf(
            path=f"{_COUNTERS}/{direction}-{counter}",
            key=f"{direction}_loss",
            name=f"{{name}} {direction} loss",
            shape=Shape.LOSS,
            part=part,
            unit="%",
            state_class="measurement",
            icon="mdi:package-variant-remove",
            read_as=ReadAs.NUMBER,
        )
        for part, counter in counters.items()
    )


def _percent(path: str, key: str, name: str) -> Leaf:
    return Leaf(
        path=path, key=key, name=name, unit="%", state_class="measurement", icon="mdi:chip", read_as=ReadAs.NUMBER
    )  # fmt: skip


def _memory(leaf: str) -> Leaf:
    return Leaf(
        path=f"/system/memory/state/{leaf}",
        key=f"memory_{leaf}",
        name=f"Memory {leaf}",
        unit="B",
        device_class="data_size",
        state_class="measurement",
        read_as=ReadAs.NUMBER,
        diagnostic=True,
    )


def _memory_share(part: str, leaf: str) -> Leaf:
    return Leaf(
        path=f"/system/memory/state/{leaf}",
        key="memory",
        name="Memory",
        shape=Shape.SHARE,
        part=part,
        unit="%",
        state_class="measurement",
        icon="mdi:memory",
        read_as=ReadAs.NUMBER,
    )


PROFILES: Mapping[ProfileName, tuple[Leaf, ...]] = {
    ProfileName.INTERFACES: (
        _link("oper"),
        _link("admin"),
        *(_traffic(direction) for direction in ("in", "out")),
        *(_per_second(direction, kind) for direction in ("in", "out") for kind in ("errors", "discards")),
    ),
    ProfileName.LOSS: (*_loss("in"), *_loss("out")),
    ProfileName.CPU: (_percent("/system/cpus/cpu[index=*]/state/total/instant", "cpu", "CPU {index}"),),
    ProfileName.COMPONENT_CPU: (
        _percent("/components/component[name=*]/cpu/utilization/state/instant", "component_cpu", "{name} CPU"),
    ),
    ProfileName.MEMORY: (
        _memory("physical"),
        _memory("used"),
        _memory("free"),
        _memory_share("part", "used"),
        _memory_share("whole", "physical"),
    ),
    ProfileName.UPTIME: (
        Leaf(
            path="/system/state/boot-time",
            key="boot_time",
            name="Started",
            shape=Shape.BOOT,
            device_class="timestamp",
            send=Send.TARGET_DEFINED,
            read_as=ReadAs.TIME,
        ),
    ),
    ProfileName.TEMPERATURE: (
        Leaf(
            path="/components/component[name=*]/state/temperature/instant",
            key="temperature",
            name="{name} temperature",
            unit="°C",
            device_class="temperature",
            state_class="measurement",
            read_as=ReadAs.NUMBER,
        ),
    ),
    ProfileName.SYSTEM: tuple(
        Leaf(
            path=f"/system/state/{leaf}",
            key=leaf.replace("-", "_"),
            name=name,
            send=Send.ON_CHANGE,
            read_as=ReadAs.TEXT,
            diagnostic=True,
        )
        for leaf, name in (("hostname", "Hostname"), ("software-version", "Software version"))
    ),
    ProfileName.PROBES: (
        Leaf(
            path="/probes/probe[name=*]/tests/test[name=*]/results/state/loss-percentage",
            key="probe_loss",
            name="{probe_name} {test_name} loss",
            unit="%",
            state_class="measurement",
            read_as=ReadAs.NUMBER,
        ),
    ),
}
