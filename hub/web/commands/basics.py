"""What the hub is and what is in it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.web.command import ANSWERED, Command, Nothing, Talk
from hub.web.encoding import encode, encoded
from hub.web.identity import Role
from hub.web.rows.actions import actions_by_domain
from hub.web.rows.config import config_row

_STATES = {"connected": "loaded", "connecting": "setup_retry", "stopped": "not_loaded"}  # others are errors


class Features(msgspec.Struct):
    """What the client can do."""

    features: dict[str, Any] = {}


def ping(talk: Talk, _: Nothing) -> object:
    """Say that the hub is there; the answer is no ordinary result."""
    talk.line.send(encode({"id": talk.number, "type": "pong"}))
    return ANSWERED


def take_features(talk: Talk, asked: Features) -> None:
    """Remember whether several messages may come as one list."""
    talk.line.coalesce = bool(asked.features.get("coalesce_messages"))


def list_states(talk: Talk, _: Nothing) -> object:
    """Return all states."""
    return encoded(talk.site.states_body.plain())


def show_config(talk: Talk, _: Nothing) -> object:
    """Return what the hub is and where it stands."""
    return config_row(talk.sources)


def list_actions(talk: Talk, _: Nothing) -> object:
    """Return all actions and their parameters."""
    return actions_by_domain(talk.sources.actions.all())


def show_user(talk: Talk, _: Nothing) -> object:
    """Return whose token it is."""
    is_admin = talk.identity.role is Role.ADMIN
    who = {"id": talk.identity.id, "name": talk.identity.name, "is_owner": is_admin, "is_admin": is_admin}
    return {**who, "credentials": [], "mfa_modules": [], "role": talk.identity.role}


def list_instances(talk: Talk, _: Nothing) -> object:
    """Return the plugin instances as what clients know as config entries."""
    return [_config_entry(row) for row in talk.sources.plugins()]


def _config_entry(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "entry_id": row.get("instance"),
        "domain": row.get("plugin"),
        "title": row.get("instance"),
        "source": "user",
        "state": _STATES.get(str(row.get("condition")), "setup_error"),
        "reason": row.get("last_error"),
        "supports_options": False,
        "supports_remove_device": False,
        "supports_unload": True,
        "supports_reconfigure": False,
        "supported_subentry_types": {},
        "num_subentries": 0,
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "disabled_by": None,
        "error_reason_translation_key": None,
        "error_reason_translation_placeholders": None,
        "created_at": 0.0,
        "modified_at": 0.0,
    }


def nothing_to_list(_: Talk, __: Nothing) -> object:
    """Return an empty list of what clients ask for and the hub does not have."""
    return []


def no_panels(_: Talk, __: Nothing) -> object:
    """Return no panels."""
    return {}


COMMANDS = (
    Command("ping", Role.VIEWER, Nothing, ping),
    Command("supported_features", Role.VIEWER, Features, take_features),
    Command("get_states", Role.VIEWER, Nothing, list_states),
    Command("get_config", Role.VIEWER, Nothing, show_config),
    Command("get_services", Role.VIEWER, Nothing, list_actions),
    Command("get_panels", Role.VIEWER, Nothing, no_panels),
    Command("auth/current_user", Role.VIEWER, Nothing, show_user),
    Command("config_entries/get", Role.OPERATOR, Nothing, list_instances),
    Command("config_entries/flow/progress", Role.OPERATOR, Nothing, nothing_to_list),
    Command("tag/list", Role.VIEWER, Nothing, nothing_to_list),
)
