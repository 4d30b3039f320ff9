"""The few distribution functions that pooling needs, by their textbook continued fractions and series.

A library would be the first choice; importing one (scipy.special) takes longer than the whole command may take to
start, so these stand here, and the tests hold them to scipy.
"""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = [
    "Z95",
    "chi_squared_tail",
    "hypergeometric_log_probability",
    "normal_quantile",
    "normal_tail",
    "student_quantile",
]

_NORMAL = NormalDist()
Z95 = _NORMAL.inv_cdf(0.975)
"""Standard normal quantile of a 95 % interval (1.959964)."""

_TINY = 1e-300
_CLOSE = 1e-15
_TERMS = 10_000


def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of ``p`` (0 < p < 1)."""
    return _NORMAL.inv_cdf(p)


def normal_tail(z: float) -> float:
    """Return the two-sided tail probability of ``z``."""
    return math.erfc(abs(z) / math.sqrt(2))


def chi_squared_tail(x: float, df: int) -> float:
    """Return the upper tail probability of a chi-squared value.

    Args:
        x: The value, 0 or more.
        df: Degrees of freedom, 1 or more.
    """
    if x <= 0:
        return 1.0
    shape, half = df / 2, x / 2
    scale = math.exp(shape * math.log(half) - half - math.lgamma(shape))
    if half < shape + 1:
        term = total = 1 / shape
        for index in range(1, _TERMS):
            term *= half / (shape + index)
            total += term
            if term < total * _CLOSE:
                break
        return 1 - total * scale
    start = half + 1 - shape
    c, d = 1 / _TINY, 1 / start
    fraction = d
    for index in range(1, _TERMS):
        numerator = -index * (index - shape)
        start += 2
        d = 1 / _away_from_zero(numerator * d + start)
        c = _away_from_zero(start + numerator / c)
        fraction *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return scale * fraction


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function by Lentz's method."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + even * d)
        c = _away_from_zero(1 + even / c)
        result *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + odd * d)
        c = _away_from_zero(1 + odd / c)
        result *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return result


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _student_tail(t: float, df: float) -> float:
    """Return the upper tail probability of a Student t value of 0 or more."""
    return _incomplete_beta(df / 2, 0.5, df / (df + t * t)) / 2


def _student_density(t: float, df: float) -> float:
    """Return the density of Student's t at a value."""
    front = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    return math.exp(front - (df + 1) / 2 * math.log1p(t * t / df))


def student_quantile(p: float, df: float) -> float:
    """Return the Student t quantile of ``p`` by Newton's method on the exact tail.

    The tail is convex, so from below every step is one towards the quantile and none goes past it.

    Args:
        p: Probability, 0.5 to below 1.
        df: Degrees of freedom, 1 or more.
    """
    tail, t, above = 1 - p, 0.0, 1.0
    while _student_tail(above, df) > tail:
        t, above = above, 2 * above
    for _ in range(100):
        step = (_student_tail(t, df) - tail) / _student_density(t, df)
        t += step
        if abs(step) <= 1e-8 * t:  # the next would be its square
            break
    return t


def hypergeometric_log_probability(drawn: int, successes: int, total: int, sample: int) -> float:
    """Return the log probability of ``drawn`` successes in a sample without replacement.

    Args:
        drawn: Successes in the sample.
        successes: Successes in all.
        total: All.
        sample: Size of the sample.
    """
    return _log_choose(successes, drawn) + _log_choose(total - successes, sample - drawn) - _log_choose(total, sample)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
