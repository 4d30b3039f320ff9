"""Lists the tests over which coverage is not measured, since that doubles their time (``tests/slow.txt``).

Usage: ``python tests/benchmarks/slow.py`` runs every test, then those of at most a second with coverage. Listed are the
tests that take longer than a second with all their cases, and of those that take longer than a fifth of one each that
reaches little that no other measured one reaches.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

TESTS = Path(__file__).parents[1]
SLOW, QUICK = 1.0, 0.2
"""Seconds with all its cases from which a test is slow, without coverage, and up to which it is quick, with it."""
A_SECOND = 2
"""Steps (from a line to a line) that a test must add for each second that it takes."""
LEFT_OUT = ("generative/", "packaging/")  # as a whole, by tests/conftest.py
MEASURED_ALL_THE_SAME = (  # they alone reach laws that fail, and the reports on proofs and overlays
    "proofs/test_properties.py",
    "functional/test_cli_prove.py::test_what_was_proved_reads_well_in_80_columns",
    "functional/test_overlay_cli.py::test_every_report_names_the_overlay_at_its_head",
    "functional/test_overlay_cli.py::test_one_record_is_shown_with_where_it_comes_from",
)

Steps = dict[str, set[tuple[int, int, int]]]


def main() -> None:
    """Run the tests and write the list."""
    everything = seconds_of(run())
    slow = {test for test, took in everything.items() if took > SLOW and not test.startswith(MEASURED_ALL_THE_SAME)}
    write(slow)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "coverage"
        report = run("-m", "not slow", "--cov", "--cov-context=test", "--cov-report=", COVERAGE_FILE=str(data))
        took, steps = seconds_of(report), steps_of(data)
    left = idle(took, steps)
    write(slow | left)
    print(f"{len(slow)} slow tests of {len(everything)}, and {len(left)} that add little")


def run(*arguments: str, **environment: str) -> ET.ElementTree[ET.Element]:
    """Run the tests and return the report on them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "--dist", "loadgroup", f"--junitxml={report}"]
        subprocess.run([*command, *arguments], check=True, cwd=TESTS.parent, env={**os.environ, **environment})
        return ET.parse(report)  # noqa: S314 - written by the line above


def seconds_of(report: ET.ElementTree[ET.Element]) -> dict[str, float]:
    """Return how long each test took with all its cases."""
    took: dict[str, float] = defaultdict(float)
    for case in report.iter("testcase"):
        file = f"{case.attrib['classname'].removeprefix('tests.').replace('.', '/')}.py"
        took[f"{file}::{case.attrib['name'].partition('[')[0]}"] += float(case.attrib["time"])
    return took


def steps_of(data: Path) -> Steps:
    """Return the steps that each test took with all its cases, as coverage wrote them down."""
    steps: Steps = defaultdict(set)
    with sqlite3.connect(data) as written:
        names = dict(written.execute("select id, context from context"))
        for context, *step in written.execute("select context_id, file_id, fromno, tono from arc"):
            test = names[context].partition("|")[0].partition("[")[0].removeprefix("tests/")
            steps[test].add(tuple(step))
    return steps


def idle(took: Mapping[str, float], steps: Steps) -> set[str]:
    """Return the tests without which coverage stays about as it is, of those that are not quick."""
    staying = (*LEFT_OUT, *MEASURED_ALL_THE_SAME)
    waiting = {test for test in took if took[test] > QUICK and not test.startswith(staying)}
    reached = set().union(*(found for test, found in steps.items() if test not in waiting))

    def adds(test: str) -> float:
        return len(steps[test] - reached) / took[test]

    while waiting:
        best = max(sorted(waiting), key=adds)
        if adds(best) < A_SECOND:
            return waiting
        waiting.remove(best)
        reached |= steps[best]
    return waiting


def write(tests: set[str]) -> None:
    """Write the list, without what is left out as a whole."""
    listed = sorted(test for test in tests if not test.startswith(LEFT_OUT))
    (TESTS / "slow.txt").write_text("".join(f"{test}\n" for test in listed), encoding="utf-8")


if __name__ == "__main__":
    main()
