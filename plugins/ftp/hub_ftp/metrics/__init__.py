"""Files become metrics: pure functions from bytes to readings."""
