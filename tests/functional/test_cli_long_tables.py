"""``decidua cohort`` with long tables beside the table of women: what is drawn from them, counted, and refused."""

from __future__ import annotations

import json

import polars as pl
import pytest
from tests.functional.running import run, widest

from decidua.tables import run as run_module
from decidua.tables.long import long as long_module
from decidua.tables.long.fields import KINDS, long_fields
from decidua.tables.made_up import synth_long

RPL = "decidua_definition_rpl_eshre_2022"
WOMEN = "id,age,pregnancies.complete\na,30,yes\nb,31,yes\nc,32,\nd,33,no\n"
PREGNANCIES = """\
id,order,outcome,weeks,note
a,1,miscarriage,8w3d,first
c,1,miscarriage,9.5,x
c,2,miscarriage,,x
a,2,biochemical_loss,5,second
"""


def written(path, text):
    path.write_bytes(text.encode())
    return str(path)


@pytest.fixture
def tables(tmp_path):
    """Write the tables, the given ones in place of the usual, and return the words that name them."""

    def write(women=WOMEN, **long):
        words = [written(tmp_path / "women.csv", women)]
        for kind, text in (long or {"pregnancies": PREGNANCIES}).items():
            words += [f"--{kind}", written(tmp_path / f"{kind}.csv", text)]
        return words

    return write


def judged(words, tmp_path, *more):
    out = tmp_path / "out.csv"
    ran = run("cohort", *words, "--id", "id", "--out", str(out), "--format", "json", *more)
    assert ran.code == 0, ran.err
    return json.loads(ran.out), pl.read_csv(out, infer_schema=False)


def refused(words, tmp_path, *more, id_="id"):
    out = tmp_path / "out.csv"
    ran = run("cohort", *words, *(("--id", id_) if id_ else ()), "--out", str(out), *more)
    assert (ran.code, ran.out) == (2, "")
    assert not out.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]
    return ran.err


def faults(report, kind=None):
    told = report["faults"] if kind is None else next(one for one in report["long"] if one["table"] == kind)["faults"]
    return {(one["column"], one["problem"]): (one["rows"], one["first"]) for one in told}


# What is drawn


def test_no_row_is_no_known_history_unless_the_table_of_women_says_so(tables, tmp_path):
    report, out = judged(tables(), tmp_path)
    assert out[RPL].to_list() == ["yes", "no", "yes", None]
    assert out.columns[:3] == ["id", "age", "pregnancies.complete"]
    told = report["long"][0]
    assert (told["table"], told["rows"], told["women"], told["not_read"]) == ("pregnancies", 4, 2, ["note"])
    assert report["faults"] == told["faults"] == []


def test_both_long_tables_are_read_and_whatever_the_batch_the_answer_is_the_same(tables, tmp_path, monkeypatch):
    transfers = "id,outcome,embryos,quality\n" + "c,negative_hcg,1,good\n" * 3 + "d,live_birth,2,\n"
    words = tables(pregnancies=PREGNANCIES, transfers=transfers)
    first = judged(words, tmp_path)
    assert first[1]["decidua_definition_rif_eshre_2023"].to_list()[3] is None
    for module in (run_module, long_module):
        monkeypatch.setattr(module, "BATCH", 1)
    again = judged(words, tmp_path, "--force")
    assert again[1].equals(first[1])
    assert again[0] == first[0]


def test_ids_are_the_same_as_text_and_as_numbers_in_any_kind_of_file(tables, tmp_path):
    pregnancies = PREGNANCIES.replace("a,", "1,").replace("c,", "3,")
    words = tables("id,age\n1,30\n2,31\n3,32\n", pregnancies=pregnancies)
    _, text = judged(words, tmp_path)
    folder = tmp_path / "parts"
    folder.mkdir()
    frame = pl.read_csv(words[0])
    frame[:1].write_parquet(folder / "1.parquet")
    frame[1:].write_parquet(folder / "2.parquet")
    rows = pl.read_csv(words[2]).with_columns(pl.col("id").cast(pl.Float64))
    rows.write_ipc(tmp_path / "p.arrow")
    _, numbers = judged([str(folder), "--pregnancies", str(tmp_path / "p.arrow")], tmp_path, "--force")
    assert numbers.equals(text)
    assert text[RPL].to_list() == ["yes", None, "yes"]


def test_a_mapping_file_has_a_section_for_each_long_table(tables, tmp_path):
    mapping = """\
missing: [NA]
decimal: ","
columns: {ALTER: age}
pregnancies:
  delimiter: ";"
  columns:
    PID: id
    ENDE: {fact: outcome, recode: {sab: miscarriage, lb: live_birth}, missing: [9]}
    SSW: weeks
transfers: {missing: [-1], decimal: "."}
"""
    pregnancies = "PID;ENDE;SSW\na;sab;8,5\na;sab;NA\nb;lb;39\nb;9;8w2d\n"
    transfers = "id,predicted_chance,outcome\na,0.5,negative_hcg\nb,-1,negative_hcg\n"
    words = tables("id,ALTER\na,30\nb,31\n", pregnancies=pregnancies, transfers=transfers)
    report, out = judged(words, tmp_path, "--mapping", written(tmp_path / "m.yaml", mapping))
    assert [one["faults"] for one in report["long"]] == [[], []]
    assert report["long"][0]["read"] == [["PID", "id"], ["ENDE", "outcome"], ["SSW", "weeks"]]
    assert report["long"][0]["without_outcome"] == 1
    assert out[RPL].to_list() == ["yes", None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pregnancies: {columns: {X: outcom}}", "line 1: pregnancies.columns.X: there is no finding 'outcom'; did you"),
        ("pregnancies: {colums: {}}", "there is no such key; it may hold columns, missing"),
        ("transfers: {columns: {X: {fact: outcome, recode: {a: miscariage}}}}", "'miscariage' is no value of outcome"),
        ("pregnancies: {columns: {NONE: id}}", "has no column 'NONE'"),
        ("pregnancies: {columns: {NONE: weeks}}", "has no column 'NONE'"),
        ("pregnancies: {columns: {id: {fact: id, recode: {a: b}}}}", "'b' is no value of id; use the ids as they are"),
        ("pregnancies: {columns: {note: weeks}}", "the columns 'weeks' and 'note' both hold 'weeks'"),
        ("pregnancies: {columns: {id: id, note: id}}", "the columns id and note are both said to hold the ids"),
    ],
)
def test_a_section_of_a_mapping_file_is_refused_with_its_place(tables, tmp_path, text, said):
    assert said in refused(tables(), tmp_path, "--mapping", written(tmp_path / "m.yaml", text + "\n"))


# What is not used


def test_cells_and_rows_that_cannot_be_used_are_counted_and_unknown(tables, tmp_path):
    pregnancies = (
        "id,order,outcome,weeks\na,1,miscarriage,70\na,2,lost,8\na,x,miscarriage,9\n"
        "c,1,miscarriage,\nc,2,miscarriage,8w9d\n,1,miscarriage,\nz,1,miscarriage,\nz,2,miscarriage,\n"
    )
    report, out = judged(tables(pregnancies=pregnancies), tmp_path)
    assert faults(report, "pregnancies") == {
        ("id", "no_id"): (1, [6]),
        ("id", "id_of_nobody"): (2, [7, 8]),
        ("order", "wrong_type"): (1, [3]),
        ("outcome", "unknown_category"): (1, [2]),
        ("weeks", "out_of_range"): (1, [1]),
        ("weeks", "wrong_type"): (1, [5]),
    }
    assert out[RPL].to_list() == ["yes", "no", "yes", None]


def test_strict_refuses_with_the_table_the_column_and_the_rows(tables, tmp_path):
    words = tables("id,age\na,30\na,31\nc,200\n", pregnancies="id,outcome,weeks\nc,miscarriage,70\nz,miscarriage,8\n")
    said = refused(words, tmp_path, "--strict")
    assert "id: 2 cells cannot be used (id of several; rows 1, 2)" in said
    assert "age: 1 cell cannot be used (out of range; rows 3)" in said
    assert "pregnancies: weeks: 1 cell cannot be used (out of range; rows 1)" in said
    assert "pregnancies: id: 1 cell cannot be used (id of nobody; rows 2)" in said


def test_women_whose_id_is_missing_or_not_their_own_have_no_known_history(tables, tmp_path):
    women = "id,pregnancies.complete\na,yes\na,yes\n,yes\nc,yes\n"
    report, out = judged(tables(women), tmp_path)
    assert faults(report) == {("id", "no_id"): (1, [3]), ("id", "id_of_several"): (2, [1, 2])}
    assert faults(report, "pregnancies") == {("id", "id_of_nobody"): (2, [1, 4])}
    assert out[RPL].to_list() == [None, None, None, "yes"]


@pytest.mark.parametrize(
    "rows",
    [
        "a,1,miscarriage,8,\na,1,miscarriage,9,\n",
        "a,1,ongoing,8,\na,2,miscarriage,9,\n",
        "a,1,biochemical_loss,5,ultrasound\na,2,miscarriage,8,\n",
        "a,1,miscarriage,8,\na,3,miscarriage,8,\n",
        "a,,live_birth,39,\na,,miscarriage,8,\n",
        "a,,live_birth,39,\n" * 61,
        "a,1,miscarriage,8,\na,2,ongoing,8,\n",
    ],
)
def test_a_history_that_nobody_can_have_is_counted_and_unknown(tables, tmp_path, rows):
    women = "id,losses.total,pregnancies.complete,pregnancy.pregnant\na,2,yes,no\nc,,,\n"
    pregnancies = f"id,order,outcome,weeks,confirmed_by\nc,1,miscarriage,8,\nc,2,miscarriage,8,\n{rows}"
    report, out = judged(tables(women, pregnancies=pregnancies), tmp_path)
    assert faults(report) == {("pregnancies", "contradiction"): (1, [1])}
    assert out[RPL].to_list() == [None, "yes"]


def test_a_pregnancy_whose_outcome_is_not_known_leaves_the_rest_open(tables, tmp_path):
    report, out = judged(tables(pregnancies="id,outcome\na,miscarriage\na,\nb,miscarriage\n"), tmp_path)
    assert report["long"][0]["without_outcome"] == 1
    assert out[RPL].to_list()[:2] == [None, "no"]


def test_embryos_without_their_number_are_not_used(tables, tmp_path):
    transfers = (
        "id,outcome,embryos,embryo_1_quality,embryo_3_quality\na,negative_hcg,,good,\nb,negative_hcg,2,good,good\n"
    )
    report, _ = judged(tables(transfers=transfers), tmp_path)
    assert faults(report, "transfers") == {
        ("embryos", "without_their_number"): (1, [1]),
        ("embryos", "contradiction"): (1, [2]),
    }


def test_the_report_tells_of_the_long_tables_within_80_columns(tables, tmp_path):
    pregnancies = PREGNANCIES + "z,1,miscarriage,99,\n,1,,,\nd,1,ongoing,,\nd,1,ongoing,,\n"
    ran = run("cohort", *tables(pregnancies=pregnancies), "--id", "id", "--out", str(tmp_path / "o.csv"))
    said = " ".join(ran.out.split())
    assert "LONG TABLE OF PREGNANCIES" in said.upper()
    assert "8 rows; 3 women with at least one." in said
    assert "1 row without an outcome" in said
    assert "id: 1 row with an id that is not that of one woman in the table (rows 5)" in said
    assert "weeks: 1 cell out of its possible range (rows 5); it takes numbers from 2 to 45" in said
    assert "pregnancies: 1 woman whose history and counts cannot all be true (rows 4); it takes what can all" in said
    assert len(widest(ran.out)) <= 80


# What is refused


@pytest.mark.parametrize(
    ("women", "pregnancies", "said"),
    [
        ("name,age\na,30\n", PREGNANCIES, "has no column 'id' for the ids"),
        (WOMEN, PREGNANCIES.replace("id,", "pid,"), "has no column 'id' for the ids; did you mean 'pid'?"),
        (WOMEN, "id,weeks\na,8\n", "has no column 'outcome'"),
        (WOMEN, "id,outcom\na,miscarriage\n", "has no column 'outcome'; did you mean 'outcom'?"),
        (WOMEN, "id,outcome\n01,miscarriage\n", "none of its 1 rows has the id of a woman in the table"),
        ("id,age\na,30\na,31\n,32\n", PREGNANCIES, "no row of the table of women has an id that is its alone"),
        (WOMEN, "", "is empty"),
        (WOMEN, "id,outcome\na,miscarriage,8\n", "is ragged"),
        ("id,age\n", PREGNANCIES, "none of its 4 rows has the id"),
    ],
)
def test_what_makes_joining_impossible_is_said(tables, tmp_path, women, pregnancies, said):
    assert said in refused(tables(women, pregnancies=pregnancies), tmp_path)


def test_a_long_table_needs_the_column_of_ids_and_a_file(tables, tmp_path):
    assert "name its column (--id COLUMN" in refused(tables(), tmp_path, id_=None)
    words = tables()
    assert "is a table that is read" in run("cohort", *words, "--id", "id", "--out", words[2], "--force").err
    assert "does not exist" in refused([*tables()[:2], str(tmp_path / "none.csv")], tmp_path)
    assert "has no column that is known" in refused(tables(transfers="id,what\na,1\n"), tmp_path)


# The templates


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_of_a_long_table_is_read_back_in_full(kind, tables, tmp_path):
    columns = run("schema", kind, "--format", "csv").out.strip().split(",")
    assert columns == ["id", *long_fields(kind)]
    filled = {"id": "a", "outcome": "miscarriage"}
    row = ",".join(filled.get(column, "") for column in columns)
    report, _ = judged(tables(**{kind: f"{','.join(columns)}\n{row}\n"}), tmp_path)
    assert [column for column, _ in report["long"][0]["read"]] == columns
    assert report["long"][0]["faults"] == []
    told = run("schema", kind, "--format", "markdown").out
    assert all(f"| `{column}` |" in told for column in columns)
    properties = json.loads(run("schema", kind).out)["properties"]
    assert list(properties) == columns
    assert f"{kind}.complete" in run("schema", "facts", "--format", "csv").out


# A made-up register


def test_a_made_up_register_says_the_same_in_both_kinds_of_table(tmp_path, monkeypatch):
    wide, folder = tmp_path / "w.parquet", tmp_path / "long"
    ran = run("synth", "--women", "300", "--seed", "8", "--out", str(wide), "--long", str(folder))
    assert "Every figure is invented." in ran.out
    words = [str(wide), "--pregnancies", str(folder / "pregnancies.parquet")]
    words += ["--transfers", str(folder / "transfers.parquet")]
    report, both = judged(words, tmp_path, "--strict")
    assert report["faults"] == []
    assert [one["faults"] for one in report["long"]] == [[], []]
    assert all(one["rows"] > 300 for one in report["long"])
    women = pl.read_parquet(wide)
    women.select("id", "pregnancies.complete", "transfers.complete").write_parquet(tmp_path / "ids.parquet")
    _, alone = judged([str(tmp_path / "ids.parquet"), *words[1:]], tmp_path, "--force")
    known = alone[RPL].is_not_null()
    assert known.sum() > 150
    assert alone.filter(known)[RPL].equals(both.filter(known)[RPL])
    monkeypatch.setattr(synth_long, "BATCH", 77)
    again = tmp_path / "again"
    assert (
        run("synth", "--women", "300", "--seed", "8", "--out", str(tmp_path / "a.parquet"), "--long", str(again)).code
        == 0
    )
    for kind in KINDS:
        first, second = (pl.read_parquet(place / f"{kind}.parquet") for place in (folder, again))
        assert first.equals(second)
    assert run("synth", "--women", "3", "--out", str(tmp_path / "b.csv"), "--long", str(wide)).code == 2
