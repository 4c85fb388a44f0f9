"""The endpoint `/sdk` of a simulated vCenter: what the plugin asks, and nothing more."""

# mypy: allow-untyped-calls
# (pyvmomi says that it is typed, and is not)

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from pyVmomi import vim, vmodl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api import Clock
from hub_vmware.simulator.plant import Plant, Told
from hub_vmware.simulator.soap import Asked, answer, fault, read

USER, PASSWORD = "hub@vsphere.local", "kilowatt"  # of a server that is simulated
ALARMS = {"alarm-1": "Datastore usage on disk", "alarm-2": "Host connection and power state"}

_COOKIE = "vmware_soap_session"
_WORKING = 0.02  # seconds that each step of a task takes
_LONGEST_WAIT = 1800
_Spec = vmodl.query.PropertyCollector


class Fault(Exception):
    """Something is answered with a fault."""

    def __init__(self, value: Any, words: str) -> None:
        super().__init__(words)
        self.value = value


class SimulatedVCenter:
    """Speaks for a plant."""

    def __init__(self, plant: Plant, clock: Clock) -> None:
        self.plant = plant
        self.spoil: Callable[[str, bytes], bytes] = lambda _, body: body
        """Changes an answer before it goes out; is told the method."""
        self.calls: list[str] = []
        self.sessions: set[str] = set()
        self.logins = 0
        self._clock = clock
        self._numbers = itertools.count(1)
        self._followed: dict[str, str] = {}
        self._cancelled = asyncio.Event()
        self._work: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [Route("/sdk", self._answer, methods=["POST"])]

    async def stop(self) -> None:
        """Forget all sessions, and end what is under way, as a server that dies."""
        self.sessions.clear()
        self._cancel()
        for task in tuple(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def _answer(self, request: Request) -> Response:
        asked = read(await request.body())
        self.calls.append(asked.method)
        session = request.cookies.get(_COOKIE, "")
        cookies: dict[str, str] = {}
        try:
            body, status = await self._do(asked, session, cookies), 200
        except Fault as error:
            body, status = fault(error.value, str(error)), 500
        response = Response(self.spoil(asked.method, body), status, media_type="text/xml")
        for name, value in cookies.items():
            response.set_cookie(name, value, httponly=True)
        return response

    async def _do(self, asked: Asked, session: str, cookies: dict[str, str]) -> bytes:
        if asked.method == "RetrieveServiceContent":
            return answer(asked.method, self._content(), vim.ServiceInstanceContent)
        if asked.method == "Login":
            return self._login(asked, cookies)
        if session not in self.sessions:
            raise Fault(vim.fault.NotAuthenticated(object=vim.Folder("group-d1"), privilegeId="System.View"), "Not authenticated")
        methods: Mapping[str, Callable[[Asked], Awaitable[bytes]]] = {
            "CreateContainerView": self._view,
            "CreatePropertyCollector": self._collector,
            "DestroyPropertyCollector": self._nothing,
            "CreateFilter": self._filter,
            "WaitForUpdatesEx": self._wait,
            "CancelWaitForUpdates": self._stop_waiting,
            "RetrievePropertiesEx": self._names,
            "PowerOnVM_Task": self._power,
            "PowerOffVM_Task": self._power,
            "ShutdownGuest": self._guest,
            "RebootGuest": self._guest,
            "CreateSnapshot_Task": self._snapshot,
            "RemoveSnapshot_Task": self._remove_snapshot,
        }
        if asked.method == "Logout":
            self.sessions.discard(session)
            return answer(asked.method)
        if asked.method not in methods:
            raise Fault(vmodl.fault.NotSupported(), f"{asked.method} is not simulated")
        return await methods[asked.method](asked)

    def _content(self) -> Any:
        about = vim.AboutInfo(
            name="VMware vCenter Server",
            fullName="Simulated vCenter",
            vendor="Hub",
            version="8.0.2",
            build="1",
            osType="linux-x64",
            productLineId="vpx",
            apiType="VirtualCenter",
            apiVersion="8.0.2.0",
        )
        return vim.ServiceInstanceContent(
            rootFolder=self.plant.root,
            propertyCollector=_Spec("propertyCollector"),
            viewManager=vim.view.ViewManager("ViewManager"),
            sessionManager=vim.SessionManager("SessionManager"),
            about=about,
        )

    def _login(self, asked: Asked, cookies: dict[str, str]) -> bytes:
        self.logins += 1
        if (asked.text("userName"), asked.text("password")) != (USER, PASSWORD):
            raise Fault(vim.fault.InvalidLogin(), "Cannot complete login due to an incorrect user name or password.")
        key = f"session-{next(self._numbers)}"
        self.sessions.add(key)
        cookies[_COOKIE] = key
        now = self._clock.now()
        session = vim.UserSession(
            key=key,
            userName=USER,
            fullName="Hub",
            loginTime=now,
            lastActiveTime=now,
            locale="en",
            messageLocale="en",
            extensionSession=False,
            ipAddress="127.0.0.1",
            userAgent="",
            callCount=0,
        )
        return answer(asked.method, session, vim.UserSession)

    async def _view(self, asked: Asked) -> bytes:
        return answer(asked.method, vim.view.ContainerView(f"view-{next(self._numbers)}"), vim.view.ContainerView)

    async def _collector(self, asked: Asked) -> bytes:
        return answer(asked.method, _Spec(f"collector-{next(self._numbers)}"), _Spec)

    async def _nothing(self, asked: Asked) -> bytes:
        return answer(asked.method)

    async def _filter(self, asked: Asked) -> bytes:
        if asked.this != "propertyCollector":
            self._followed[asked.this] = asked.text("spec/objectSet/obj")
        return answer(asked.method, _Spec.Filter(f"filter-{next(self._numbers)}"), _Spec.Filter)

    async def _stop_waiting(self, asked: Asked) -> bytes:
        self._cancel()
        return answer(asked.method)

    async def _wait(self, asked: Asked) -> bytes:
        version = asked.text("version")
        longest = float(asked.text("options/maxWaitSeconds") or _LONGEST_WAIT)
        page = int(asked.text("options/maxObjectUpdates") or 100)
        follow = self._followed.get(asked.this)
        cancelled = self._cancelled
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                while True:
                    changed = self.plant.changed
                    update = self._task_update(follow, version) if follow else self._update(version, page)
                    if update is not None:
                        return answer(asked.method, update, _Spec.UpdateSet)
                    await _either(changed, cancelled)
                    if cancelled.is_set():
                        raise Fault(vmodl.fault.RequestCanceled(), "The task was canceled by a user.")
        return answer(asked.method)

    def _update(self, version: str, page: int) -> Any:
        # The first pages list what there is; their versions are `<length of the stream>/<how many were listed>`.
        at, _, listed = version.partition("/")
        if not version or listed:
            things = list(self.plant.things.values())
            begin = int(listed or 0)
            told = [Told("enter", thing.obj, thing.values) for thing in things[begin : begin + page]]
            start = at or str(len(self.plant.stream))
            more = begin + page < len(things)
            return _update_set(f"{start}/{begin + page}" if more else start, told, more)
        news = self.plant.stream[int(at) : int(at) + page]
        end = int(at) + len(news)
        return _update_set(str(end), news, end < len(self.plant.stream)) if news else None

    def _task_update(self, task: str, version: str) -> Any:
        states = self.plant.tasks[task]
        if version == str(len(states)):
            return None
        state, error = states[-1]
        values = {"info.state": vim.TaskInfo.State(state), "info.error": error}
        return _update_set(str(len(states)), [Told("modify", vim.Task(task), values)], more=False)

    async def _names(self, asked: Asked) -> bytes:
        found = [
            vmodl.query.PropertyCollector.ObjectContent(
                obj=vim.alarm.Alarm(ref), propSet=[vmodl.DynamicProperty(name="info.name", val=ALARMS[ref])]
            )
            for ref in asked.texts("specSet/objectSet/obj")
            if ref in ALARMS
        ]
        return answer(asked.method, _Spec.RetrieveResult(objects=found), _Spec.RetrieveResult)

    async def _power(self, asked: Asked) -> bytes:
        self._machine(asked.this)
        on = asked.method == "PowerOnVM_Task"
        wrong = None
        if self.plant.is_on(asked.this) == on:
            state = self.plant.things[asked.this].values["runtime.powerState"]
            wrong = vim.fault.InvalidPowerState(requestedState="poweredOn" if on else "poweredOff", existingState=state)
            wrong.msg = "The attempted operation cannot be performed in the current state."
        return self._task(asked.method, lambda: self.plant.set_power(asked.this, on), wrong)

    async def _guest(self, asked: Asked) -> bytes:
        self._machine(asked.this)
        if not self.plant.is_on(asked.this):
            raise Fault(vim.fault.ToolsUnavailable(), "VMware Tools is not running in this virtual machine.")
        if asked.method == "ShutdownGuest":
            self.plant.set_power(asked.this, on=False)
        return answer(asked.method)

    async def _snapshot(self, asked: Asked) -> bytes:
        self._machine(asked.this)
        return self._task(asked.method, lambda: self.plant.add_snapshot(asked.this, asked.text("name")))

    async def _remove_snapshot(self, asked: Asked) -> bytes:
        return self._task(asked.method, lambda: self.plant.remove_snapshot(asked.this))

    def _machine(self, ref: str) -> None:
        if ref not in self.plant.things:
            gone = vmodl.fault.ManagedObjectNotFound(obj=vim.VirtualMachine(ref))
            raise Fault(gone, "The object has already been deleted or has not been completely created")

    def _task(self, method: str, work: Callable[[], object], wrong: Any = None) -> bytes:
        name = self.plant.begin_task()
        task = asyncio.create_task(self._perform(name, work, wrong), name=name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return answer(method, vim.Task(name), vim.Task)

    async def _perform(self, name: str, work: Callable[[], object], wrong: Any) -> None:
        await asyncio.sleep(_WORKING)
        self.plant.step_task(name, "running")
        await asyncio.sleep(_WORKING)
        if wrong is None:
            work()
        self.plant.step_task(name, "error" if wrong else "success", wrong)

    def _cancel(self) -> None:
        cancelled, self._cancelled = self._cancelled, asyncio.Event()
        cancelled.set()


def _update_set(version: str, told: Iterable[Told], more: bool) -> Any:
    objects = [
        _Spec.ObjectUpdate(
            kind=each.kind,
            obj=each.obj,
            changeSet=[_Spec.Change(name=name, op="assign", val=value) for name, value in each.values.items()],
        )
        for each in told
    ]
    filtered = _Spec.FilterUpdate(filter=_Spec.Filter("filter-1"), objectSet=objects)
    return _Spec.UpdateSet(version=version, filterSet=[filtered], truncated=more or None)


async def _either(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
