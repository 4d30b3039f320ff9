"""The benchmark of tables: every engine says the same of the same women before anything is timed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from tests.benchmarks import tables as benchmark
from tests.benchmarks.rivals import RIVALS

import decidua
from decidua.truth import NO, YES

SCRIPT = Path(benchmark.__file__)


def test_all_engines_say_the_same_and_are_timed():
    asked = [sys.executable, str(SCRIPT), "--women", "4", "--rounds", "1", "--register", "200"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "engines say the same" in ran.stdout
    for name, (module, _) in RIVALS.items():
        assert f"{name} is not installed" in ran.stdout if find_spec(module) is None else name in ran.stdout


def test_an_engine_that_says_otherwise_is_named_and_nothing_is_timed():
    with pytest.raises(SystemExit, match=r"other differs for woman 2: rule is yes, not no"):
        benchmark.refuse_a_difference("other", [{"rule": NO}, {"rule": YES}], [{"rule": NO}, {"rule": NO}])


def test_the_verdicts_of_the_frame_engine_are_read_woman_by_woman():
    view = decidua.load_rulebook().at()
    judge, register = benchmark.made(view, 3)
    read = benchmark.read_frame(judge, judge.verdicts(judge.cells.typed(register)))
    said = pl.concat([judge.judge(register)])
    for definition in view.definitions:
        column = said[f"decidua_definition_{definition.id.replace('-', '_')}"].to_list()
        assert [benchmark.WORDS[one] for one in column] == [woman[definition.id] for woman in read]
