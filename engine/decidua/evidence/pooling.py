"""Meta-analysis of a handful of studies: random effects by REML or DerSimonian-Laird, and fixed effect beside it.

Formulas: DerSimonian and Laird 1986; REML (Viechtbauer 2005); Hartung-Knapp 2001, never narrower than
the plain interval (Jackson 2017); prediction interval with k - 2 degrees of freedom (Higgins 2009); I2 with the
test-based interval of Higgins and Thompson 2002; Mantel-Haenszel with the variance of Robins, Breslow and Greenland.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from decidua.evidence.distributions import Z95, chi_squared_tail, student_quantile
from decidua.evidence.effects import Estimate, Table, odds_ratio, risk_ratio
from decidua.frozen import Frozen

__all__ = ["Pooled", "leave_one_out", "mantel_haenszel", "pool"]

Measure = Literal["RR", "OR"]


class Pooled(Frozen):
    """A pooled effect on the log scale.

    Attributes:
        k: Studies that entered.
        log, se: Pooled log ratio and its standard error without the Hartung-Knapp factor.
        low, high: 95 % interval on the log scale.
        prediction: 95 % prediction interval on the log scale; None for fewer than three studies.
        tau2: Between-study variance.
        q, q_p: Cochran's Q and its p; None for one study.
        i2: Share of variation beyond chance (0 to 1) with its 95 % interval; None for one study.
        weights: Random-effects weights, summing to 1.
        fixed: Inverse-variance fixed effect: log, low, high.
        interval: How the 95 % interval was made.
    """

    k: int
    log: float
    se: float
    low: float
    high: float
    prediction: tuple[float, float] | None
    tau2: float
    q: float | None
    q_p: float | None
    i2: tuple[float, float, float] | None
    weights: tuple[float, ...]
    fixed: tuple[float, float, float]
    interval: Literal["one study", "plain, two studies", "Hartung-Knapp"]


def pool(
    effects: Sequence[float], variances: Sequence[float], *, method: Literal["REML", "DL"] = "REML"
) -> Pooled | None:
    """Pool log ratios.

    Args:
        effects: One log ratio a study.
        variances: Their variances, each above 0.
        method: Estimator of the between-study variance.

    Returns:
        The pooled effect, or None where there is no study. One study is returned as itself; two studies give a plain
        interval; from three on the interval is Hartung-Knapp's, never narrower than the plain one.
    """
    k = len(effects)
    if k == 0:
        return None
    fixed_weights = [1 / v for v in variances]
    fixed_sum = math.fsum(fixed_weights)
    fixed_log = math.fsum(w * y for w, y in zip(fixed_weights, effects, strict=True)) / fixed_sum
    fixed_se = math.sqrt(1 / fixed_sum)
    fixed = (fixed_log, fixed_log - Z95 * fixed_se, fixed_log + Z95 * fixed_se)
    if k == 1:
        return Pooled(
            1, fixed_log, fixed_se, fixed[1], fixed[2], None, 0.0, None, None, None, (1.0,), fixed, "one study"
        )
    q = math.fsum(w * (y - fixed_log) ** 2 for w, y in zip(fixed_weights, effects, strict=True))
    tau2 = _dersimonian_laird(q, fixed_weights, k)
    if method == "REML":
        tau2 = _reml(effects, variances, tau2)
    weights = [1 / (v + tau2) for v in variances]
    total = math.fsum(weights)
    log = math.fsum(w * y for w, y in zip(weights, effects, strict=True)) / total
    se = math.sqrt(1 / total)
    half = Z95 * se
    interval: Literal["plain, two studies", "Hartung-Knapp"] = "plain, two studies"
    prediction = None
    if k >= 3:
        spread = math.fsum(w * (y - log) ** 2 for w, y in zip(weights, effects, strict=True)) / (k - 1)
        half = max(half, student_quantile(0.975, k - 1) * math.sqrt(spread) * se)
        interval = "Hartung-Knapp"
        reach = student_quantile(0.975, k - 2) * math.sqrt(tau2 + se * se)
        prediction = (log - reach, log + reach)
    return Pooled(
        k,
        log,
        se,
        log - half,
        log + half,
        prediction,
        tau2,
        q,
        chi_squared_tail(q, k - 1),
        _i_squared(q, k),
        tuple(w / total for w in weights),
        fixed,
        interval,
    )


def _dersimonian_laird(q: float, weights: Sequence[float], k: int) -> float:
    total = math.fsum(weights)
    scale = total - math.fsum(w * w for w in weights) / total
    return max(0.0, (q - (k - 1)) / scale) if scale > 0 else 0.0


GRID = 128
"""Points of the grid; between two neighbours the likelihood is taken to have one maximum."""


def _reml(effects: Sequence[float], variances: Sequence[float], start: float) -> float:
    """Estimate tau2 by restricted maximum likelihood, 0 or above.

    The likelihood may have two maxima, and steps along its slope may swing over one for ever: so the highest point of a
    grid is found first, and beside it the root of the slope by bisection, which is the same on every machine.
    """
    scale = start + math.fsum(variances) / len(variances)
    grid = [scale * at / (GRID - at) for at in range(GRID)]
    best = max(range(GRID), key=lambda at: _restricted(effects, variances, grid[at])[0])
    rises = _restricted(effects, variances, grid[best])[1] > 0
    if best == 0 and not rises:
        return 0.0
    low, high = (grid[best], grid[min(best + 1, GRID - 1)]) if rises else (grid[best - 1], grid[best])
    while high - low > 1e-13 * max(1.0, high):
        middle = (low + high) / 2
        if _restricted(effects, variances, middle)[1] > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _restricted(effects: Sequence[float], variances: Sequence[float], tau2: float) -> tuple[float, float]:
    """Return the restricted log likelihood of tau2 but for a constant, and twice its slope."""
    weights = [1 / (v + tau2) for v in variances]
    total = math.fsum(weights)
    mean = math.fsum(w * y for w, y in zip(weights, effects, strict=True)) / total
    residuals = [w * (y - mean) ** 2 for w, y in zip(weights, effects, strict=True)]
    likelihood = (math.fsum(map(math.log, weights)) - math.log(total) - math.fsum(residuals)) / 2
    slope = math.fsum(w * r for w, r in zip(weights, residuals, strict=True)) - total
    return likelihood, slope + math.fsum(w * w for w in weights) / total


def _i_squared(q: float, k: int) -> tuple[float, float, float]:
    """Return I2 with the test-based 95 % interval of Higgins and Thompson."""
    df = k - 1
    i2 = max(0.0, (q - df) / q) if q > 0 else 0.0
    if k == 2:
        return i2, 0.0, 1.0
    h = math.sqrt(max(q / df, 1.0))
    if q > k:
        se = (math.log(q) - math.log(df)) / (2 * (math.sqrt(2 * q) - math.sqrt(2 * df - 1)))
    else:
        se = math.sqrt((1 - 1 / (3 * (k - 2) ** 2)) / (2 * (k - 2)))
    low, high = (math.exp(math.log(h) + side * Z95 * se) for side in (-1, 1))
    return i2, max(0.0, 1 - 1 / low**2) if low > 1 else 0.0, max(0.0, 1 - 1 / high**2) if high > 1 else 0.0


def estimates(tables: Sequence[Table], measure: Measure) -> list[Estimate]:
    """Return the log ratio of every informative table; tables without one are left out."""
    make = risk_ratio if measure == "RR" else odds_ratio
    return [estimate for table in tables if (estimate := make(table)) is not None]


def leave_one_out(
    effects: Sequence[float], variances: Sequence[float], *, method: Literal["REML", "DL"] = "REML"
) -> list[Pooled | None]:
    """Pool again without each study in turn, in the order given."""
    return [
        pool(
            [y for at, y in enumerate(effects) if at != out],
            [v for at, v in enumerate(variances) if at != out],
            method=method,
        )
        for out in range(len(effects))
    ]


def mantel_haenszel(tables: Sequence[Table], measure: Measure) -> tuple[float, float, float] | None:
    """Return the Mantel-Haenszel log ratio with its 95 % interval, without any correction of zero cells.

    Tables in which nothing, or everything, happened in both arms carry no information and are left out.

    Returns:
        Log ratio, low and high; None where it cannot be given.
    """
    used = [table for table in tables if table.informative]
    if measure == "RR":
        top = math.fsum(t.treated_events * t.control_total / t.total for t in used)
        bottom = math.fsum(t.control_events * t.treated_total / t.total for t in used)
        if top <= 0 or bottom <= 0:
            return None
        variance = math.fsum(
            (t.treated_total * t.control_total * t.events - t.treated_events * t.control_events * t.total) / t.total**2
            for t in used
        ) / (top * bottom)
    else:
        cells = [(t.cells, t.total) for t in used]
        r = [a * d / n for (a, _, _, d), n in cells]
        s = [b * c / n for (_, b, c, _), n in cells]
        top, bottom = math.fsum(r), math.fsum(s)
        if top <= 0 or bottom <= 0:
            return None
        p = [(a + d) / n for (a, _, _, d), n in cells]
        q = [(b + c) / n for (_, b, c, _), n in cells]
        variance = (
            math.fsum(x * y for x, y in zip(p, r, strict=True)) / (2 * top**2)
            + math.fsum(x * z + y * w for x, z, y, w in zip(p, s, q, r, strict=True)) / (2 * top * bottom)
            + math.fsum(x * y for x, y in zip(q, s, strict=True)) / (2 * bottom**2)
        )
    log, se = math.log(top / bottom), math.sqrt(variance)
    return log, log - Z95 * se, log + Z95 * se
