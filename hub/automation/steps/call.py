"""The step that calls an action (DIALECT 4.4)."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.automation.completion import Completion
from hub.automation.run import WAITING, Block, CallFailed, Interrupted, MissingResponse, Strand
from hub.automation.schema.primitives import Template
from hub.automation.schema.steps import CallStep, SceneStep
from hub.automation.steps.step import CompiledStep
from hub.automation.trace import Called
from hub.automation.values import Render, compile_value
from hub.automation.world import World, soon
from hub.errors import TemplateError
from hub.model.action import Effect, Response
from hub.model.names import EntityId
from hub.templates import is_template


class Call(CompiledStep):
    """Calls an action, and waits for its end."""

    __slots__ = ("_actions", "_data", "_name", "_render_data", "_render_name", "_response_variable")

    def __init__(self, model: CallStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._actions = world.actions
        self._response_variable = model.response_variable
        self._render_name: Render | None = None
        self._name = ""
        if isinstance(model.action, Template):
            self._render_name = world.templates.compile(model.action.source).render
        else:
            self._name = model.action
        self._data, self._render_data = _data(model, world)

    def execute(self, strand: Strand) -> object:
        """Begin the call."""
        variables = strand.variables
        try:
            name = self._name if self._render_name is None else _action_name(self._render_name(variables))
            data = self._data if self._render_data is None else self._render_data(variables)
        except TemplateError as error:
            raise CallFailed(f"the call could not be prepared: {error}") from error
        run = strand.run
        run.trace.result(Called(name, data))
        wants = self._response_variable is not None
        response = self._actions.begin(name, data, run.context, wants)
        if response is None or isinstance(response, Mapping):
            if wants:
                self._keep(strand, response)
            return None
        return self._wait(strand, response, name)

    def freeze(self, strand: Strand) -> dict[str, Any]:
        """Return which action is under way."""
        called = strand.run.trace.step.result
        return {"action": called.name if isinstance(called, Called) else self._name}

    def thaw(self, strand: Strand, frozen: dict[str, Any], blocks: dict[str, Block]) -> None:
        """Make a call again that may be made twice; nobody knows what became of any other, which is an error."""
        del blocks
        action = self._actions.get(frozen["action"])
        if action is not None and action.effect in (Effect.READ, Effect.IDEMPOTENT):
            strand.frames[-1].index -= 1
            soon(strand.resume)
        else:
            soon(lambda: strand.resume(lambda: _interrupted(frozen["action"])))

    def _keep(self, strand: Strand, response: Response) -> None:
        if self._response_variable is not None:
            if response is None:
                raise MissingResponse("the action was asked for a response and gave none")
            strand.assign(self._response_variable, response)
            strand.run.trace.changed({self._response_variable: response})

    def _wait(self, strand: Strand, response: Awaitable[Response], name: str) -> object:
        if isinstance(response, Completion):
            if response.done:
                self._keep(strand, response.take())
                return None
            strand.wait = _CompletionWait(response)
            response.when_done(lambda: strand.resume(lambda: self._keep(strand, response.take())))
            return WAITING
        if not inspect.isawaitable(response):
            raise MissingResponse(f"action {name} gave {type(response).__name__} where a mapping was expected")
        task = strand.run.tasks.start(response, name)
        strand.wait = _TaskWait(task)

        def done(finished: "asyncio.Task[Any]") -> None:
            if not finished.cancelled():
                finished.exception()  # looked at also when nobody waits any more
            strand.resume(lambda: self._keep(strand, _result(finished)))

        task.add_done_callback(done)
        return WAITING


def _interrupted(action: str) -> None:
    raise Interrupted(f"the call of {action} was interrupted: nobody knows whether it was carried out")


class _CompletionWait:
    """Waits for a script that was called; giving up the wait ends the script."""

    __slots__ = ("_completion",)

    def __init__(self, completion: Completion) -> None:
        self._completion = completion

    def cancel(self) -> None:
        self._completion.give_up()


class _TaskWait:
    """Waits for an action that really takes time; giving up the wait cancels it."""

    __slots__ = ("_task",)

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._task = task

    def cancel(self) -> None:
        self._task.cancel()


def _result(task: "asyncio.Task[Any]") -> Response:
    if task.cancelled():
        raise CallFailed("the call was cancelled")
    found: Response = task.result()
    return found


def _action_name(rendered: Any) -> str:
    name = str(rendered).strip().lower()
    if name.count(".") != 1:
        raise TemplateError(f"{rendered!r} is not the name of an action: expected domain.name")
    return name


def _data(model: CallStep, world: World) -> tuple[Mapping[str, Any], Render | None]:
    """Merge what the call hands over: data, data_template, target, entity_id; later ones win."""
    parts = [part for part in (model.data, model.data_template, model.target) if part]
    if model.entity_id is not None:
        parts.append({"entity_id": model.entity_id})
    if not _has_templated_target(model) and all(isinstance(part, dict) for part in parts):
        merged: dict[Any, Any] = {}
        for part in parts:
            merged.update(part)  # type: ignore[arg-type]  # all are mappings
        return merged, compile_value(merged, world.templates)
    renders = [_part(part, world, is_target=part is model.target) for part in parts]

    def render(variables: Mapping[str, Any]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for one in renders:
            found.update(one(variables))
        return found

    return {}, render


def _has_templated_target(model: CallStep) -> bool:
    """Tell whether the entities are known only when the call is made: then their ids are read as people write them."""
    ids = model.target.get("entity_id") if isinstance(model.target, dict) else None
    return isinstance(model.target, Template) or any(is_template(one) for one in (ids if isinstance(ids, list) else [ids]) if one)


def _part(part: dict[Any, Any] | Template, world: World, *, is_target: bool) -> Callable[[Mapping[str, Any]], Mapping[Any, Any]]:
    render = compile_value(part, world.templates)

    def give(variables: Mapping[str, Any]) -> Mapping[Any, Any]:
        found = part if render is None else render(variables)
        if not isinstance(found, Mapping):
            raise TemplateError(f"expected a mapping of names to values, not {found!r}")
        if is_target and "entity_id" in found:
            return {**found, "entity_id": _entity_ids(found["entity_id"])}
        return found

    return give


def _entity_ids(rendered: Any) -> Any:
    """Read rendered ids: one, several with commas between, or a list. Raises BadName."""
    if rendered in ("all", "none"):
        return rendered
    texts = rendered.split(",") if isinstance(rendered, str) else _flat(rendered)
    return [str(EntityId.parse(text)) for text in texts]


def _flat(ids: Any) -> list[Any]:
    if not isinstance(ids, list | tuple):
        return [] if ids is None else [ids]
    return [one for item in ids for one in (item.split(",") if isinstance(item, str) else _flat(item))]


def scene_call(model: SceneStep, path: str, world: World) -> Call:
    """Compile `scene: scene.x`: a call of scene.turn_on."""
    call = CallStep(
        action="scene.turn_on",
        target={"entity_id": str(model.scene)},
        alias=model.alias,
        enabled=model.enabled,
        continue_on_error=model.continue_on_error,
    )
    return Call(call, path, world)
