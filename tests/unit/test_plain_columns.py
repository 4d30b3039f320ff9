"""Columns that are taken as they stand: what comes of them is what comes of reading every cell."""

from __future__ import annotations

import math

import polars as pl
import pytest

import decidua
from decidua.tables.cells.columns import Cells, find_sources
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.cells.plain import plain_columns
from decidua.tables.made_up.synth import make_register
from decidua.tables.query import BatchQuery

TABLES = {
    "yes or no": ({"condition.lupus": [True, None, False]}, True),
    "yes or no as numbers": ({"condition.lupus": [1, None, 0]}, True),
    "a number that is neither": ({"condition.lupus": [1, None, 2]}, False),
    "yes or no as words": ({"condition.lupus": ["yes", None, "0", "false"]}, True),
    "words of another hand": ({"condition.lupus": ["Yes", None, " no", ""]}, False),
    "one of a list": ({"workup.thyroid": ["normal", None, "abnormal"]}, True),
    "one of a list, written otherwise": ({"workup.thyroid": ["normal", "Abnormal", "no idea"]}, False),
    "whole numbers": ({"losses.total": [3, None, 0]}, True),
    "small whole numbers": ({"losses.total": pl.Series([3, None, 60], dtype=pl.UInt8)}, True),
    "whole numbers beyond": ({"losses.total": [3, None, 61]}, False),
    "whole numbers below": ({"losses.total": [-1, None, 6]}, False),
    "whole numbers with a point": ({"losses.total": [3.0, None, 1.0]}, True),
    "halves": ({"losses.total": [3.5, None, 1.0]}, False),
    "numbers": ({"age": [30.5, None, 41.0]}, True),
    "numbers without a point": ({"age": [30, None, 41]}, True),
    "no number among them": ({"age": [30.5, math.nan, 41.0]}, False),
    "endless": ({"age": [30.5, math.inf, 41.0]}, False),
    "numbers beyond": ({"age": [30.5, 300.0, 41.0]}, False),
    "nothing": ({"age": pl.Series([None, None], dtype=pl.Float64), "losses.total": [None, 2]}, True),
    "text": ({"age": ["30.5", None]}, False),
    "counts with limits": ({"losses.total_at_least": [2, 5, None], "losses.total_at_most": [3, 4, 1]}, True),
}


def cells_of(frame, mapping=None):
    read = read_mapping(mapping)
    return Cells(find_sources(frame.columns, read), frame.schema, read)


def taken(frame, mapping=None):
    """Say whether every column of a table is taken as it stands."""
    return len(plain_columns(frame, cells_of(frame, mapping)._plain)) == frame.width


def cell_by_cell(frame, mapping=None):
    cells = cells_of(frame, mapping)
    cells._plain = [(column, None) for column, _ in cells._plain]
    return cells.typed(frame), cells


@pytest.mark.parametrize("name", TABLES)
def test_a_column_taken_as_it_stands_says_what_its_cells_say(name):
    columns, plain = TABLES[name]
    frame = pl.DataFrame(columns)
    assert taken(frame) is plain
    slow, cells = cell_by_cell(frame)
    quick = cells_of(frame)
    assert quick.typed(frame).select(slow.columns).rows() == slow.rows()
    assert (quick.faults, quick.empty, quick.rows) == (cells.faults, cells.empty, cells.rows)


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({"losses.total": [3, 9]}, [9]),
        ({"condition.lupus": [1, 0]}, [0]),
        ({"condition.lupus": ["no", "yes"]}, ["no"]),
        ({"workup.thyroid": ["normal", "abnormal"]}, ["abnormal"]),
    ],
)
def test_a_code_of_missing_data_that_could_be_a_value_is_still_missing(columns, codes):
    frame, mapping = pl.DataFrame(columns), {"missing": codes}
    assert not taken(frame, mapping)
    assert cells_of(frame, mapping).typed(frame)[next(iter(columns))].null_count() == 1


def test_a_code_that_no_value_can_be_lets_a_column_be_taken_as_it_stands():
    assert taken(pl.DataFrame({"losses.total": [3, 9]}), {"missing": [-9, "NA"]})
    assert not taken(pl.DataFrame({"losses.total": [3, -9]}), {"missing": [-9, "NA"]})


def test_a_made_up_register_is_read_alike_both_ways():
    register = make_register(300, 5)
    slow, cells = cell_by_cell(register)
    quick = cells_of(register)
    assert quick.typed(register).select(slow.columns).rows() == slow.rows()
    assert quick.facts == cells.facts


def test_a_query_is_laid_out_once_for_batches_of_the_same_columns():
    laid_out = []

    def lay_out(frame):
        laid_out.append(frame)
        return frame.with_columns(double=2 * pl.col("one"))

    query = BatchQuery(lay_out)
    for batch in ([1, 2], [3], []):
        frame = pl.DataFrame({"one": pl.Series(batch, dtype=pl.Int64)})
        assert query.run(frame)["double"].to_list() == [2 * one for one in batch]
    assert len(laid_out) == 1
    assert query.run(pl.DataFrame({"one": [0.5]}))["double"].to_list() == [1.0]
    assert len(laid_out) == 2


def test_batches_of_other_cells_have_the_same_verdicts_whichever_way_they_are_read():
    frame = pl.DataFrame({"losses.total": [3, 61, 2], "workup.thyroid": ["normal", "Abnormal", None]})
    apart = [decidua.cohort(frame[at : at + 1]) for at in range(3)]
    assert pl.concat(apart).equals(decidua.cohort(frame))
