"""Virtual entities: values that people and automations set, timers, counters, groups, templates."""
