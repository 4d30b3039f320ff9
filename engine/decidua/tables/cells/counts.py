"""Counts that bound each other: three clinical losses are at least three losses, in a table as in a profile.

They are bounded once for each distinct combination of the counts given, all new combinations of a batch together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import polars as pl

from decidua.profile.counting import bound_pregnancies
from decidua.profile.history import Pregnancies, Transfers
from decidua.profile.transfer_counts import bound_transfers
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cells.bounds import Bounding, bound_pregnancy_counts, bound_transfer_counts
from decidua.tables.cells.packing import packed

__all__ = ["CONTRADICTS", "CountGroup", "count_groups"]

KEPT = 200_000
"""Combinations that are kept; beyond that they are worked out anew."""
END = pl.Int32()
"""How the ends of counts are held: none has more than a few thousand."""
CONTRADICTS = "counts contradict"
"""Column that says where the counts of a group cannot all be true."""


def count_groups(facts: Collection[str]) -> tuple[CountGroup, ...]:
    """Return the groups of counts that the facts of a table belong to."""
    groups = []
    for names, bounding in (
        (tuple(bound_pregnancies(Pregnancies())), bound_pregnancy_counts),
        (tuple(bound_transfers(Transfers())), bound_transfer_counts),
    ):
        given = tuple(name for name in names if name in facts)
        if given:
            groups.append(CountGroup(given, names, bounding()))
    return tuple(groups)


class CountGroup:
    """Counts that bound each other.

    Attributes:
        given: The facts of the table among them.
        facts: All of them.
        worked_out: How many combinations were worked out so far.
    """

    def __init__(self, given: tuple[str, ...], names: tuple[str, ...], bounding: Bounding) -> None:
        self.given = given
        self.facts = tuple(name for name in names if not name.startswith("~"))
        self.worked_out = 0
        self._names = names
        self._bounding = bounding
        self._keys = tuple(expression.alias(f"key {at}") for at, expression in enumerate(packed(self._digits())))
        self._by = [f"key {at}" for at in range(len(self._keys))]
        self._found: pl.DataFrame | None = None

    def _digits(self) -> Sequence[tuple[pl.Expr, int]]:
        """Return what tells combinations apart: each end of each count given, and 0 where it is not known."""
        return [
            (pl.col(f"{name} {end}").cast(pl.Int64).fill_null(-1) + 1, int(vocabulary()[name].maximum or 0) + 2)
            for name in self.given
            for end in ("low", "high")
        ]

    def apply(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Return value, lower and upper end of every count, and where those given cannot all be true.

        Args:
            facts: The ends of each count given, ``NAME low`` and ``NAME high``; null is unknown.
        """
        keys = facts.select(self._keys)
        ends = [pl.col(f"{name} {end}") for name in self.given for end in ("low", "high")]
        distinct = facts.select(*self._keys, *ends).unique(self._by)
        new = distinct if self._found is None else distinct.join(self._found, on=self._by, how="anti")
        if self._found is None or self._found.height + new.height > KEPT:
            self._found = self._worked_out(distinct)
        elif new.height:
            self._found = self._found.vstack(self._worked_out(new))
        return keys.join(self._found, on=self._by, how="left", maintain_order="left").drop(self._by)

    def _worked_out(self, combinations: pl.DataFrame) -> pl.DataFrame:
        """Return the ends of every count for some combinations; null, and marked, where they cannot all be true."""
        self.worked_out += combinations.height
        low, high = pl.lit(0.0), pl.lit(math.inf)
        start = combinations.select(
            *self._by,
            *(self._given_or(f"{name} low", low) for name in self._names),
            *(self._given_or(f"{name} high", high) for name in self._names),
        )
        # As columns in full: on one thread Polars takes a number that stands for a whole column for a table of one row.
        bounded = self._bounding(pl.DataFrame(start.get_columns()))
        said = bounded.select(
            *self._by, *(one for name in self.facts for one in _ends(name)), possible=pl.lit(value=True)
        )
        every = combinations.select(self._by).join(said, on=self._by, how="left", maintain_order="left")
        contradicts = pl.col("possible").is_null().alias(CONTRADICTS)
        return every.with_columns(contradicts).drop("possible")

    def _given_or(self, end: str, otherwise: pl.Expr) -> pl.Expr:
        given = end.rpartition(" ")[0] in self.given
        return pl.coalesce(pl.col(end).cast(pl.Float64), otherwise).alias(end) if given else otherwise.alias(end)


def _ends(name: str) -> tuple[pl.Expr, ...]:
    """Return value and ends of a count; its ends only where they are narrower than what is possible."""
    fact, low, high = vocabulary()[name], pl.col(f"{name} low"), pl.col(f"{name} high")
    says = (low > (fact.minimum or 0)) | (high < (math.inf if fact.maximum is None else fact.maximum)) | (low == high)
    return (
        pl.when(low == high).then(low).cast(pl.Int64).alias(name),
        pl.when(says).then(low).cast(END).alias(f"{name} low"),
        pl.when(says & high.is_finite()).then(high).cast(END).alias(f"{name} high"),
    )
