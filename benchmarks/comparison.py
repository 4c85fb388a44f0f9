"""The comparison with the other sides: what `make bench` shows."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def compare(rivals: Path, groups: Sequence[str], rounds: int, quick: bool) -> int:
    """Let the comparison of the rivals' folder run all sides there are; returns its exit code."""
    ours = Path(__file__).with_name("side.py")
    script = rivals / "compare.py"
    if not script.exists():
        print(f"Only our own figures: there is no comparison at {script} (see --rivals).", file=sys.stderr)
        alone = [group for group in groups if group not in ("http", "ws")]  # their clients belong to the other sides
        return subprocess.run([sys.executable, str(ours), *alone, *_quick(quick)], check=False).returncode
    sides = ["--side", f"ours={sys.executable} {ours} --rivals {rivals}", "--side", "floor"]
    environments = Path(os.environ.get("RIVALS", rivals))
    if (environments / "venv-ha").is_dir():
        sides = ["--side", "ha", *sides, "--base", "ha"]
    else:
        print(f"Only our own figures and the floor: there is no Home Assistant at {environments} (RIVALS).", file=sys.stderr)
        sides += ["--base", "floor"]
    command = [sys.executable, str(script), *sides, "--rounds", str(rounds), "--groups", ",".join(groups), *_quick(quick)]
    return subprocess.run(command, check=False).returncode


def _quick(quick: bool) -> list[str]:
    return ["--quick"] if quick else []
