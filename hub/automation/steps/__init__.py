"""Steps: what a run does."""
