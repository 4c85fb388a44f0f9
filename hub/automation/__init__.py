"""Automations: what people want to happen, and the interpreter that makes it happen."""
