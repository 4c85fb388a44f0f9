"""`/api/template`: render one."""

from starlette.responses import Response

from hub.errors import TemplateError
from hub.web.endpoint import Ask, Door, Refused
from hub.web.identity import Role


async def render(ask: Ask) -> Response:
    """Render the template and return its result as text."""
    data = await ask.mapping()
    template, variables = data.get("template"), data.get("variables") or {}
    if not isinstance(template, str) or not isinstance(variables, dict):
        raise Refused(400, "`template` must be text, and `variables` a JSON object.")
    draw = ask.site.sources.render
    if draw is None:
        raise Refused(404, "this hub has no templates")
    try:
        return Response(str(draw(template, variables)), media_type="text/plain")
    except TemplateError as error:
        raise Refused(400, f"Error rendering template: {error}") from None


DOORS = (Door("POST", "/api/template", Role.OPERATOR, render),)
