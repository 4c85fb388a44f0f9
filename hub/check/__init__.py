"""`hub check`: everything that is wrong with a configuration, without connecting to anything."""

from hub.check.checking import Checked, check

__all__ = ["Checked", "check"]
