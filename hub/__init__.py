"""Hub: Home Assistant for IT operations."""

__version__ = "0.1.0"
