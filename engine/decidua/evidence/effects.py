"""From one 2 x 2 table to its effects: ratios, risk difference, number needed to treat, Fisher, fragility.

A zero cell is handled by one rule: where one of the four cells is zero, 0.5 is added to all four for the two ratios;
the risk difference is never corrected. Where no event or only events happened in both arms, no ratio can be given.
"""

from __future__ import annotations

import math

from decidua.errors import EvidenceError
from decidua.evidence.distributions import Z95, chi_squared_tail, hypergeometric_log_probability
from decidua.frozen import Frozen

__all__ = [
    "Estimate",
    "NumberNeeded",
    "Table",
    "chi_squared_p",
    "fisher_p",
    "fragility_index",
    "number_needed",
    "odds_ratio",
    "risk_difference",
    "risk_ratio",
]


class Table(Frozen):
    """Events and totals of the treated and the control arm.

    Raises:
        EvidenceError: An arm without women, a negative count, or more events than women.
    """

    treated_events: int
    treated_total: int
    control_events: int
    control_total: int

    def __init__(self, treated_events: int, treated_total: int, control_events: int, control_total: int) -> None:
        super().__init__(treated_events, treated_total, control_events, control_total)
        for events, total in ((treated_events, treated_total), (control_events, control_total)):
            if total <= 0 or not 0 <= events <= total:
                raise EvidenceError(f"{events} events among {total} are not possible in one arm")

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """Events and non-events of the treated arm, then of the control arm."""
        return (
            self.treated_events,
            self.treated_total - self.treated_events,
            self.control_events,
            self.control_total - self.control_events,
        )

    @property
    def total(self) -> int:
        """All women (or whatever was counted) of both arms."""
        return self.treated_total + self.control_total

    @property
    def events(self) -> int:
        """Events of both arms."""
        return self.treated_events + self.control_events

    @property
    def control_risk(self) -> float:
        """Risk in the control arm, 0 to 1."""
        return self.control_events / self.control_total

    @property
    def informative(self) -> bool:
        """Whether a ratio can be given: something happened somewhere, and not to everyone."""
        return 0 < self.events < self.total


class Estimate(Frozen):
    """An effect with its 95 % interval.

    Attributes:
        measure: RR, OR or RD.
        value: The estimate on its own scale; a proportion for RD.
        low, high: Ends of the 95 % interval.
        log: Its logarithm for a ratio, else the value itself.
        se: Standard error on the scale of ``log``.
        corrected: Whether 0.5 was added to every cell.
    """

    measure: str
    value: float
    low: float
    high: float
    log: float
    se: float
    corrected: bool = False


def _ratio(measure: str, log: float, se: float, *, corrected: bool) -> Estimate:
    low, high = math.exp(log - Z95 * se), math.exp(log + Z95 * se)
    return Estimate(measure, math.exp(log), low, high, log, se, corrected)


def _corrected_cells(table: Table) -> tuple[tuple[float, float, float, float], bool]:
    a, b, c, d = table.cells
    if 0 in (a, b, c, d):
        return (a + 0.5, b + 0.5, c + 0.5, d + 0.5), True
    return (a, b, c, d), False


def risk_ratio(table: Table) -> Estimate | None:
    """Return the risk ratio with its log-normal 95 % interval, or None where none can be given."""
    if not table.informative:
        return None
    (a, b, c, d), corrected = _corrected_cells(table)
    log = math.log(a / (a + b)) - math.log(c / (c + d))
    return _ratio("RR", log, math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)), corrected=corrected)


def odds_ratio(table: Table) -> Estimate | None:
    """Return the odds ratio with Woolf's 95 % interval, or None where none can be given."""
    if not table.informative:
        return None
    (a, b, c, d), corrected = _corrected_cells(table)
    return _ratio("OR", math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), corrected=corrected)


def risk_difference(table: Table) -> Estimate:
    """Return the risk difference (a proportion, treated minus control) with its Wald 95 % interval."""
    p1, p0 = table.treated_events / table.treated_total, table.control_risk
    value = p1 - p0
    se = math.sqrt(p1 * (1 - p1) / table.treated_total + p0 * (1 - p0) / table.control_total)
    return Estimate("RD", value, value - Z95 * se, value + Z95 * se, value, se)


class NumberNeeded(Frozen):
    """Women to treat for one more event (``more``) or one event less, with its 95 % interval."""

    value: float
    low: float
    high: float
    more: bool


def number_needed(difference: Estimate) -> NumberNeeded | None:
    """Return the number needed to treat, or None where the interval of the difference holds no effect."""
    if difference.low <= 0 <= difference.high:
        return None
    ends = sorted((1 / abs(difference.low), 1 / abs(difference.high)))
    return NumberNeeded(1 / abs(difference.value), ends[0], ends[1], difference.value > 0)


def fisher_p(table: Table) -> float:
    """Return Fisher's exact two-sided p: the sum over all tables no likelier than this one."""
    total, events, sample = table.total, table.events, table.treated_total
    low, high = max(0, sample - (total - events)), min(sample, events)
    logs = [hypergeometric_log_probability(k, events, total, sample) for k in range(low, high + 1)]
    observed = logs[table.treated_events - low]
    return min(1.0, math.fsum(math.exp(log) for log in logs if log <= observed + 1e-7))


def chi_squared_p(table: Table, *, corrected: bool) -> float | None:
    """Return the p of Pearson's chi-squared test, with Yates' correction or without; None where it has no meaning."""
    if not table.informative:
        return None
    a, b, c, d = table.cells
    difference = abs(a * d - b * c) - (table.total / 2 if corrected else 0)
    statistic = (
        table.total
        * max(difference, 0) ** 2
        / (table.events * (table.total - table.events) * table.treated_total * table.control_total)
    )
    return chi_squared_tail(statistic, 1)


def fragility_index(table: Table, *, alpha: float = 0.05) -> int | None:
    """Return how many more events in the arm at the lower risk would bring Fisher's p to ``alpha``.

    Source: Walsh 2014, with the arm taken by its risk, so that arms of unequal size are treated alike.

    Returns:
        The number, 1 or more, or None where p is not below ``alpha`` to begin with.
    """
    if fisher_p(table) >= alpha:
        return None
    a, n1, c, n0 = table.treated_events, table.treated_total, table.control_events, table.control_total
    fewer_treated = a * n0 < c * n1
    room = n1 - a if fewer_treated else n0 - c
    for changed in range(1, room + 1):
        moved = Table(a + changed, n1, c, n0) if fewer_treated else Table(a, n1, c + changed, n0)
        if fisher_p(moved) >= alpha:
            return changed
    return None
