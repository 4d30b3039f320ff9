"""Times `decidua assess` as a whole process against the bare imports it needs, in turn, and prints the ratio.

Run it with the interpreter of an environment that has decidua: `python tests/benchmarks/start.py [RUNS]`. It never fails
on a slow machine: the ratio is for people.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

IMPORTS = [sys.executable, "-c", "import pydantic, rich.console, rich.table, typer"]
PROFILE = Path(__file__).parents[2] / "profiles" / "rpl_four_losses.yaml"
ASSESS = [sys.executable, "-m", "decidua", "assess", str(PROFILE)]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for command in (IMPORTS, ASSESS):
        seconds(command)
    pairs = [(seconds(IMPORTS), seconds(ASSESS)) for _ in range(runs)]
    bare, whole = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
    ratio = statistics.median(whole / bare for bare, whole in pairs)
    print(f"bare imports {1000 * bare:.0f} ms, decidua assess {1000 * whole:.0f} ms, ratio {ratio:.2f} ({runs} pairs)")


if __name__ == "__main__":
    main()
