"""What automations can ask of the plugin."""

from typing import Any

from hub.api import Answer, Effect, action
from hub_airpods_ble.tracker import Tracker


@action(effect=Effect.READ, answer=Answer.ONLY)
async def present(tracker: Tracker) -> dict[str, Any]:
    """Return who is there: `people` (empty with `report: team`) and `teams` (team → how many)."""
    return tracker.present()
