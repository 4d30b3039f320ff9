"""``decidua cohort`` and ``decidua synth``: what comes out, what is refused, and that nothing is lost."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from tests.functional.running import run, run_apart, surroundings, terminal, widest, without_colour

from decidua.assessment.loading import load_rulebook
from decidua.cli.app import main
from decidua.profile.vocabulary import vocabulary
from decidua.tables import cohort as cohort_module
from decidua.tables import entry
from decidua.tables import run as run_module
from decidua.tables.files import files
from decidua.tables.made_up import synth

BOOK = load_rulebook()
OVERLAY = Path(__file__).parents[1] / "overlays" / "invented_clinic"
WOMEN = {
    "id": ["a", "b", "c", "d"],
    "age": [30, 41, 36, None],
    "losses.total": [4, 2, 0, 3],
    "workup.antiphospholipid": ["negative", "positive", None, None],
}


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return str(path)


@pytest.fixture
def women(tmp_path):
    path = tmp_path / "women.csv"
    pl.DataFrame(WOMEN).write_csv(path)
    return str(path)


def judged(table, tmp_path, *words, ending="csv"):
    out = tmp_path / f"out.{ending}"
    ran = run("cohort", table, "--out", str(out), *words)
    assert ran.code == 0, ran.err
    return ran, out


def refused(table, tmp_path, *words):
    out = tmp_path / "out.csv"
    ran = run("cohort", str(table), "--out", str(out), *words)
    assert ran.code == 2
    assert ran.out == ""
    assert not out.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
    return ran.err


# What comes out


def test_the_columns_given_come_first_and_one_row_in_is_one_row_out(women, tmp_path):
    _, out = judged(women, tmp_path)
    table = pl.read_csv(out)
    assert table.columns[:4] == list(WOMEN)
    assert table["id"].to_list() == WOMEN["id"]
    assert all(column.startswith("decidua_") for column in table.columns[4:])
    assert table["decidua_definition_rpl_eshre_2022"].to_list()[:2] == ["yes", "yes"]
    assert set(table["decidua_status_progestogens"]) <= {"undetermined", "not_applicable", "consider", "research_only"}


@pytest.mark.parametrize("kind", ["parquet", "arrow", "feather"])
def test_every_kind_of_file_says_the_same(women, tmp_path, kind):
    _, first = judged(women, tmp_path)
    table = tmp_path / f"women.{kind}"
    frame = pl.DataFrame(WOMEN)
    if kind == "parquet":
        frame.write_parquet(table)
    else:
        frame.write_ipc(table, compression="uncompressed" if kind == "arrow" else "lz4")
    _, out = judged(str(table), tmp_path, ending=kind)
    found = pl.read_parquet(out) if kind == "parquet" else pl.read_ipc(out, memory_map=False)
    assert found.schema["decidua_definition_rpl_eshre_2022"] == pl.Boolean
    words = [
        pl.col(name).replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
        for name, dtype in found.schema.items()
        if dtype == pl.Boolean
    ]
    as_text = found.with_columns(words).select(pl.all().cast(pl.String))
    assert as_text.equals(pl.read_csv(first, infer_schema=False))


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path):
    text = '\ufeff"age";"a note";losses.total\r\n30;"two\r\nlines; ""quoted""";2\r\n\r\n31;;3\r\n'
    _, out = judged(written(tmp_path / "t.csv", text), tmp_path)
    table = pl.read_csv(out)
    assert table.columns[:3] == ["age", "a note", "losses.total"]
    assert table["a note"].to_list() == ['two\r\nlines; "quoted"', None]
    assert table["decidua_definition_rpl_eshre_2022"].to_list() == ["yes", "yes"]


def test_a_folder_of_parts_is_read_in_the_order_of_their_names(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    frame = pl.DataFrame(WOMEN)
    frame[2:].write_parquet(folder / "part-2.parquet")
    frame[:2].write_parquet(folder / "part-1.parquet")
    _, out = judged(str(folder), tmp_path, ending="parquet")
    assert pl.read_parquet(out)["id"].to_list() == WOMEN["id"]


@pytest.mark.parametrize("ending", ["parquet", "arrow", "csv"])
def test_categories_that_other_batches_do_not_have_are_kept(tmp_path, monkeypatch, ending):
    table, words = tmp_path / "t.parquet", [f"word {at}" for at in range(30)]
    pl.DataFrame({"age": [30] * 30, "word": pl.Series(words, dtype=pl.Categorical)}).write_parquet(table)
    monkeypatch.setattr(run_module, "BATCH", 7)
    _, out = judged(str(table), tmp_path, ending=ending)
    read = {"parquet": pl.read_parquet, "arrow": pl.read_ipc, "csv": pl.read_csv}[ending](out)
    assert read["word"].cast(pl.String).to_list() == words


def test_small_batches_give_what_one_batch_gives(tmp_path, monkeypatch):
    register = str(tmp_path / "register.parquet")
    assert run("synth", "--women", "230", "--seed", "4", "--out", register).code == 0
    whole, out = judged(register, tmp_path, "--format", "json", ending="parquet")
    first = pl.read_parquet(out)
    monkeypatch.setattr(run_module, "BATCH", 37)
    parts, out = judged(register, tmp_path, "--format", "json", "--force", ending="parquet")
    assert pl.read_parquet(out).equals(first)
    assert json.loads(parts.out) == json.loads(whole.out)
    monkeypatch.setattr(cohort_module, "BATCH", 41)
    given = pl.read_parquet(register)
    assert cohort_module.judge_any(given).equals(first)


def test_the_report_counts_met_not_met_and_what_cannot_be_known(women, tmp_path):
    ran, _ = judged(women, tmp_path, "--format", "json")
    report = json.loads(ran.out)
    assert report["women"] == 4
    assert report["not_read"] == ["id"]
    for option in report["options"]:
        for one in (option, *option["strategies"], *(step for way in option["strategies"] for step in way["steps"])):
            assert sum(one["counted"].values()) == 4
        assert sum(status["women"] for status in option["statuses"]) == 4
        assert 0 <= option["hides_women"] <= option["counted"]["unknown"]
        assert (option["hides"] is None) == (option["counted"]["unknown"] == 0)
        assert option["hides_in_table"] is (None if option["hides"] is None else option["hides"] in WOMEN)


def test_where_the_table_has_no_column_for_what_hides_most_women_it_says_so(women, tmp_path):
    said = " ".join(judged(women, tmp_path)[0].out.split())
    assert "who cannot be placed; the table has no column for it" in said
    assert re.search(r"not known for all \d who cannot be placed", said)


def test_the_report_fits_80_columns_and_shows_bars(women, tmp_path):
    ran, _ = judged(women, tmp_path, "--all")
    assert len(widest(ran.out)) <= 80
    assert "■" in ran.out
    assert "Cannot be" in ran.out
    plain = run("cohort", women, "--out", str(tmp_path / "ascii.csv"), encoding="ascii")
    assert plain.code == 0
    assert "####" in plain.out


@pytest.mark.parametrize("output", ["markdown", "csv"])
def test_the_counts_come_as_markdown_and_as_a_table(women, tmp_path, output):
    ran, _ = judged(women, tmp_path, "--format", output)
    if output == "csv":
        table = pl.read_csv(ran.out.encode())
        options = table.filter(pl.col("kind") == "option")
        assert (options["met"] + options["not_met"] + options["cannot_be_known"]).to_list() == [4] * len(options)
    else:
        assert "| Option | Met | Not met | Cannot be known |" in ran.out


# What is not used


def test_cells_that_cannot_be_used_are_counted_and_unknown(tmp_path):
    text = "age,losses.total,workup.thyroid,condition.lupus\n30,2,normal,yes\n200,2.5,odd,maybe\nx,99,abnormal,no\n"
    ran, out = judged(written(tmp_path / "t.csv", text), tmp_path, "--format", "json")
    faults = {(one["column"], one["problem"]): (one["rows"], one["first"]) for one in json.loads(ran.out)["faults"]}
    assert faults == {
        ("age", "out_of_range"): (1, [2]),
        ("age", "wrong_type"): (1, [3]),
        ("losses.total", "wrong_type"): (1, [2]),
        ("losses.total", "out_of_range"): (1, [3]),
        ("workup.thyroid", "unknown_category"): (1, [2]),
        ("condition.lupus", "unknown_category"): (1, [2]),
    }
    given = pl.read_csv(out, infer_schema=False)
    assert given["age"].to_list() == ["30", "200", "x"]
    empty = written(
        tmp_path / "e.csv", text.replace("200", "").replace("2.5", "").replace("odd", "").replace("maybe", "")
    )
    _, again = judged(empty.replace("x,99", ","), tmp_path, "--force")
    appended = [column for column in given.columns if column.startswith("decidua_")]
    assert pl.read_csv(again, infer_schema=False).row(1)[4:] == given.select(appended).row(1)


def test_what_stands_in_a_cell_that_cannot_be_used_is_not_shown(tmp_path):
    table = written(tmp_path / "t.csv", "age,losses.total\nJane Doe,2\n")
    ran, _ = judged(table, tmp_path)
    assert "rows 1" in ran.out
    assert "Jane" not in ran.out + ran.err


def test_strict_refuses_with_every_column_and_leaves_nothing(tmp_path):
    table = written(tmp_path / "t.csv", "age,workup.thyroid\n200,odd\n30,normal\n")
    said = refused(table, tmp_path, "--strict")
    assert "age: 1 cell cannot be used (out of range; rows 1)" in said
    assert "workup.thyroid: 1 cell cannot be used (unknown category; rows 1)" in said


def test_any_number_of_distinct_bad_values_is_counted_in_one_line(tmp_path):
    rows = "".join(f"bad{at},2\n" for at in range(30_000))
    ran, _ = judged(written(tmp_path / "t.csv", f"age,losses.total\n{rows}"), tmp_path)
    assert "age: 30000 cells not of its kind (rows 1, 2, 3, ...)" in " ".join(ran.out.split())
    assert len(ran.out) < 20_000


def test_counts_that_cannot_all_be_true_are_counted_and_unknown(tmp_path):
    table = written(tmp_path / "t.csv", "losses.total,losses.clinical\n2,3\n3,3\n")
    ran, out = judged(table, tmp_path, "--format", "json")
    fault = json.loads(ran.out)["faults"][0]
    assert (fault["problem"], fault["rows"], fault["first"]) == ("contradiction", 1, [1])
    assert pl.read_csv(out)["decidua_definition_rpl_eshre_2022"].to_list() == [None, "yes"]
    assert fault["allowed"] == "counts that fit each other in losses.total, losses.clinical"
    shown = " ".join(judged(table, tmp_path, "--force")[0].out.split())
    assert "losses.total: 1 woman whose counts cannot all be true: none of them is used (rows 1); it takes" in shown


def test_limits_stand_in_two_columns(tmp_path):
    text = "losses.total_at_least,losses.total_at_most\n2,5\n0,1\n,\n3,2\n"
    ran, out = judged(written(tmp_path / "t.csv", text), tmp_path, "--format", "json")
    assert pl.read_csv(out)["decidua_definition_rpl_eshre_2022"].to_list()[0] == "yes"
    assert [(one["problem"], one["first"]) for one in json.loads(ran.out)["faults"]] == [("contradiction", [4])]


def test_limits_that_contradict_are_said_to(tmp_path):
    table = written(tmp_path / "t.csv", "losses.total_at_least,losses.total_at_most\n3,2\n")
    shown = " ".join(judged(table, tmp_path)[0].out.split())
    said = "1 cell at odds with what stands beside it (rows 1); it takes a lower limit not above the upper, and a value"
    assert f"losses.total_at_least: {said} within them" in shown


@pytest.mark.parametrize("words", [(), ("--feasibility", "clark-2010")])
def test_a_local_overlay_is_named_with_what_it_changed(women, tmp_path, words):
    clinic = ("--rules", str(OVERLAY), "--force", *words)
    shown = " ".join(judged(women, tmp_path, *clinic)[0].out.split())
    assert "LOCAL OVERLAY: NOT THE RULEBOOK ALONE invented-clinic 1: Invented" in shown
    assert "Takes away the line on latex_allergy in the safety record of filgrastim" in shown
    assert "## Local overlay: not the rulebook alone" in judged(women, tmp_path, *clinic, "--format", "markdown")[0].out
    told = json.loads(judged(women, tmp_path, *clinic, "--format", "json")[0].out)
    assert [one["name"] for one in told["overlays"]] == ["invented-clinic"]
    plain = json.loads(judged(women, tmp_path, "--force", *words, "--format", "json")[0].out)
    assert plain["overlays"] == []
    assert (plain["rulebook_sha256"], told["rulebook_sha256"]) == (BOOK.sha256, load_rulebook([OVERLAY]).sha256)
    assert plain["rulebook_sha256"] != told["rulebook_sha256"]


def test_a_column_without_a_value_is_named(tmp_path):
    ran, _ = judged(written(tmp_path / "t.csv", "age,losses.total\n,2\n,3\n"), tmp_path)
    assert "Read, but without a single value: age." in ran.out


# Mapping


MAPPING = """\
decimal: ","
delimiter: ";"
encoding: latin1
missing: [NA, -9]
columns:
  Alter: age
  Aborte: {fact: losses.total, missing: [99]}
  APL: {fact: workup.antiphospholipid, recode: {1: positive, 0: negative}}
  Schilddrüse: {fact: workup.thyroid, recode: {gut: normal}}
"""


def test_a_mapping_file_renames_recodes_and_names_missing_data(tmp_path):
    text = "Alter;Aborte;APL;Schilddrüse\n30,5;2;1;gut\n-9;99;0;abnormal\nNA;3;NA;\n"
    table = written(tmp_path / "t.csv", text, "latin1")
    mapping = written(tmp_path / "m.yaml", MAPPING)
    ran, out = judged(table, tmp_path, "--mapping", mapping, "--format", "json")
    report = json.loads(ran.out)
    assert report["faults"] == []
    assert report["read"] == [
        ["Alter", "age"],
        ["Aborte", "losses.total"],
        ["APL", "workup.antiphospholipid"],
        ["Schilddrüse", "workup.thyroid"],
    ]
    plain = (
        "age,losses.total,workup.antiphospholipid,workup.thyroid\n30.5,2,positive,normal\n,,negative,abnormal\n,3,,\n"
    )
    _, other = judged(written(tmp_path / "p.csv", plain), tmp_path, ending="tsv")
    first = pl.read_csv(out, infer_schema=False)
    second = pl.read_csv(other, infer_schema=False, separator="\t")
    assert [row[4:] for row in first.rows()] == [row[4:] for row in second.rows()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: {AGE: agee}", "line 1: columns.AGE: there is no finding 'agee'; did you mean 'age'?"),
        ("columns: {AGE: {fact: age, recod: {}}}", "there is no such key; it may hold fact, recode, missing"),
        ("columns: {AGE: {missing: [1]}}", "columns.AGE.fact: is required here; add it"),
        ("columns: {AGE: {fact: workup.thyroid, recode: {a: good}}}", "'good' is no value of workup.thyroid"),
        ("columns: {AGE: {fact: age, recode: {a: 200}}}", "'200' is no value of age; use a number in its possible"),
        ("columns: {NONE: age}", "the table has no column 'NONE'"),
        ("decimal: x", "decimal: "),
        (
            "columns: {id: id}",
            "columns.id: there is no finding 'id'; the column with her id is named on the command line",
        ),
        ("missing: -9", "line 1: missing: must be a list, such as [NA, -9]"),
        ("columns: [age]", "line 1: columns: must hold lines such as 'AGE: age' below it"),
        ("columns: {age: 3}", "line 1: columns.age: must be a word or text"),
        (
            "columns: {x: {fact: workup.thyroid, recode: {1: normal, 9: null}}}",
            "columns.x.recode.9: holds nothing; an empty cell is unknown by itself",
        ),
        ("colums: {}", "there is no such key; it may hold columns, missing"),
    ],
)
def test_a_mapping_file_is_refused_with_file_line_and_cure(women, tmp_path, text, said):
    mapping = written(tmp_path / "m.yaml", text + "\n")
    told = refused(women, tmp_path, "--mapping", mapping)
    assert said in told
    assert told.count("\n") == 1


# What is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty; the first line must name the columns"),
        (b"age,losses.total\n", "has no rows, so there is nobody to judge"),
        (b"age,losses.total\n30,2\n31\n", "t.csv, line 3: is ragged: expected 2 columns, got 1"),
        (b"age,losses.total\n30,2,5\n", "expected 2 columns, got 3"),
        (b"age,losses.total,age\n30,2,31\n", "several columns named age"),
        ("age,name\n30,J\u00fcrgen\n".encode("latin1"), "is not UTF-8 text"),
        ("age\n30\n".encode("utf-16"), "is UTF-16 text"),
        (b"PAR1\x00\x00\x00", "is binary, not text"),
        (b"agee,lost\n30,2\n", "no column of the table is named as a finding"),
        (b"age,decidua_age\n30,2\n", "begins with 'decidua_'"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_and_nothing_is_left(tmp_path, text, said):
    table = tmp_path / "t.csv"
    table.write_bytes(text)
    assert said in refused(table, tmp_path)


def test_a_file_that_is_missing_or_of_no_known_kind_is_refused(tmp_path):
    assert "does not exist" in refused(tmp_path / "none.csv", tmp_path)
    assert "its name must end in" in refused(written(tmp_path / "t.xlsx", "age\n3\n"), tmp_path)
    assert "is no whole Parquet or Arrow file" in refused(written(tmp_path / "t.parquet", "age\n3\n"), tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "holds no .parquet file" in refused(folder, tmp_path)


def test_parts_with_other_columns_are_refused(tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    pa.parquet.write_table(pa.table({"age": [30]}), folder / "a.parquet")
    pa.parquet.write_table(pa.table({"bmi": [30]}), folder / "b.parquet")
    assert "has other columns or types" in refused(folder, tmp_path)


def test_a_file_that_exists_is_kept_unless_told_otherwise(women, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("mine")
    ran = run("cohort", women, "--out", str(out))
    assert (ran.code, out.read_text()) == (2, "mine")
    assert "exists already" in ran.err
    assert run("cohort", women, "--out", str(out), "--force").code == 0
    assert out.read_text().startswith("id,age")
    assert run("cohort", women, "--out", women, "--force").code == 2


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_a_file_that_cannot_be_written_leaves_nothing_behind(women, tmp_path, ending):
    assert "does not exist" in run("cohort", women, "--out", str(tmp_path / "no" / "out.csv")).err
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
    code = f"{limit}from decidua.cli.app import main\nimport sys\nsys.exit(main(sys.argv[1:]))\n"
    out = tmp_path / f"out.{ending}"
    ran = subprocess.run(
        [sys.executable, "-c", code, "cohort", women, "--out", str(out)],
        capture_output=True,
        text=True,
        env=surroundings(),
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "cannot be written: file too large; nothing was left behind" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["women.csv"]


def test_a_column_that_a_kind_of_file_cannot_hold_is_refused(tmp_path):
    table = tmp_path / "t.parquet"
    pl.DataFrame({"age": [30], "visits": [[1, 2]]}).write_parquet(table)
    assert "cannot be written as csv" in refused(table, tmp_path)
    judged(str(table), tmp_path, ending="parquet")


def test_the_core_loads_nothing_that_tables_need():
    code = (
        "import sys, decidua\n"
        "decidua.assess(decidua.Profile.model_validate({'age': 30}))\n"
        "decidua.cohort\n"
        "found = {'polars', 'narwhals', 'pyarrow', 'pandas', 'numpy'} & set(sys.modules)\n"
        "assert not found, found\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=surroundings(), check=False)
    assert ran.returncode == 0, ran.stderr


def test_without_the_extra_it_is_said_how_to_install_it(women, tmp_path, monkeypatch):
    monkeypatch.setattr(entry, "NEEDED", (*entry.NEEDED, "no_such_library"))
    assert "tables need no_such_library, which is not installed; install the extra: pip install 'decidua[cohort]'" in (
        refused(women, tmp_path)
    )


# A made-up register


def test_the_same_seed_makes_the_same_women_whatever_the_batch(tmp_path, monkeypatch):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    assert "Every figure is invented." in run("synth", "--women", "90", "--seed", "3", "--out", str(first)).out
    monkeypatch.setattr(synth, "BATCH", 13)
    assert run("synth", "--women", "90", "--seed", "3", "--out", str(second)).code == 0
    assert first.read_bytes() == second.read_bytes()
    assert not synth.make_register(90, 4).equals(synth.make_register(90, 3))


def test_a_register_is_wide_and_every_cell_of_it_can_be_used(tmp_path):
    register = str(tmp_path / "r.parquet")
    assert run("synth", "--women", "3000", "--out", register).code == 0
    frame = pl.read_parquet(register)
    facts = [column for column in frame.columns if column in vocabulary()]
    assert len(facts) > 200
    shares = [frame[column].null_count() / 3000 for column in facts]
    assert 0 < min(shares) < 0.2
    assert max(shares) > 0.5
    ran, _ = judged(register, tmp_path, "--strict", "--format", "json")
    assert json.loads(ran.out)["faults"] == []


def test_long_tables_that_cannot_be_written_leave_no_folder_behind(tmp_path):
    out, long = tmp_path / "w.csv", tmp_path / "a" / "long"
    out.write_text("mine")
    assert "exists already" in run("synth", "--women", "3", "--out", str(out), "--long", str(long)).err
    assert [path.name for path in tmp_path.iterdir()] == ["w.csv"]
    assert "cannot be made: file exists" in run("synth", "--women", "3", "--out", str(long), "--long", str(out)).err


def test_a_register_of_nobody_is_refused(tmp_path):
    ran = run_apart("synth", "--women", "0", "--out", str(tmp_path / "r.csv"))
    assert ran.returncode == 2
    assert files.kind_of(tmp_path / "r.csv") == "csv"


# The template


def test_the_template_of_a_table_is_read_back_in_full():
    ran = run("schema", "facts", "--format", "csv")
    columns = ran.out.strip().split(",")
    assert set(vocabulary()) <= set(columns)
    assert "losses.total_at_least" in columns
    assert "age_at_least" not in columns
    told = run("schema", "facts", "--format", "markdown").out
    assert all(f"| `{column}` |" in told for column in columns)
    assert run("schema", "profile", "--format", "csv").code == 2


# Progress


def test_progress_is_shown_on_a_terminal_and_nothing_of_it_in_the_answer(women, tmp_path):
    with terminal() as (stream, seen), contextlib.redirect_stderr(stream):
        ran = run_with_its_own_output("cohort", women, "--out", str(tmp_path / "out.csv"), "--format", "csv")
    shown = without_colour(b"".join(seen).decode())
    assert "Judging" in shown
    assert "4 women" in shown
    assert ran.startswith("kind,id,criterion")


def run_with_its_own_output(*words):
    """Run the tool with standard error as it is."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(words) == 0
    return out.getvalue()
