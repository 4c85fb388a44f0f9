"""vCenter's SOAP: the only place that knows pyvmomi. Everything here blocks and belongs in a thread."""

# mypy: allow-untyped-calls
# (pyvmomi says that it is typed, and is not)

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.client import HTTPException
from typing import Any, TypeVar
from weakref import WeakSet

from pyVmomi import vim, vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter

from hub.api import AuthenticationFailed, NotConnected, PluginError
from hub_vmware.config import VCenter
from hub_vmware.failures import Garbled, Refused
from hub_vmware.readings import changes_in, reference
from hub_vmware.things import WATCHED, Changes, Kind

T = TypeVar("T")

_API = "vim.version.version12"  # vSphere 6.7; every newer vCenter speaks it too
_PAGE = 500  # objects in one answer
_STEP = 5  # seconds for which one question about a task waits
_TYPES = {Kind.VM: vim.VirtualMachine, Kind.HOST: vim.HostSystem, Kind.DATASTORE: vim.Datastore, Kind.FOLDER: vim.Folder}
_Spec = vmodl.query.PropertyCollector


class Wire:
    """One login. Calls may come from several threads: each takes a connection of its own."""

    def __init__(self, config: VCenter) -> None:
        self._config = config
        self._seconds = config.timeout.total_seconds()
        self._stub = _Stub(
            url=f"{config.url}/sdk",
            version=_API,
            sslContext=_context(config),
            httpConnectionTimeout=self._seconds,
        )
        self._content: Any = None

    def login(self) -> None:
        """Log in. Raises AuthenticationFailed, NotConnected, Garbled."""
        with _Translated(self._config.url):
            content: Any = vim.ServiceInstance("ServiceInstance", self._stub).RetrieveContent()
            content.sessionManager.Login(self._config.user, self._config.password.get_secret_value(), None)
            self._content = content

    def watch(self) -> None:
        """Say what is to be told of. Raises as `login` does."""
        with _Translated(self._config.url):
            kinds = [_TYPES[kind] for kind in WATCHED if kind is not Kind.FOLDER]
            view = self._content.viewManager.CreateContainerView(self._content.rootFolder, kinds, recursive=True)
            through = _Spec.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
            objects = [
                _Spec.ObjectSpec(obj=self._content.rootFolder, skip=False),
                _Spec.ObjectSpec(obj=view, skip=True, selectSet=[through]),
            ]
            wanted = [_Spec.PropertySpec(type=_TYPES[kind], all=False, pathSet=[*paths]) for kind, paths in WATCHED.items()]
            specification = _Spec.FilterSpec(objectSet=objects, propSet=wanted)
            self._content.propertyCollector.CreateFilter(specification, partialUpdates=False)

    def wait(self, version: str) -> Changes:
        """Wait for what is new since this version ("" at first); the same version and no change when nothing is."""
        longest = max(1, int(self._seconds * 2 / 3))
        options = _Spec.WaitOptions(maxWaitSeconds=longest, maxObjectUpdates=_PAGE)
        with _Translated(self._config.url):
            return changes_in(self._content.propertyCollector.WaitForUpdatesEx(version, options), version)

    def stop_waiting(self) -> None:
        """End a `wait` in another thread."""
        with _Translated(self._config.url):
            self._content.propertyCollector.CancelWaitForUpdates()

    def name_alarms(self, definitions: Iterable[str]) -> Mapping[str, str]:
        """Return the names of alarm definitions; one that is gone is left out."""
        objects = [_Spec.ObjectSpec(obj=vim.alarm.Alarm(ref, self._stub)) for ref in definitions]
        wanted = _Spec.PropertySpec(type=vim.alarm.Alarm, pathSet=["info.name"])
        specification = _Spec.FilterSpec(objectSet=objects, propSet=[wanted], reportMissingObjectsInResults=True)
        with _Translated(self._config.url):
            found = self._content.propertyCollector.RetrievePropertiesEx([specification], _Spec.RetrieveOptions())
            return {reference(each.obj): str(each.propSet[0].val) for each in (found.objects if found else ()) if each.propSet}

    def power_on(self, vm: str) -> str:
        """Begin to switch a machine on; return the task. Raises Refused, and as `login` does."""
        return self._begin(lambda: self._vm(vm).PowerOnVM_Task())

    def power_off(self, vm: str) -> str:
        """Begin to cut a machine's power; return the task."""
        return self._begin(lambda: self._vm(vm).PowerOffVM_Task())

    def create_snapshot(self, vm: str, name: str, description: str, memory: bool, quiesce: bool) -> str:
        """Begin to make a snapshot; return the task."""
        return self._begin(lambda: self._vm(vm).CreateSnapshot_Task(name, description, memory, quiesce))

    def remove_snapshot(self, snapshot: str, children: bool) -> str:
        """Begin to remove a snapshot; return the task."""
        return self._begin(lambda: vim.vm.Snapshot(snapshot, self._stub).RemoveSnapshot_Task(children))

    def shutdown_guest(self, vm: str) -> None:
        """Ask the guest to shut down; nobody tells when it has. Raises Refused without VMware Tools."""
        with _Translated(self._config.url):
            self._vm(vm).ShutdownGuest()

    def reboot_guest(self, vm: str) -> None:
        """Ask the guest to start anew; nobody tells when it has. Raises Refused without VMware Tools."""
        with _Translated(self._config.url):
            self._vm(vm).RebootGuest()

    def follow(self, task: str) -> str | None:
        """Wait until the task has ended; return vCenter's words when it failed. Raises Refused when it takes too long."""
        with _Translated(self._config.url):
            # A collector of its own, so that what the task says is not mixed into the stream of changes.
            collector = self._content.propertyCollector.CreatePropertyCollector()
            try:
                return self._follow(collector, vim.Task(task, self._stub))
            finally:
                with suppress(Exception):
                    collector.DestroyPropertyCollector()

    def logout(self) -> None:
        """Give the session back: vCenter has only so many."""
        with _Translated(self._config.url):
            if self._content is not None:
                self._content.sessionManager.Logout()

    def break_off(self) -> None:
        """Close all connections, also under the hands of whoever waits."""
        self._stub.break_off()

    def _begin(self, call: Callable[[], Any]) -> str:
        with _Translated(self._config.url):
            return reference(call())

    def _vm(self, ref: str) -> Any:
        return vim.VirtualMachine(ref, self._stub)

    def _follow(self, collector: Any, task: Any) -> str | None:
        wanted = _Spec.PropertySpec(type=vim.Task, pathSet=["info.state", "info.error"])
        collector.CreateFilter(_Spec.FilterSpec(objectSet=[_Spec.ObjectSpec(obj=task)], propSet=[wanted]), partialUpdates=False)
        state, fault, version = "queued", None, ""
        end = time.monotonic() + self._config.task_timeout.total_seconds()
        while state not in ("success", "error"):
            if time.monotonic() > end:
                raise Refused(f"the task {reference(task)} goes on for longer than `task_timeout`; it is not followed any more")
            update = collector.WaitForUpdatesEx(
                version, _Spec.WaitOptions(maxWaitSeconds=min(_STEP, max(1, int(self._seconds / 2))))
            )
            version = version if update is None else update.version
            for change in _values(update):
                state = str(change.val) if change.name == "info.state" else state
                fault = change.val if change.name == "info.error" else fault
        return None if state == "success" else _words(fault)


def _values(update: Any) -> Iterable[Any]:
    for filtered in update.filterSet if update is not None else ():
        for each in filtered.objectSet:
            yield from each.changeSet


class _Stub(SoapStubAdapter):
    """Knows its connections, so that they can be closed while somebody waits for an answer."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._broken = False
        self._connections: WeakSet[Any] = WeakSet()

    def GetConnection(self) -> Any:  # noqa: N802  # pyvmomi's name
        """Return a connection that is open."""
        if self._broken:
            raise ConnectionError("the connection is closed")
        connection = super().GetConnection()
        self._connections.add(connection)
        return connection

    def ReturnConnection(self, conn: Any) -> None:  # noqa: N802  # pyvmomi's name
        """Keep a connection for the next call, or close it when there will be none."""
        super().ReturnConnection(conn)
        if self._broken:
            self.DropConnections()

    def break_off(self) -> None:
        """Close everything, now and for ever."""
        self._broken = True
        for connection in list(self._connections):
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
        self.DropConnections()


class _Translated:
    """Turns what pyvmomi raises into our errors."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case None | PluginError() | Refused():
                return
            case vim.fault.NotAuthenticated():  # before NoPermission, which it is too
                raise NotConnected("vCenter has ended the session") from None
            case vim.fault.InvalidLogin() | vim.fault.NoPermission(privilegeId="System.View"):
                raise AuthenticationFailed("vCenter refuses the user or the password") from None
            case vmodl.fault.RequestCanceled():
                raise NotConnected("the waiting was ended") from None
            case vmodl.MethodFault():
                raise Refused(_words(error)) from None
            case ssl.SSLCertVerificationError():
                words = f"the server's certificate is not trusted ({error.verify_message}); see `ca_file` and `verify`"
                raise NotConnected(words) from None
            case OSError() | HTTPException():
                raise NotConnected(f"{self._url}: {str(error) or type(error).__name__}") from None
            case Exception():  # pyvmomi meets garbled answers with whatever Python raises
                raise Garbled(f"{self._url} answers as no vCenter does: {type(error).__name__}: {error}") from None


def _words(fault: Any) -> str:
    kind = type(fault).__name__.rpartition(".")[2]
    reasons = [str(getattr(reason, "message", None) or "") for reason in getattr(fault, "faultMessage", None) or ()]
    said = next((text for text in [getattr(fault, "msg", None), *reasons] if text), None)
    return f"{kind}: {said}" if said else kind


def _context(config: VCenter) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
    except OSError as error:
        raise NotConnected(f"ca_file {config.ca_file}: {error}") from error
    if not config.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
