"""Lists the tests that take longer than a second with all their cases, which run without coverage.

Usage: ``python tests/benchmarks/slow.py`` runs every test and writes ``tests/slow.txt``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

TESTS = Path(__file__).parents[1]
SECONDS = 1.0
LEFT_OUT = ("generative/", "packaging/")  # as a whole, by tests/conftest.py
MEASURED_ALL_THE_SAME = (  # they alone reach laws that fail, and the reports on proofs and overlays
    "proofs/test_properties.py",
    "functional/test_cli_prove.py::test_what_was_proved_reads_well_in_80_columns",
    "functional/test_overlay_cli.py::test_every_report_names_the_overlay_at_its_head",
    "functional/test_overlay_cli.py::test_one_record_is_shown_with_where_it_comes_from",
)


def main() -> None:
    """Run the tests and write the list."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "--dist", "loadgroup", f"--junitxml={report}"]
        subprocess.run(command, check=True, cwd=TESTS.parent)
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - written by the line above
    took: Counter[str] = Counter()
    for case in cases:
        file = f"{case.attrib['classname'].removeprefix('tests.').replace('.', '/')}.py"
        took[f"{file}::{case.attrib['name'].partition('[')[0]}"] += float(case.attrib["time"])
    slow = [test for test, seconds in took.items() if seconds > SECONDS]
    listed = [test for test in slow if not test.startswith((*LEFT_OUT, *MEASURED_ALL_THE_SAME))]
    (TESTS / "slow.txt").write_text("".join(f"{test}\n" for test in sorted(listed)), encoding="utf-8")
    print(f"{len(listed)} slow tests of {len(took)}")


if __name__ == "__main__":
    main()
