"""The hub's values: frozen, no I/O."""
