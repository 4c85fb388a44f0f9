"""Scenarios: automations run under simulated time, and what they did held against what was expected."""
