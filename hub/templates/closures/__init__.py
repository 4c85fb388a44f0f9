"""Common templates as Python closures: the same results as the sandbox, more than ten times as fast."""
