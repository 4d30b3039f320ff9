"""Computed certainty: every rule of the shipped policy on either side of its threshold, and how the steps add up."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trials import gather, line, result, trial

import decidua
from decidua.evidence.certainty import LEVELS, line_facts, rate, shown_by
from decidua.profile.facts import Facts

POLICY = decidua.load_rulebook().policy.certainty


def clean(*, factor=1.0, women=2000, **more):
    """Return a large, precise, well-made line of one trial: nothing lowers it. ``factor`` is its risk ratio."""
    events = round(0.4 * women)
    return line(trial("clean", result((round(factor * events), women), (events, women)), bias="low"), **more)


def with_ratio(value, low, high):
    """Return the clean line with a pooled risk ratio put in place: the control risk stays 400 per 1000."""
    plain = clean()
    pooled = replace(plain.relative, log=math.log(value), low=math.log(low), high=math.log(high))
    return replace(plain, relative=pooled)


def with_i_squared(share):
    """Return a line of two well-made trials with an I2 put in place."""
    arms = (800, 2000), (800, 2000)
    both = line(trial("a", result(*arms), bias="low"), trial("b", result(*arms), bias="low"))
    return replace(both, relative=replace(both.relative, i2=(share, 0.0, 1.0)))


def of_bias(**women):
    """Return a line whose trials, one a judgement, have so many women in all."""
    trials = [
        trial(bias, result((n // 5, n // 2), (n // 5, n - n // 2)), bias=None if bias == "not_read" else bias)
        for bias, n in women.items()
    ]
    return line(*trials)


def fired(one, *others, better="higher"):
    """Return the ids of the rules that lowered a line."""
    return {step.rule for step in rate(one, others, POLICY, higher_is_better=better == "higher").steps}


def holding(one, *others):
    """Return the ids of all rules that hold, the strongest of their domain or not."""
    held = set()
    for rule in POLICY.rules:
        alone = POLICY.model_copy(update={"rules": (rule,)})
        held |= {step.rule for step in rate(one, others, alone, higher_is_better=True).steps}
    return held


BENEFIT = line(trial("up", result((500, 1000), (400, 1000)), bias="low"))
HARM = line(trial("down", result((300, 1000), (400, 1000)), bias="low"))
NULL = line(trial("null", result((400, 1000), (400, 1000)), bias="low"))

# For every rule a line on which it just holds and one on which it just does not.
EDGES = {
    "bias-not-read": (of_bias(not_read=1002, low=1000), of_bias(not_read=1000, low=1000)),
    "bias-high": (of_bias(high=1002, low=1000), of_bias(high=1000, low=1000)),
    "bias-some": (of_bias(some_concerns=1000, low=1000), of_bias(some_concerns=1000, low=1002)),
    "heterogeneity-considerable": (with_i_squared(0.7501), with_i_squared(0.75)),
    "heterogeneity-substantial": (with_i_squared(0.5001), with_i_squared(0.5)),
    "two-treatments": (
        line(trial("a", result((800, 2000), (800, 2000), isolates=False), bias="low")),
        clean(),
    ),
    "other-population": (clean(condition="rif"), clean()),
    # 400 per 1000 without it: 50 more is a ratio of 1.125, 50 less one of 0.875.
    "interval-both-sides": (with_ratio(1, 0.8749, 1.1251), with_ratio(1, 0.8751, 1.1251)),
    "interval-wide": (with_ratio(1.05, 0.9999, 1.1251), with_ratio(1.05, 1.0001, 1.1251)),
    "few-events": (
        line(trial("a", result((150, 900), (149, 900)), bias="low")),
        line(trial("a", result((150, 900), (150, 900)), bias="low")),
    ),
    "concern": (
        gather(
            trial("a", result((800, 2000), (800, 2000)), bias="low"),
            trial("b", result((2, 5), (2, 5)), integrity="concern"),
        )[1],
        gather(
            trial("a", result((800, 2000), (800, 2000)), bias="low"),
            trial("b", result((2, 5), (2, 5)), integrity="concern"),
        )[0],
    ),
}


# Every declared rule -------------------------------------------------------------------------------------------------


def test_every_rule_of_the_policy_has_a_line_on_either_side_of_it():
    assert {rule.id for rule in POLICY.rules} == {*EDGES, "lines-disagree"}


@pytest.mark.parametrize("rule", EDGES)
def test_a_rule_holds_just_past_its_threshold_and_not_at_it(rule):
    past, at = EDGES[rule]
    assert rule in holding(past)
    assert rule not in holding(at)


def test_a_large_precise_well_made_trial_is_of_high_certainty_without_a_step():
    rating = rate(clean(), [], POLICY, higher_is_better=True)
    assert (rating.certainty, rating.start, rating.steps) == ("high", "high", ())


@pytest.mark.parametrize(
    ("rule", "past", "other_edge"),
    [
        ("interval-both-sides", with_ratio(1, 0.8749, 1.1251), with_ratio(1, 0.8749, 1.1249)),
        ("interval-wide", with_ratio(0.95, 0.8749, 1.0001), with_ratio(0.95, 0.8749, 0.9999)),
        ("interval-wide", with_ratio(1.05, 1.0, 1.1251), with_ratio(1.05, 1.0001, 1.1251)),
        ("interval-wide", with_ratio(0.95, 0.8749, 1.0), with_ratio(0.95, 0.8749, 0.9999)),
        ("interval-wide", with_ratio(1.02, 0.95, 1.1251), with_ratio(1.02, 0.95, 1.1249)),
        ("interval-wide", with_ratio(0.98, 0.8749, 1.05), with_ratio(0.98, 0.8751, 1.05)),
        ("bias-some", of_bias(not_read=1000, low=1000), of_bias(not_read=1002, low=1000)),
        ("bias-some", of_bias(high=1000, low=1000), of_bias(high=1002, low=1000)),
        ("heterogeneity-considerable", with_i_squared(0.9), clean()),
        ("heterogeneity-substantial", with_i_squared(0.9), clean()),
    ],
)
def test_a_rule_with_several_thresholds_minds_each_of_them(rule, past, other_edge):
    assert rule in holding(past)
    assert rule not in holding(other_edge)


def test_i_squared_of_real_tables_lowers_for_inconsistency():
    trials = [
        trial(name, result((treated, 1000), (400, 1000)), bias="low") for name, treated in (("a", 400), ("b", 600))
    ]
    assert line(*trials).relative.i2[0] > 0.75
    assert "heterogeneity-considerable" in fired(line(*trials))


@pytest.mark.parametrize(
    ("one", "other", "disagree"),
    [
        pytest.param(BENEFIT, HARM, True, id="benefit and harm"),
        pytest.param(HARM, BENEFIT, True, id="harm and benefit"),
        pytest.param(
            line(trial("weak", result((104, 200), (100, 200)), bias="low")),
            HARM,
            True,
            id="estimates, whatever the intervals",
        ),
        pytest.param(BENEFIT, NULL, False, id="a ratio of one points nowhere"),
        pytest.param(BENEFIT, BENEFIT, False, id="itself"),
        pytest.param(
            BENEFIT,
            line(trial("down", result((300, 1000), (400, 1000)), design="cohort_prospective")),
            False,
            id="an observational line",
        ),
        pytest.param(
            line(trial("up", result((500, 1000), (400, 1000)), design="cohort_prospective")),
            HARM,
            False,
            id="an observational line has nothing to disagree with",
        ),
        pytest.param(
            BENEFIT,
            line(trial("down", result((300, 1000), (400, 1000), outcome="clinical_pregnancy"))),
            False,
            id="another outcome",
        ),
        pytest.param(
            BENEFIT, line(trial("down", result((300, 1000), (400, 1000), per="transfer"))), False, id="another unit"
        ),
        pytest.param(BENEFIT, line(trial("up", result((300, 1000), (400, 1000)))), False, id="the same study again"),
        pytest.param(BENEFIT, line(trial("down", result((0, 100), (0, 100)))), False, id="a line without a ratio"),
        pytest.param(line(trial("up", result((0, 100), (0, 100)))), HARM, False, id="a ratio that cannot be given"),
    ],
)
def test_only_another_randomised_line_of_the_same_question_can_disagree(one, other, disagree):
    assert ("lines-disagree" in holding(one, other)) == disagree


# Starts and sums -----------------------------------------------------------------------------------------------------


def test_observational_evidence_starts_low():
    rating = rate(
        line(trial("a", result((1000, 2000), (800, 2000)), design="cohort_prospective", bias="low")),
        [],
        POLICY,
        higher_is_better=True,
    )
    assert (rating.start, rating.certainty, rating.steps) == ("low", "low", ())


def test_one_domain_lowers_once_by_its_strongest_rule():
    one = line(trial("a", result((8, 20), (8, 20)), bias="low"))
    assert {"interval-both-sides", "few-events", "interval-wide"} <= holding(one)
    rating = rate(one, [], POLICY, higher_is_better=True)
    assert [(step.rule, step.domain, step.down) for step in rating.steps] == [("interval-both-sides", "imprecision", 2)]
    assert rating.certainty == "low"


def test_the_strongest_rule_of_a_domain_counts_wherever_it_stands_in_the_policy():
    one = line(trial("a", result((8, 20), (8, 20)), bias="low"))
    turned = POLICY.model_copy(update={"rules": tuple(reversed(POLICY.rules))})
    assert [step.rule for step in rate(one, [], turned, higher_is_better=True).steps] == ["interval-both-sides"]


def test_of_two_equally_strong_rules_of_a_domain_the_first_of_the_policy_is_named():
    one = replace(with_i_squared(0.6), relative=replace(BENEFIT.relative, i2=(0.6, 0.0, 1.0)))
    assert {"heterogeneity-substantial", "lines-disagree"} <= holding(one, HARM)
    assert fired(one, HARM) == {"heterogeneity-substantial"}


def test_two_trials_of_which_one_lends_a_ratio_are_not_inconsistent():
    both = line(
        trial("a", result((1000, 2000), (800, 2000)), bias="low"), trial("b", result((0, 20), (0, 20)), bias="low")
    )
    assert rate(both, [], POLICY, higher_is_better=True).steps == ()


def test_domains_add_up_and_each_says_its_reason():
    rating = rate(line(trial("a", result((80, 1000), (80, 1000), isolates=False))), [], POLICY, higher_is_better=True)
    assert {step.domain: step.down for step in rating.steps} == {"risk_of_bias": 1, "indirectness": 1, "imprecision": 1}
    assert rating.certainty == "very_low"
    texts = {rule.id: rule.says for rule in POLICY.rules}
    assert all(step.says == texts[step.rule] for step in rating.steps)


def test_no_certainty_is_below_very_low():
    one = line(trial("a", result((8, 20), (8, 20), isolates=False), design="cohort_retrospective", integrity="concern"))
    rating = rate(one, [], POLICY, higher_is_better=True)
    assert sum(step.down for step in rating.steps) > 3
    assert rating.certainty == "very_low"


def test_a_study_whose_bias_was_not_read_costs_a_level_and_the_step_says_not_read():
    rating = rate(line(trial("a", result((1000, 2000), (800, 2000)))), [], POLICY, higher_is_better=True)
    assert rating.certainty == "moderate"
    (step,) = rating.steps
    assert "not read" in step.says


def test_a_number_without_a_source_is_marked_as_our_own_choice_and_a_sourced_one_is_not():
    one = of_bias(not_read=2000)
    sourced = POLICY.model_copy(
        update={"rules": tuple(rule.model_copy(update={"source": "a-handbook"}) for rule in POLICY.rules)}
    )
    assert {step.own_choice for step in rate(one, [], POLICY, higher_is_better=True).steps} == {True}
    assert {step.own_choice for step in rate(one, [], sourced, higher_is_better=True).steps} == {False}


counts = st.integers(4, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
trials = st.builds(
    lambda treated, control, bias, design, isolates: trial(
        "a", result(treated, control, isolates=isolates), bias=bias, design=design
    ),
    counts,
    counts,
    st.sampled_from([None, "low", "some_concerns", "high"]),
    st.sampled_from(["rct", "cohort_prospective"]),
    st.booleans(),
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(trials, st.booleans())
def test_a_rating_is_its_start_less_one_step_a_domain_never_raised_and_never_below_very_low(study, better):
    rating = rate(line(study), [], POLICY, higher_is_better=better)
    domains = [step.domain for step in rating.steps]
    assert len(domains) == len(set(domains))
    below = LEVELS.index(rating.start) + sum(step.down for step in rating.steps)
    assert LEVELS.index(rating.certainty) == min(below, 3)
    assert rating.start == ("high" if study.randomised else "low")


@settings(deadline=None, derandomize=True, max_examples=60)
@given(trials)
def test_a_concern_or_a_second_treatment_never_raises_a_certainty(study):
    outcome = study.outcomes[0].model_copy(update={"isolates": False})
    worse = study.model_copy(
        update={"outcomes": (outcome,), "integrity": study.integrity.model_copy(update={"status": "concern"})}
    )
    here = rate(line(study), [], POLICY, higher_is_better=True).certainty
    there = rate(line(worse), [], POLICY, higher_is_better=True).certainty
    assert LEVELS.index(there) >= LEVELS.index(here)


# Facts ---------------------------------------------------------------------------------------------------------------


def test_the_facts_of_a_line_are_counted_in_women():
    both = gather(
        trial("a", result((60, 100), (50, 100)), bias="low"),
        trial("b", result((160, 300), (150, 300)), bias="high", integrity="concern"),
    )[1]
    facts = line_facts(both, [], POLICY, higher_is_better=True)
    expected = {
        "randomised": True,
        "studies": 2,
        "participants": 800,
        "events": 420,
        "bias_low_share": 0.25,
        "bias_high_share": 0.75,
        "bias_not_read_share": 0,
        "concern_share": 0.75,
        "isolates": True,
        "other_population": False,
        "publication_bias": "not_read",
    }
    assert {name: facts.get(name) for name in expected} == expected


def test_without_a_ratio_nothing_is_said_of_its_interval():
    facts = line_facts(line(trial("a", result((0, 20), (0, 20)))), [], POLICY, higher_is_better=True)
    asked = ("interval_holds_no_effect", "interval_holds_important_difference", "interval_holds_both_important")
    assert isinstance(facts, Facts)
    assert [facts.get(name) for name in asked] == [None, None, None]


# What it shows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "shows", "turned"),
    [
        pytest.param((1.2, 1.0001, 1.4), "benefit", "harm", id="all above one"),
        pytest.param((0.8, 0.6, 0.9999), "harm", "benefit", id="all below one"),
        pytest.param((1, 0.9, 1.1249), "no_important_benefit", "no_important_benefit", id="less than 50 either way"),
        pytest.param((1, 0.9, 1.1251), "unclear", "no_important_benefit", id="50 more possible"),
        pytest.param((1, 0.8749, 1.1), "no_important_benefit", "unclear", id="50 less possible"),
        pytest.param((1, 0.5, 1.5), "unclear", "unclear", id="anything"),
        pytest.param((1.05, 1.0, 1.1), "no_important_benefit", "no_important_benefit", id="from exactly one upwards"),
        pytest.param((0.95, 0.9, 1.0), "no_important_benefit", "no_important_benefit", id="from exactly one downwards"),
        pytest.param((0.95, 0.8, 1.0001), "no_important_benefit", "unclear", id="all below one but for a hair"),
        pytest.param((1.05, 0.9999, 1.2), "unclear", "no_important_benefit", id="all above one but for a hair"),
    ],
)
def test_a_line_shows_benefit_harm_no_important_benefit_or_nothing_clear(interval, shows, turned):
    one = with_ratio(*interval)
    assert shown_by(one, POLICY, higher_is_better=True) == shows
    assert shown_by(one, POLICY, higher_is_better=False) == turned


def test_a_difference_of_exactly_the_smallest_that_matters_matters():
    even = line(trial("a", result((500, 1000), (500, 1000)), bias="low"))
    policy = POLICY.model_copy(update={"smallest_difference_per_1000": 250})

    def important(low, high):
        one = replace(even, relative=replace(even.relative, log=0.0, low=math.log(low), high=math.log(high)))
        facts = line_facts(one, [], policy, higher_is_better=True)
        asked = ("interval_holds_important_difference", "interval_holds_both_important")
        return [facts.get(name) for name in asked], shown_by(one, policy, higher_is_better=True)

    assert important(0.5, 1.5) == ([True, True], "unclear")
    assert important(0.75, 1.5) == ([True, False], "unclear")
    assert important(0.5, 1.25) == ([True, False], "no_important_benefit")


def test_a_line_without_a_ratio_shows_nothing_clear():
    assert shown_by(line(trial("a", result((0, 20), (0, 20)))), POLICY, higher_is_better=True) == "unclear"


@pytest.mark.parametrize(
    "arms",
    [
        pytest.param(((30, 41), (0, 5)), id="30 of 41 against 0 of 5"),
        pytest.param(((60, 100), (0, 100)), id="60 of 100 against 0 of 100"),
    ],
)
def test_events_among_the_treated_alone_are_never_read_as_no_important_benefit(arms):
    one = line(trial("a", result(*arms), bias="low"))
    assert shown_by(one, POLICY, higher_is_better=True) in ("benefit", "unclear")
    facts = line_facts(one, [], POLICY, higher_is_better=True)
    assert facts.get("interval_holds_important_difference") is not False


@pytest.mark.parametrize("arms", [((40, 50), (5, 5)), ((95, 100), (6, 6))])
def test_where_every_control_had_the_event_fewer_among_the_treated_are_not_read_as_no_important_benefit(arms):
    one = line(trial("a", result(*arms), bias="low"))
    assert one.ratio[2] > 1
    assert shown_by(one, POLICY, higher_is_better=False) in ("benefit", "unclear")
