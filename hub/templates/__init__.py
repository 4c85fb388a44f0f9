"""Templates: Home Assistant's template language, sandboxed, limited and quick."""
