"""Where the ready-made blueprints are."""

import sys
from pathlib import Path


def ready_made() -> Path:
    """Return the folder: beside the source, or where the wheel puts it."""
    source = Path(__file__).parents[2] / "blueprints"
    return source if source.is_dir() else Path(sys.prefix) / "share" / "integration-hub" / "blueprints"
