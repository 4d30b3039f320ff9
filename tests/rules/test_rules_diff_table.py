"""Two rulebooks compared over a table of women: the same is said of each as of a woman alone, and told together."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from tests.functional.running import columns_of, run, widest

import decidua
from decidua.authoring import difference
from decidua.authoring.difference import compare_for_women
from decidua.rulebook.folder import data_folder
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.women import TableWomen

SHIPPED = data_folder("rules")
BOOK = decidua.load_rulebook()
COLUMNS = (
    "id",
    "losses.total",
    "losses.clinical",
    "losses.consecutive_at_least",
    "live_births.total",
    "age",
    "pregnancy.pregnant",
)
WOMEN = (
    ("a", 4, 4, 4, 0, 33, "yes"),
    ("b", 2, 2, 2, 0, 33, ""),
    ("c", 4, 4, 4, 0, 33, "yes"),
    ("d", 2, 2, "", 1, 41, ""),
    ("e", "", "", "", "", "", ""),
    ("f", 5, 5, 3, 2, 29, "yes"),
    ("g", 3, "many", 2, 0, 29, ""),
)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "women.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows((COLUMNS, *WOMEN))
    return path


def changed(folder, *edits):
    shutil.copytree(SHIPPED, folder)
    for name, old, new in edits:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def stricter(tmp_path_factory):
    """Four losses are no longer refractory, and two no longer recurrent by one society."""
    return changed(
        tmp_path_factory.mktemp("stricter") / "rules",
        ("subsets/subsets.yaml", "losses.total >= 4", "losses.total >= 5"),
        (
            "definitions/rpl.yaml",
            "        - losses.total >= 2\n        - all:\n",
            "        - losses.total >= 3\n        - all:\n",
        ),
    )


@pytest.fixture(scope="module")
def turned(tmp_path_factory):
    """What is not for her comes before what may be: only ranks and what follows from them change."""
    return changed(
        tmp_path_factory.mktemp("turned") / "rules",
        (
            "policy/rank.yaml",
            "undetermined, advised_against, not_applicable",
            "not_applicable, undetermined, advised_against",
        ),
    )


def over(new, table):
    return compare_for_women(BOOK, decidua.load_rulebook(new), TableWomen(table, read_mapping(None)), table="women.csv")


@pytest.mark.parametrize("rules", ["stricter", "turned"])
def test_each_woman_of_a_table_is_told_what_she_would_be_told_alone(request, table, rules, monkeypatch):
    new = request.getfixturevalue(rules)
    found = over(new, table)
    assert found.looked_at == len(WOMEN)
    monkeypatch.setattr(difference, "CONDITIONS", ())  # then nobody is passed over for having the same verdicts
    book = decidua.load_rulebook(new)
    alone = []
    for woman in TableWomen(table, read_mapping(None)):
        alone.extend(compare_for_women(BOOK, book, [woman]).women)
    assert found.women == tuple(alone)
    assert [one.profile for one in found.women] == [f"row {at}" for at in ROWS[rules]]


ROWS = {"stricter": (1, 2, 3, 4), "turned": (1, 3, 6)}


def test_women_of_a_table_are_told_together_with_their_number_and_rows(table, stricter):
    ran = run("rules", "diff", str(SHIPPED), str(stricter), "--table", str(table))
    assert (ran.code, ran.err) == (0, "")
    said = " ".join(ran.out.split())
    assert "Of 7 rows of women.csv looked at, 4 are judged otherwise." in said
    assert "Through refractory_rpl" in said
    assert "2 women (rows 1 and 3): subset refractory_rpl: verdict was yes, now no" in said
    assert "2 women (rows 2 and 4): definition rpl-eshre-2022: verdict was yes, now unknown" in said
    assert "The column 'losses.clinical': 1 cell could not be used (first in row 7)" in said
    assert "many" not in said
    assert columns_of(widest(ran.out)) <= 80
    assert run("rules", "diff", str(SHIPPED), str(stricter), "--table", str(table)).out == ran.out


def test_of_a_rank_only_its_direction_is_told_of_many_women(table, turned):
    ran = run("rules", "diff", str(SHIPPED), str(turned), "--table", str(table))
    assert "rank lower than before" in ran.out
    assert "rank was" not in ran.out


def test_json_tells_every_woman_by_her_row(table, stricter):
    ran = run("rules", "diff", str(SHIPPED), str(stricter), "--table", str(table), "--format", "json")
    said = json.loads(ran.out)
    assert (said["table"], said["looked_at"], len(said["remarks"])) == ("women.csv", 7, 1)
    assert {one["profile"]: len(one["changes"]) > 0 for one in said["women"]} == {
        f"row {at}": True for at in range(1, 5)
    }


def test_a_mapping_says_how_the_table_is_read(tmp_path, stricter):
    (tmp_path / "mine.csv").write_text("N;BIRTHS\n4;0\n99;0\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text(
        "columns:\n  N: {fact: losses.total, missing: [99]}\n  BIRTHS: live_births.total\n", encoding="utf-8"
    )
    options = ("--table", str(tmp_path / "mine.csv"), "--mapping", str(tmp_path / "map.yaml"))
    ran = run("rules", "diff", str(SHIPPED), str(stricter), *options)
    assert (ran.code, ran.err) == (0, "")
    assert "Of 2 rows of mine.csv looked at, 1 is judged otherwise." in " ".join(ran.out.split())
    assert "could not be used" not in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--table", "nowhere.csv"), "nowhere.csv: does not exist; check the path"),
        (("--table", "empty.csv"), "has no rows, so there is nobody to look at"),
        (("--table", "other.csv"), "no column of the table is named as a finding"),
        (("--table", "empty.csv", "--profile", "x.yaml"), "--table stands in place of --profile; give one of them"),
        (("--mapping", "map.yaml"), "--mapping says how a table is read; give the table with --table"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, monkeypatch, options, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_text("losses.total\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text("x\n1\n", encoding="utf-8")
    ran = run("rules", "diff", str(SHIPPED), str(SHIPPED), *options)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
