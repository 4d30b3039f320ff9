"""Several small numbers of a row in as few whole numbers of 64 bits as hold them, to group and to join by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

__all__ = ["packed", "unpacked"]

MOST = 2**62


def packed(digits: Iterable[tuple[pl.Expr, int]]) -> Iterator[pl.Expr]:
    """Yield the whole numbers that hold the digits, each from 0 to below its radix."""
    total, weight = pl.lit(0, pl.Int64), 1
    for digit, radix in digits:
        if weight * radix > MOST:
            yield total
            total, weight = pl.lit(0, pl.Int64), 1
        total, weight = total + digit.cast(pl.Int64) * weight, weight * radix
    yield total


def unpacked(numbers: Sequence[int], radices: Iterable[int]) -> Iterator[int]:
    """Yield the digits that a row of whole numbers holds."""
    left = iter(numbers)
    rest, weight = next(left), 1
    for radix in radices:
        if weight * radix > MOST:
            rest, weight = next(left), 1
        weight *= radix
        rest, digit = divmod(rest, radix)
        yield digit
