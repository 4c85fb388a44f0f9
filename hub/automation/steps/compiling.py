"""From the models of steps to blocks that runs can do."""

import sys
from collections.abc import Sequence
from typing import assert_never

from hub.automation.run import Block
from hub.automation.schema.entries import AutomationModel, ScriptModel
from hub.automation.schema.steps import (
    CallStep,
    ChooseStep,
    ConditionStep,
    ConversationStep,
    DelayStep,
    EventStep,
    IfStep,
    ParallelStep,
    RepeatStep,
    SceneStep,
    SequenceStep,
    Step,
    StepModel,
    StopStep,
    VariablesStep,
    WaitForTriggerStep,
    WaitTemplateStep,
)
from hub.automation.steps.attempt import Attempt, Into
from hub.automation.steps.branching import Choose, Group, If, Parallel
from hub.automation.steps.call import Call, scene_call
from hub.automation.steps.repeat import Repeat
from hub.automation.steps.simple import Assign, Fire, Nothing, Require, Stop
from hub.automation.steps.step import CompiledStep
from hub.automation.steps.waiting import Delay, WaitForTrigger, WaitTemplate
from hub.automation.world import World


def compile_block(models: Sequence[Step], path: str, world: World) -> Block:
    """Compile a sequence that stands at `path`, such as `action`."""
    # Automations are alike: a thousand of them have few paths between them.
    paths = [sys.intern(f"{path}/{index}") for index in range(len(models))]
    return Block(path, tuple(_compile(model, place, world) for model, place in zip(models, paths, strict=True)))


def compile_entry(model: AutomationModel | ScriptModel, steps: Sequence[Step], path: str, world: World) -> Block:
    """Compile everything that an automation or script does, with what is to be done when it fails."""
    block = compile_block(steps, path, world)
    if model.x_retry is None and model.x_on_error is None:
        return block
    whole = StepModel(x_retry=model.x_retry, x_on_error=model.x_on_error)
    return Block(f"{path}/x_whole", (_attempt(whole, Into(block, path, world), path, world),))


def _compile(model: Step, path: str, world: World) -> CompiledStep:
    if model.x_retry is None and model.x_on_error is None:
        return _plain(model, path, world)
    bare = {"x_retry": None, "x_on_error": None, "continue_on_error": False, "enabled": True}
    return _attempt(model, _plain(model.model_copy(update=bare), path, world), path, world)


def _attempt(model: StepModel, step: CompiledStep, path: str, world: World) -> Attempt:
    on_error = None if model.x_on_error is None else compile_block(model.x_on_error, f"{path}/x_on_error", world)
    return Attempt(model, (step,), path, world, on_error)


def _plain(model: Step, path: str, world: World) -> CompiledStep:
    def block(models: Sequence[Step], inner: str) -> Block:
        return compile_block(models, inner, world)

    match model:
        case CallStep():
            return Call(model, path, world)
        case DelayStep():
            return Delay(model, path, world)
        case WaitTemplateStep():
            return WaitTemplate(model, path, world)
        case WaitForTriggerStep():
            return WaitForTrigger(model, path, world)
        case ConditionStep():
            return Require(model, path, world)
        case EventStep():
            return Fire(model, path, world)
        case SceneStep():
            return scene_call(model, path, world)
        case ChooseStep():
            return Choose(model, path, world, block)
        case IfStep():
            return If(model, path, world, block)
        case RepeatStep():
            return Repeat(model, path, world, block)
        case ParallelStep():
            return Parallel(model, path, world, block)
        case SequenceStep():
            return Group(model, path, world, block)
        case VariablesStep():
            return Assign(model, path, world)
        case StopStep():
            return Stop(model, path, world)
        case ConversationStep():
            return Nothing(model, path, world)
        case _:
            assert_never(model)
