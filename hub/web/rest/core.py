"""What the hub is: `/api/`, `/api/config`, `/api/components`, `/api/error_log`, checking and reloading."""

from starlette.responses import Response

from hub.web.endpoint import Ask, Door, Refused, json_answer, large_answer
from hub.web.identity import Role
from hub.web.rows.config import components, config_row


async def greet(ask: Ask) -> Response:  # noqa: ARG001 — every door has this signature
    """Say that the API is there and the token good."""
    return json_answer({"message": "API running."})


async def show_config(ask: Ask) -> Response:
    """Say what the hub is and where it stands."""
    return json_answer(config_row(ask.site.sources))


async def list_components(ask: Ask) -> Response:
    """Say which domains there are."""
    return await large_answer(ask, components(ask.site.sources))


async def show_error_log(ask: Ask) -> Response:
    """Return the last lines of the log, as bytes, which is what clients expect."""
    return Response(ask.site.sources.error_log().encode(), media_type="application/octet-stream")


async def check_config(ask: Ask) -> Response:
    """Check the configuration files without using them."""
    check = ask.site.sources.check_config
    if check is None:
        raise Refused(404, "this hub has no configuration files")
    problems = await check()
    errors = [str(problem) for problem in problems if problem.severity == "error"]
    warnings = [str(problem) for problem in problems if problem.severity != "error"]
    return json_answer(
        {
            "result": "invalid" if errors else "valid",
            "errors": "\n".join(errors) or None,
            "warnings": "\n".join(warnings) or None,
        }
    )


async def reload(ask: Ask) -> Response:
    """Read a part of the configuration again."""
    again = ask.site.sources.reload
    if again is None:
        raise Refused(404, "this hub has no configuration files")
    await again(ask.part("what"))
    return json_answer({"message": f"{ask.part('what')} reloaded."})


DOORS = (
    Door("GET", "/api/", Role.VIEWER, greet),
    Door("GET", "/api/config", Role.VIEWER, show_config),
    Door("GET", "/api/components", Role.VIEWER, list_components),
    Door("GET", "/api/error_log", Role.ADMIN, show_error_log),
    Door("POST", "/api/config/core/check_config", Role.ADMIN, check_config),
    Door("POST", "/api/hub/reload/{what}", Role.ADMIN, reload),
)
