"""What is known of a vCenter, and what a change of it means. Pure but for what it is told to tell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatch
from typing import Any

from hub.api import PluginEvent
from hub_vmware.board import Facet
from hub_vmware.config import VCenter
from hub_vmware.events import HostConnected, HostDisconnected, PowerChanged
from hub_vmware.facets import facets_of, facets_of_all
from hub_vmware.failures import NotFound
from hub_vmware.things import Alarm, Change, Kind, Snapshot

Values = Mapping[str, Any]


class Inventory:
    """Every thing by its reference."""

    def __init__(self, config: VCenter, emit: Callable[[PluginEvent], None]) -> None:
        self._config = config
        self._emit = emit
        self._things: dict[str, tuple[Kind, dict[str, Any]]] = {}
        self._hosts: dict[str, str] = {}
        self.alarms: Sequence[Alarm] = ()

    def take(self, changes: Iterable[Change], *, tell: bool) -> set[str]:
        """Take what has changed; return whose entities are to be shown anew. With `tell`, tell of it too."""
        changed: set[str] = set()
        for change in changes:
            if change.kind is Kind.FOLDER:
                self.alarms = change.values.get("triggeredAlarmState") or ()
                continue
            changed.add(change.ref)
            if change.gone:
                self._things.pop(change.ref, None)
                continue
            _, values = self._things.setdefault(change.ref, (change.kind, {}))
            before = dict(values)
            values.update(change.values)
            if change.kind is Kind.HOST and self._hosts.get(change.ref) != values.get("name"):
                self._hosts[change.ref] = str(values.get("name") or change.ref)
                changed |= {
                    ref for ref, (kind, its) in self._things.items() if kind is Kind.VM and its.get("runtime.host") == change.ref
                }
            if tell:
                self._tell(change, before, values)
        return changed

    def facets(self, refs: Iterable[str], now: datetime) -> Mapping[str, Sequence[Facet]]:
        """Return the entities of these things; none for one that is gone or not wanted."""
        return {ref: self._facets(ref, now) for ref in refs}

    def summary(self) -> Sequence[Facet]:
        """Return the entities of the whole."""
        return facets_of_all([each for each in self._things.values() if self._is_wanted(*each)])

    def with_snapshots(self) -> list[str]:
        """Return the machines that have snapshots."""
        return [ref for ref, (kind, values) in self._things.items() if kind is Kind.VM and values.get("snapshot")]

    def everything(self) -> list[str]:
        """Return all references."""
        return list(self._things)

    def name_of(self, ref: str) -> str:
        """Return a thing's name; its reference when it is not known."""
        return str(self._things[ref][1].get("name") or ref) if ref in self._things else ref

    def find_vm(self, text: str) -> str:
        """Return the reference of the machine of this name or reference. Raises NotFound."""
        found = [
            ref
            for ref, (kind, values) in self._things.items()
            if kind is Kind.VM
            and (ref == text or str(values.get("name")).casefold() == text.casefold())
            and self._is_wanted(kind, values)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"{len(found)} machines are called {text!r}; name one by its reference: {', '.join(sorted(found))}")
        raise NotFound(f"there is no machine {text!r}")

    def find_snapshot(self, vm: str, name: str) -> str:
        """Return the reference of a machine's snapshot. Raises NotFound."""
        snapshots: Sequence[Snapshot] = self._things[vm][1].get("snapshot") or ()
        found = [each.ref for each in snapshots if name in (each.name, each.ref)]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"{len(found)} snapshots are called {name!r}; name one by its reference: {', '.join(sorted(found))}")
        known = ", ".join(each.name for each in snapshots) or "none"
        raise NotFound(f"{self.name_of(vm)} has no snapshot {name!r}; it has: {known}")

    def _facets(self, ref: str, now: datetime) -> Sequence[Facet]:
        if ref not in self._things or not self._is_wanted(*self._things[ref]):
            return ()
        return facets_of(*self._reordered(ref), self._hosts, now)

    def _reordered(self, ref: str) -> tuple[Kind, str, Values]:
        kind, values = self._things[ref]
        return kind, ref, values

    def _is_wanted(self, kind: Kind, values: Values) -> bool:
        if kind is not Kind.VM:
            return True
        name = str(values.get("name") or "")
        if values.get("config.template") is True or any(fnmatch(name, glob) for glob in self._config.exclude):
            return False
        return not self._config.vms or any(fnmatch(name, glob) for glob in self._config.vms)

    def _tell(self, change: Change, before: Values, now: Values) -> None:
        if change.kind is Kind.VM and self._is_wanted(change.kind, now):
            self._tell_power(change.ref, before.get("runtime.powerState"), now)
        elif change.kind is Kind.HOST:
            self._tell_host(change.ref, before.get("runtime.connectionState"), now)

    def _tell_power(self, ref: str, before: object, now: Values) -> None:
        state = now.get("runtime.powerState")
        if before is None or state is None or before == state:
            return
        host = self._hosts.get(str(now.get("runtime.host")))
        self._emit(PowerChanged(vm=self.name_of(ref), ref=ref, state=str(state), previous=str(before), host=host))

    def _tell_host(self, ref: str, before: object, now: Values) -> None:
        state = now.get("runtime.connectionState")
        if before is None or state is None or before == state:
            return
        if state == "connected":
            self._emit(HostConnected(host=self.name_of(ref), ref=ref, state="connected"))
        elif before == "connected":
            self._emit(HostDisconnected(host=self.name_of(ref), ref=ref, state=str(state)))
