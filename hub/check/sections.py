"""The sections of a configuration: which are the core's, which are plugins', and which mean nothing here."""

from collections.abc import Iterator
from typing import Final

from hub.config import Configuration, Problem, problem_at
from hub.config import Mapping as Node
from hub.config.nodes import entries_of, join_mapping
from hub.virtual.virtual import SECTIONS as VIRTUAL

CORE: Final = frozenset({"automation", "notify", "schedule", "script"}) | VIRTUAL
_NAMES: Final = """
    alert api application_credentials assist_pipeline auth backup binary_sensor blueprint bluetooth climate cloud
    command_line config conversation cover default_config device_tracker dhcp diagnostics energy fan ffmpeg
    file_upload frontend hardware history history_stats homeassistant_alerts http image intent light lock logbook
    logger lovelace map media_player media_source mobile_app mqtt my network onboarding panel_custom panel_iframe
    persistent_notification person python_script recorder repairs rest rest_command search sensor shell_command
    ssdp stream sun switch system_health system_log tag trace tts usb utility_meter wake_on_lan weather webhook
    websocket_api zeroconf zone
"""
_HOME_ASSISTANT: Final = frozenset(_NAMES.split())
"""Sections of Home Assistant's for which there is nothing here: a file that has them loads, and says so."""


def plugin_sections(configuration: Configuration) -> Node:
    """Return the sections that plugins read."""
    idle = CORE | _HOME_ASSISTANT
    sections = configuration.sections
    return join_mapping(sections.position, [entry for entry in entries_of(sections) if entry.key not in idle])


def idle_sections(configuration: Configuration) -> Iterator[Problem]:
    """Warn of the sections that mean nothing here."""
    for name in configuration.sections:
        if name in _HOME_ASSISTANT:
            message = f"Home Assistant's section `{name}` means nothing here and is passed over"
            yield problem_at(configuration.sections.key_position(name), message, "idle-section", severity="warning")
