"""Columns whose cells are all as decidua writes them: they are taken as they stand, without a look at each cell.

Whether a column is so is asked anew for each batch, by its smallest and largest number or by how many of its words are
known. Where it is not, its cells are read one by one, which gives the same for those that are plain.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import polars as pl

from decidua.frozen import Frozen
from decidua.profile.finding import Fact

__all__ = ["PlainColumn", "plain_column", "plain_columns", "type_of"]

YES_WORDS, NO_WORDS = ("yes", "true", "1"), ("no", "false", "0")


class PlainColumn(Frozen):
    """What a column is if its cells are plain, and how to see that they are.

    Attributes:
        value: The cells as the fact's type.
        holds: Whether every value is one that the fact can have; None where that shows in ``value``, which is null
            then.
    """

    value: pl.Expr
    holds: pl.Expr | None


def type_of(fact: Fact) -> pl.DataType:
    """Return the type of the column that holds a fact."""
    if fact.kind == "choice":
        return pl.Enum(fact.choices)
    types: dict[str, pl.DataType] = {"yes_no": pl.Boolean(), "integer": pl.Int64()}
    return types.get(fact.kind, pl.Float64())


def plain_column(column: str, fact: Fact, dtype: pl.DataType, codes: Collection[str]) -> PlainColumn | None:
    """Say how a column would be taken as it stands, or None where each cell must be read.

    Args:
        column: Its name.
        fact: What it holds.
        dtype: Its type.
        codes: What stands for missing data in it.
    """
    cell = pl.col(column)
    if fact.kind == "yes_no":
        words = (*YES_WORDS, *NO_WORDS)
        if not set(words).isdisjoint(codes):
            return None
        if isinstance(dtype, pl.Boolean):
            return PlainColumn(cell, None)
        if dtype.is_integer():
            return PlainColumn(cell == 1, ((cell.min() >= 0) & (cell.max() <= 1)).fill_null(value=True))
        if isinstance(dtype, pl.String):
            return PlainColumn(cell.cast(pl.Enum(words), strict=False).to_physical() < len(YES_WORDS), None)
        return None
    if fact.kind == "choice":
        plain = isinstance(dtype, pl.String) and set(fact.choices).isdisjoint(codes)
        return PlainColumn(cell.cast(pl.Enum(fact.choices), strict=False), None) if plain else None
    return _plain_numbers(cell, fact, dtype, codes)


def _plain_numbers(cell: pl.Expr, fact: Fact, dtype: pl.DataType, codes: Collection[str]) -> PlainColumn | None:
    low = -math.inf if fact.minimum is None else fact.minimum
    high = math.inf if fact.maximum is None else fact.maximum
    if not (dtype.is_integer() or dtype.is_float()) or any(low <= _number(code) <= high for code in codes):
        return None
    holds = (cell.min() >= low) & (cell.max() <= high)
    if dtype.is_float():
        holds &= cell.sum().is_finite()  # neither is there a NaN then, which no smallest number shows
        if fact.kind == "integer":
            holds &= (cell == cell.round(0)).all()
    return PlainColumn(cell.cast(type_of(fact), strict=False), holds.fill_null(value=True))


def _number(code: str) -> float:
    try:
        return float(code)
    except ValueError:
        return math.nan


def plain_columns(batch: pl.DataFrame, columns: Sequence[tuple[str, PlainColumn | None]]) -> dict[int, pl.Series]:
    """Return those of some columns whose cells are plain in a batch, typed, by their place."""
    asked = {at: (column, plain) for at, (column, plain) in enumerate(columns) if plain is not None}
    values = batch.select(plain.value.alias(str(at)) for at, (_, plain) in asked.items())
    checks = {at: plain.holds for at, (_, plain) in asked.items() if plain.holds is not None}
    held = batch.select(holds.alias(str(at)) for at, holds in checks.items()).row(0) if checks else ()
    wrong = {at for at, holds in zip(checks, held, strict=True) if not holds}
    return {
        at: values[str(at)]
        for at, (column, _) in asked.items()
        if at not in wrong and values[str(at)].null_count() == batch[column].null_count()
    }
