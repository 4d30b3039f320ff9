"""What an executor of Spark does with its part of a table of women: reads it, judges it, hands it back in order.

Nothing here loads Polars before it is told how many threads it may use: it would take all the cores that it sees.
"""

from __future__ import annotations

import os
import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from decidua.errors import DeciduaError
from decidua.frozen import Frozen
from decidua.version import __version__

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from decidua.tables.judging import TableJudge

__all__ = ["CHUNK", "ROWS", "Shipped", "judge_part", "read_part", "widely_typed"]

ROWS = 100_000
"""Women judged at once: what bounds the memory that a part of any size takes."""
CHUNK = 10_000
"""Rows handed back to Spark at once, as many as it hands over unless told otherwise."""

Added = Callable[["TableJudge", "pl.DataFrame"], "pl.DataFrame"]


class Shipped(Frozen):
    """What an executor is sent beside its part of the table.

    Attributes:
        packed: The rulebook, the date that is asked for and the mapping, compressed.
        release: Of decidua on the driver.
        columns: Names of the table's columns, in order.
        read: Names of those that hold facts.
        strict: Whether a part with cells that cannot be used is refused.
    """

    packed: bytes
    release: str
    columns: tuple[str, ...]
    read: tuple[str, ...]
    strict: bool


def judge_part(shipped: Shipped, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Return a part of a table with the columns of ``decidua.cohort`` appended.

    Raises:
        DeciduaError: Another release of decidua is installed here, or ``strict`` and a cell cannot be used.
    """
    return _with_more(shipped, batches, lambda judge, facts: judge.judge(facts))


def read_part(shipped: Shipped, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Return a part of a table with its typed facts appended.

    Raises:
        DeciduaError: Another release of decidua is installed here.
    """
    return _with_more(shipped, batches, lambda judge, facts: widely_typed(judge.cells.typed(facts)))


def widely_typed(facts: pl.DataFrame) -> pl.DataFrame:
    """Return typed facts in the few types that Spark is told of: numbers of 64 bits, whole or not, text, yes or no."""
    import polars as pl  # noqa: PLC0415 - not before it is told how many threads it may use

    wide: dict[str, pl.DataType] = {}
    for name, kind in facts.schema.items():
        if kind.is_integer():
            wide[name] = pl.Int64()
        elif kind.is_float():
            wide[name] = pl.Float64()
        elif isinstance(kind, pl.Enum | pl.Categorical):
            wide[name] = pl.String()
    return facts.cast(wide)  # type: ignore[arg-type]


def _with_more(shipped: Shipped, batches: Iterable[pa.RecordBatch], more: Added) -> Iterator[pa.RecordBatch]:
    if shipped.release != __version__:
        raise DeciduaError(
            f"the driver has decidua {shipped.release} and an executor has {__version__}; install the same on all"
        )
    _keep_to_the_cores_of_the_task()
    import pyarrow as pa  # noqa: PLC0415 - an extra

    judge = None
    for gathered in _gathered(batches):
        table = pa.Table.from_batches(gathered)
        facts = _facts(shipped, table)
        if judge is None:
            judge = _judge(shipped, facts.schema)
        added = _as_spark_reads(more(judge, facts).to_arrow())
        if shipped.strict and judge.faults:
            raise DeciduaError(_refusal(judge))
        names = [*table.column_names, *added.column_names]
        yield from pa.table([*table.columns, *added.columns], names=names).to_batches(max_chunksize=CHUNK)


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Gather the batches that Spark hands over: many women are judged in little more time than few."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        if batch.num_rows:
            waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= ROWS:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _keep_to_the_cores_of_the_task() -> None:
    from pyspark import TaskContext  # noqa: PLC0415 - an extra

    task = TaskContext.get()
    os.environ.setdefault("POLARS_MAX_THREADS", str(1 if task is None else task.cpus()))


def _facts(shipped: Shipped, table: pa.Table) -> pl.DataFrame:
    """Return the columns that hold facts, by their own names; Spark handed them over with numbers."""
    import polars as pl  # noqa: PLC0415 - not before its threads are set

    place = {name: at for at, name in enumerate(shipped.columns)}
    facts = table.select([place[name] for name in shipped.read]).rename_columns(list(shipped.read))
    return pl.DataFrame(facts)


def _judge(shipped: Shipped, schema: pl.Schema) -> TableJudge:
    """Return the judge of earlier parts, which knows what most women share; where faults count, a new one."""
    return (_made if shipped.strict else _kept)(shipped.packed, tuple(schema.items()))


def _made(packed: bytes, schema: tuple[tuple[str, pl.DataType], ...]) -> TableJudge:
    from decidua.tables.judging import TableJudge  # noqa: PLC0415 - loads Polars

    book, as_of, mapping = pickle.loads(zlib.decompress(packed))  # noqa: S301 - from the driver, as is the code that runs
    return TableJudge(book.at(as_of), [name for name, _ in schema], dict(schema), mapping)


_kept = lru_cache(maxsize=2)(_made)


def _as_spark_reads(table: pa.Table) -> pa.Table:
    """Return a table with text of the type that Spark declares."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    texts = (pa.large_string(), pa.string_view())
    return table.cast(pa.schema([(one.name, pa.string() if one.type in texts else one.type) for one in table.schema]))


def _refusal(judge: TableJudge) -> str:
    """Say which columns hold what cannot be used; which rows these are nobody can say of a part."""
    found = [
        f"{fault.column}: {fault.rows} {'cell' if fault.rows == 1 else 'cells'} cannot be used "
        f"({fault.problem.replace('_', ' ')}); it takes {fault.allowed}"
        for fault in judge.faults
    ]
    return "in one part of the table: " + "; ".join(found)
