"""Counts that bound each other, for many combinations at once: what is said of a woman without singles.

A combination is a row, with the least and the most of each count as ``NAME low`` and ``NAME high``; a count without an
upper limit ends at infinity. The sums are those of the one-woman code, and the steps beside them are written here anew
for whole columns: tests hold them to the code for one woman, combination by combination.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from decidua.profile.counting import pregnancy_sums
from decidua.profile.interval import REACH, Sum
from decidua.profile.transfer_counts import EMBRYO_COUNTS, EMBRYO_SUMS, transfer_sums

__all__ = ["Bounding", "bound_pregnancy_counts", "bound_transfer_counts"]

Bounding = Callable[[pl.DataFrame], pl.DataFrame]
"""Takes combinations and returns those that can be true, each with its counts as narrow as they bound each other."""

SINCE, LOSSES, BIRTHS = "losses.since_last_live_birth", "losses.total", "live_births.total"
BETWEEN = ("pregnancies.stillbirths", "pregnancies.ectopic", "pregnancies.molar", "pregnancies.terminations")
FAILED = "transfers.failed"
WITHIN = "within reach"


def _low(name: str) -> pl.Expr:
    return pl.col(f"{name} low")


def _high(name: str) -> pl.Expr:
    return pl.col(f"{name} high")


def _total(ends: Sequence[pl.Expr]) -> pl.Expr:
    """Add ends; none at all are 0."""
    return sum(ends[1:], start=ends[0]) if ends else pl.lit(0.0)


def _sweep(sums: Sequence[Sum], some: Sequence[tuple[Sum, pl.Expr]] = ()) -> list[pl.Expr]:
    """Return one step of the narrowing: what each sum says of each of its counts, all from the ends as they stand.

    Narrowing ends where no sum moves anything. That is the same place in whichever order the sums are applied, so all
    may be applied at once. Those of ``some`` hold for some rows only.
    """
    least: dict[str, list[pl.Expr]] = {}
    most: dict[str, list[pl.Expr]] = {}
    for one, where in (*((one, None) for one in sums), *some):

        def at(ends: dict[str, list[pl.Expr]], name: str, bound: pl.Expr, where: pl.Expr | None = where) -> None:
            ends.setdefault(name, []).append(bound if where is None else pl.when(where).then(bound))

        at(least, one.whole, _total([_low(part) for part in one.parts]))
        if one.all_told:
            at(most, one.whole, _total([_high(part) for part in one.parts]))
        for part in one.parts:
            others = [other for other in one.parts if other != part]
            at(most, part, _high(one.whole) - _total([_low(other) for other in others]))
            if one.all_told:
                at(least, part, _low(one.whole) - _total([_high(other) for other in others]))
    return [
        *(pl.max_horizontal(_low(name), *bounds).alias(f"{name} low") for name, bounds in least.items()),
        *(pl.min_horizontal(_high(name), *bounds).alias(f"{name} high") for name, bounds in most.items()),
    ]


def _possible(names: Sequence[str]) -> pl.Expr:
    """Say where counts are not empty, nor beyond what counts that can all be true can reach."""
    reach = pl.col(WITHIN)
    return pl.all_horizontal([(_low(name) <= _high(name)) & (_low(name) <= reach) for name in names])


def _reach(names: Sequence[str]) -> pl.Expr:
    known = [pl.when(_high(name).is_finite()).then(_high(name)).otherwise(0.0) for name in names]
    return (REACH * pl.sum_horizontal([*(_low(name) for name in names), *known])).alias(WITHIN)


def _names(frame: pl.DataFrame) -> list[str]:
    return [column.removesuffix(" low") for column in frame.columns if column.endswith(" low")]


def _narrow(frame: pl.DataFrame, expressions: Sequence[pl.Expr]) -> pl.DataFrame:
    """Narrow until nothing moves; a combination that cannot be true is left out as soon as that shows."""
    possible = _possible(_names(frame))
    frame = frame.filter(possible)
    while True:
        moved = frame.with_columns(expressions).filter(possible)
        if moved.height == frame.height and moved.equals(frame):
            return moved
        frame = moved


def _met(name: str, low: pl.Expr, high: pl.Expr) -> list[pl.Expr]:
    """Let a count lie between two more ends too."""
    return [
        pl.max_horizontal(_low(name), low).alias(f"{name} low"),
        pl.min_horizontal(_high(name), high).alias(f"{name} high"),
    ]


def _least_run(events: pl.Expr, between: pl.Expr) -> pl.Expr:
    """Return how long the longest run must be when so many others at most part the events; 0 where not known."""
    run = (events / (between + 1)).ceil()
    return pl.when((between >= 0) & between.is_finite()).then(run).otherwise(0.0)


def bound_pregnancy_counts() -> Bounding:
    """Return what ``bound_pregnancies`` does, without a profile, for combinations of counts."""
    no_birth = "no live birth"
    plain = _sweep(pregnancy_sums())
    since_are_all = _sweep(pregnancy_sums(), [(Sum(LOSSES, (SINCE,)), pl.col(no_birth))])
    some_birth = pl.when(_high(SINCE) < _low(LOSSES)).then(1.0)
    others = _total([_high(name) for name in BETWEEN])
    earlier = _low(LOSSES) - _high(SINCE)
    run = pl.max_horizontal(
        pl.min_horizontal(_low(LOSSES), pl.lit(1.0)),
        _least_run(_low(LOSSES), others + _high(BIRTHS)),
        _least_run(_low(SINCE), others),
        pl.when(earlier > 0).then(_least_run(earlier, others + _high(BIRTHS) - 1)).otherwise(0.0),
    )
    known = _high(LOSSES).is_finite() & _high(SINCE).is_finite()
    longest = pl.when(known).then(pl.max_horizontal(_high(SINCE), _high(LOSSES) - _low(SINCE))).otherwise(_high(LOSSES))

    def bound(frame: pl.DataFrame) -> pl.DataFrame:
        names = _names(frame)
        frame = _narrow(frame.with_columns(_reach(names)), plain)
        frame = frame.with_columns(pl.max_horizontal(_low(BIRTHS), some_birth).alias(f"{BIRTHS} low"))
        frame = frame.with_columns((_high(BIRTHS) == 0).alias(no_birth))
        frame = _narrow(frame, since_are_all).drop(no_birth)
        return frame.with_columns(_met("losses.consecutive", run, longest)).filter(_possible(names))

    return bound


def bound_transfer_counts() -> Bounding:
    """Return what ``bound_transfers`` does, without a profile, for combinations of counts."""
    own = tuple(one for one in transfer_sums() if one not in EMBRYO_SUMS)
    first, second = _sweep(own), _sweep((*own, *EMBRYO_SUMS))
    none_failed = _high(FAILED) == 0
    no_embryos = [
        pl.when(none_failed)
        .then(pl.min_horizontal(_high(name), pl.lit(0.0)))
        .otherwise(_high(name))
        .alias(f"{name} high")
        for name, _ in EMBRYO_COUNTS
    ]
    run = pl.max_horizontal(
        pl.min_horizontal(_low(FAILED), pl.lit(1.0)), _least_run(_low(FAILED), _high(f"~not {FAILED}"))
    )

    def bound(frame: pl.DataFrame) -> pl.DataFrame:
        names = _names(frame)
        frame = _narrow(frame.with_columns(_reach(names)), first).with_columns(no_embryos)
        frame = _narrow(frame, second)
        return frame.with_columns(_met("transfers.failed_consecutive", run, _high(FAILED))).filter(_possible(names))

    return bound
