"""Plugins: found, kept connected, each with the hub lent to it; and the catalog of what runs."""
