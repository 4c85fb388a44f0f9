"""`template:` sensors and binary sensors whose states are templates."""
