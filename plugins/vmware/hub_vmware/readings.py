"""Property updates as pyvmomi reads them → plain values."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub_vmware.things import Alarm, Change, Changes, Kind, Snapshot

_KINDS = frozenset(Kind)


def changes_in(update: Any, version: str) -> Changes:
    """Read an update set; None is one in which nothing happened."""
    if update is None:
        return Changes(version)
    told = (change for filtered in update.filterSet for change in _changes(filtered.objectSet))
    return Changes(str(update.version), tuple(told), bool(update.truncated))


def _changes(updates: Iterable[Any]) -> Iterable[Change]:
    for update in updates:
        kind, ref = kind_of(update.obj), reference(update.obj)
        if kind not in _KINDS:
            continue
        if update.kind == "leave":
            yield Change(Kind(kind), ref, gone=True)
        else:
            values = {str(each.name): plain(str(each.name), each.val) for each in update.changeSet}
            missing = {str(each.path): None for each in update.missingSet}
            yield Change(Kind(kind), ref, {**missing, **values})


def reference(obj: Any) -> str:
    """Return vSphere's reference of a managed object, such as `vm-42`."""
    return str(obj._GetMoId())  # noqa: SLF001  # pyvmomi's name for it


def kind_of(obj: Any) -> str:
    """Return vSphere's name of the kind of a managed object, such as `HostSystem`."""
    return str(obj._wsdlName)  # noqa: SLF001  # pyvmomi's name for it


def plain(path: str, value: Any) -> Any:
    """Return what the property means in values that need no vCenter."""
    if value is None:
        return None
    if path == "snapshot":
        return tuple(sorted(_snapshots(value.rootSnapshotList), key=lambda each: each.created))
    if path == "triggeredAlarmState":
        return tuple(_alarm(state) for state in value)
    if isinstance(value, bool | int | float):
        return value
    if hasattr(value, "_GetMoId"):
        return reference(value)
    return str(value)


def _snapshots(trees: Iterable[Any]) -> Iterable[Snapshot]:
    waiting = list(trees)
    while waiting:
        tree = waiting.pop()
        yield Snapshot(reference(tree.snapshot), str(tree.name), _moment(tree.createTime))
        waiting.extend(tree.childSnapshotList)


def _alarm(state: Any) -> Alarm:
    return Alarm(
        key=str(state.key),
        definition=reference(state.alarm),
        kind=kind_of(state.entity),
        entity=reference(state.entity),
        status=str(state.overallStatus),
        acknowledged=bool(state.acknowledged),
    )


def _moment(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def attributes(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return these properties under plainer names; what is not known is left out."""
    return {name: values[path] for path, name in names.items() if values.get(path) is not None}
