"""Effects of one 2 x 2 table, held to published figures, to scipy and to the laws of ratios."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import contingency

from decidua.errors import EvidenceError
from decidua.evidence.effects import (
    Table,
    chi_squared_p,
    fisher_p,
    fragility_index,
    number_needed,
    odds_ratio,
    risk_difference,
    risk_ratio,
)

quick = settings(deadline=None, derandomize=True, max_examples=120)


@st.composite
def tables(draw, most=60):
    n1, n0 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return Table(draw(st.integers(0, n1)), n1, draw(st.integers(0, n0)), n0)


def swap_arms(table):
    return Table(table.control_events, table.control_total, table.treated_events, table.treated_total)


def count_the_others(table):
    a, b, c, d = table.cells
    return Table(b, a + b, d, c + d)


FILGRASTIM = Table(29, 35, 16, 33)  # live births


# Published figures ---------------------------------------------------------------------------------------------------


def test_29_of_35_against_16_of_33_gives_the_published_p_and_odds_ratio():
    assert chi_squared_p(FILGRASTIM, corrected=True) == pytest.approx(0.0062, abs=0.00005)
    assert fisher_p(FILGRASTIM) == pytest.approx(0.0044, abs=0.00005)
    odds = odds_ratio(FILGRASTIM)
    assert (odds.measure, round(odds.value, 2), round(odds.low, 2), round(odds.high, 1)) == ("OR", 5.14, 1.69, 15.6)


def test_12_of_17_against_4_of_21_gives_the_published_fisher_p():
    assert fisher_p(Table(12, 17, 4, 21)) == pytest.approx(0.0026, abs=0.00005)


def test_12_of_17_against_20_of_37_is_compatible_with_no_difference():
    table = Table(12, 17, 20, 37)
    assert fisher_p(table) == pytest.approx(0.372, abs=0.0005)
    assert risk_ratio(table).low < 1 < risk_ratio(table).high
    assert number_needed(risk_difference(table)) is None


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        pytest.param(Table(45, 76, 48, 74), (0.91, 0.71, 1.17), id="45 of 76 against 48 of 74"),
        pytest.param(Table(262, 398, 271, 428), (1.04, 0.94, 1.15), id="PROMISE, live birth"),
    ],
)
def test_risk_ratios_are_the_published_ones(table, printed):
    ratio = risk_ratio(table)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(printed, abs=0.0055)


def test_the_risk_difference_of_promise_is_the_published_one():
    difference = risk_difference(Table(262, 398, 271, 428))
    in_points = (100 * difference.value, 100 * difference.low, 100 * difference.high)
    assert in_points == pytest.approx((2.5, -4.0, 9.0), abs=0.06)


def test_the_lady_tasting_tea_has_fishers_own_p():
    assert fisher_p(Table(3, 4, 1, 4)) == pytest.approx(34 / 70)


@pytest.mark.parametrize(("table", "index"), [(Table(1, 100, 9, 100), 1), (Table(200, 4000, 250, 4000), 9)])
def test_the_two_trials_that_introduced_the_fragility_index_have_the_printed_one(table, index):
    assert fragility_index(table) == index


# Independent library -------------------------------------------------------------------------------------------------


@quick
@given(tables(most=300))
def test_fishers_p_agrees_with_scipy(table):
    a, b, c, d = table.cells
    assert fisher_p(table) == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-7)


@quick
@given(tables())
def test_chi_squared_p_agrees_with_scipy(table):
    a, b, c, d = table.cells
    assume(0 < a + c < table.total)
    for corrected in (True, False):
        theirs = stats.chi2_contingency([[a, b], [c, d]], correction=corrected).pvalue
        assert chi_squared_p(table, corrected=corrected) == pytest.approx(theirs, rel=1e-8)


@quick
@given(tables())
def test_ratios_and_their_intervals_agree_with_scipy_where_no_cell_is_zero(table):
    a, b, c, d = table.cells
    assume(0 not in table.cells)
    theirs = contingency.relative_risk(a, a + b, c, c + d)
    interval = theirs.confidence_interval(0.95)
    ours = risk_ratio(table)
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (theirs.relative_risk, interval.low, interval.high), rel=1e-9
    )
    theirs = contingency.odds_ratio([[a, b], [c, d]], kind="sample")
    interval = theirs.confidence_interval(0.95)
    ours = odds_ratio(table)
    assert (ours.value, ours.low, ours.high) == pytest.approx((theirs.statistic, interval.low, interval.high), rel=1e-9)


# Zero cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "relative", "odds"),
    [
        pytest.param(Table(0, 20, 5, 20), 0.5 / 5.5, (0.5 * 15.5) / (20.5 * 5.5), id="no event among the treated"),
        pytest.param(Table(5, 20, 0, 20), 5.5 / 0.5, (5.5 * 20.5) / (15.5 * 0.5), id="no event among the controls"),
        pytest.param(
            Table(20, 20, 15, 20), 20.5 / 15.5, (20.5 * 5.5) / (0.5 * 15.5), id="only events among the treated"
        ),
        pytest.param(
            Table(15, 20, 20, 20), 15.5 / 20.5, (15.5 * 0.5) / (5.5 * 20.5), id="only events among the controls"
        ),
    ],
)
def test_a_zero_cell_adds_half_to_all_four_cells_and_says_so(table, relative, odds):
    assert risk_ratio(table).value == pytest.approx(relative)
    assert odds_ratio(table).value == pytest.approx(odds)
    assert risk_ratio(table).corrected
    assert odds_ratio(table).corrected


def test_the_risk_difference_is_never_corrected():
    difference = risk_difference(Table(0, 20, 5, 20))
    assert difference.value == pytest.approx(-0.25)
    assert not difference.corrected


@pytest.mark.parametrize("table", [Table(1, 20, 5, 20), Table(19, 20, 1, 30)])
def test_no_half_is_added_where_no_cell_is_zero(table):
    assert not risk_ratio(table).corrected
    assert not odds_ratio(table).corrected


@pytest.mark.parametrize(
    "table",
    [pytest.param(Table(0, 20, 0, 30), id="no event"), pytest.param(Table(20, 20, 30, 30), id="only events")],
)
def test_where_nothing_or_everything_happened_no_ratio_can_be_given(table):
    assert not table.informative
    assert risk_ratio(table) is None
    assert odds_ratio(table) is None
    assert chi_squared_p(table, corrected=True) is None
    assert chi_squared_p(table, corrected=False) is None
    assert fisher_p(table) == pytest.approx(1)
    assert fragility_index(table) is None
    assert number_needed(risk_difference(table)) is None


@pytest.mark.parametrize("counts", [(0, 0, 3, 10), (3, 10, 0, 0), (-1, 10, 3, 10), (3, 10, 11, 10), (11, 10, 3, 10)])
def test_an_arm_that_cannot_be_is_refused_with_its_counts(counts):
    with pytest.raises(EvidenceError, match="not possible in one arm"):
        Table(*counts)


def test_the_refusal_of_an_arm_names_its_counts():
    with pytest.raises(EvidenceError, match="11 events among 10"):
        Table(3, 10, 11, 10)


def test_a_table_counts_both_arms():
    table = Table(3, 10, 4, 20)
    assert (table.cells, table.total, table.events, table.control_risk) == ((3, 7, 4, 16), 30, 7, 0.2)


# Number needed to treat ----------------------------------------------------------------------------------------------


def test_60_against_40_of_100_needs_five_women_for_one_more():
    needed = number_needed(risk_difference(Table(60, 100, 40, 100)))
    assert (needed.value, needed.low, needed.high) == pytest.approx((5, 2.978, 15.58), rel=1e-3)
    assert needed.more


def test_the_number_needed_says_which_side_it_points_to():
    assert not number_needed(risk_difference(Table(40, 100, 60, 100))).more


@quick
@given(tables())
def test_there_is_a_number_needed_exactly_where_the_interval_of_the_difference_leaves_out_zero(table):
    difference = risk_difference(table)
    needed = number_needed(difference)
    crosses = difference.low <= 0 <= difference.high
    assert (needed is None) == crosses
    if needed is not None:
        assert needed.value >= 1
        assert needed.low <= needed.value <= needed.high
        assert needed.value * abs(difference.value) == pytest.approx(1)
        assert needed.more == (table.treated_events / table.treated_total > table.control_risk)


# Fragility -----------------------------------------------------------------------------------------------------------


@settings(quick, max_examples=80)
@given(tables(most=30))
def test_the_fragility_index_is_the_fewest_changed_women_by_brute_force(table):
    a, n1, c, n0 = table.treated_events, table.treated_total, table.control_events, table.control_total
    assume((a < c and a / n1 < c / n0) or (c < a and c / n0 < a / n1))

    def p_after(k):
        x, y = (a + k, c) if a < c else (a, c + k)
        return stats.fisher_exact([[x, n1 - x], [y, n0 - y]]).pvalue

    assume(p_after(0) < 0.05)
    index = fragility_index(table)
    assert p_after(index) >= 0.05
    assert all(p_after(fewer) < 0.05 for fewer in range(index))


@quick
@given(tables(most=40))
def test_a_result_that_is_not_below_alpha_has_no_fragility_index(table):
    assume(fisher_p(table) >= 0.05)
    assert fragility_index(table) is None


def test_the_fragility_index_follows_the_alpha_asked_for():
    assert fragility_index(FILGRASTIM, alpha=0.001) is None
    assert (fragility_index(FILGRASTIM, alpha=0.01), fragility_index(FILGRASTIM, alpha=0.05)) == (2, 4)


def test_a_p_of_exactly_alpha_is_not_below_it():
    two_moved = Table(29, 35, 18, 33)
    assert fragility_index(FILGRASTIM, alpha=fisher_p(FILGRASTIM)) is None
    assert fragility_index(FILGRASTIM, alpha=fisher_p(two_moved)) == 2


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(Table(32, 49, 32, 94), id="as many events in arms of unequal size"),
        pytest.param(Table(5, 5, 6, 100), id="fewer events, all of a small arm"),
        pytest.param(Table(8, 10, 12, 100), id="fewer events in a small arm at a higher risk"),
    ],
)
def test_every_result_below_alpha_has_a_fragility_index_that_is_the_same_with_the_arms_swapped(table):
    assert fisher_p(table) < 0.05
    assert fragility_index(table) is not None
    assert fragility_index(table) == fragility_index(swap_arms(table))


# Laws ----------------------------------------------------------------------------------------------------------------


@quick
@given(tables())
@example(Table(0, 20, 5, 20))
def test_swapping_the_arms_inverts_both_ratios(table):
    assume(table.informative)
    for ratio in (risk_ratio, odds_ratio):
        here, there = ratio(table), ratio(swap_arms(table))
        assert (1 / there.value, 1 / there.high, 1 / there.low) == pytest.approx((here.value, here.low, here.high))
        assert there.log == pytest.approx(-here.log)


@quick
@given(tables())
def test_swapping_the_arms_turns_the_risk_difference_round_and_leaves_every_p(table):
    here, there = risk_difference(table), risk_difference(swap_arms(table))
    assert (-there.value, -there.high, -there.low) == pytest.approx((here.value, here.low, here.high))
    assert fisher_p(swap_arms(table)) == pytest.approx(fisher_p(table), rel=1e-7)


@quick
@given(tables())
@example(Table(0, 20, 5, 20))
def test_counting_the_women_without_the_event_inverts_the_odds_ratio_and_turns_the_difference_round(table):
    assume(table.informative)
    here, there = odds_ratio(table), odds_ratio(count_the_others(table))
    assert (1 / there.value, 1 / there.high, 1 / there.low) == pytest.approx((here.value, here.low, here.high))
    assert risk_difference(count_the_others(table)).value == pytest.approx(-risk_difference(table).value)
    assert fisher_p(count_the_others(table)) == pytest.approx(fisher_p(table), rel=1e-7)


@quick
@given(tables())
def test_an_interval_holds_its_estimate_and_the_odds_ratio_is_further_from_one_than_the_risk_ratio(table):
    assume(table.informative)
    relative, odds = risk_ratio(table), odds_ratio(table)
    for estimate in (relative, odds):
        assert estimate.low < estimate.value < estimate.high
        assert estimate.value == pytest.approx(math.exp(estimate.log))
    assert abs(odds.log) >= abs(relative.log) - 1e-12
    assert odds.log * relative.log >= -1e-12


@quick
@given(tables(most=30), st.integers(2, 10))
def test_more_women_with_the_same_risks_narrow_the_interval_and_leave_the_estimate(table, times):
    assume(0 not in table.cells)
    larger = Table(
        *(
            times * count
            for count in (table.treated_events, table.treated_total, table.control_events, table.control_total)
        )
    )
    for effect in (risk_ratio, odds_ratio, risk_difference):
        assert effect(larger).value == pytest.approx(effect(table).value)
        assert effect(larger).se == pytest.approx(effect(table).se / math.sqrt(times))


@quick
@given(tables())
def test_yates_correction_never_makes_a_p_smaller(table):
    assume(table.informative)
    assert chi_squared_p(table, corrected=True) >= chi_squared_p(table, corrected=False) - 1e-15
