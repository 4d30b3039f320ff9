"""Long tables beside a table of women: one row a pregnancy, or one row a transfer, with the id of the woman.

Rows are read in batches, in any order. What is held in memory is not the table but eight bytes a row, sixteen where
transfers have a predicted chance; putting them in the order of the women takes some more for a while. Before them the
ids of all women are read: with ids of ten signs some 120 bytes a woman at the peak. That is the limit: ten million
women with a hundred million rows take about two gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from decidua.errors import DeciduaError, Fault, nearest
from decidua.frozen import Frozen
from decidua.profile.history import FAILED
from decidua.tables.cells.columns import Cells, Source
from decidua.tables.cells.mapping import ColumnMapping, Mapped
from decidua.tables.files.files import open_table
from decidua.tables.long.described import ORDERS, histories_of
from decidua.tables.long.fields import (
    EMBRYO,
    ID,
    KINDS,
    LongKind,
    embryo_columns,
    long_fields,
    most_embryos,
    required_fields,
)
from decidua.tables.long.histories import LongRows, LongTables
from decidua.tables.long.ids import FIRST_ROWS, WomenIds, as_ids, need_id
from decidua.tables.result import ColumnFault, LongReport, Problem

__all__ = ["Beside", "LongSource", "find_long_sources", "open_long", "read_long"]

BATCH = 200_000
WEEKS = "^([0-9]{1,2})w([0-6])d?$"


class Beside(Frozen):
    """Long tables that are given beside a table of women.

    Attributes:
        tables: Files, or tables in memory, by what a row of them is.
        column: The column with the woman's id; None where it was not named.
    """

    tables: Mapping[LongKind, Any]
    column: str | None


class LongSource:
    """A long table that can be read batch by batch, once.

    Attributes:
        name: What it is called in messages.
        columns, schema: Names and types of its columns.
    """

    def __init__(
        self, name: str, columns: Sequence[str], schema: Mapping[str, pl.DataType], batches: Iterator[pl.DataFrame]
    ) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.schema = schema
        self.batches = batches


def open_long(table: pl.DataFrame | pl.LazyFrame | str | Path, kind: LongKind, mapping: ColumnMapping) -> LongSource:
    """Open a long table in a file or in memory.

    Raises:
        DeciduaError: It cannot be read.
    """
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pl.DataFrame):
        parts = (table.slice(at, BATCH) for at in range(0, table.height, BATCH))
        return LongSource(f"the table of {kind}", table.columns, table.schema, parts)
    file = open_table(table, mapping.of(kind))
    return LongSource(str(table), file.columns, file.schema, file.batches(BATCH))


def read_long(
    tables: Mapping[LongKind, LongSource], mapping: ColumnMapping, column: str, women: WomenIds
) -> LongTables:
    """Read the long tables beside a table of women.

    Args:
        tables: The tables by what a row of them is.
        mapping: How they are read.
        column: The column of ids; a mapping file may name another for a long table.
        women: The ids of the women.

    Raises:
        DeciduaError: The columns cannot be read, or no row is that of a woman in the table.
    """
    read = {
        kind: _LongReader(kind, tables[kind], mapping.of(kind), column).read(women) for kind in KINDS if kind in tables
    }
    return LongTables(read, women.nobody, women.faults)


def find_long_sources(
    columns: Sequence[str], mapping: ColumnMapping, kind: LongKind, column: str, name: str
) -> tuple[str, tuple[Source, ...]]:
    """Find the column with the ids, and those that hold what is told of one pregnancy or transfer.

    Raises:
        DeciduaError: There is no column of ids, two columns hold the same, or one that is needed is missing.
    """
    fields = long_fields(kind)
    faults = list(mapping.missing_columns(columns))
    sources: dict[str, Source] = {}
    ids = [one for one, mapped in mapping.columns.items() if mapped.fact == ID] or [column]
    need_id(tuple(columns), ids[0], name)
    for one in columns:
        mapped = mapping.columns.get(one)
        field = one if mapped is None else mapped.fact
        if one in ids or field not in fields:
            continue
        if field in sources:
            faults.append(Fault(f"the columns '{sources[field].column}' and '{one}' both hold '{field}'", file=name))
        sources[field] = Source(one, fields[field], "exact", mapped or Mapped(field, {}, ()))
    if len(ids) > 1:
        faults.append(Fault(f"the columns {' and '.join(ids)} are both said to hold the ids", file=name))
    for needed in required_fields(kind) if not faults else ():
        if needed not in sources:
            near = nearest(needed, columns)
            faults.append(
                Fault(
                    f"has no column '{needed}'{near}; 'decidua schema {kind} --format csv' lists the columns", file=name
                )
            )
    if not faults and not sources:
        faults.append(Fault(f"has no column that is known; 'decidua schema {kind} --format csv' lists them", file=name))
    if faults:
        raise DeciduaError(faults)
    return ids[0], tuple(sources.values())


class _LongReader:
    """Reads one long table."""

    def __init__(self, kind: LongKind, source: LongSource, mapping: ColumnMapping, column: str) -> None:
        self.kind = kind
        self.source = source
        self.column, self.sources = find_long_sources(source.columns, mapping, kind, column, source.name)
        self.cells = Cells(self.sources, source.schema, mapping)
        self.decimal = mapping.decimal
        self.histories = histories_of(kind)
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._bad: dict[tuple[str, Problem], tuple[int, list[int]]] = {}
        self._rows = self._without_outcome = 0

    def read(self, women: WomenIds) -> LongRows:
        """Read all rows, and give each to its woman."""
        parts = [self._placed(self._coded(batch), women) for batch in self.source.batches]
        rows = pl.concat(parts).sort("woman", maintain_order=True) if parts else _no_rows()
        if self._rows and rows.is_empty():
            if women.women and women.known == 0:
                said = "has no row of a woman, for no row of the table of women has an id that is its alone"
                raise DeciduaError(Fault(f"{said}; one row must be one woman there", file=self.source.name))
            raise DeciduaError(
                Fault(
                    f"none of its {self._rows} rows has the id of a woman in the table; are the ids in '{self.column}' "
                    "written alike in both, zeros in front included?",
                    file=self.source.name,
                )
            )
        return LongRows(rows, self.histories, self._report(rows))

    def _coded(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return id, kind and place, chance and number of each row of a batch."""
        first = self._rows
        self._rows += batch.height
        ids = as_ids(batch[self.column], self.source.name)
        typed = self.cells.typed(self._weeks_as_numbers(batch))
        if "weeks" in typed.columns:
            typed = typed.with_columns(pl.col("weeks").floor())  # no count parts a completed week
        if self.kind == "transfers":
            typed = self._embryos_with_their_number(typed, first)
        order = pl.col("order").fill_null(0).cast(pl.UInt32) if "order" in typed.columns else pl.lit(0, pl.UInt32)
        columns: list[pl.Series | pl.Expr] = [
            ids.alias(ID),
            pl.int_range(first + 1, first + 1 + typed.height, dtype=pl.Int64).alias("at"),
        ]
        if "predicted_chance" in typed.columns:
            columns.append(_chance_of_failure(typed.columns))
        known = typed["outcome"].null_count() if "outcome" in typed.columns else typed.height
        self._without_outcome += known
        rest = [name for name in typed.columns if name not in ("order", "predicted_chance")]
        numbers = self._numbers_of(typed.select(rest)) if rest else pl.Series("number", [0] * typed.height)
        return typed.select((numbers.cast(pl.UInt32) * ORDERS + order).alias("row"), *columns)

    def _weeks_as_numbers(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Read ``9w6d`` in a column of text as 9 weeks and 6 days, as a profile does."""
        column = next((one.column for one in self.sources if one.fact.name == "weeks"), None)
        if column is None or batch.schema[column] != pl.String:
            return batch
        cell = pl.col(column).str.strip_chars()
        parts = [cell.str.extract(WEEKS, group).cast(pl.Float64) for group in (1, 2)]
        number = (parts[0] + parts[1] / 7).cast(pl.String).str.replace(".", self.decimal, literal=True)
        return batch.with_columns(pl.coalesce(number, pl.col(column)).alias(column))

    def _embryos_with_their_number(self, typed: pl.DataFrame, first: int) -> pl.DataFrame:
        """Leave out embryos beyond their number, or without it: others may have been transferred with them."""
        own = {
            at: [one for one in embryo_columns(at).values() if one in typed.columns]
            for at in range(1, most_embryos() + 1)
        }
        told = [one for columns in own.values() for one in columns]
        told += [name for name in EMBRYO if name in typed.columns]
        if "embryos" not in typed.columns:
            typed = typed.with_columns(embryos=pl.lit(None, pl.Int64))
        if not told:
            return typed
        uncounted = pl.col("embryos").is_null() & pl.any_horizontal([pl.col(one).is_not_null() for one in told])
        beyond = pl.any_horizontal(
            [pl.lit(value=False)]
            + [(pl.col("embryos") < at) & pl.col(one).is_not_null() for at, columns in own.items() for one in columns]
        ).fill_null(value=False)
        problems: tuple[tuple[Problem, pl.Expr], ...] = (("without_their_number", uncounted), ("contradiction", beyond))
        for problem, check in problems:
            self._note(self._column_of("embryos"), problem, typed.select(check.arg_true() + first + 1).to_series())
        unclear = uncounted | beyond
        return typed.with_columns(pl.when(~unclear).then(pl.col(one)).alias(one) for one in ("embryos", *told))

    def _column_of(self, field: str) -> str:
        return next((source.column for source in self.sources if source.name == field), field)

    def _numbers_of(self, typed: pl.DataFrame) -> pl.Series:
        """Return the number of the kind of single that each row is."""
        distinct = typed.unique(maintain_order=True)
        numbers = []
        for row in distinct.iter_rows():
            number = self._numbers.get(row)
            if number is None:
                cells = dict(zip(distinct.columns, row, strict=True))
                number = self._numbers[row] = self.histories.number_of(cells)
            numbers.append(number)
        found = distinct.with_columns(number=pl.Series(numbers, dtype=pl.UInt32))
        return typed.join(found, on=typed.columns, how="left", nulls_equal=True, maintain_order="left")["number"]

    def _placed(self, coded: pl.DataFrame, women: WomenIds) -> pl.DataFrame:
        """Return rows with the woman they belong to, and count those that belong to none."""
        rows = women.place(coded)
        self._note(self.column, "no_id", rows.filter(pl.col(ID).is_null())["at"])
        self._note(self.column, "id_of_nobody", rows.filter(pl.col("woman").is_null() & pl.col(ID).is_not_null())["at"])
        return rows.filter(pl.col("woman").is_not_null()).drop(ID, "at")

    def _note(self, column: str, problem: Problem, rows: pl.Series) -> None:
        if rows.len():
            count, first = self._bad.get((column, problem), (0, []))
            self._bad[column, problem] = count + rows.len(), [*first, *rows.head(FIRST_ROWS - len(first))]

    def _report(self, rows: pl.DataFrame) -> LongReport:
        allowed = {
            "no_id": "the id of a woman",
            "id_of_nobody": "the id of one woman in the table",
            "without_their_number": "how many there were, else what is told of them is not used",
            "contradiction": "at least as many as are described",
        }
        own = tuple(
            ColumnFault(
                column, ID if column == self.column else "embryos", problem, count, tuple(first), allowed[problem]
            )
            for (column, problem), (count, first) in self._bad.items()
        )
        read = ((self.column, ID), *((source.column, source.name) for source in self.sources))
        taken = {column for column, _ in read}
        return LongReport(
            table=self.kind,
            rows=self._rows,
            women=rows["woman"].n_unique(),
            without_outcome=self._without_outcome,
            read=read,
            not_read=tuple(column for column in self.source.columns if column not in taken),
            empty=self.cells.empty,
            faults=(*own, *self.cells.faults),
        )


def _chance_of_failure(columns: Sequence[str]) -> pl.Expr:
    """Return the predicted chance of each transfer that failed or may have; that of another tells nothing."""
    chance = pl.col("predicted_chance")
    if "outcome" in columns:
        outcome = pl.col("outcome")
        chance = pl.when(outcome.is_null() | outcome.is_in(FAILED)).then(chance)
    return chance.alias("chance")


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={"woman": pl.UInt32, "row": pl.UInt32})
