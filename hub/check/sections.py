"""The sections of a configuration: which are the core's, which are plugins', and which mean nothing here."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hub.config import Configuration, Position, Problem, problem_at
from hub.config import Mapping as Node
from hub.config import Sequence as NodeList

CORE: Final = frozenset({"automation", "notify", "schedule", "script"})
_HOME_ASSISTANT: Final = frozenset(
    [
        "alert",
        "api",
        "application_credentials",
        "assist_pipeline",
        "auth",
        "backup",
        "binary_sensor",
        "blueprint",
        "bluetooth",
        "calendar",
        "climate",
        "cloud",
        "command_line",
        "config",
        "conversation",
        "counter",
        "cover",
        "default_config",
        "device_tracker",
        "dhcp",
        "diagnostics",
        "energy",
        "fan",
        "ffmpeg",
        "file_upload",
        "frontend",
        "group",
        "hardware",
        "history",
        "history_stats",
        "homeassistant_alerts",
        "http",
        "image",
        "input_boolean",
        "input_button",
        "input_datetime",
        "input_number",
        "input_select",
        "input_text",
        "intent",
        "light",
        "lock",
        "logbook",
        "logger",
        "lovelace",
        "map",
        "media_player",
        "media_source",
        "mobile_app",
        "mqtt",
        "my",
        "network",
        "onboarding",
        "panel_custom",
        "panel_iframe",
        "person",
        "python_script",
        "recorder",
        "repairs",
        "rest",
        "rest_command",
        "scene",
        "search",
        "sensor",
        "shell_command",
        "ssdp",
        "stream",
        "sun",
        "switch",
        "system_health",
        "system_log",
        "tag",
        "template",
        "timer",
        "trace",
        "tts",
        "usb",
        "utility_meter",
        "wake_on_lan",
        "webhook",
        "websocket_api",
        "weather",
        "zeroconf",
        "zone",
    ]
)
"""Sections of Home Assistant's for which there is nothing here: a file that has them loads, and says so."""


def plugin_sections(configuration: Configuration) -> Mapping[str, Any]:
    """Return the sections that plugins read."""
    return {name: section for name, section in configuration.sections.items() if name not in CORE | _HOME_ASSISTANT}


def idle_sections(configuration: Configuration) -> Iterator[Problem]:
    """Warn of the sections that mean nothing here."""
    for name, section in configuration.sections.items():
        if name in _HOME_ASSISTANT:
            message = f"Home Assistant's section `{name}` means nothing here and is passed over"
            yield problem_at(_place(configuration, section), message, "idle-section", severity="warning")


def _place(configuration: Configuration, section: object) -> Position:
    if isinstance(section, Node | NodeList):
        return section.position
    return Position(str(configuration.files[0]) if configuration.files else "", 1, 1)
