"""Tables as people really have them: what is odd about a file is said in a clear line, and no woman is lost."""

from __future__ import annotations

import csv
import resource
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.functional.running import run, run_apart

import decidua
from decidua.errors import DeciduaError
from decidua.tables.cells.names import nearly_named
from decidua.tables.files import reasons

STUDY = ("--feasibility", "clark-2010")


def plain(text):
    return " ".join(text.split())


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def refused(table, tmp_path):
    """Return what is said by both ways of counting, which is the same."""
    before = names_in(tmp_path)
    out = tmp_path / "out.csv"
    ran, counted = run("cohort", str(table), "--out", str(out)), run("cohort", str(table), *STUDY)
    assert (ran.code, ran.out, counted.code, counted.out) == (2, "", 2, "")
    assert names_in(tmp_path) == before
    assert ran.err == counted.err
    return ran.err


def saved(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def judged(table, tmp_path):
    out = tmp_path / "out.csv"
    ran = run("cohort", str(table), "--out", str(out))
    assert ran.code == 0, ran.err
    return plain(ran.out), pl.read_csv(out)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n\n", "t.csv: is empty; the first line must name the columns"),
        (b"\nage\n30\n", "t.csv, line 1: begins with a blank line; the first line must name the columns"),
        (b"age,losses.total\r30,2\r31,3\r", "t.csv, line 1: ends its lines in an old way (CR alone)"),
        (b"age,losses.total", "t.csv: has no rows, so there is nobody to judge"),
        (b"age,,\n30,,\n", "t.csv: has several columns without a name; name or remove them"),
        (b'age,"a\nb"\n30,2\n', "t.csv, line 1: names its columns in a way that cannot be read"),
        (b'age,name\n30,"Jo\n31,Ann\n', "opens a quotation mark in row 1 and never closes it, so that the rows after"),
        (b'age,name\n29,Eve\n30,"Jo\n31,Ann', "opens a quotation mark in row 2 and never closes it"),
        (
            b'age,name\n29,Eve\n30,"Jo\n31,"Ann"\n32,Mia\n',
            "opens a quotation mark in row 2 and closes it in another, within",
        ),
        (b'name,age\n\n"Jo,30\n"Ann",31\nMia,32\n', "opens a quotation mark in row 1 and closes it in another, within"),
        (b"age,losses.total\r\n30,2\r\n31\r\n", "t.csv, line 3: is ragged: expected 2 columns, got 1"),
        (b"\x1f\x8b\x08\x00abc", "t.csv: is binary, not text; is it another kind of table?"),
    ],
)
def test_an_odd_csv_file_is_refused_in_a_clear_line(tmp_path, content, said):
    assert said in refused(saved(tmp_path, "t.csv", content), tmp_path)


def test_a_row_that_is_too_long_is_refused_and_its_cause_guessed(tmp_path):
    table = saved(tmp_path, "t.csv", b"age,name\n30," + b"y" * (2 * reasons.CELL_BYTES) + b"\n")
    said = refused(table, tmp_path)
    assert "has a row of more than 8 MB; is a quotation mark opened and never closed?" in said


def test_the_line_that_is_ragged_is_left_out_where_it_cannot_be_found(tmp_path):
    table = saved(tmp_path, "t.csv", b"age,name\n30," + b"y" * 200_000 + b"\n31\n")
    assert "t.csv: is ragged: expected 2 columns, got 1" in refused(table, tmp_path)


def test_a_wrong_byte_at_the_end_of_a_long_file_leaves_nothing_behind(tmp_path):
    rows = b"30,2,a name that is long enough to fill a block of the file\n" * 200_000
    table = saved(tmp_path, "t.csv", b"age,losses.total,name\n" + rows + "31,2,J\u00fcrgen\n".encode("latin1"))
    assert "t.csv, line 200002: is not UTF-8 text" in refused(table, tmp_path)


def test_cells_that_run_over_several_lines_lose_nobody(tmp_path):
    content = b'age,losses.total,note\n30,2,"two\nlines"\n31,3,"and ""two""\nmore"\n'
    said, table = judged(saved(tmp_path, "t.csv", content), tmp_path)
    assert "2 women judged" in said
    assert table["age"].to_list() == [30, 31]


def test_the_sign_between_cells_is_found_beside_marks(tmp_path):
    said, _ = judged(saved(tmp_path, "t.csv", b'age;losses.total;"which, when, where, why"\n30;2;x\n'), tmp_path)
    assert "2 columns were read; passed on unread: which, when, where, why." in said


def test_marks_within_cells_and_empty_lines_lose_nobody(tmp_path):
    content = b'age,name\r\n30,"5"" tall\r\n\r\nand so on"\r\n\r\n31,"x"\r\n32,5" tall\r\n'
    _, found = judged(saved(tmp_path, "t.csv", content), tmp_path)
    assert found["age"].to_list() == [30, 31, 32]
    assert found["name"][0] == '5" tall\r\n\r\nand so on'


def test_an_empty_line_of_a_table_of_one_column_is_a_woman_of_whom_nothing_is_known(tmp_path):
    said, found = judged(saved(tmp_path, "t.csv", b"losses.total\n2\n\n3\n"), tmp_path)
    assert "3 women judged" in said
    assert found["decidua_definition_rpl_eshre_2022"].to_list() == ["yes", None, "yes"]


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "utf-8-sig", "U8"])
def test_an_encoding_may_be_written_by_any_of_its_names(tmp_path, name):
    (tmp_path / "m.yaml").write_text(f"encoding: {name}\n")
    table = saved(tmp_path, "t.csv", "\ufeffage,größe\n30,1\n".encode())
    out = str(tmp_path / "out.csv")
    assert run("cohort", str(table), "--out", out, "--mapping", str(tmp_path / "m.yaml")).code == 0


@pytest.mark.parametrize(
    ("content", "line"), [("age,name\n30,a\n31,ü\n", 3), ("age,näme\n30,a\n", 1), ("age,name\n30,a\n31,ü", 3)]
)
def test_the_line_is_said_that_is_not_in_the_encoding_named(tmp_path, content, line):
    (tmp_path / "m.yaml").write_text("encoding: ascii\n")
    table = saved(tmp_path, "t.csv", content.encode("latin1"))
    ran = run("cohort", str(table), "--out", str(tmp_path / "o.csv"), "--mapping", str(tmp_path / "m.yaml"))
    assert (ran.code, ran.out) == (2, "")
    assert f"t.csv, line {line}: is not ascii text, as its encoding was said to be; save it as UTF-8, or" in ran.err


@pytest.mark.parametrize("name", ["klingon", "rot13"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path, name):
    (tmp_path / "m.yaml").write_text(f"encoding: {name}\n")
    table = saved(tmp_path, "t.csv", b"age\n30\n")
    ran = run("cohort", str(table), "--out", str(tmp_path / "o.csv"), "--mapping", str(tmp_path / "m.yaml"))
    assert (ran.code, ran.err) == (2, f"decidua: there is no encoding '{name}'; write utf8 or latin1, say\n")


def test_a_column_without_a_name_is_passed_on(tmp_path):
    said, _ = judged(saved(tmp_path, "t.csv", b"age,losses.total,\n30,2,x\n"), tmp_path)
    assert "passed on unread: one without a name." in said
    with (tmp_path / "out.csv").open(newline="") as stream:
        head, row = csv.reader(stream)
    assert (head[:3], row[:3]) == (["age", "losses.total", ""], ["30", "2", "x"])


def test_a_column_that_is_named_nearly_as_a_finding_is_not_read_and_said_so(tmp_path):
    content = b"Losses Total,AGE, losses.clinical,condition.lupuss,name,bmi\n2,30,2,no,x,20\n"
    said, _ = judged(saved(tmp_path, "t.csv", content), tmp_path)
    assert (
        "Not read, though named much like a finding; rename them if they are one: 'Losses Total' (losses.total), 'AGE' "
        "(age), ' losses.clinical' (losses.clinical), 'condition.lupuss' (condition.lupus)." in said
    )
    counted = decidua.feasibility(tmp_path / "t.csv", "clark-2010")
    assert counted.nearly[0] == ("Losses Total", "losses.total")
    assert [one[0] for one in counted.read] == ["bmi"]


def test_names_that_are_not_near_a_finding_are_not_taken_for_one():
    assert nearly_named(["name", "centre", "id", "workup.my_own_marker", "", "losses"]) == ()
    assert nearly_named(["losses_total_at_least"]) == (("losses_total_at_least", "losses.total_at_least"),)


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("keep", [0, 20, 300])
def test_a_file_that_was_cut_short_is_refused(tmp_path, ending, keep):
    whole = tmp_path / f"whole.{ending}"
    frame = pl.DataFrame({"age": [30] * 500})
    (frame.write_parquet if ending == "parquet" else frame.write_ipc)(whole)
    table = saved(tmp_path, f"t.{ending}", whole.read_bytes()[:keep])
    said = refused(table, tmp_path)
    assert "is no whole Parquet or Arrow file; it was cut short, or is another kind of file" in said
    assert f"t.{ending}: " in said


def test_a_part_that_is_no_parquet_is_named_and_hidden_ones_are_let_be(tmp_path):
    folder = tmp_path / "parts"
    (folder / "_delta_log").mkdir(parents=True)
    pl.DataFrame({"age": [30]}).write_parquet(folder / "a.parquet")
    for name in (".a.parquet.crc", ".b.parquet", "_c.parquet", "_delta_log/d.parquet", "_SUCCESS"):
        (folder / name).write_bytes(b"x")
    said, _ = judged(folder, tmp_path)
    assert "1 woman judged" in said
    (folder / "z.parquet").write_bytes(b"junk")
    (tmp_path / "out.csv").unlink()
    assert f"{folder / 'z.parquet'}: is no whole Parquet or Arrow file" in refused(folder, tmp_path)


def test_a_part_that_is_damaged_within_is_refused_and_nothing_is_left(tmp_path):
    table = tmp_path / "t.parquet"
    pl.DataFrame({"id": range(500), "age": [30 + at / 100 for at in range(500)]}).write_parquet(table)
    content = bytearray(table.read_bytes())
    content[4:400] = b"\xff" * 396
    table.write_bytes(content)
    pl.DataFrame({"id": [1], "outcome": ["miscarriage"]}).write_csv(tmp_path / "p.csv")
    out = str(tmp_path / "out.csv")
    for words in ((), ("--id", "id", "--pregnancies", str(tmp_path / "p.csv"))):
        ran = run("cohort", str(table), "--out", out, *words)
        assert (ran.code, ran.out) == (2, "")
        assert "t.parquet: is damaged within, or was not written to its end; copy or save it anew" in ran.err
    assert names_in(tmp_path) == ["p.csv", "t.parquet"]


def test_no_file_is_written_among_the_parts_that_are_read(tmp_path):
    folder = laid_out(tmp_path / "parts", {"a.parquet": pl.DataFrame({"age": [30]})})
    for words in ((), STUDY):
        ran = run("cohort", str(folder), "--out", str(folder / "judged.parquet"), *words)
        assert (ran.code, ran.out) == (2, "")
        assert "judged.parquet: would lie among the parts in" in ran.err
    assert names_in(folder) == ["a.parquet"]


def test_the_ids_of_hidden_parts_shift_no_history_to_another_woman(tmp_path):
    folder = tmp_path / "parts"
    (folder / "_temporary").mkdir(parents=True)
    pl.DataFrame({"id": ["b", "c"], "age": [30, 31]}).write_parquet(folder / "b.parquet")
    pl.DataFrame({"id": ["x"], "age": [30]}).write_parquet(folder / "_temporary" / "a.parquet")
    pl.DataFrame({"id": ["y"], "age": [30]}).write_parquet(folder / ".a.parquet")
    pl.DataFrame({"id": ["b", "b"], "outcome": ["miscarriage"] * 2}).write_csv(tmp_path / "p.csv")
    out = tmp_path / "out.csv"
    words = ("--id", "id", "--pregnancies", str(tmp_path / "p.csv"))
    assert run("cohort", str(folder), "--out", str(out), *words).code == 0
    assert pl.read_csv(out)["decidua_definition_rpl_eshre_2022"].to_list() == ["yes", None]


def laid_out(folder, parts):
    for place, frame in parts.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(folder / place)
    return folder


def test_there_may_be_more_parts_than_files_can_be_open(tmp_path):
    folder = laid_out(tmp_path / "parts", {f"{at}.parquet": pl.DataFrame({"age": [30]}) for at in range(150)})
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/dev/fd").iterdir())) + 60, before[1]))
    try:
        said, _ = judged(folder, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert "150 women judged" in said


def test_what_the_folders_of_parts_are_named_for_is_a_column(tmp_path):
    two = pl.DataFrame({"age": [30, 31]})
    places = {f"condition.lupus={value}/site=a%2Fb/p.parquet": two for value in ("no", "yes")}
    folder = laid_out(tmp_path / "parts", places | {"condition.lupus=__HIVE_DEFAULT_PARTITION__/site=c/p.parquet": two})
    said, found = judged(folder, tmp_path)
    assert "6 women judged" in said
    assert "2 columns were read; passed on unread: site." in said
    assert found.columns[:3] == ["age", "condition.lupus", "site"]
    assert found["condition.lupus"].to_list() == [None, None, "no", "no", "yes", "yes"]
    assert found["site"].to_list() == ["c", "c", *["a/b"] * 4]


def test_the_folders_of_parts_may_be_named_for_the_ids(tmp_path):
    one = pl.DataFrame({"age": [30]})
    folder = laid_out(tmp_path / "parts", {f"id={id_}/p.parquet": one for id_ in "ab"})
    pl.DataFrame({"id": ["b", "b"], "outcome": ["miscarriage"] * 2}).write_csv(tmp_path / "p.csv")
    out = tmp_path / "out.csv"
    words = ("--id", "id", "--pregnancies", str(tmp_path / "p.csv"))
    assert run("cohort", str(folder), "--out", str(out), *words).code == 0
    assert pl.read_csv(out)["decidua_definition_rpl_eshre_2022"].to_list() == [None, "yes"]


def test_parts_in_folders_that_are_named_for_other_columns_are_refused(tmp_path):
    one = pl.DataFrame({"age": [30]})
    folder = laid_out(tmp_path / "parts", {"site=a/p.parquet": one, "year=2020/p.parquet": one})
    assert "lies in folders that are named for other columns than those of" in refused(folder, tmp_path)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"age": [30.5], "bmi": [20]}, ": 'age' holds double here and int64 there"),
        ({"age": [30]}, ", which has the column 'bmi' too"),
        ({"age": [30], "bmi": [20], "weight": [60]}, ": 'weight' is here alone"),
        ({"bmi": [20], "age": [30]}, ": their order differs"),
    ],
)
def test_the_column_in_which_parts_differ_is_named(tmp_path, other, said):
    parts = {"a.parquet": pl.DataFrame({"age": [30], "bmi": [20]}), "b.parquet": pl.DataFrame(other)}
    assert f"a.parquet{said}" in refused(laid_out(tmp_path / "parts", parts), tmp_path)


UNREADABLE = {
    "decimal256(50, 2)": pa.array([None], pa.decimal256(50, 2)),
    "month_day_nano_interval": pa.array([pa.MonthDayNano([1, 2, 3])]),
    "dense_union": pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1])]),
    "run_end_encoded": pa.RunEndEncodedArray.from_arrays(pa.array([1], pa.int32()), pa.array([1])),
    "list<item: decimal256(50, 2)>": pa.array([[None]], pa.list_(pa.decimal256(50, 2))),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_column_of_a_type_that_cannot_be_read_is_named(tmp_path, kind):
    table = pa.table({"age": pa.array([30]), "odd": UNREADABLE[kind]})
    path = tmp_path / "t.arrow"
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)
    said = refused(path, tmp_path)
    assert f"the column 'odd' is of the type {kind}" in said
    with pytest.raises(DeciduaError, match="the column 'odd' is of the type"):
        decidua.cohort(table)


def test_types_that_can_be_read_are(tmp_path):
    uuid = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16], pa.binary(16)))
    table = pa.table({"age": pa.array([30]), "uuid": uuid, "list": pa.array([[1]]), "word": pa.array(["x"])})
    path = tmp_path / "t.parquet"
    pq.write_table(table, path)
    assert run("cohort", str(path), "--out", str(tmp_path / "out.parquet")).code == 0


def test_a_type_of_other_software_is_read_as_it_is_stored_without_a_warning(tmp_path, capfd):
    months = pd.DataFrame({"age": [30, 31], "month": pd.period_range("2020-01", periods=2, freq="M")})
    assert decidua.cohort(months)["month"].equals(months["month"])
    assert capfd.readouterr() == ("", "")
    mark = {"ARROW:extension:name": "elsewhere.month", "ARROW:extension:metadata": ""}
    schema = pa.schema([pa.field("age", pa.int64()), pa.field("month", pa.int64(), metadata=mark)])
    pq.write_table(pa.table([pa.array([30]), pa.array([600])], schema=schema), tmp_path / "t.parquet")
    ran = run_apart("cohort", str(tmp_path / "t.parquet"), "--out", str(tmp_path / "out.parquet"))
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert pl.read_parquet(tmp_path / "out.parquet")["month"].to_list() == [600]


def test_an_empty_or_all_null_table_is_said_to_be_so(tmp_path):
    for name, table in (("rows", pa.table({"age": pa.array([], pa.int64())})), ("columns", pa.table({}))):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    assert "has no rows, so there is nobody to judge" in refused(tmp_path / "rows.parquet", tmp_path)
    assert "no column of the table is named as a finding" in refused(tmp_path / "columns.parquet", tmp_path)
    nulls = pa.table({"age": pa.nulls(3), "losses.total": pa.nulls(3, pa.int64()), "workup.thyroid": pa.nulls(3)})
    pq.write_table(nulls, tmp_path / "nulls.parquet")
    said, _ = judged(tmp_path / "nulls.parquet", tmp_path)
    assert "Read, but without a single value: age, losses.total, workup.thyroid." in said


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    table = saved(tmp_path, "t.csv", b"age\n30\n")
    long = str(tmp_path / ("a" * 300 + ".csv"))
    assert "cannot be written: file name too long" in run("cohort", str(table), "--out", long).err
    assert "cannot be read: File name too long" in run("cohort", long, "--out", str(tmp_path / "o.csv")).err
    assert names_in(tmp_path) == ["t.csv"]


def test_the_file_that_is_read_is_never_written_even_by_another_name(tmp_path):
    table = saved(tmp_path, "t.csv", b"age\n30\n")
    (tmp_path / "link.csv").symlink_to(table)
    (tmp_path / "hard.csv").hardlink_to(table)
    for name in ("t.csv", "link.csv", "hard.csv"):
        ran = run("cohort", str(table), "--out", str(tmp_path / name), "--force")
        assert "is a table that is read; name another file" in ran.err
    assert table.read_bytes() == b"age\n30\n"
