"""Counts that bound each other: three clinical losses are at least three losses, in a table as in a profile.

The very code that bounds the counts of one woman runs once for each distinct combination of the counts given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import polars as pl

from decidua.profile.counting import bound_pregnancies
from decidua.profile.history import Pregnancies, Transfers
from decidua.profile.interval import Interval
from decidua.profile.transfer_counts import bound_transfers
from decidua.profile.vocabulary import vocabulary

__all__ = ["CONTRADICTS", "CountGroup", "count_groups"]

Bound = Callable[[Mapping[str, Interval]], dict[str, Interval]]
Ends = tuple[float | None, float | None]

KEPT = 200_000
"""Combinations that are kept; beyond that they are worked out anew."""
CONTRADICTS = "counts contradict"
"""Column that says where the counts of a group cannot all be true."""


def _pregnancies(known: Mapping[str, Interval]) -> dict[str, Interval]:
    return bound_pregnancies(Pregnancies(), beside=known)


def _transfers(known: Mapping[str, Interval]) -> dict[str, Interval]:
    return bound_transfers(Transfers(), beside=known)


def count_groups(facts: Collection[str]) -> tuple[CountGroup, ...]:
    """Return the groups of counts that the facts of a table belong to."""
    groups = []
    for bound in (_pregnancies, _transfers):
        names = tuple(name for name in bound({}) if not name.startswith("~"))
        given = tuple(name for name in names if name in facts)
        if given:
            groups.append(CountGroup(given, names, bound))
    return tuple(groups)


class CountGroup:
    """Counts that bound each other.

    Attributes:
        given: The facts of the table among them.
        facts: All of them.
        worked_out: How many combinations were worked out so far.
    """

    def __init__(self, given: tuple[str, ...], facts: tuple[str, ...], bound: Bound) -> None:
        self.given = given
        self.facts = facts
        self.worked_out = 0
        self._bound = bound
        self._memo: dict[tuple[int, ...], tuple[Ends, ...] | None] = {}

    def apply(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Return value, lower and upper end of every count, and where those given cannot all be true.

        Args:
            facts: The ends of each count given, ``NAME low`` and ``NAME high``; null is unknown.
        """
        keys = facts.select(
            pl.col(f"{name} {end}").cast(pl.Int64).fill_null(-1) for name in self.given for end in ("low", "high")
        )
        distinct = keys.unique()
        rows = [self._of(row) for row in distinct.rows()]
        columns: dict[str, Any] = {CONTRADICTS: pl.Series([row is None for row in rows], dtype=pl.Boolean)}
        nothing: tuple[Ends, ...] = ((None, None),) * len(self.facts)
        for at, name in enumerate(self.facts):
            ends = [(row or nothing)[at] for row in rows]
            columns[f"{name} low"] = pl.Series([low for low, _ in ends], dtype=pl.Float64)
            columns[f"{name} high"] = pl.Series([high for _, high in ends], dtype=pl.Float64)
        found = distinct.with_columns([series.alias(f"found {name}") for name, series in columns.items()])
        joined = keys.join(found, on=keys.columns, how="left", maintain_order="left").select(
            [pl.col(f"found {name}").alias(name) for name in columns]
        )
        return joined.with_columns(
            pl.when(pl.col(f"{name} low") == pl.col(f"{name} high"))
            .then(pl.col(f"{name} low"))
            .cast(pl.Int64)
            .alias(name)
            for name in self.facts
        )

    def _of(self, row: tuple[int, ...]) -> tuple[Ends, ...] | None:
        """Return the ends of every count for one combination; None where they cannot all be true."""
        if row in self._memo:
            return self._memo[row]
        if len(self._memo) >= KEPT:
            self._memo.clear()
        known = {
            name: Interval(max(low, 0), None if high < 0 else high)
            for name, low, high in zip(self.given, row[::2], row[1::2], strict=True)
            if low >= 0 or high >= 0
        }
        counts = self._bound(known)
        ends = None if any(one.empty for one in counts.values()) else tuple(_ends(name, counts) for name in self.facts)
        self._memo[row] = ends
        self.worked_out += 1
        return ends


def _ends(name: str, counts: Mapping[str, Interval]) -> Ends:
    """Return the ends of a count, or nothing where they are no narrower than what is possible."""
    interval, fact = counts[name], vocabulary()[name]
    says = interval.low > (fact.minimum or 0) or (
        interval.high is not None and interval.high < (fact.maximum if fact.maximum is not None else math.inf)
    )
    return (interval.low, interval.high) if says or interval.exact else (None, None)
