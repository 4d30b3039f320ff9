"""Pooling, held to the BCG vaccine trials as printed, to two independent libraries and to the laws of meta-analysis."""

from __future__ import annotations

import math
import random
import warnings

import meta_analyze
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

with warnings.catch_warnings():
    # PyMARE leaves a file of its own open while it is imported; nothing of ours is concerned.
    warnings.simplefilter("ignore", ResourceWarning)
    from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

from decidua.evidence.effects import Table, odds_ratio, risk_ratio
from decidua.evidence.pooling import estimates, leave_one_out, mantel_haenszel, pool

quick = settings(deadline=None, derandomize=True, max_examples=50)

# Thirteen trials of BCG vaccine against tuberculosis: Colditz et al. 1994, JAMA 271:698-702.
BCG = [
    Table(4, 123, 11, 139),
    Table(6, 306, 29, 303),
    Table(3, 231, 11, 220),
    Table(62, 13598, 248, 12867),
    Table(33, 5069, 47, 5808),
    Table(180, 1541, 372, 1451),
    Table(8, 2545, 10, 629),
    Table(505, 88391, 499, 88391),
    Table(29, 7499, 45, 7277),
    Table(17, 1716, 65, 1665),
    Table(186, 50634, 141, 27338),
    Table(5, 2498, 3, 2341),
    Table(27, 16913, 29, 17854),
]


def columns(tables, measure="RR"):
    """Return log ratios and their variances."""
    found = estimates(tables, measure)
    return [one.log for one in found], [one.se**2 for one in found]


def invented_trials(seed, studies, *, most=120):
    """Return trials of unlike size and baseline risk around an effect that varies between them."""
    chance = random.Random(seed)  # noqa: S311 - invented women, no secret
    spread = chance.choice([0.0, 0.3, 0.9])
    tables = []
    for _ in range(studies):
        n1, n0 = chance.randint(12, most), chance.randint(12, most)
        base = chance.uniform(0.2, 0.7)
        risk = min(0.95, max(0.03, base * math.exp(chance.gauss(0.1, spread))))
        tables.append(
            Table(
                sum(chance.random() < risk for _ in range(n1)), n1, sum(chance.random() < base for _ in range(n0)), n0
            )
        )
    return tables


INVENTED = [
    pytest.param(invented_trials(10 * k + seed, k), id=f"{k} trials, set {seed}")
    for k in range(2, 9)
    for seed in range(3)
]
INVENTED_WITH_THREE_OR_MORE = [one for one in INVENTED if len(one.values[0]) >= 3]


@st.composite
def studies(draw, least=1, most=7):
    k = draw(st.integers(least, most))
    effects = draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k))
    variances = draw(st.lists(st.floats(0.002, 2), min_size=k, max_size=k))
    return effects, variances


def restricted_likelihood(tau2, effects, variances):
    """Return the restricted log likelihood but for a constant (Harville 1977)."""
    y, total = np.array(effects), np.array(variances) + tau2
    mean = np.sum(y / total) / np.sum(1 / total)
    return -0.5 * (np.sum(np.log(total)) + math.log(np.sum(1 / total)) + np.sum((y - mean) ** 2 / total))


# The BCG trials as printed -------------------------------------------------------------------------------------------


def test_the_bcg_trials_pooled_by_reml_give_the_printed_effect():
    pooled = pool(*columns(BCG))
    assert pooled.k == 13
    assert (pooled.log, pooled.se, pooled.tau2) == pytest.approx((-0.7145, 0.1798, 0.3132), abs=0.00006)
    assert (pooled.q, pooled.q_p) == pytest.approx((152.2330, 0), abs=0.00006)
    assert pooled.prediction == pytest.approx((-2.008, 0.579), abs=0.0006)
    assert pooled.interval == "Hartung-Knapp"


def test_the_bcg_trials_pooled_by_dersimonian_and_laird_give_the_printed_effect():
    pooled = pool(*columns(BCG), method="DL")
    assert (pooled.log, pooled.se, pooled.tau2) == pytest.approx((-0.7141, 0.1787, 0.3088), abs=0.00006)


def test_the_bcg_trials_have_the_printed_i_squared_and_interval():
    assert [round(100 * share, 1) for share in pool(*columns(BCG)).i2] == [92.1, 88.3, 94.7]


def test_the_bcg_trials_have_the_printed_fixed_effect():
    assert pool(*columns(BCG)).fixed == pytest.approx((-0.4303, -0.5097, -0.3509), abs=0.00006)


def test_the_bcg_trials_as_odds_ratios_give_the_printed_effect():
    pooled = pool(*columns(BCG, "OR"))
    assert (pooled.log, pooled.se, pooled.tau2, pooled.q) == pytest.approx(
        (-0.7452, 0.1860, 0.3378, 163.1649), abs=0.00006
    )


@pytest.mark.parametrize(
    ("measure", "printed"), [("RR", (-0.4537, -0.5308, -0.3766)), ("OR", (-0.4734, -0.5538, -0.3930))]
)
def test_the_bcg_trials_give_the_printed_mantel_haenszel_effect(measure, printed):
    assert mantel_haenszel(BCG, measure) == pytest.approx(printed, abs=0.00006)


@pytest.mark.parametrize(("k", "printed"), [(3, 89.6), (4, 84.7), (5, 79.2), (6, 74.6), (7, 70.8), (8, 67.6)])
def test_where_studies_vary_no_more_than_chance_the_upper_end_of_i_squared_is_the_printed_one(k, printed):
    i2, low, high = pool([0.1] * k, [0.05] * k).i2
    assert (i2, low, round(100 * high, 1)) == (0, 0, printed)


# Independent libraries -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "theirs"), [("REML", VarianceBasedLikelihoodEstimator), ("DL", DerSimonianLaird)])
@pytest.mark.parametrize("tables", INVENTED)
def test_random_effects_agree_with_pymare(tables, method, theirs):
    effects, variances = columns(tables)
    options = {"small_sample_correction": "wald"} | ({"method": "REML"} if method == "REML" else {})
    y, v = np.array(effects)[:, None], np.array(variances)[:, None]
    fitted = theirs(**options).fit(y, v, np.ones_like(y))
    ours = pool(effects, variances, method=method)
    tau2, fixed = float(np.ravel(fitted.params_["tau2"])[0]), fitted.summary().get_fe_stats()
    assert ours.tau2 == pytest.approx(tau2, abs=2e-5, rel=1e-4)
    assert (ours.log, ours.se) == pytest.approx((fixed["est"].item(), fixed["se"].item()), abs=2e-5)


@pytest.mark.parametrize("method", ["REML", "DL"])
@pytest.mark.parametrize("tables", INVENTED_WITH_THREE_OR_MORE)
def test_random_effects_and_every_interval_agree_with_pymetaanalysis(tables, method):
    effects, variances = columns(tables)
    given_to_both = {"effect": effects, "variance": variances, "model": "random", "tau2_method": method}
    plain = meta_analyze.meta_analysis(**given_to_both)
    knapp = meta_analyze.meta_analysis(**given_to_both, ci_method="hartung_knapp")
    ours = pool(effects, variances, method=method)
    assert (ours.log, ours.se, ours.tau2) == pytest.approx((plain.estimate, plain.standard_error, plain.tau2), abs=1e-7)
    assert (ours.low, ours.high) == pytest.approx(
        (min(plain.ci_low, knapp.ci_low), max(plain.ci_high, knapp.ci_high)), abs=1e-7
    )
    assert ours.prediction == pytest.approx(plain.prediction_interval, abs=1e-7)
    assert ours.weights == pytest.approx(plain.study_results["normalized_weight"].tolist(), abs=1e-7)


@pytest.mark.parametrize("tables", INVENTED)
def test_fixed_effect_q_and_i_squared_agree_with_pymetaanalysis(tables):
    effects, variances = columns(tables)
    theirs = meta_analyze.meta_analysis(effect=effects, variance=variances, model="common")
    ours = pool(effects, variances)
    assert ours.fixed == pytest.approx((theirs.estimate, theirs.ci_low, theirs.ci_high))
    assert (ours.q, ours.q_p, ours.i2[0]) == pytest.approx((theirs.q, theirs.q_pvalue, theirs.i2))


@pytest.mark.parametrize("measure", ["RR", "OR"])
@pytest.mark.parametrize(
    "tables",
    [
        *INVENTED,
        pytest.param([Table(0, 30, 4, 31), Table(3, 40, 0, 38), Table(2, 25, 5, 27)], id="three with zero cells"),
    ],
)
def test_mantel_haenszel_agrees_with_pymetaanalysis_zero_cells_left_as_they_are(tables, measure):
    theirs = meta_analyze.meta_binary(
        event_treat=[table.treated_events for table in tables],
        n_treat=[table.treated_total for table in tables],
        event_control=[table.control_events for table in tables],
        n_control=[table.control_total for table in tables],
        measure=measure,
        method="MH",
    )
    assert mantel_haenszel(tables, measure) == pytest.approx((theirs.estimate, theirs.ci_low, theirs.ci_high))


@pytest.mark.parametrize("method", ["REML", "DL"])
def test_leaving_each_bcg_trial_out_in_turn_agrees_with_pymetaanalysis(method):
    effects, variances = columns(BCG)
    fitted = meta_analyze.meta_analysis(effect=effects, variance=variances, model="random", tau2_method=method)
    theirs = [(one.k, one.estimate, one.tau2) for one in fitted.leave_one_out().results]
    ours = [(one.k, one.log, one.tau2) for one in leave_one_out(effects, variances, method=method)]
    assert len(ours) == 13
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == pytest.approx(other, abs=1e-6)


def test_the_same_half_is_added_to_zero_cells_as_in_pymetaanalysis():
    tables = [Table(0, 30, 4, 31), Table(5, 40, 0, 38), Table(25, 25, 20, 27)]
    for measure, effect in (("RR", risk_ratio), ("OR", odds_ratio)):
        theirs = meta_analyze.meta_binary(
            event_treat=[0, 5, 25],
            n_treat=[30, 40, 25],
            event_control=[4, 0, 20],
            n_control=[31, 38, 27],
            measure=measure,
            method="IV",
            model="random",
        ).study_results
        for table, log, se in zip(tables, theirs["effect"], theirs["standard_error"], strict=True):
            assert (effect(table).log, effect(table).se) == pytest.approx((log, se))


# Few studies ---------------------------------------------------------------------------------------------------------


def test_no_study_gives_no_effect():
    assert pool([], []) is None


@quick
@given(st.floats(-3, 3), st.floats(0.001, 4))
def test_one_study_is_itself_and_is_called_one_study(effect, variance):
    alone = pool([effect], [variance])
    assert (alone.k, alone.log, alone.se, alone.tau2) == pytest.approx((1, effect, math.sqrt(variance), 0))
    half = stats.norm.ppf(0.975) * math.sqrt(variance)
    assert (alone.low, alone.high) == pytest.approx((effect - half, effect + half))
    assert (alone.prediction, alone.q, alone.q_p, alone.i2) == (None, None, None, None)
    assert (alone.weights, alone.interval) == ((1.0,), "one study")


@quick
@given(studies(least=2, most=2))
def test_two_studies_give_a_plain_interval_no_prediction_and_an_i_squared_that_may_be_anything(two):
    pooled = pool(*two)
    assert pooled.interval == "plain, two studies"
    assert pooled.prediction is None
    assert pooled.i2[1:] == (0.0, 1.0)
    assert pooled.high - pooled.low == pytest.approx(2 * stats.norm.ppf(0.975) * pooled.se)


def test_leaving_the_only_study_out_leaves_nothing():
    assert leave_one_out([0.3], [0.1]) == [None]


def test_leaving_one_of_two_studies_out_leaves_the_other_one():
    without_first, without_second = leave_one_out([0.3, -0.2], [0.1, 0.2])
    assert (without_first.log, without_second.log) == pytest.approx((-0.2, 0.3))
    assert {without_first.interval, without_second.interval} == {"one study"}


def test_trials_in_which_nothing_or_everything_happened_lend_no_ratio():
    tables = [Table(0, 10, 0, 12), Table(3, 10, 5, 12), Table(10, 10, 12, 12)]
    assert [one.log for one in estimates(tables, "RR")] == [risk_ratio(tables[1]).log]
    assert [one.log for one in estimates(tables, "OR")] == [odds_ratio(tables[1]).log]


# Laws ----------------------------------------------------------------------------------------------------------------


@quick
@given(studies(), st.sampled_from(["REML", "DL"]), st.randoms(use_true_random=False))
def test_the_order_of_the_studies_does_not_matter(some, method, chance):
    effects, variances = some
    order = list(range(len(effects)))
    chance.shuffle(order)
    here = pool(effects, variances, method=method)
    there = pool([effects[at] for at in order], [variances[at] for at in order], method=method)
    assert (there.log, there.low, there.high) == pytest.approx((here.log, here.low, here.high), abs=1e-9)
    assert there.tau2 == pytest.approx(here.tau2, abs=1e-9)
    assert there.weights == pytest.approx(tuple(here.weights[at] for at in order), abs=1e-9)


@quick
@given(studies(), st.floats(-5, 5), st.sampled_from(["REML", "DL"]))
def test_a_constant_added_to_every_effect_moves_the_pool_by_it_and_changes_nothing_else(some, constant, method):
    effects, variances = some
    here = pool(effects, variances, method=method)
    there = pool([effect + constant for effect in effects], variances, method=method)
    assert (there.log, there.low, there.high) == pytest.approx(
        (here.log + constant, here.low + constant, here.high + constant), abs=1e-6
    )
    assert there.tau2 == pytest.approx(here.tau2, abs=1e-6)


@quick
@given(studies(), st.sampled_from(["REML", "DL"]))
def test_turning_every_effect_round_turns_the_pool_round(some, method):
    effects, variances = some
    here, there = pool(effects, variances, method=method), pool([-y for y in effects], variances, method=method)
    assert (-there.log, -there.high, -there.low) == pytest.approx((here.log, here.low, here.high), abs=1e-9)
    if here.prediction is not None:
        assert (-there.prediction[1], -there.prediction[0]) == pytest.approx(here.prediction, abs=1e-9)


@quick
@given(studies(), st.sampled_from(["REML", "DL"]))
def test_the_pool_lies_among_its_studies_with_weights_that_sum_to_one_and_never_a_negative_variance(some, method):
    effects, variances = some
    pooled = pool(effects, variances, method=method)
    assert pooled.tau2 >= 0
    assert math.fsum(pooled.weights) == pytest.approx(1)
    assert min(effects) - 1e-9 <= pooled.log <= max(effects) + 1e-9
    assert pooled.low < pooled.log < pooled.high


@quick
@given(studies(least=3), st.sampled_from(["REML", "DL"]))
@example(([0.1, 0.1, 0.1], [0.2, 0.1, 0.3]), "REML")
def test_the_hartung_knapp_interval_is_never_narrower_than_the_plain_one(some, method):
    pooled = pool(*some, method=method)
    assert pooled.high - pooled.low >= 2 * stats.norm.ppf(0.975) * pooled.se - 1e-12


@quick
@given(studies(least=3), st.floats(1, 20))
def test_where_studies_truly_differ_the_prediction_interval_holds_the_confidence_interval(some, apart):
    effects, variances = some
    pooled = pool([apart * effect for effect in effects], variances)
    assume(pooled.tau2 >= max(variances))
    assert pooled.prediction[0] < pooled.low < pooled.high < pooled.prediction[1]


@quick
@given(studies(least=2))
def test_i_squared_lies_between_zero_and_one_inside_its_interval(some):
    i2, low, high = pool(*some).i2
    assert 0 <= low <= i2 <= high <= 1


@quick
@given(st.integers(2, 8), st.floats(-2, 2), st.floats(0.01, 1))
def test_studies_that_all_say_the_same_say_it_together_without_variance_between_them(k, effect, variance):
    pooled = pool([effect] * k, [variance] * k)
    assert (pooled.log, pooled.tau2, pooled.i2[0]) == pytest.approx((effect, 0, 0), abs=1e-9)
    assert pooled.se == pytest.approx(math.sqrt(variance / k))


def assert_most_likely(effects, variances):
    found = restricted_likelihood(pool(effects, variances).tau2, effects, variances)
    widest = 4 * (max(effects) - min(effects)) ** 2 + 1
    others = [0.0, *np.geomspace(1e-5, widest, 400)]
    assert found >= max(restricted_likelihood(other, effects, variances) for other in others) - 1e-6


@quick
@given(studies(least=2))
def test_no_other_variance_between_studies_is_more_likely_than_the_one_reml_gives(some):
    assert_most_likely(*some)


@pytest.mark.parametrize(
    ("effects", "variances"),
    [
        pytest.param(
            [0.2248, 0.3973, 0.0413, 0.8399, 0.2889, 0.3136, 0.1469, 0.5719],
            [0.2933, 0.1257, 0.0248, 0.4150, 0.1224, 0.4289, 0.4061, 0.0902],
            id="eight studies",
        ),
        pytest.param(
            [-0.0978, -0.1039, -0.3794, 0.0528, -0.0076, -0.6097, -0.3829],
            [0.2693, 0.3724, 0.2543, 0.0319, 0.1831, 0.0980, 0.1950],
            id="seven studies",
        ),
        pytest.param([1.0, 1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.125, 1.0, 1.0], id="five studies"),
    ],
)
def test_reml_settles_on_the_most_likely_variance_where_its_steps_overshoot(effects, variances):
    assert_most_likely(effects, variances)


def test_reml_takes_the_more_likely_of_two_maxima():
    assert_most_likely([-1.4862, 1.3663, 1.4199], [1.4740, 0.0753, 0.1529])


def table_lists():
    arm = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    return st.lists(st.builds(lambda treated, control: Table(*treated, *control), arm, arm), min_size=1, max_size=6)


@quick
@given(table_lists(), st.sampled_from(["RR", "OR"]))
def test_swapping_the_arms_of_every_trial_inverts_the_mantel_haenszel_ratio(tables, measure):
    here = mantel_haenszel(tables, measure)
    there = mantel_haenszel(
        [Table(t.control_events, t.control_total, t.treated_events, t.treated_total) for t in tables], measure
    )
    assert (here is None) == (there is None)
    if here is not None:
        assert (-there[0], -there[2], -there[1]) == pytest.approx(here)


@quick
@given(table_lists(), st.sampled_from(["RR", "OR"]))
def test_trials_in_which_nothing_or_everything_happened_do_not_move_mantel_haenszel(tables, measure):
    empty, full = Table(0, 15, 0, 20), Table(15, 15, 20, 20)
    assert mantel_haenszel([empty, *tables, full], measure) == mantel_haenszel(tables, measure)


@quick
@given(
    table_lists().filter(lambda tables: 0 not in tables[0].cells),
    st.sampled_from([("RR", risk_ratio), ("OR", odds_ratio)]),
)
def test_mantel_haenszel_of_one_trial_is_its_own_ratio(tables, named):
    measure, effect = named
    alone = effect(tables[0])
    log, low, high = mantel_haenszel(tables[:1], measure)
    assert (log, low, high) == pytest.approx((alone.log, math.log(alone.low), math.log(alone.high)))


@pytest.mark.parametrize("measure", ["RR", "OR"])
@pytest.mark.parametrize(
    "tables",
    [
        pytest.param([], id="no trial"),
        pytest.param([Table(0, 10, 0, 10)], id="no event"),
        pytest.param([Table(0, 10, 3, 10), Table(0, 20, 4, 20)], id="no event among the treated"),
        pytest.param([Table(3, 10, 0, 10), Table(4, 20, 0, 20)], id="no event among the controls"),
    ],
)
def test_mantel_haenszel_gives_nothing_where_one_side_has_no_event(tables, measure):
    assert mantel_haenszel(tables, measure) is None
