"""The ids by which the rows of long tables are those of a woman: each woman has one, and no two have the same.

Ids are compared as they are written, spaces around them apart; a whole number is the same with or without a point.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from decidua.errors import DeciduaError, Fault, nearest
from decidua.tables.cells.mapping import ColumnMapping
from decidua.tables.files.files import open_column, open_table
from decidua.tables.long.fields import ID
from decidua.tables.result import ColumnFault, Problem

__all__ = ["FIRST_ROWS", "WomenIds", "as_ids", "ids_in_file", "need_id", "needed_id"]

FIRST_ROWS = 3
WOMEN_READ = 1_000_000
AN_ID = "an id that no other woman has"


def needed_id(column: str | None) -> str:
    """Return the column of ids.

    Raises:
        DeciduaError: None was named.
    """
    if column is None:
        raise DeciduaError("long tables are joined by the woman's id; name its column (--id COLUMN, or id='COLUMN')")
    return column


def need_id(columns: tuple[str, ...], column: str, table: str) -> None:
    """Check that a table has the column of ids.

    Raises:
        DeciduaError: It has not.
    """
    if column not in columns:
        raise DeciduaError(
            Fault(f"has no column '{column}' for the ids{nearest(column, columns)}; name it with --id", file=table)
        )


def as_ids(cells: pl.Series, table: str) -> pl.Series:
    """Return ids as text; null where there is none.

    Raises:
        DeciduaError: The column holds nothing that can be an id.
    """
    dtype = cells.dtype
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        text = cells.cast(pl.String).str.strip_chars()
        return pl.select(pl.when(text != "").then(text)).to_series()
    if dtype.is_integer() or isinstance(dtype, pl.Null):
        return cells.cast(pl.String)
    if dtype.is_decimal():  # as databases hand whole numbers over
        return cells.cast(pl.String).str.replace(r"\.0+$", "")
    if dtype.is_float():
        whole = cells.cast(pl.Int64, strict=False)
        same = whole.cast(pl.Float64) == cells
        return pl.select(
            pl.when(same).then(whole.cast(pl.String)).when(cells.is_not_nan()).then(cells.cast(pl.String))
        ).to_series()
    raise DeciduaError(
        Fault(f"the column '{cells.name}' holds {dtype}, which is no id; ids are text or whole numbers", table)
    )


def ids_in_file(path: Path, mapping: ColumnMapping, column: str) -> Iterator[pl.Series]:
    """Yield the cells of the column of ids in a file of women, in order, part by part.

    Raises:
        DeciduaError: The file cannot be read, or has no such column.
    """
    need_id(open_table(path, mapping).columns, column, str(path))
    for batch in open_column(path, mapping, column).batches(WOMEN_READ):
        yield batch[column]


class WomenIds:
    """Where each woman stands in the table of women.

    Args:
        ids: The cells of the column of ids, in order.
        column: Its name.
        table: What the table is called in messages.

    Attributes:
        women: How many rows there are.
        nobody: Rows without an id, or with the id of another row too; the first is 0.
        faults: Those rows, counted.
    """

    def __init__(self, ids: Iterator[pl.Series], column: str, table: str) -> None:
        every = pl.concat([pl.Series(ID, dtype=pl.String), *(as_ids(cells, table).alias(ID) for cells in ids)])
        self.women = every.len()
        places = pl.DataFrame({ID: every, "woman": pl.int_range(self.women, dtype=pl.UInt32, eager=True)})
        missing = every.is_null().arg_true().cast(pl.UInt32)
        del every
        places = (places.drop_nulls() if missing.len() else places).sort(ID, maintain_order=True)
        same = places[ID] == places[ID].shift()
        shared = same.fill_null(value=False) | same.shift(-1, fill_value=False)
        twice = places.filter(shared)["woman"].sort()
        known = places.filter(~shared) if twice.len() else places
        self._ids, self._rows = known[ID], known["woman"]
        self.nobody = pl.concat([missing, twice]).sort()
        found: list[tuple[Problem, pl.Series]] = [("no_id", missing), ("id_of_several", twice)]
        self.faults = tuple(
            ColumnFault(column, ID, problem, rows.len(), tuple(row + 1 for row in rows.head(FIRST_ROWS)), AN_ID)
            for problem, rows in found
            if rows.len()
        )

    @property
    def known(self) -> int:
        """How many rows have an id that is theirs alone."""
        return self._ids.len()

    def place(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows with ``woman``, the row of the woman whose id is ``id``; null where no woman has it."""
        if self._ids.is_empty():
            return rows.with_columns(woman=pl.lit(None, pl.UInt32))
        last = self._ids.len() - 1
        at = self._ids.search_sorted(rows[ID].fill_null("")).clip(0, last)
        hers = (self._ids.gather(at) == rows[ID]).fill_null(value=False)
        return rows.with_columns(woman=pl.select(pl.when(hers).then(self._rows.gather(at))).to_series())
