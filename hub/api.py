"""The one module that a plugin imports."""

from hub.clock import Clock
from hub.errors import (
    ActionError,
    AuthenticationFailed,
    BadActionData,
    HubError,
    NotConnected,
    PluginError,
)
from hub.model.action import Answer, Effect
from hub.model.entity import Category, Device
from hub.model.names import EntityId, slugify
from hub.model.notice import Notice, Phase, Receipt, Severity
from hub.plugin import (
    Config,
    Hub,
    Memory,
    Plugin,
    PluginEvent,
    Rehearsal,
    Reply,
    Request,
    Sensor,
    Value,
    WebhookReply,
    WebhookRequest,
    action,
    hookimpl,
)

__all__ = [
    "ActionError",
    "Answer",
    "AuthenticationFailed",
    "BadActionData",
    "Category",
    "Clock",
    "Config",
    "Device",
    "Effect",
    "EntityId",
    "Hub",
    "HubError",
    "Memory",
    "NotConnected",
    "Notice",
    "Phase",
    "Plugin",
    "PluginError",
    "PluginEvent",
    "Receipt",
    "Rehearsal",
    "Reply",
    "Request",
    "Sensor",
    "Severity",
    "Value",
    "WebhookReply",
    "WebhookRequest",
    "action",
    "hookimpl",
    "slugify",
]
