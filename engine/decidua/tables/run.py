"""From a file to a file: reads a table in batches, judges each, and writes it before the next is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from decidua.errors import DeciduaError, Fault
from decidua.rulebook.book import DatedRulebook
from decidua.tables.cells.mapping import ColumnMapping
from decidua.tables.cohort import BATCH
from decidua.tables.files.files import TableWriter, open_table, refuse_itself
from decidua.tables.judging import TableJudge, faults_as_error
from decidua.tables.long.histories import LongTables
from decidua.tables.long.ids import WomenIds, ids_in_file, needed_id
from decidua.tables.long.long import Beside, open_long, read_long
from decidua.tables.result import CohortReport

__all__ = ["judge_file", "read_beside"]

Progress = Callable[[int, int | None], None]
Batch = TypeVar("Batch")


def judge_file(  # noqa: PLR0913 - each is an option of the command
    view: DatedRulebook,
    table: Path,
    out: Path,
    mapping: ColumnMapping,
    *,
    beside: Beside | None = None,
    strict: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> CohortReport:
    """Judge a table in a file, and write it with the columns appended.

    Args:
        view: The rules.
        table: A CSV, Parquet or Arrow file, or a folder of Parquet parts.
        out: The file to write; it has its name only once it is whole.
        mapping: How the tables are read.
        beside: Long tables of pregnancies or transfers, one row each.
        strict: Refuse a table with cells that cannot be used.
        overwrite: Whether ``out`` may replace a file that exists.
        progress: Told after each batch how many women were judged, and of how many where that is known.

    Raises:
        DeciduaError: The table cannot be read or the file not written; nothing is left behind then.
    """
    for read in (table, *(beside.tables.values() if beside is not None else ())):
        refuse_itself(read, out)
    source = open_table(table, mapping)
    long = read_beside(table, beside, mapping, progress)
    judge = TableJudge(view, source.columns, source.schema, mapping, long)
    with TableWriter(out, overwrite=overwrite) as writer:
        for batch in source.batches(BATCH):
            writer.write(batch.hstack(judge.judge(batch)))
            if progress is not None:
                progress(judge.women, source.rows)
        if judge.women == 0:
            raise DeciduaError(Fault("has no rows, so there is nobody to judge", file=str(table)))
        if strict and judge.every_fault:
            raise faults_as_error(judge.every_fault)
        writer.finish()
    return judge.report()


def read_beside(
    table: Path, beside: Beside | None, mapping: ColumnMapping, progress: Progress | None = None
) -> LongTables | None:
    """Read the long tables beside a table in a file, and before them the ids of the women.

    Args:
        table: The table of women.
        beside: The long tables.
        mapping: How all of them are read.
        progress: Told after each batch that no woman was judged yet, so that the run can be stopped there.

    Raises:
        DeciduaError: They cannot be read, or the column with the id was not named.
    """
    if beside is None or not beside.tables:
        return None
    column = needed_id(beside.column)
    opened = {kind: open_long(path, kind, mapping) for kind, path in beside.tables.items()}
    for source in opened.values():
        source.batches = _told(source.batches, progress)
    ids = _told(ids_in_file(table, mapping, column), progress)
    return read_long(opened, mapping, column, WomenIds(ids, column, str(table)))


def _told(batches: Iterator[Batch], progress: Progress | None) -> Iterator[Batch]:
    for batch in batches:
        if progress is not None:
            progress(0, None)
        yield batch
