"""The page on tables: its examples run as they stand, and what it says of columns and words is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from tests.functional.running import run

import decidua
from decidua.assessment.loading import load_rulebook
from decidua.tables.cells.columns import TRUTHS

PAGE = (Path(__file__).parents[2] / "engine" / "TABLES.md").read_text(encoding="utf-8")
WOMEN = "AGE_AT_VISIT;N_LOSSES;APL\n30,5;3;neg\nNA;99;pos\n"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "women.csv").write_text(WOMEN, encoding="latin1")
    (mapping,) = blocks("yaml")
    (tmp_path / "mapping.yaml").write_text(mapping)
    return tmp_path


def test_the_commands_of_the_page_run_with_its_mapping_file(here):
    (commands,) = blocks("console")
    for command in commands.splitlines():
        name, *words = shlex.split(command)
        ran = run(*words)
        assert (name, ran.code, ran.err) == ("decidua", 0, "")
        assert "Cells that were not used".upper() not in ran.out
    judged = pl.read_parquet(here / "judged.parquet")
    assert judged["N_LOSSES"].to_list() == ["3", "99"]
    assert judged["decidua_definition_rpl_eshre_2022"].to_list() == [True, None]


def test_the_mapping_file_of_the_page_reads_a_long_table_too(here):
    (here / "p.csv").write_text("PATIENT;OUTCOME\n30,5;sab\n30,5;sab\nNA;lb\n")
    words = ("--id", "AGE_AT_VISIT", "--pregnancies", "p.csv", "--mapping", "mapping.yaml", "--out", "out.csv")
    assert run("cohort", "women.csv", *words, "--strict").code == 0


def test_the_python_of_the_page_runs(capsys):
    (code,) = blocks("python")
    known = {}
    exec(compile(code, "TABLES.md", "exec"), known)  # noqa: S102 - the page's own example
    assert known["judged"]["decidua_definition_rpl_eshre_2022"].to_list() == [True, True]
    assert known["asked"].studies[0].changed is not None
    assert "women=2" in capsys.readouterr().out


def test_every_column_that_is_appended_stands_on_the_page():
    told = re.findall(r"^\| `(decidua_\w+?)(?:_[A-Z]+)?` \|", PAGE, re.MULTILINE)
    appended = decidua.cohort(pl.DataFrame({"age": [30]})).columns[1:]
    assert all(any(column.startswith(name) for name in told) for column in appended)
    assert all(any(column.startswith(name) for column in appended) for name in told)


def test_the_words_on_the_page_are_those_that_are_used():
    statuses = re.search(r"^\| `decidua_status_OPTION` \| (.*) \|$", PAGE, re.MULTILINE)[1]
    assert set(re.findall(r"`(\w+)`", statuses)) == set(load_rulebook().policy.rank.statuses)
    truths = re.search(r"^\| yes or no \| (.*), in capitals or not \|$", PAGE, re.MULTILINE)[1]
    assert set(re.findall(r"`(\w+)`", truths)) == {word for word in TRUTHS if "." not in word}
