"""Spark tables: lazy, kept as they were, judged part by part, and refused in plain words."""

from __future__ import annotations

import datetime
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from tests.local_spark import WHY_NOT, on_spark, session

import decidua
from decidua.errors import DeciduaError
from decidua.tables import parts
from decidua.tables.made_up.synth import make_register
from decidua.version import __version__

if not WHY_NOT:
    from pyspark.sql import types

    from decidua.tables import spark
    from decidua.tables.cells.mapping import read_mapping

BOOK = decidua.load_rulebook()
REGISTER = make_register(50, 3)


def table_of(frame, parts_=2):
    return session().createDataFrame(frame.to_arrow()).repartition(parts_)


def steps_of(table):
    """The steps that Spark takes for a table, as it writes them."""
    return table._jdf.queryExecution().executedPlan().toString()


# Lazy, and where the parts are


@on_spark
def test_nothing_runs_before_the_answer_is_asked_for():
    context = session().sparkContext
    table = table_of(REGISTER)
    context.setJobGroup("lazy", "what runs in this test")
    judged, said = decidua.cohort(table), spark.verdicts(table)
    assert judged.columns[-1] == "decidua_missing"
    assert said.columns[-1].startswith("decidua_verdict_")
    assert list(context.statusTracker().getJobIdsForGroup("lazy")) == []
    assert judged.count() == REGISTER.height
    assert len(context.statusTracker().getJobIdsForGroup("lazy")) > 0


@on_spark
@pytest.mark.parametrize("way", ["cohort", "verdicts"])
def test_no_row_moves_from_one_part_to_another(way, tmp_path):
    path = str(tmp_path / "register.parquet")
    REGISTER.write_parquet(path)
    ways = {"cohort": decidua.cohort, "verdicts": spark.verdicts}
    steps = steps_of(ways[way](session().read.parquet(path)))
    assert "MapInArrow" in steps
    assert "Exchange" not in steps


@on_spark
def test_a_table_judged_in_parts_is_the_table_judged_at_once():
    answer = decidua.cohort(table_of(REGISTER, 7))
    whole = decidua.cohort(REGISTER)
    assert answer.columns == whole.columns
    assert pl.from_arrow(answer.toArrow()).sort("id").equals(whole.sort("id"))


@on_spark
def test_parts_without_anybody_and_a_table_without_anybody_come_back_empty():
    table = table_of(REGISTER.head(1), 5)
    assert decidua.cohort(table).count() == 1
    assert decidua.cohort(table.limit(0)).toArrow().num_rows == 0


# What was given stays


@on_spark
def test_the_columns_given_stay_as_they_were_whatever_they_hold():
    schema = types.StructType(
        [
            types.StructField("a name with, all kinds; of signs.", types.StringType(), metadata={"from": "a register"}),
            types.StructField("losses.total", types.IntegerType()),
            types.StructField("when", types.TimestampType()),
            types.StructField("born", types.DateType()),
            types.StructField("paid", types.DecimalType(10, 2)),
            types.StructField("tags", types.ArrayType(types.StringType())),
            types.StructField("visit", types.StructType([types.StructField("n", types.LongType())])),
            types.StructField("codes", types.MapType(types.StringType(), types.DoubleType())),
            types.StructField("scan", types.BinaryType()),
            types.StructField("age", types.DoubleType(), nullable=False),
            types.StructField("AGE", types.DoubleType()),
        ]
    )
    row = (
        "é",
        3,
        datetime.datetime(2025, 1, 2, 3, 4, 5),  # noqa: DTZ001 - Spark takes it in the session's zone
        datetime.date(1990, 5, 6),
        Decimal("1.50"),
        ["x", None],
        (7,),
        {"y": 1.5},
        bytearray(b"\x00\xff"),
        31.0,
        2.0,
    )
    table = session().createDataFrame([row], schema)
    for answer in (decidua.cohort(table), spark.verdicts(table, ["rpl"])):
        assert list(answer.schema.fieldNames()[:11]) == schema.fieldNames()
        assert [one.dataType for one in answer.schema.fields[:11]] == [one.dataType for one in schema.fields]
        assert answer.schema.fields[0].metadata == {"from": "a register"}
        assert tuple(answer.collect()[0])[:11] == tuple(table.collect()[0])


@on_spark
def test_what_is_appended_is_true_false_or_null_a_whole_number_or_text():
    answer = decidua.cohort(table_of(REGISTER))
    added = {one.name: type(one.dataType).__name__ for one in answer.schema.fields[REGISTER.width :]}
    assert {kind for name, kind in added.items() if "_definition_" in name} == {"BooleanType"}
    assert {kind for name, kind in added.items() if "_status_" in name} == {"StringType"}
    assert added["decidua_missing"] == "LongType"


# What cannot be used


@on_spark
def test_a_cell_that_cannot_be_used_is_unknown_and_refused_when_strict():
    frame = pl.DataFrame({"losses.total": [3, 900, None], "age": ["31", "young", None]})
    table = table_of(frame, 1)
    answer, plain = decidua.cohort(table), decidua.cohort(frame)
    assert pl.from_arrow(answer.toArrow()).equals(plain)
    refused = r"losses\.total: 1 cell cannot be used \(out of range\)"
    with pytest.raises(Exception, match=refused) as caught:
        decidua.cohort(table, strict=True).collect()
    assert "young" not in str(caught.value)
    assert decidua.cohort(table.filter("age = '31'"), strict=True).count() == 1


@on_spark
def test_a_mapping_and_a_date_say_the_same_as_on_polars():
    frame = pl.DataFrame({"Losses": [3, 99], "lupus": ["J", "N"]})
    mapping = {
        "missing": [99],
        "columns": {"Losses": "losses.total", "lupus": {"fact": "condition.lupus", "recode": {"J": "yes", "N": "no"}}},
    }
    answer = decidua.cohort(table_of(frame, 1), mapping=mapping, as_of="2016")
    assert pl.from_arrow(answer.toArrow()).equals(decidua.cohort(frame, mapping=mapping, as_of="2016"))


@on_spark
def test_what_cannot_be_judged_is_refused_before_anything_runs():
    table = table_of(REGISTER)
    with pytest.raises(DeciduaError, match="a lazy table has no report"):
        decidua.cohort(table, report=print)
    with pytest.raises(
        DeciduaError, match=r"of Spark's tables a classic DataFrame is read, not pyspark\.sql\..*Column"
    ):
        decidua.cohort(table["age"])
    with pytest.raises(DeciduaError, match="both hold 'age'"):
        decidua.cohort(table_of(pl.DataFrame({"age": [30], "AGE": [31]})), mapping={"columns": {"AGE": "age"}})
    with pytest.raises(DeciduaError, match="no column of the table is named as a finding"):
        decidua.cohort(session().createDataFrame([(1,)], "years int"))
    with pytest.raises(DeciduaError, match="there is no rule 'rpl-of-nobody' on"):
        spark.verdicts(table, ["rpl-of-nobody"])


@on_spark
def test_where_no_table_of_spark_is_taken_it_is_said_what_to_do_instead():
    table, rows = table_of(REGISTER), pl.DataFrame({"id": ["1"], "outcome": ["miscarriage"]})
    with pytest.raises(DeciduaError, match="the table is one of Spark, which is not read; write it as Parquet and"):
        decidua.feasibility(table, "clark-2010")
    with pytest.raises(DeciduaError, match="the table of transfers is one of Spark, which is not read; write it"):
        decidua.cohort(REGISTER, transfers=table, id="id")
    with pytest.raises(DeciduaError, match="long tables are not read beside a table of Spark; write both as Parquet"):
        decidua.cohort(table, pregnancies=rows, id="id")


# On an executor, without Spark around it


def shipped(release=__version__, *, strict=False):
    _, made = spark._prepared(
        session().createDataFrame([(1, 2.0)], "`losses.total` int, age double"),
        BOOK,
        read_mapping(None),
        None,
        strict=strict,
    )
    return parts.Shipped(made.packed, release, made.columns, made.read, strict)


def batches(*counts):
    return [pa.record_batch({"given 0": [3] * count, "given 1": [30.0] * count}) for count in counts]


def test_an_executor_loads_polars_only_after_its_threads_are_set():
    script = "import sys, decidua.tables.parts; print({'polars', 'pyarrow', 'pyspark'} & set(sys.modules))"
    place = {"PYTHONPATH": str(Path(decidua.__file__).parents[1])}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=place)
    assert ran.stdout.strip() == "set()"


@on_spark
def test_batches_are_gathered_and_handed_back_in_pieces_in_their_order(monkeypatch):
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")
    monkeypatch.setattr(parts, "ROWS", 5)
    monkeypatch.setattr(parts, "CHUNK", 2)
    out = list(parts.judge_part(shipped(), batches(2, 0, 2, 1, 3)))
    assert [one.num_rows for one in out] == [2, 2, 1, 2, 1]
    assert {type(one) for one in out} == {pa.RecordBatch}
    assert {str(one.type) for one in out[0].schema} <= {"int64", "double", "bool", "string"}
    assert list(parts.judge_part(shipped(), batches(0))) == []


@on_spark
def test_executors_of_another_release_are_refused(monkeypatch):
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")
    with pytest.raises(DeciduaError, match=f"the driver has decidua 0.0.0 and an executor has {__version__}"):
        list(parts.judge_part(shipped("0.0.0"), batches(1)))


@on_spark
def test_a_strict_judge_forgets_the_faults_of_other_parts(monkeypatch):
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")
    bad = pa.record_batch({"given 0": [900, 901], "given 1": [30.0, 300.0]})
    for _ in range(2):
        with pytest.raises(
            DeciduaError, match=r"in one part of the table: losses\.total: 2 cells cannot .* age: 1 cell"
        ):
            list(parts.judge_part(shipped(strict=True), [bad]))
        assert len(list(parts.judge_part(shipped(strict=True), batches(1)))) == 1
