"""Generated tables and rules on Spark, gathered into few runs: each takes seconds there, however small it is."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.strategies import facts, rulebooks
from tests.generative.tables import facts_of, tables
from tests.generative.test_tables import VIEW, WORDS, compare_with_the_woman, frame_of
from tests.generative.trying import thorough
from tests.local_spark import on_spark, session
from tests.spec.engines import OnSpark, judge_by_reference

import decidua
from decidua.assessment.verdicts import Verdicts

PARTS = 3


@cache
def cases() -> list[Any]:
    """Rules that refer to each other, each with women of their own."""
    found: list[Any] = []

    @thorough(25)
    @given(rules=rulebooks(), women=st.lists(facts(), min_size=2, max_size=4))
    def gather(rules, women):
        found.append((rules, women))

    gather()
    return found


@cache
def women() -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and the women of many generated tables, as one table."""
    columns: dict[str, None] = {}
    found: list[dict[str, Any]] = []

    @thorough(18)
    @given(tables())
    def gather(table):
        columns.update(dict.fromkeys(table[0]))
        found.extend(table[1])

    gather()
    return list(columns), found


def numbered() -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    columns, rows = women()
    return frame_of(columns, rows).insert_column(0, pl.Series("woman", range(len(rows)), dtype=pl.Int64)), rows


@pytest.fixture(scope="module")
def on_three_parts():
    """The generated women as a Spark table in several parts, and what stands in their rows."""
    frame, rows = numbered()
    return session().createDataFrame(frame.to_arrow()).repartition(PARTS, "woman"), rows


def in_order(answer, rows):
    said = sorted((row.asDict() for row in answer.collect()), key=lambda row: row["woman"])
    assert [row["woman"] for row in said] == list(range(len(rows)))
    return said


@on_spark
def test_generated_rules_have_the_verdicts_of_the_reference_engine():
    judged = OnSpark.judge_all(cases())
    assert len(cases()) == len(judged) >= 20
    for (rules, women), found in zip(cases(), judged, strict=True):
        assert found == judge_by_reference(rules, women)


@on_spark
def test_every_status_definition_and_panel_of_a_row_is_that_of_the_woman(on_three_parts):
    table, rows = on_three_parts
    assert table.rdd.getNumPartitions() == PARTS
    assert len(rows) >= 30
    plain = decidua.cohort(numbered()[0])
    answer = decidua.cohort(table)
    assert answer.columns == plain.columns
    for row, said, on_polars in zip(rows, in_order(answer, rows), plain.rows(named=True), strict=True):
        assert said == on_polars
        compare_with_the_woman(row, said)


@on_spark
def test_every_verdict_that_spark_works_out_of_a_row_is_that_of_the_woman(on_three_parts):
    from decidua.tables.spark import VERDICT, verdicts  # noqa: PLC0415 - PySpark may not be installed

    table, rows = on_three_parts
    names = {id_: VERDICT + "".join(one if one.isalnum() else "_" for one in id_) for id_ in VIEW.rules}
    answer = verdicts(table, VIEW.rules)
    assert answer.columns == [*table.columns, *names.values()]
    for row, said in zip(rows, in_order(answer, rows), strict=True):
        woman = Verdicts(VIEW, facts_of(row), "reference")
        for id_, name in names.items():
            assert WORDS[said[name]] is woman.verdict(id_), id_
