"""How fast the hub is: `python benchmarks/side.py GROUP… [--quick]`, or `--all` to compare it with the other sides.

The last line is a JSON object of figures, in the names of the comparison's contract (`compare.py` in the rivals' folder). The
rivals' folder is `--rivals DIR`, or the variable RIVALS_DIR, or `shared/rivals` beside the repository; where their environments
are (Home Assistant's above all) says the variable RIVALS.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# As a script this file would find its neighbours without `benchmarks.`, and not under the name that tests use.
sys.path[0] = str(ROOT)

IN_PROCESS = ("core", "auto", "latency", "setup", "timers", "suspend", "recorder")
OF_PROCESSES = ("boot", "http", "ws")
NOT_YET = ("recauto",)  # runs in a durable journal


def main() -> None:
    arguments = _arguments()
    if arguments.all:
        from benchmarks.comparison import compare

        sys.exit(compare(arguments.rivals, arguments.groups or [*IN_PROCESS, *OF_PROCESSES], arguments.rounds, arguments.quick))
    print(json.dumps(measure(arguments.groups, arguments.quick, arguments.rivals)))


def measure(groups: list[str], quick: bool, rivals: Path) -> dict[str, float]:
    """Measure some groups of work."""
    from benchmarks import process, work
    from benchmarks.figures import Figures

    work.require_equal(rivals)
    figures = Figures()
    for group in groups:
        if group in IN_PROCESS:
            figures.update(_measure_inside(group, quick))
        elif group == "boot":
            process.boot(figures, quick)
        elif group == "http":
            process.http(figures, rivals)
        elif group == "ws":
            process.ws(figures, rivals)
    return figures


def _measure_inside(group: str, quick: bool) -> dict[str, float]:
    from benchmarks.engine import Measuring
    from hub.app import new_loop

    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(Measuring(quick).measure(group))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", choices=[*IN_PROCESS, *OF_PROCESSES, *NOT_YET, []], metavar="GROUP")
    parser.add_argument("--quick", action="store_true", help="a fifth of the work")
    parser.add_argument("--all", action="store_true", help="compare with the other sides")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the comparison")
    nearby = Path(os.environ.get("RIVALS_DIR", ROOT.parent / "shared" / "rivals"))
    parser.add_argument("--rivals", type=Path, default=nearby, help="folder of the other sides")
    return parser.parse_args()


if __name__ == "__main__":
    main()
