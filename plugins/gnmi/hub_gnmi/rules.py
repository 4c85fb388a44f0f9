"""Rules: which leaves become which entities. An admin's sensors and the ready-made profiles, in one form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatchcase

from hub.api import slugify
from hub_gnmi.config import GnmiConfig, ProfileUse, ReadAs, Send, SensorConfig, Subscribe
from hub_gnmi.paths import ANY, ANY_DEPTH, Path
from hub_gnmi.profiles import PROFILES, Leaf, Shape
from hub_gnmi.wire import Mode, Subscription

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_LONGEST_NAME = 120  # characters
_MODES = {Send.SAMPLE: Mode.SAMPLE, Send.ON_CHANGE: Mode.ON_CHANGE, Send.TARGET_DEFINED: Mode.TARGET_DEFINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an entity is shown."""

    name: str
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    icon: str | None = None
    diagnostic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The leaves that fit a path, and what becomes of them. Rules of the same key share their entities, as parts of them."""

    path: Path
    key: str
    shape: Shape
    look: Look
    part: str = ""
    mode: Mode = Mode.SAMPLE
    interval: timedelta
    heartbeat: timedelta | None = None
    read_as: ReadAs = ReadAs.AUTO
    scale: float | None = None
    bits: int = 64
    on: frozenset[str] = frozenset()
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ignore: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def patience(self) -> timedelta | None:
        """After this silence a value is no longer known; None when silence means that nothing has changed."""
        regular = self.interval if self.mode is Mode.SAMPLE else self.heartbeat
        return None if regular is None else max(3 * regular, timedelta(seconds=3))

    @property
    def subscription(self) -> Subscription:
        """What to ask the target for."""
        return Subscription(
            path=self.path,
            mode=self.mode,
            sample_interval=_nanoseconds(self.interval) if self.mode is Mode.SAMPLE else 0,
            heartbeat_interval=_nanoseconds(self.heartbeat) if self.heartbeat and self.mode is Mode.ON_CHANGE else 0,
        )

    def wants(self, path: Path) -> bool:
        """Whether `only` and `ignore` let the leaf in."""
        keys = {key: value for _, key, value in path.keys}
        chosen = all(_any(keys.get(key, ""), globs) for key, globs in self.only.items())
        return chosen and not any(_any(keys.get(key, ""), globs) for key, globs in self.ignore.items())

    def identity(self, path: Path) -> str:
        """Return what tells this leaf from the others of the rule: `Ethernet1`, nothing where the path has no wildcard."""
        if any(each.name in (ANY, ANY_DEPTH) for each in self.path.elements):
            return str(replace(path, origin=""))
        fixed = {(element, key) for element, key, value in self.path.keys if value != ANY}
        free = [value for element, key, value in path.keys if (element, key) not in fixed]
        return ",".join(value.replace("\\", "\\\\").replace(",", "\\,") for value in free)

    def title(self, path: Path) -> str:
        """Return what people call this leaf's entity."""
        words = {"leaf": path.elements[-1].bare_name if path.elements else ""}
        for element, key, value in path.keys:
            words[key] = words[f"{element}_{key}"] = value
        return _PLACEHOLDER.sub(lambda found: words.get(found[1], ""), self.look.name)[:_LONGEST_NAME].strip() or self.key


def rules_of(config: GnmiConfig) -> list[Rule]:
    """Return every rule of a target."""
    ready = [_from_leaf(leaf, use, config) for use in config.profiles for leaf in PROFILES[use.profile]]
    return [*ready, *(_from_sensor(sensor, config) for sensor in config.sensors)]


def subscriptions_of(rules: Sequence[Rule]) -> list[Subscription]:
    """Return what to subscribe to; what several rules want alike is asked for once."""
    return list(dict.fromkeys(rule.subscription for rule in rules))


def _from_leaf(leaf: Leaf, use: ProfileUse, config: GnmiConfig) -> Rule:
    return Rule(
        path=Path.parse(leaf.path),
        key=leaf.key,
        shape=leaf.shape,
        part=leaf.part,
        look=Look(
            name=leaf.name,
            unit=leaf.unit,
            device_class=leaf.device_class,
            state_class=leaf.state_class,
            icon=leaf.icon,
            diagnostic=leaf.diagnostic,
        ),
        mode=_mode(leaf.send, config),
        interval=use.interval or config.interval,
        heartbeat=config.heartbeat,
        read_as=leaf.read_as,
        scale=leaf.scale,
        only=use.only,
        ignore=use.ignore,
    )


def _from_sensor(sensor: SensorConfig, config: GnmiConfig) -> Rule:
    path = Path.parse(sensor.path)
    key = sensor.key or slugify(path.elements[-1].bare_name if path.elements else "root")
    return Rule(
        path=path,
        key=key,
        shape=Shape.ON_OFF if sensor.binary else Shape.RATE if sensor.rate else Shape.VALUE,
        look=Look(
            name=sensor.name or _default_name(path, key),
            unit=sensor.unit,
            device_class=sensor.device_class,
            state_class=sensor.state_class,
            icon=sensor.icon,
        ),
        mode=_mode(sensor.send, config),
        interval=sensor.interval or config.interval,
        heartbeat=sensor.heartbeat or config.heartbeat,
        read_as=_read_as(sensor),
        scale=sensor.scale,
        bits=sensor.bits,
        on=frozenset(value.upper() for value in sensor.on),
        only=sensor.only,
        ignore=sensor.ignore,
    )


def _mode(send: Send, config: GnmiConfig) -> Mode:
    """A target that is polled tells everything each time, as if it were sampled."""
    return _MODES[send] if config.subscribe is Subscribe.STREAM else Mode.SAMPLE


def _read_as(sensor: SensorConfig) -> ReadAs:
    if sensor.read_as is not ReadAs.AUTO or sensor.binary:
        return sensor.read_as
    return ReadAs.NUMBER if sensor.unit or sensor.state_class or sensor.rate or sensor.scale is not None else ReadAs.AUTO


def _default_name(path: Path, key: str) -> str:
    free = [f"{{{element}_{name}}}" for element, name, value in path.keys if value == ANY]
    return " ".join([*free, key.replace("_", " ")])


def _any(value: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(value, glob) for glob in globs)


def _nanoseconds(interval: timedelta) -> int:
    return interval // timedelta(microseconds=1) * 1000
