"""Triggers: what begins a run."""
