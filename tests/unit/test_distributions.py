"""The distribution functions, held to scipy and to printed tables."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from decidua.evidence.distributions import (
    Z95,
    chi_squared_tail,
    hypergeometric_log_probability,
    normal_quantile,
    normal_tail,
    student_quantile,
)

quick = settings(deadline=None, derandomize=True, max_examples=150)


@pytest.mark.parametrize(
    ("df", "printed"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (11, 2.201), (12, 2.179), (30, 2.042), (120, 1.980)],
)
def test_t_quantiles_of_a_95_percent_interval_are_those_of_the_printed_table(df, printed):
    assert student_quantile(0.975, df) == pytest.approx(printed, abs=0.0005)


@pytest.mark.parametrize(
    ("value", "df", "printed"),
    [(3.841, 1, 0.05), (6.635, 1, 0.01), (5.991, 2, 0.05), (9.488, 4, 0.05), (18.307, 10, 0.05), (26.217, 12, 0.01)],
)
def test_chi_squared_tails_are_those_of_the_printed_table(value, df, printed):
    assert chi_squared_tail(value, df) == pytest.approx(printed, rel=1e-3)


def test_the_normal_quantile_of_a_95_percent_interval_is_1_96():
    assert pytest.approx(1.959963984540054, abs=1e-12) == Z95
    assert normal_quantile(0.5) == pytest.approx(0, abs=1e-15)


@quick
@given(st.floats(0.75, 0.9999), st.integers(1, 400))
def test_t_quantiles_agree_with_scipy(p, df):
    assert student_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-8)


@pytest.mark.parametrize("df", [1, 5, 400])
def test_t_quantiles_begin_at_zero_in_the_middle(df):
    assert student_quantile(0.5, df) == pytest.approx(0, abs=1e-12)
    assert student_quantile(0.501, df) == pytest.approx(stats.t.ppf(0.501, df), abs=1e-6)


@quick
@given(st.floats(0, 400), st.integers(1, 200))
def test_chi_squared_tails_agree_with_scipy(value, df):
    assert chi_squared_tail(value, df) == pytest.approx(stats.chi2.sf(value, df), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("df", [1, 2, 7, 40])
@pytest.mark.parametrize("beside", [-1e-6, 0.0, 1e-6])
def test_chi_squared_tails_agree_with_scipy_where_the_series_hands_over_to_the_fraction(df, beside):
    value = df + 2 + beside
    assert chi_squared_tail(value, df) == pytest.approx(stats.chi2.sf(value, df), rel=1e-12)


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_no_variation_at_all_has_a_chi_squared_tail_of_one(value):
    assert chi_squared_tail(value, 3) == 1.0


@pytest.mark.parametrize("value", [1e4, 1e6])
def test_an_enormous_chi_squared_value_has_a_tail_of_nothing(value):
    assert chi_squared_tail(value, 5) == pytest.approx(0, abs=1e-300)


@quick
@given(st.floats(-30, 30))
def test_two_sided_normal_tails_agree_with_scipy_and_have_no_side(z):
    assert normal_tail(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-10, abs=1e-300)
    assert normal_tail(z) == normal_tail(-z)


@quick
@given(st.floats(0.0001, 0.9999))
def test_normal_quantiles_agree_with_scipy(p):
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-8, abs=1e-12)


@quick
@given(st.data())
def test_hypergeometric_probabilities_agree_with_scipy_and_sum_to_one(data):
    total = data.draw(st.integers(1, 400))
    successes, sample = data.draw(st.integers(0, total)), data.draw(st.integers(0, total))
    possible = range(max(0, sample - (total - successes)), min(successes, sample) + 1)
    logs = {drawn: hypergeometric_log_probability(drawn, successes, total, sample) for drawn in possible}
    assert math.fsum(map(math.exp, logs.values())) == pytest.approx(1, rel=1e-9)
    drawn = data.draw(st.sampled_from(possible))
    assert logs[drawn] == pytest.approx(stats.hypergeom.logpmf(drawn, total, successes, sample), rel=1e-8, abs=1e-8)


@quick
@given(st.integers(1, 200), st.floats(0.51, 0.999))
def test_fewer_studies_mean_a_wider_t_than_the_normal(df, p):
    assert student_quantile(p, df) > student_quantile(p, df + 1) > normal_quantile(p)
