"""The entities of one server."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from hub.api import Category, Device, Hub
from hub_ftp.config import FtpConfig
from hub_ftp.cursor import Known, Totals
from hub_ftp.listing import Fault

_SHOWN = 20


class Board:
    """Shows how the copying goes, and the metrics in the files."""

    def __init__(self, hub: Hub, config: FtpConfig) -> None:
        host, port = config.address
        device = Device(key="server", name=config.server, model="FTP server", url=f"ftp://{host}:{port}/")
        diagnostic = Category.DIAGNOSTIC
        self._last_sync = hub.sensor("last_sync", name="Last sync", device_class="timestamp", category=diagnostic, device=device)
        self._last_file = hub.sensor("last_file", name="Last file", device_class="timestamp", device=device)
        self._files = hub.sensor("files", name="Files", state_class="total_increasing", icon="mdi:file-check", device=device)
        self._bytes = hub.sensor(
            "bytes", name="Bytes", unit="B", device_class="data_size", state_class="total_increasing", device=device
        )
        self._errors = hub.sensor(
            "errors", name="Errors", state_class="measurement", icon="mdi:alert", category=diagnostic, device=device
        )
        self._pending = hub.sensor("pending", name="Pending", state_class="measurement", category=diagnostic, device=device)
        self._rejected = hub.sensor(
            "rejected_rows", name="Rejected rows", state_class="total_increasing", category=diagnostic, device=device
        )
        self._metrics = {
            sensor.key: hub.sensor(
                sensor.key,
                name=sensor.name,
                unit=sensor.unit,
                device_class=sensor.device_class,
                state_class=sensor.state_class,
                device=device,
            )
            for mapping in config.metrics
            for sensor in mapping.sensors
        }

    def show_totals(self, totals: Totals) -> None:
        """Show what was copied so far."""
        self._files.set(totals.files)
        self._bytes.set(totals.bytes)
        self._rejected.set(totals.rejected_rows)
        self._last_file.set(None if totals.last_file is None else datetime.fromtimestamp(totals.last_file, UTC))

    def show_rejected(self, rows: Sequence[str], totals: Totals) -> None:
        """Show the rows that could not be read."""
        self._rejected.set(totals.rejected_rows, {"rows": list(rows[:_SHOWN])})

    def show_readings(self, readings: Mapping[str, Known]) -> None:
        """Show the metrics; those that no mapping has any more are left out."""
        for key, known in readings.items():
            sensor = self._metrics.get(key)
            if sensor is not None:
                sensor.set(known.value, {"measured_at": known.at.isoformat(), "file": known.path})

    def show_look(self, now: datetime, pending: int, problems: Sequence[Fault]) -> None:
        """Show how the last look went."""
        self._last_sync.set(now)
        self._pending.set(pending)
        shown = [{"path": problem.path, "reason": problem.reason} for problem in problems[:_SHOWN]]
        self._errors.set(len(problems), {"problems": shown})
