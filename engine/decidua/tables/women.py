"""The women of a table one after the other, each as the facts that are known of her."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from decidua.errors import DeciduaError, Fault
from decidua.profile.facts import Facts, Value
from decidua.profile.interval import Interval
from decidua.tables.cells.columns import Cells, find_sources
from decidua.tables.cells.mapping import ColumnMapping
from decidua.tables.files.files import open_table
from decidua.tables.result import ColumnFault

__all__ = ["TableWomen"]

ROWS_AT_ONCE = 2_000


class TableWomen:
    """The women of a table in a file, read once, in order.

    Args:
        path: A CSV, Parquet or Arrow file, or a folder of Parquet parts; one row a woman.
        mapping: How the table is read.

    Attributes:
        rows: How many women; None where that is not known before all are read.

    Raises:
        DeciduaError: The table cannot be read, or no column holds a finding.
    """

    def __init__(self, path: Path, mapping: ColumnMapping) -> None:
        self._table = open_table(path, mapping)
        self.rows = self._table.rows
        self._cells = Cells(find_sources(self._table.columns, mapping), self._table.schema, mapping)

    def __iter__(self) -> Iterator[tuple[str, Facts]]:
        """Yield each woman as ``row N``, 1 for the first, with her facts.

        Raises:
            DeciduaError: The table cannot be read to its end, or holds nobody.
        """
        number = 0
        for batch in self._table.batches(ROWS_AT_ONCE):
            for row in self._cells.typed(batch).iter_rows(named=True):
                number += 1
                yield f"row {number}", self._facts(row)
        if number == 0:
            raise DeciduaError(Fault("has no rows, so there is nobody to look at", file=self._table.name))

    @property
    def faults(self) -> tuple[ColumnFault, ...]:
        """Cells that could not be used so far: those women are unknown there."""
        return self._cells.faults

    def _facts(self, row: dict[str, Any]) -> Facts:
        known: dict[str, Value] = {}
        for name, columns in self._cells.facts.items():
            value = row[columns.value]
            if value is not None:
                known[name] = value
            elif columns.low is not None and columns.high is not None and row[columns.low] is not None:
                known[name] = Interval(row[columns.low], row[columns.high])
        return Facts(known)
