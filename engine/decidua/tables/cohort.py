"""A table of women in, the same table with verdicts and statuses out, of the same kind.

Polars, pandas and PyArrow are judged here, Spark where its parts are.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from numbers import Number
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
import pyarrow as pa

from decidua.assessment.loading import load_rulebook
from decidua.errors import DeciduaError
from decidua.rulebook.book import Rulebook
from decidua.tables.cells.mapping import ColumnMapping, read_mapping
from decidua.tables.files.reasons import refuse_types
from decidua.tables.files.stored import as_stored
from decidua.tables.judging import TableJudge, faults_as_error
from decidua.tables.long.fields import LongKind
from decidua.tables.long.histories import LongTables
from decidua.tables.long.ids import WomenIds, need_id, needed_id
from decidua.tables.long.long import Beside, open_long, read_long
from decidua.tables.result import CohortReport

__all__ = ["BATCH", "as_polars", "is_of_spark", "judge_any", "judge_table"]

BATCH = 100_000
"""Women judged at once: what bounds the memory that a table of any size takes."""

Table = TypeVar("Table")
TablesBeside = Callable[[pl.DataFrame, ColumnMapping], LongTables | None]
"""Reads the long tables beside a table of women."""


def judge_any(
    table: Table,
    *,
    beside: Beside | None = None,
    mapping: Mapping[str, Any] | ColumnMapping | str | Path | None = None,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    strict: bool = False,
    report: Callable[[CohortReport], None] | None = None,
) -> Table:
    """Judge a table of women, as ``decidua.cohort`` says."""
    book = rulebook if rulebook is not None else load_rulebook()
    read = read_mapping(mapping)
    on_spark = is_of_spark(table)
    if report is not None and (on_spark or isinstance(table, pl.LazyFrame)):
        raise DeciduaError("a lazy table has no report; collect it first, or use 'decidua cohort' for files")
    if isinstance(table, str | Path):
        raise DeciduaError(
            f"'{table}' is a path, not a table; read it first (polars.scan_parquet, say), or judge the file with "
            "'decidua cohort FILE --out FILE'"
        )
    if on_spark:
        return _on_spark(table, book, read, as_of, beside, strict=strict)  # type: ignore[no-any-return]
    read_beside = _reader_of(beside, read)
    if isinstance(table, pl.LazyFrame):
        return _lazily(table, book, read, as_of, read_beside, strict=strict)  # type: ignore[return-value]
    frame = as_polars(table, decimal=read.decimal)
    judge = TableJudge(book.at(as_of), frame.columns, frame.schema, read, read_beside(frame, read))
    added = judge_table(judge, frame, strict=strict)
    if report is not None:
        report(judge.report())
    judged: Table = _like(table, added)
    return judged


def judge_table(judge: TableJudge, frame: pl.DataFrame, *, strict: bool) -> pl.DataFrame:
    """Return the columns to append to a table, judged batch by batch.

    Raises:
        DeciduaError: The table holds nobody, or ``strict`` and it has cells that cannot be used.
    """
    if frame.height == 0:
        raise DeciduaError("the table has no rows, so there is nobody to judge")
    added = [judge.judge(frame.slice(at, BATCH)) for at in range(0, frame.height, BATCH)]
    if strict and judge.every_fault:
        raise faults_as_error(judge.every_fault)
    return pl.concat(added)


def _reader_of(beside: Beside | None, mapping: ColumnMapping) -> TablesBeside:
    """Return what reads the long tables for the women of a table, where there are any."""
    given: dict[LongKind, Any] = {
        kind: table
        if isinstance(table, str | Path | pl.LazyFrame)
        else as_polars(table, f"the table of {kind}", mapping.of(kind).decimal)
        for kind, table in (beside.tables if beside is not None else {}).items()
        if table is not None
    }
    column = needed_id(beside.column) if beside is not None and given else ""

    def read(frame: pl.DataFrame, mapping: ColumnMapping) -> LongTables | None:
        if not given or frame.is_empty():
            return LongTables({}, pl.Series(dtype=pl.UInt32), ()) if given else None
        need_id(tuple(frame.columns), column, "the table")
        women = WomenIds(iter([frame[column]]), column, "the table")
        opened = {kind: open_long(table, kind, mapping) for kind, table in given.items()}
        return read_long(opened, mapping, column, women)

    return read


def _on_spark(
    table: Any,
    book: Rulebook,
    mapping: ColumnMapping,
    as_of: str | datetime.date | None,
    beside: Beside | None,
    *,
    strict: bool,
) -> Any:
    if beside is not None and any(one is not None for one in beside.tables.values()):
        raise DeciduaError(
            "long tables are not read beside a table of Spark; write both as Parquet and use 'decidua cohort'"
        )
    from decidua.tables.spark import judge_spark  # noqa: PLC0415 - a table of it came in, so it is there

    return judge_spark(table, book, mapping, as_of, strict=strict)


def _lazily(
    table: pl.LazyFrame,
    book: Rulebook,
    mapping: ColumnMapping,
    as_of: str | datetime.date | None,
    beside: TablesBeside,
    *,
    strict: bool,
) -> pl.LazyFrame:
    view = book.at(as_of)
    schema = table.collect_schema()

    def judged(batch: pl.DataFrame) -> pl.DataFrame:
        judge = TableJudge(view, batch.columns, batch.schema, mapping, beside(batch, mapping))
        return batch.hstack(judge_table(judge, batch, strict=strict) if batch.height else _nobody(judge))

    nobody = pl.DataFrame(schema=schema)
    appended = TableJudge(view, schema.names(), schema, mapping, beside(nobody, mapping)).appended
    return table.map_batches(judged, schema=pl.Schema({**schema, **appended}))


def _nobody(judge: TableJudge) -> pl.DataFrame:
    return pl.DataFrame(schema=judge.appended)


def is_of_spark(table: object) -> bool:
    """Say whether something is a table of Spark, which is judged where its parts are and never collected here."""
    return type(table).__module__.startswith("pyspark.")


def as_polars(table: Any, what: str = "", decimal: str = ".") -> pl.DataFrame:
    """Convert a table; of a pandas table every missing value of whatever kind is null.

    Args:
        table: A table in memory.
        what: What it is called in messages, where no table of Spark is taken for it.
        decimal: The sign before decimals where text and numbers stand in one column.

    Raises:
        DeciduaError: It is no table that is known.
    """
    if isinstance(table, pl.DataFrame):
        return table
    kind = type(table).__module__.partition(".")[0]
    name = type(table).__name__
    if kind == "pyarrow" and name == "Table":
        _refuse_twice(table.column_names)
        return _from_arrow(table)
    if kind == "pandas" and name == "DataFrame":
        _refuse_twice([str(column) for column in table.columns])
        return _from_pandas(table, decimal)
    if what and is_of_spark(table):
        raise DeciduaError(f"{what} is one of Spark, which is not read; write it as Parquet and give the path of that")
    kinds = ["a Polars DataFrame or LazyFrame", "a pandas DataFrame", "a PyArrow Table"]
    kinds.append("the path of a file" if what else "a Spark DataFrame")
    raise DeciduaError(f"{what or 'a table'} is {', '.join(kinds[:-1])} or {kinds[-1]}, not {kind}.{name}")


def _refuse_twice(columns: list[str]) -> None:
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise DeciduaError(f"the table has several columns named '{twice}'; rename or remove all but one")


def _from_arrow(table: Any) -> pl.DataFrame:
    refuse_types(table.schema, "")
    frame = pl.from_arrow(as_stored(table))
    if not isinstance(frame, pl.DataFrame):  # pragma: no cover - a table always becomes a frame
        raise DeciduaError("the table cannot be read")
    return frame


def _from_pandas(table: Any, decimal: str) -> pl.DataFrame:
    columns: dict[str, Any] = {}
    for at, column in enumerate(table.columns):
        values = table.iloc[:, at]
        try:
            columns[str(column)] = pa.array(values, from_pandas=True)
        except (pa.ArrowException, OverflowError, UnicodeError):
            columns[str(column)] = pa.array([_as_text(value, decimal) for value in values], type=pa.string())
    return _from_arrow(pa.table(columns)) if columns else pl.DataFrame()


def _as_text(value: Any, decimal: str) -> str | None:
    """Return a cell of a column of mixed types as text; what equals not even itself is missing."""
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return None
    said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    if isinstance(value, Number):
        said = said.replace(".", decimal)
    return said.encode("utf-8", "replace").decode()


def _like(table: Any, added: pl.DataFrame) -> Any:
    """Append columns to a table of any kind; the columns given stay as they are."""
    if isinstance(table, pl.DataFrame):
        return table.hstack(added)
    arrow = added.to_arrow()
    if type(table).__module__.partition(".")[0] == "pyarrow":
        for name in arrow.column_names:
            table = table.append_column(name, arrow.column(name))
        return table
    import pandas as pd  # noqa: PLC0415 - a table of it came in, so it is there

    kinds = {"bool": pd.BooleanDtype(), "int64": pd.Int64Dtype(), "large_string": pd.StringDtype()}
    more = arrow.to_pandas(types_mapper=lambda kind: kinds.get(str(kind)))
    more.index = table.index
    return pd.concat([table, more], axis=1)
