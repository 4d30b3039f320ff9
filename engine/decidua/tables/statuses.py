"""The status of each option for a table of women, worked out once for each distinct combination of what it reads.

Nothing of the policy is here: each combination is judged by the very code that judges one woman, with the verdicts of
the combination in place of hers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from decidua.assessment.options.status import (
    JudgedStrategy,
    any_of_which_counts,
    choose_best,
    judge_strategy,
    option_status,
)
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import Proof
from decidua.engines.frame import FramePlan, Term
from decidua.frozen import Frozen
from decidua.profile.facts import Facts
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Option, Strategy
from decidua.tables.cells.packing import packed, unpacked
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["GivenVerdicts", "OptionJudge", "spread_over"]

KEPT = 200_000
"""Combinations of one way to use an option that are kept; beyond that they are worked out anew."""
SPREAD_FROM = 10_000
"""Combinations from which they may be said to grow towards the number of women: where they are more than half."""
DIGITS = (NO, YES, UNKNOWN)


class GivenVerdicts(Verdicts):
    """Verdicts that are given, not worked out; ``asked`` holds the rules that were asked for."""

    def __init__(self, view: DatedRulebook, given: Mapping[str, Verdict]) -> None:
        super().__init__(view, Facts({}), "reference")
        self._given = given
        self.asked: dict[str, None] = {}

    def proof(self, id_: str) -> Proof:
        """Return a proof without parts: what is given is not explained."""
        return Proof(self.view.rules[id_].condition, self.verdict(id_))

    def verdict(self, id_: str) -> Verdict:
        """Return a rule's verdict; what does not hold on the date is UNKNOWN, as it is for one woman."""
        self.asked.setdefault(id_)
        return self._given.get(id_, UNKNOWN) if id_ in self.view.rules else UNKNOWN


class _Digit(Frozen):
    """A part of a combination: one verdict of rules that share it, or whether any of several rules is YES."""

    ids: tuple[str, ...]
    columns: tuple[str, ...]
    any_of: bool

    @property
    def radix(self) -> int:
        return 2 if self.any_of else 3

    def expression(self) -> pl.Expr:
        if not self.any_of:
            return pl.col(self.columns[0]).cast(pl.Int64).fill_null(2)
        return pl.any_horizontal([pl.col(column).fill_null(value=False) for column in self.columns]).cast(pl.Int64)


def spread_over(combinations: int, women: int) -> bool:
    """Say whether combinations grew towards the number of women."""
    return combinations > max(SPREAD_FROM, women / 2)


def _lookup(frame: pl.DataFrame, keys: list[str], found: pl.DataFrame) -> pl.DataFrame:
    """Return for each row what was found for its combination, in the order of the rows."""
    return frame.select(keys).join(found, on=keys, how="left", maintain_order="left").drop(keys)


class _StrategyJudge:
    """One way to use an option: from combinations of verdicts to kinds of judgement."""

    def __init__(self, view: DatedRulebook, strategy: Strategy, option: str, plan: FramePlan) -> None:
        self.view = view
        self.strategy = strategy
        self.option = option
        self.kinds: list[JudgedStrategy] = []
        self._kind_of: dict[object, int] = {}
        self._memo: dict[tuple[int, ...], int] = {}
        self._plan = plan
        self.worked_out = 0
        self._asked = dict.fromkeys(
            id_ for verdict in Verdict for id_ in self._judge(dict.fromkeys(view.rules, verdict))[1]
        )
        self._arrange()

    def _arrange(self) -> None:
        """Order what is asked for: what is the same for every woman, and the digits of a combination."""
        self._fixed: dict[str, Verdict] = {}
        groups = any_of_which_counts(self.view, self.strategy)
        columns: dict[Term | int, list[str]] = {}
        for id_ in self._asked:
            if id_ not in self.view.rules:
                continue
            term = self._plan.verdict(id_)
            if isinstance(term, Verdict):
                self._fixed[id_] = term
                continue
            group = next((at for at, group in enumerate(groups) if id_ in group), None)
            columns.setdefault(term if group is None else group, []).append(id_)
        self.digits = [
            _Digit(tuple(ids), tuple(dict.fromkeys(str(self._plan.verdict(id_)) for id_ in ids)), isinstance(key, int))
            for key, ids in columns.items()
        ]
        self._memo.clear()

    def _judge(self, given: Mapping[str, Verdict]) -> tuple[JudgedStrategy, dict[str, None]]:
        verdicts = GivenVerdicts(self.view, given)
        return judge_strategy(verdicts, self.strategy, self.option), verdicts.asked

    def columns(self, at: int) -> dict[str, pl.Expr]:
        """Return the combination as columns."""
        numbers = packed((digit.expression(), digit.radix) for digit in self.digits)
        return {f"{at} {part}": expression for part, expression in enumerate(numbers)}

    def kinds_of(self, combinations: Sequence[tuple[int, ...]]) -> list[int]:
        """Return the kind of judgement of each combination."""
        if len(self._memo) + len(combinations) > KEPT:
            self._memo.clear()
        return [self._kind(combination) for combination in combinations]

    def _kind(self, combination: tuple[int, ...]) -> int:
        kind = self._memo.get(combination)
        if kind is None:
            judged, asked = self._judge(self._verdicts(combination))
            if not asked.keys() <= self._asked.keys():  # pragma: no cover - all that can be asked for was asked before
                raise AssertionError(f"{self.strategy.id} asked for {sorted(asked.keys() - self._asked.keys())}")
            self.worked_out += 1
            key = (
                judged.row.id,
                judged.population.verdict,
                judged.could_be,
                tuple((line.number, line.rating.certainty) for line in judged.lines),
            )
            kind = self._kind_of.get(key)
            if kind is None:
                kind = self._kind_of[key] = len(self.kinds)
                self.kinds.append(judged)
            self._memo[combination] = kind
        return kind

    def _verdicts(self, combination: tuple[int, ...]) -> dict[str, Verdict]:
        given = dict(self._fixed)
        values = unpacked(combination, (digit.radix for digit in self.digits))
        for digit, value in zip(self.digits, values, strict=True):
            given.update(dict.fromkeys(digit.ids, DIGITS[value]))
        return given


class OptionJudge:
    """The status of one option for a table of women.

    Args:
        view: The rules.
        option: The option.
        plan: Where the verdicts of the rules stand.
    """

    def __init__(self, view: DatedRulebook, option: Option, plan: FramePlan) -> None:
        self.view = view
        self.option = option
        self._strategies = [
            _StrategyJudge(view, strategy, option.option, plan) for strategy in view.strategies_of(option)
        ]
        self._memo: dict[tuple[int, ...], tuple[str, str | None, str | None]] = {}

    @property
    def worked_out(self) -> int:
        """How many combinations were worked out."""
        return sum(one.worked_out for one in self._strategies)

    def spread(self, women: int) -> bool:
        """Say whether the combinations of some way to use it grew towards the number of women."""
        return any(spread_over(one.worked_out, women) for one in self._strategies)

    def judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the status, what it could be, and the certainty, for each row of a table with all verdicts."""
        kinds = []
        for at, strategy in enumerate(self._strategies):
            columns = strategy.columns(at)
            keys = frame.with_columns(**columns).select(list(columns))
            distinct = keys.unique()
            found = distinct.with_columns(kind=pl.Series(strategy.kinds_of(distinct.rows()), dtype=pl.Int64))
            kinds.append(_lookup(keys, list(columns), found)["kind"].alias(f"kind {at}"))
        return self._together(pl.DataFrame(kinds))

    def _together(self, kinds: pl.DataFrame) -> pl.DataFrame:
        distinct = kinds.unique()
        said = [self._option(row) for row in distinct.rows()]
        found = distinct.with_columns(
            pl.Series("status", [one[0] for one in said], dtype=pl.String),
            pl.Series("could_be", [one[1] for one in said], dtype=pl.String),
            pl.Series("certainty", [one[2] for one in said], dtype=pl.String),
        )
        return _lookup(kinds, kinds.columns, found)

    def _option(self, kinds: tuple[int, ...]) -> tuple[str, str | None, str | None]:
        said = self._memo.get(kinds)
        if said is None:
            judged = [one.kinds[kind] for one, kind in zip(self._strategies, kinds, strict=True)]
            status, could_be = option_status(self.view, judged)
            said = status, "|".join(could_be) or None, choose_best(self.view, judged).certainty
            self._memo[kinds] = said
        return said
