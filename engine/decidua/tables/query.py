"""A query that is laid out once and run on one batch after the other: laying out hundreds of columns takes long."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

__all__ = ["BatchQuery"]


class BatchQuery:
    """A query over batches that have the same columns.

    Args:
        lay_out: What is done with a batch.
    """

    def __init__(self, lay_out: Callable[[pl.LazyFrame], pl.LazyFrame]) -> None:
        self._lay_out = lay_out
        self._schema: pl.Schema | None = None
        self._query = pl.LazyFrame()
        self._batch = pl.DataFrame()

    def run(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return what the query makes of a batch."""
        if batch.schema != self._schema:
            self._schema = batch.schema
            start = pl.LazyFrame(schema=batch.schema).map_batches(
                self._at_hand, predicate_pushdown=False, projection_pushdown=False, schema=batch.schema
            )
            self._query = self._lay_out(start)
        self._batch = batch
        done = self._query.collect()
        self._batch = pl.DataFrame()
        return done

    def _at_hand(self, nothing: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002 - it stands in for the batch
        return self._batch
