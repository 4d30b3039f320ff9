"""Cells and codes as they are written: how a mapping file names what stands in a table."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

__all__ = ["as_written", "ways_to_write"]

WHOLE = re.compile(r"[+-]?[0-9]+")


def ways_to_write(codes: Mapping[str, str]) -> dict[str, str]:
    """Return codes with whole numbers in both ways of text: other software writes 99 as 99.0 beside an empty cell."""
    return {f"{code}.0": value for code, value in codes.items() if WHOLE.fullmatch(code)} | dict(codes)


def as_written(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """Return a cell as a mapping file names it, a whole number without a point; None where it has no such form."""
    if isinstance(dtype, pl.String):
        return cell
    if dtype.is_integer():
        return cell.cast(pl.String)
    if isinstance(dtype, pl.Boolean):
        return pl.when(cell).then(pl.lit("yes")).when(~cell).then(pl.lit("no"))
    if dtype.is_float() or dtype.is_decimal():
        number = cell.cast(pl.Float64)
        return (
            pl.when(number == number.round(0))
            .then(number.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(number.cast(pl.String))
        )
    return None
