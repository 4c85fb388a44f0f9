"""Conditions: what must hold for a run to go on."""
