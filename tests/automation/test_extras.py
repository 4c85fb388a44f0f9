"""What the language has beyond Home Assistant's: retries, error steps, limits, quiet times, one run per key."""

import pytest
from pydantic import TypeAdapter

from hub.automation.schema.extras import RateLimit
from hub.errors import ActionError
from hub.model.action import ActionCall, Answer
from tests.automation.engine import Engine, engine

ON_GO = "alias: a\nmode: {mode}\ntriggers: [{{trigger: event, event_type: go}}]\n{extra}\nactions:\n{steps}"


def doing(*steps: str, extra: str = "", mode: str = "single") -> str:
    return ON_GO.format(mode=mode, extra=extra, steps="".join(f"  - {step}\n" for step in steps))


def failing(hub: Engine, times: int) -> list[float]:
    """Offer `test.try`, which fails so many times; returns when it was called."""
    tries: list[float] = []

    def attempt(_: ActionCall) -> None:
        tries.append(hub.clock.time() - began)
        if len(tries) <= times:
            raise ActionError(f"failure {len(tries)}")

    began = hub.clock.time()
    hub.offer("test.try", attempt)
    return tries


async def test_a_step_that_fails_is_tried_again_with_growing_pauses() -> None:
    """Each pause is twice as long as the one before; then the run goes on."""
    async with engine(
        doing("{action: test.try, x_retry: {count: 3, backoff: 2}}", "{action: test.say, data: {text: done}}")
    ) as hub:
        tries = failing(hub, 2)

        hub.fire("go")
        await hub.clock.advance(seconds=60)

        assert tries == [0, 2, 6]
        assert hub.said == ["done"]
        assert hub.outcomes("automation.a") == ["finished"]


async def test_a_step_that_never_works_fails_in_the_end() -> None:
    """The error is that of the last try."""
    async with engine(doing("{action: test.try, x_retry: 2}", "{action: test.say, data: {text: done}}")) as hub:
        tries = failing(hub, 99)

        hub.fire("go")
        await hub.clock.advance(seconds=60)

        assert len(tries) == 3
        assert hub.said == []
        (trace,) = hub.runs("automation.a")
        assert (trace.outcome, trace.error) == ("error", "failure 3")


async def test_a_call_that_can_never_work_is_not_tried_again() -> None:
    """What is wrong with the call itself does not mend by waiting; the error steps run at once."""
    on_error = '[{action: test.say, data: {text: "{{ x_error.type }}"}}]'
    step = f"{{action: test.mute, response_variable: r, x_retry: 5, x_on_error: {on_error}}}"
    async with engine(doing(step)) as hub:
        hub.offer("test.mute", lambda _: None, Answer.NONE)

        hub.fire("go")
        await hub.rest()

        assert hub.said == ["BadActionData"]


async def test_error_steps_run_when_the_step_fails_and_the_run_goes_on() -> None:
    """They see what went wrong."""
    step = '{action: test.try, x_on_error: [{action: test.say, data: {text: "{{ x_error.message }}"}}]}'
    async with engine(doing(step, "{action: test.say, data: {text: after}}")) as hub:
        failing(hub, 99)

        hub.fire("go")
        await hub.rest()

        assert hub.said == ["failure 1", "after"]
        assert hub.outcomes("automation.a") == ["finished"]


async def test_an_error_inside_a_block_is_caught_by_the_block() -> None:
    """`x_on_error` on a `repeat` catches what its steps raise, and `repeat` is gone then."""
    said = '{action: test.say, data: {text: "{{ repeat is defined }}"}}'
    loop = f"{{repeat: {{count: 3, sequence: [{{action: test.try}}]}}, x_on_error: [{said}]}}"
    async with engine(doing(loop)) as hub:
        tries = failing(hub, 99)

        hub.fire("go")
        await hub.rest()

        assert len(tries) == 1
        assert hub.said == [False]


async def test_an_error_in_the_error_steps_goes_up() -> None:
    """It is not caught by the steps that raised it."""
    async with engine(doing("{action: test.try, x_on_error: [{action: test.try}]}")) as hub:
        failing(hub, 99)

        hub.fire("go")
        await hub.rest()

        (trace,) = hub.runs("automation.a")
        assert (trace.outcome, trace.error) == ("error", "failure 2")


async def test_a_stop_is_no_error() -> None:
    """Neither retried nor caught."""
    step = "{sequence: [{stop: enough}], x_retry: 3, x_on_error: [{action: test.say, data: {text: caught}}]}"
    async with engine(doing(step)) as hub:
        hub.fire("go")
        await hub.clock.advance(seconds=30)

        assert hub.said == []
        assert hub.outcomes("automation.a") == ["finished"]


async def test_a_whole_automation_can_have_error_steps_and_retries() -> None:
    """All its actions are done again, then the error steps."""
    extra = 'x_retry: {count: 1, backoff: 5}\nx_on_error: [{action: test.say, data: {text: "{{ x_error.message }}"}}]'
    async with engine(doing("{action: test.say, data: {text: first}}", "{action: test.try}", extra=extra)) as hub:
        failing(hub, 99)

        hub.fire("go")
        await hub.clock.advance(seconds=30)

        assert hub.said == ["first", "first", "failure 2"]


async def test_a_failure_that_nobody_took_care_of_is_told() -> None:
    """`automation_failed` carries the step, the error and the trace."""
    async with engine(doing("{delay: 1}", "{action: test.try}")) as hub:
        failing(hub, 99)

        hub.fire("go")
        await hub.clock.advance(seconds=2)

        (told,) = hub.fired("automation_failed")
        assert (told["entity_id"], told["step"], told["error"]) == ("automation.a", "action/1", "failure 1")
        assert told["trace"]["trace"]["action/1"][0]["error"] == "failure 1"


async def test_a_retry_that_waits_ends_with_the_run() -> None:
    """Turning the automation off during the pause leaves nothing behind."""
    async with engine(doing("{action: test.try, x_retry: 5}")) as hub:
        tries = failing(hub, 99)
        hub.fire("go")
        await hub.rest()

        await hub.call("automation.turn_off", entity_id="automation.a")
        await hub.clock.advance(seconds=600)

        assert len(tries) == 1
        assert hub.clock.next_due() is None


async def test_a_limit_lets_so_many_runs_start_in_a_time() -> None:
    """The refused ones say why; later ones start again."""
    async with engine(doing("{action: test.say, data: {text: x}}", extra="x_limit: 2 per 10m")) as hub:
        for _ in range(5):
            hub.fire("go")
        assert hub.said == ["x", "x"]
        assert {trace.refusal for trace in hub.refused("automation.a")} == {"too many runs started lately"}

        await hub.clock.advance(minutes=11)
        hub.fire("go")

        assert len(hub.said) == 3


async def test_quiet_times_keep_runs_from_starting() -> None:
    """At noon it is quiet from 11 to 13; a run by hand starts all the same."""
    extra = 'x_quiet: [{condition: time, after: "11:00", before: "13:00"}]'
    async with engine(doing("{action: test.say, data: {text: x}}", extra=extra)) as hub:
        hub.fire("go")
        assert hub.said == []
        assert hub.refused("automation.a")[0].refusal == "it was a quiet time"

        await hub.call("automation.trigger", entity_id="automation.a")
        await hub.clock.advance(hours=1, minutes=1)
        hub.fire("go")

        assert hub.said == ["x", "x"]


async def test_one_run_per_key() -> None:
    """`single` refuses a second run for the same host, and none for another."""
    steps = ('{action: test.say, data: {text: "{{ trigger.event.data.host }}"}}', "{delay: 10}")
    async with engine(doing(*steps, extra='x_per: "{{ trigger.event.data.host }}"')) as hub:
        for host in ("one", "two", "one"):
            hub.fire("go", host=host)
        assert hub.said == ["one", "two"]

        await hub.clock.advance(seconds=11)
        hub.fire("go", host="one")

        assert hub.said == ["one", "two", "one"]


async def test_each_key_has_a_queue_of_its_own() -> None:
    """Runs for one host wait for each other, not for those of another."""
    steps = ('{action: test.say, data: {text: "{{ trigger.event.data.host }}"}}', "{delay: 10}")
    async with engine(doing(*steps, extra='x_per: "{{ trigger.event.data.host }}"', mode="queued")) as hub:
        for host in ("one", "one", "two"):
            hub.fire("go", host=host)
        await hub.rest()
        assert hub.said == ["one", "two"]

        await hub.clock.advance(seconds=11)

        assert hub.said == ["one", "two", "one"]


async def test_each_key_is_restarted_alone() -> None:
    """A new run for one host leaves the run of another in peace."""
    steps = ("{delay: 10}", '{action: test.say, data: {text: "{{ trigger.event.data.host }}"}}')
    async with engine(doing(*steps, extra='x_per: "{{ trigger.event.data.host }}"', mode="restart")) as hub:
        hub.fire("go", host="one")
        hub.fire("go", host="two")
        await hub.clock.advance(seconds=5)
        hub.fire("go", host="one")
        await hub.clock.advance(seconds=6)
        assert hub.said == ["two"]

        await hub.clock.advance(seconds=5)

        assert hub.said == ["two", "one"]


@pytest.mark.parametrize(
    ("written", "seconds"), [("5 per 10m", 600), ("5/h", 3600), ("5 per hour", 3600), ("5 per 00:05:00", 300), ("5 per 90", 90)]
)
def test_limits_are_written_as_people_say_them(written: str, seconds: int) -> None:
    """A count and a time."""
    limit = TypeAdapter(RateLimit).validate_python(written)

    assert (limit.most, limit.per.total_seconds()) == (5, seconds)


@pytest.mark.parametrize("written", ["5", "per 10m", "0 per 10m", "5 per nothing", "-1 per 1m", 5, None])
async def test_a_limit_that_says_nothing_is_refused(written: object) -> None:
    """The automation does not load."""
    async with engine(doing("{delay: 1}", extra=f"x_limit: {'null' if written is None else written}")) as hub:
        assert hub.state("automation.a") == ("on" if written is None else "unavailable")
