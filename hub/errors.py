"""The hub's errors.

HubError
├── ConfigError            a file is wrong: the hub does not start
├── BadName                a name is not spelt as such names are
├── PluginError            one plugin is in trouble: the others go on
│   ├── NotInstalled
│   ├── NotConnected
│   └── AuthenticationFailed
├── ActionError            one call failed: its caller hears of it
│   ├── UnknownAction
│   └── BadActionData
├── TemplateError          one template could not be compiled or rendered
└── StoreError             the database does not take or give what is asked
"""


class HubError(Exception):
    """Anything that the hub reports about itself."""


class BadName(HubError, ValueError):
    """A name is not spelt as such names are."""

    def __init__(self, text: object, expected: str) -> None:
        super().__init__(f"{text!r} is not valid: expected {expected}")


class ConfigError(HubError):
    """A file is wrong: the hub does not start."""


class PluginError(HubError):
    """One plugin is in trouble: the others go on."""


class NotInstalled(PluginError):
    """The config names a plugin that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"plugin {name!r} is not installed; try: pip install hub-{name.replace('_', '-')}")


class NotConnected(PluginError):
    """The plugin has no connection at the moment, so it cannot do what was asked."""


class AuthenticationFailed(PluginError):
    """The system refused the credentials; trying again would lock the account."""


class ActionError(HubError):
    """One call failed: its caller hears of it."""


class UnknownAction(ActionError):
    """Nobody offers this action."""

    def __init__(self, name: str) -> None:
        super().__init__(f"action {name} does not exist")


class BadActionData(ActionError):
    """The data of a call does not fit the action's parameters."""


class TemplateError(HubError):
    """One template could not be compiled or rendered."""


class StoreError(HubError):
    """The database does not take or give what is asked."""
