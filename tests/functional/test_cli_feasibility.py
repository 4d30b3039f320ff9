"""``decidua cohort --feasibility``: what is printed in each format, what is written, and what is refused."""

from __future__ import annotations

import contextlib
import json

import polars as pl
import pytest
from tests.functional.running import run, run_on_terminal, terminal, widest, without_colour

import decidua
from decidua.cli.app import main
from decidua.tables.feasibility import feasibility as feasibility_module

CHANGED = ("--change", "losses.consecutive >= 2 to losses.consecutive >= 3", "--drop", "3", "--add", "age < 35")


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    path = tmp_path_factory.mktemp("register") / "r.parquet"
    assert run("synth", "--women", "100", "--seed", "7", "--out", str(path)).code == 0
    return str(path)


def counted(table, *words):
    ran = run("cohort", table, *words)
    assert ran.code == 0, ran.err
    assert ran.err == ""
    return ran.out


def refused(table, *words):
    ran = run("cohort", table, *words)
    assert (ran.code, ran.out) == (2, "")
    return ran.err


def plain(text):
    return " ".join(text.split())


# What is printed


def test_one_study_is_shown_criterion_by_criterion(register):
    out = counted(register, "--feasibility", "clark-2010")
    for words in (
        "Takes",
        "Does not",
        "100 women counted",
        "All its criteria",
        "But for criteria in text",
        "Asks for",
        "Leaves out",
        "7. another endocrine",
        "disorder [text]",
        "Hides most women:",
        "One criterion after the other",
        "up to 9",
        "Not counted, for it is not about her: less than 7 weeks pregnant at entry.",
        "so nobody is certainly taken",
        "In part text: 1 criterion is so",
    ):
        assert words in plain(out), words
    assert "changed" not in out


def test_json_says_what_python_says(register):
    words = ("--feasibility", "clark-2010", *CHANGED, "--format", "json")
    said = json.loads(counted(register, *words))
    asked = ["losses.consecutive >= 2 to losses.consecutive >= 3", "drop 3", "add age < 35"]
    report = decidua.feasibility(register, "clark-2010", change=asked)
    study, answer = said["studies"][0], report.studies[0]
    assert said["women"] == report.women == 100
    assert study["own"]["counted"] == vars(answer.own.counted)
    assert study["changed"]["on_expressible"] == vars(answer.changed.on_expressible)
    assert study["difference"] == vars(answer.difference)
    assert [one["number"] for one in study["changes"]] == [1, 3, 11]
    assert sum(one["women"] for one in study["moves"]) == 100


def test_a_changed_eligibility_says_so_at_the_head_and_shows_both_counts(register):
    out = counted(register, "--feasibility", "clark-2010", *CHANGED)
    assert "The eligibility of clark-2010 was changed on request: what stands under 'as changed' is not" in plain(
        out[:700]
    )
    for words in ("Its own", "As changed", "Difference", "Who moves", "(dropped)", "(added)", "(as changed)"):
        assert words in out
    assert "before: losses.consecutive >= 2 after: losses.consecutive >= 3" in plain(out)
    answer = decidua.feasibility(
        register, "clark-2010", change=["1: losses.consecutive >= 3", "drop 3", "add age < 35"]
    )
    difference = answer.studies[0].difference
    own, changed = answer.studies[0].own.counted, answer.studies[0].changed.counted
    assert f"does not take {own.not_met} {changed.not_met} {difference.not_met:+d}" in plain(out)


def test_all_gives_a_line_a_study_and_with_all_each_criterion(register):
    out = counted(register, "--feasibility", "all")
    assert "Antithrombotics" in out.title()
    assert "ismail-2016 (retracted)" in out
    assert "One criterion after the other" not in out
    ids = {study.id for study in decidua.load_rulebook().studies if study.eligibility is not None}
    assert all(id_ in out for id_ in ids)
    assert counted(register, "--feasibility", "all", "--all").count("Each criterion alone") == len(ids)


def test_several_studies_stand_one_after_the_other(register):
    out = counted(register, "--feasibility", "clark-2010", "--feasibility", "ismail-2016")
    assert out.index("CLARK-2010") < out.index("ISMAIL-2016 (RETRACTED)")
    assert "This paper was retracted: its results move nothing; whom it asked for is only counted." in plain(out)


@pytest.mark.parametrize(
    "words", [("all",), ("all", "--all"), ("clark-2010", *CHANGED), ("clark-2010", "--drop", "7", "--drop", "10")]
)
def test_everything_fits_80_columns_in_utf8_ascii_and_colour(register, words):
    call = ("cohort", register, "--feasibility", *words)
    out = counted(*call[1:])
    assert len(widest(out)) <= 80
    seen = run_on_terminal(*call)
    assert "\x1b[" in seen
    assert [line.rstrip() for line in without_colour(seen).rstrip().split("\n")] == [
        line.rstrip() for line in out.rstrip().split("\n")
    ]
    bare = run(*call, encoding="ascii")
    assert bare.code == 0
    assert len(widest(bare.out)) <= 80


def test_the_counts_come_as_markdown_and_as_a_table(register):
    markdown = counted(register, "--feasibility", "clark-2010", "--format", "markdown")
    assert "| Asks for | Takes | Does not | Cannot tell |" in markdown
    table = pl.read_csv(counted(register, "--feasibility", "clark-2010", *CHANGED, "--format", "csv").encode())
    assert set(table["version"]) == {"own", "changed"}
    sums = table.filter(pl.col("what") != "hidden_by").select(
        pl.col("met") + pl.col("not_met") + pl.col("cannot_be_known")
    )
    assert set(sums.to_series()) == {100}
    alone = table.filter((pl.col("version") == "own") & (pl.col("what") == "criterion_alone"))
    assert alone["number"].to_list() == list(range(1, 11))
    assert table.filter(pl.col("what") == "hidden_by")["women_so_hidden"].min() > 0


# Batches, mapping, strict, progress


def test_small_batches_give_what_one_batch_gives(register, monkeypatch):
    words = ("--feasibility", "clark-2010", *CHANGED, "--format", "json")
    whole = counted(register, *words)
    monkeypatch.setattr(feasibility_module, "BATCH", 41)
    assert counted(register, *words) == whole


def test_mapping_strict_and_faults_are_as_without_it(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("run,age\n1,30\n2,300\n")
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {run: losses.consecutive}\n")
    words = ("--feasibility", "clark-2010", "--mapping", str(mapping))
    out = counted(str(table), *words)
    assert "age: 1 cell out of its possible range (rows 2)" in plain(out)
    assert "age: 1 cell cannot be used (out of range; rows 2)" in refused(str(table), *words, "--strict")


def test_a_date_gives_the_studies_of_then(register):
    then = json.loads(counted(register, "--feasibility", "all", "--as-of", "2004", "--format", "json"))
    assert 0 < len(then["studies"]) < 182
    assert all(one["published"] <= "2004-12-31" for one in then["studies"])


def test_progress_is_shown_on_a_terminal_and_nothing_of_it_in_the_answer(register, capsys):
    with terminal() as (stream, seen), contextlib.redirect_stderr(stream):
        assert main(("cohort", register, "--feasibility", "clark-2010", "--format", "csv")) == 0
    assert "Counting" in without_colour(b"".join(seen).decode())
    assert capsys.readouterr().out.startswith("study,version,what")


# What is written


def test_with_out_each_woman_has_her_verdicts(register, tmp_path):
    out = tmp_path / "out.parquet"
    ran = counted(register, "--feasibility", "clark-2010", *CHANGED, "--out", str(out))
    assert f"Theirverdictswerewrittento{out}." in "".join(ran.split()), "a long path goes over several lines"
    table = pl.read_parquet(out)
    given = pl.read_parquet(register)
    assert table.select(given.columns).equals(given)
    assert table.columns[len(given.columns) :] == [
        "decidua_eligible_clark_2010",
        "decidua_eligible_clark_2010_but_for_text",
        "decidua_eligible_clark_2010_as_changed",
        "decidua_eligible_clark_2010_as_changed_but_for_text",
    ]
    answer = decidua.feasibility(register, "clark-2010").studies[0]
    rest = table["decidua_eligible_clark_2010_but_for_text"]
    assert (rest.sum(), rest.null_count()) == (answer.own.on_expressible.met, answer.own.on_expressible.unknown)
    assert "exists already" in refused(register, "--feasibility", "clark-2010", "--out", str(out))
    assert counted(register, "--feasibility", "clark-2010", "--out", str(out), "--force")
    assert "is a table that is read" in refused(register, "--feasibility", "clark-2010", "--out", register, "--force")


# What is refused


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--out FILE is needed, for the table with its verdicts; only --feasibility goes without it"),
        (("--drop", "1"), "--change, --drop and --add change the eligibility of a study; name it with --feasibility"),
        (("--feasibility", "clerk-2010"), "there is no study 'clerk-2010'; did you mean 'clark-2010'"),
        (("--feasibility", "all", "--drop", "1"), "one study can be changed at a time; name that one alone"),
        (
            ("--feasibility", "clark-2010", "--drop", "12"),
            "'clark-2010' has no criterion 12; they are numbered 1 to 10",
        ),
        (("--feasibility", "clark-2010", "--drop", "0"), "--drop"),
        (
            ("--feasibility", "clark-2010", "--change", "2: loses.total >= 2"),
            "change '2: loses.total >= 2': 'loses.total' is no fact of the vocabulary; did you mean 'losses.total'?",
        ),
        (("--feasibility", "clark-2010", "--add", "age < 400"), "400 is outside the possible range of 'age'"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_clear_line(register, words, said):
    assert said in refused(register, *words)


def test_a_table_of_nobody_is_refused(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("age\n")
    assert "has no rows, so there is nobody to judge" in refused(str(table), "--feasibility", "clark-2010")


def test_the_help_names_study_and_change():
    out = run("cohort", "--help").out
    for words in ("--feasibility STUDY", "--change CHANGE", "--drop NUMBER", "--add CONDITION"):
        assert words in plain(out)


# Long tables beside it


def test_long_tables_beside_it_are_counted_with_it(tmp_path):
    wide, long = str(tmp_path / "wide.parquet"), tmp_path / "long"
    assert run("synth", "--women", "60", "--seed", "3", "--out", wide, "--long", str(long)).code == 0
    beside = ("--pregnancies", str(long / "pregnancies.parquet"), "--id", "id")
    alone, both = (
        json.loads(counted(wide, "--feasibility", "clark-2010", "--format", "json", *words)) for words in ((), beside)
    )
    first, of_both = (answer["studies"][0]["own"]["criteria"][0]["counted"] for answer in (alone, both))
    assert of_both["unknown"] < first["unknown"], "the long table tells of losses that followed one another"
    assert (alone["long"], [table["table"] for table in both["long"]]) == ([], ["pregnancies"])
    assert "LONG TABLE OF PREGNANCIES" in counted(wide, "--feasibility", "clark-2010", *beside)
    assert "--id" in refused(wide, "--feasibility", "clark-2010", *beside[:2])
