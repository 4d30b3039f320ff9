"""The page on Spark: its example runs as it stands, and its figures follow from each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.local_spark import WHY_NOT, on_spark, session

import decidua
from decidua.tables.made_up.synth import write_register

PAGE = (Path(__file__).parents[2] / "engine" / "SPARK.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@on_spark
def test_the_example_of_the_page_runs(tmp_path, capfd):
    (code,) = blocks("python")
    write_register(tmp_path / "women.parquet", 60, 1)
    for name in ("women.parquet", "judged.parquet"):
        assert f'"{name}"' in code
        code = code.replace(f'"{name}"', repr(str(tmp_path / name)))
    known = {}
    running = session()
    exec(compile(code, "SPARK.md", "exec"), known)  # noqa: S102 - the page's own example
    assert known["spark"] is running
    assert known["stored"].columns == decidua.cohort(known["women"]).columns
    assert known["stored"].count() == 60
    counted = capfd.readouterr().out
    for column in ("decidua_status_progestogens", "decidua_verdict_rpl_eshre_2022", "decidua_verdict_unexplained_rpl"):
        assert column in counted
    women = [int(number) for number in re.findall(r"\|\s*(\d+)\|$", counted, re.MULTILINE)]
    assert sum(women) == 2 * 60


def figure(pattern):
    (found,) = re.findall(pattern, PAGE)
    return float(found.replace(",", ""))


def test_what_a_billion_women_cost_follows_from_what_was_measured():
    measured = figure(r"on_spark\.py --women (\d+) ")
    warm = figure(rf"\| {measured:,.0f} more women, warmed up \| ([\d.]+) core-seconds \|")
    assert figure(rf"\| the first {measured:,.0f} women in a new session \| ([\d.]+) core-seconds \|") > warm
    assert figure(r"\*\*([\d.,]+) core-hours\*\*") == pytest.approx(warm / measured * 1e9 / 3600, abs=0.5)


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_the_page_says_how_much_is_shipped():
    code = (
        "import decidua\n"
        "from decidua.tables.cells.mapping import read_mapping\n"
        "from decidua.tables.spark import packed\n"
        "print(len(packed(decidua.load_rulebook(), None, read_mapping(None))))\n"
    )
    fresh = subprocess.run(  # a rulebook grows with what was asked of it
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert figure(r"([\d.]+) KiB for the shipped rules") == pytest.approx(int(fresh.stdout) / 1024, rel=0.2)


def test_the_commands_of_the_page_name_files_that_are_there():
    root = Path(__file__).parents[2]
    named = re.findall(r"python (tests/\S+\.py)", PAGE)
    assert named
    for name in named:
        assert (root / name).is_file()
