"""Make a folder look like one where a distribution is installed."""

from pathlib import Path


def install(folder: Path, distribution: str, entry_points: dict[str, str], version: str = "1.2.3", summary: str = "") -> None:
    """Write the metadata that pip would."""
    about = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\nSummary: {summary}\n")
    lines = [f"{name} = {module}" for name, module in entry_points.items()]
    (about / "entry_points.txt").write_text("\n".join(["[hub]", *lines, ""]))
