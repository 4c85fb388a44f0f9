"""Messages to people: targets and groups, the outbox that delivers them, and the alerts that are kept by key.

notify  names → targets (`notify.<name>`)
alerts  keyed notices → alerts that people acknowledge, snooze and resolve
outbox  parcels → lanes, one per target: in order, with retries, dead letters
"""
