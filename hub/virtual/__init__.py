"""Virtual entities: values that people and automations set, timers, counters, schedules, groups, scenes, templates."""
