"""Horizon's REST API."""
