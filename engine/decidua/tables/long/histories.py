"""Counts drawn from histories that are described row by row, beside a table of women: the same facts as for one woman.

The code that counts for one woman runs once for each distinct combination of a history and the counts given beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

from decidua.frozen import Frozen
from decidua.profile.consistency import BORN_OF_TRANSFERS
from decidua.profile.counting import PREGNANCY_COUNTS
from decidua.profile.facts import as_values
from decidua.profile.interval import Interval
from decidua.tables.cells.counts import CONTRADICTS, CountGroup, count_groups
from decidua.tables.long.described import Described, Histories, TransferHistories
from decidua.tables.long.fields import KINDS, LongKind
from decidua.tables.result import ColumnFault, LongReport

__all__ = ["BORN", "CHANCE", "Group", "HistoryGroup", "LongRows", "LongTables", "groups_of"]

CHANCE = "transfers.cumulative_chance"
BORN = {f"born {PREGNANCY_COUNTS[field]}": PREGNANCY_COUNTS[field] for field, _ in BORN_OF_TRANSFERS.values()}
"""Columns of how many pregnancies came of the transfers described, and the count that must have room for them."""
PREGNANT = "pregnancy.pregnant"
KEPT = 50_000
"""Combinations that are kept; beyond that they are worked out anew."""

Ends = tuple[float | None, float | None]
NOTHING: Ends = (None, None)


class LongRows(Frozen):
    """The rows of a long table, by woman.

    Attributes:
        rows: ``woman`` (her row, the first is 0, in rising order), ``row`` (its kind and its place), and ``chance``
            where the table tells it.
        histories: What the kinds are.
        report: What is said of the table as a whole.
    """

    rows: pl.DataFrame
    histories: Histories
    report: LongReport


class LongTables(Frozen):
    """What stands beside a table of women.

    Attributes:
        tables: The long tables by what a row of them is.
        nobody: Rows of the table of women, rising, to which no row of a long table can belong: their id is missing or
            that of another row too.
        faults: Those rows, counted.
    """

    tables: Mapping[LongKind, LongRows]
    nobody: pl.Series
    faults: tuple[ColumnFault, ...]

    @property
    def named_faults(self) -> tuple[ColumnFault, ...]:
        """What could not be used of the long tables, each column with its table before it."""
        return tuple(
            ColumnFault(f"{kind}: {one.column}", one.fact, one.problem, one.rows, one.first, one.allowed)
            for kind, table in self.tables.items()
            for one in table.report.faults
        )


class _Found(Frozen):
    """What one combination says.

    Attributes:
        result: Place of the ends of its counts among the results; None where not all of it can be true.
        present: Whether a pregnancy that goes on contradicts what is said of the present.
        counts: Counts that a chance is worked out from.
        chance: The cumulative chance where none is known of a single transfer.
    """

    result: int | None
    present: bool = False
    counts: Mapping[str, Interval] | None = None
    chance: Ends = NOTHING


class HistoryGroup:
    """Counts that the histories of the women bound, and that bound each other; for the women in their order, once.

    Attributes:
        kind: What is described.
        given: The facts of the table of women among them.
        facts: All of them.
        worked_out: How many combinations were worked out so far.
    """

    def __init__(self, kind: LongKind, given: Collection[str], table: LongRows, nobody: pl.Series) -> None:
        self.kind = kind
        self._histories = table.histories
        self._rows = table.rows
        self._nobody = nobody
        nothing = self._histories.bound(self._histories.describe((), complete=False), {})
        self._counts = tuple(name for name in nothing if not name.startswith("~"))
        self.facts = (*self._counts, CHANCE) if kind == "transfers" else self._counts
        self.given = tuple(name for name in self.facts if name in given)
        self.worked_out = 0
        self._at = 0
        self._forget()

    def _forget(self) -> None:
        self._memo: dict[object, _Found] = {}
        self._results: list[tuple[Ends, ...]] = []
        self._result_of: dict[tuple[Ends, ...], int] = {}

    def apply(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Return value, lower and upper end of every count for the next women, and where they cannot all be true.

        Of transfers also the columns of ``BORN``.

        Args:
            facts: The ends of each count given, ``NAME low`` and ``NAME high``; null is unknown.
        """
        if len(self._memo) > KEPT:
            self._forget()
        keys = self._keys(facts)
        self._at += facts.height
        distinct = keys.unique(maintain_order=True)
        found = distinct.hstack(self._found(distinct))
        joined = keys.join(found, on=keys.columns, how="left", nulls_equal=True, maintain_order="left")
        ends = self._ends(joined["found result"])
        if self.kind == "transfers":
            ends = ends.hstack(_chance(facts, joined)).hstack(joined.select(list(BORN)))
        wrong = joined["found result"].is_null()
        if self.kind == "transfers":
            wrong = wrong | (ends[f"{CHANCE} low"] > ends[f"{CHANCE} high"]).fill_null(value=False)
        ends = ends.with_columns(pl.when(~wrong).then(pl.all()).name.keep())
        if PREGNANT in facts.columns:
            ends = ends.with_columns(facts.select(pl.when(~joined["found present"]).then(pl.col(PREGNANT))))
        return ends.with_columns(wrong.alias(CONTRADICTS))

    def _keys(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Return for each woman what her counts hang on: counts given, whether all is told, and her rows."""
        counted = [name for name in self.given if name != CHANCE]
        columns = [pl.col(f"{name} {end}").cast(pl.Int64).fill_null(-1) for name in counted for end in ("low", "high")]
        complete = f"{self.kind}.complete"
        told = pl.col(complete).fill_null(value=False) if complete in facts.columns else pl.lit(value=False)
        absent = ~pl.col(PREGNANT).fill_null(value=True) if PREGNANT in facts.columns else pl.lit(value=False)
        ends = [f"{name} {end}" for name in counted for end in ("low", "high")]
        keys = facts.with_columns([*columns, told.alias("complete"), absent.alias("absent")])
        keys = keys.select([*ends, "complete", "absent"])
        women = pl.int_range(self._at, self._at + facts.height, dtype=pl.UInt32, eager=True).alias("woman")
        low, high = (int(self._rows["woman"].search_sorted(at)) for at in (self._at, self._at + facts.height))
        hers = self._rows.slice(low, high - low).group_by("woman", maintain_order=True).agg(pl.all())
        joined = women.to_frame().join(hers, on="woman", how="left", maintain_order="left")
        chances = pl.lit(None, pl.List(pl.Float64))
        if "chance" in hers.columns:
            chances = pl.when(pl.col("chance").list.drop_nulls().list.len() > 0).then(pl.col("chance"))
        told_of = joined.select(pl.col("row").alias("rows"), chances.alias("chances"))
        return keys.hstack(told_of).with_columns(pl.col("complete") & ~women.is_in(self._nobody.implode()))

    def _found(self, distinct: pl.DataFrame) -> pl.DataFrame:
        results: list[int | None] = []
        presents: list[bool] = []
        ends: list[Ends] = []
        born: list[tuple[int, ...]] = []
        for *given, complete, absent, rows, chances in distinct.iter_rows():
            described = self._histories.describe(tuple(rows or ()), complete=complete)
            found = self._of(tuple(given), described, absent=absent)
            results.append(found.result)
            presents.append(found.present)
            born.append(described.born)
            ends.append(found.chance if chances is None else self._chance_of(found, described, chances))
        return pl.DataFrame(
            {
                "found result": pl.Series(results, dtype=pl.UInt32),
                "found present": pl.Series(presents, dtype=pl.Boolean),
                "found low": pl.Series([low for low, _ in ends], dtype=pl.Float64),
                "found high": pl.Series([high for _, high in ends], dtype=pl.Float64),
                **{name: pl.Series([one[at] for one in born], dtype=pl.Int64) for at, name in enumerate(BORN)},
            }
        )

    @staticmethod
    def _chance_of(found: _Found, described: Described, chances: Sequence[float | None]) -> Ends:
        if found.result is None or found.counts is None:
            return NOTHING
        chance = TransferHistories.chance(described.singles, found.counts, chances)
        return chance.low, chance.high

    def _of(self, given: tuple[int, ...], described: Described, *, absent: bool) -> _Found:
        present = absent and described.going_on
        if described.contradicts or present:
            return _Found(None, present)
        key = given, described.key, described.furthest if self.kind == "transfers" else 0
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._work_out(given, described)
            self.worked_out += 1
        return found

    def _work_out(self, given: tuple[int, ...], described: Described) -> _Found:
        counted = [name for name in self.given if name != CHANCE]
        known = {
            name: Interval(max(low, 0), None if high < 0 else high)
            for name, low, high in zip(counted, given[::2], given[1::2], strict=True)
            if low >= 0 or high >= 0
        }
        total = known.get("transfers.total")
        if total is not None and total.high is not None and described.furthest > total.high:
            return _Found(None)
        counts = self._histories.bound(described, known)
        if any(count.empty for count in counts.values()):
            return _Found(None)
        ends = _ends_of(self._counts, counts)
        result = self._result_of.setdefault(ends, len(self._results))
        if result == len(self._results):
            self._results.append(ends)
        if not isinstance(self._histories, TransferHistories):
            return _Found(result)
        chance = self._histories.chance(described.singles, counts)
        needed = {name: counts[name] for name in ("transfers.failed", "transfers.total")}
        return _Found(result, counts=needed, chance=(chance.low, chance.high))

    def _ends(self, results: pl.Series) -> pl.DataFrame:
        """Return value and ends of each count for each woman, by the place of her result."""
        used = results.drop_nulls().unique()
        rows = [self._results[at] for at in used]
        columns: dict[str, Any] = {}
        for at, name in enumerate(self._counts):
            for end, word in enumerate(("low", "high")):
                columns[f"{name} {word}"] = pl.Series([row[at][end] for row in rows], dtype=pl.Float64)
            same = columns[f"{name} low"] == columns[f"{name} high"]
            columns[name] = pl.select(pl.when(same).then(columns[f"{name} low"].cast(pl.Int64))).to_series()
        table = pl.DataFrame({"found result": used.cast(pl.UInt32), **columns})
        joined = results.to_frame().join(table, on="found result", how="left", maintain_order="left")
        return joined.drop("found result")


def _chance(facts: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """Return the cumulative chance of each woman, within the limits given beside; 0 to 1 says nothing."""
    low, high = pl.col("found low"), pl.col("found high")
    if f"{CHANCE} low" in facts.columns:
        joined = joined.hstack(facts.select(f"{CHANCE} low", f"{CHANCE} high"))
        low = pl.max_horizontal(low, f"{CHANCE} low")
        high = pl.min_horizontal(high, f"{CHANCE} high")
    says = (low > 0) | (high < 1)
    ends = joined.select(
        pl.when(says).then(low).alias(f"{CHANCE} low"), pl.when(says).then(high).alias(f"{CHANCE} high")
    )
    same = pl.col(f"{CHANCE} low") == pl.col(f"{CHANCE} high")
    return ends.with_columns(pl.when(same).then(f"{CHANCE} low").alias(CHANCE))


def _ends_of(names: Sequence[str], counts: Mapping[str, Interval]) -> tuple[Ends, ...]:
    """Return the ends of the counts as facts: nothing where they are no narrower than what is possible."""
    values = as_values({name: counts[name] for name in names})
    ends: list[Ends] = []
    for name in names:
        value: Any = values.get(name)
        ends.append((value.low, value.high) if isinstance(value, Interval) else (value, value))
    return tuple(ends)


Group = CountGroup | HistoryGroup


def groups_of(columns: Collection[str], beside: LongTables | None) -> tuple[Group, ...]:
    """Return the groups of counts that the columns of a table belong to, and those drawn from histories beside it."""
    kinds = () if beside is None else tuple(kind for kind in KINDS if kind in beside.tables)
    groups = tuple(
        HistoryGroup(kind, columns, beside.tables[kind], beside.nobody) for kind in kinds if beside is not None
    )
    described = {name for group in groups for name in group.facts}
    return (*groups, *count_groups([name for name in columns if name not in described]))
