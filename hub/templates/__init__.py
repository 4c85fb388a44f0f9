"""Templates: Home Assistant's template language, sandboxed, limited and quick."""

from hub.templates.engine import Templates, is_template
from hub.templates.errors import TemplateSyntaxError
from hub.templates.facts import Facts
from hub.templates.reads import Reads
from hub.templates.registries import NoRegistries, Registries
from hub.templates.template import Template

__all__ = [
    "Facts",
    "NoRegistries",
    "Reads",
    "Registries",
    "Template",
    "TemplateSyntaxError",
    "Templates",
    "is_template",
]
