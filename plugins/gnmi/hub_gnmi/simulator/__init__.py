"""A gNMI target on loopback: a small OpenConfig tree whose interfaces carry traffic as time passes."""

from hub_gnmi.simulator.server import GnmiServer, Talk, serving
from hub_gnmi.simulator.switch import Interface, Switch

__all__ = ["GnmiServer", "Interface", "Switch", "Talk", "serving"]
