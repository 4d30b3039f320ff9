"""Computed certainty: every rule of the shipped policy on either side of its threshold, and how the steps add up."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trials import BAD, GOOD, OUTCOMES, gather, line, result, trial

import decidua
from decidua.condition.syntax import facts_in
from decidua.evidence.certainty import LEVELS, line_facts, rate, shown_by
from decidua.profile.facts import Facts
from decidua.rulebook.policy import CERTAINTY_FACTS
from decidua.truth import NO, UNKNOWN, YES

POLICY = decidua.load_rulebook().policy.certainty
SOUND = {"bias": "low", "registered": "a registry"}


def clean(*, condition="rpl", **more):
    """Return a large, precise, well-made, registered line of one trial: nothing lowers it."""
    return line(trial("clean", result((800, 2000), (800, 2000)), **SOUND, **more), condition=condition)


def with_ratio(value, low, high):
    """Return the clean line with a pooled risk ratio put in place: the control risk stays 400 per 1000."""
    plain = clean()
    pooled = replace(plain.relative, log=math.log(value), low=math.log(low), high=math.log(high))
    return replace(plain, relative=pooled)


def with_i_squared(share):
    """Return a line of two well-made trials with an I2 put in place."""
    arms = (800, 2000), (800, 2000)
    both = line(trial("a", result(*arms), **SOUND), trial("b", result(*arms), **SOUND))
    return replace(both, relative=replace(both.relative, i2=(share, 0.0, 1.0)))


def of_bias(**women):
    """Return a line whose trials, one a judgement, have so many women in all."""
    trials = [
        trial(
            bias,
            result((n // 5, n // 2), (n // 5, n - n // 2)),
            bias=None if bias == "not_read" else bias,
            registered="a registry",
        )
        for bias, n in women.items()
    ]
    return line(*trials)


def lowered(rating):
    """Return the steps of a rating that lowered it."""
    return [step for step in rating.steps if step.levels < 0]


def fired(one, *others):
    """Return the ids of the rules that lowered a line."""
    return {step.rule for step in lowered(rate(one, others, POLICY, GOOD))}


def holding(one, *others, outcome=GOOD, standing=None):
    """Return the ids of all rules that hold, the strongest of their domain or not."""
    held = set()
    for rule in POLICY.rules:
        alone = POLICY.model_copy(update={"rules": (rule,)})
        held |= {step.rule for step in rate(one, others, alone, outcome, standing).steps}
    return held


def observed(*arms, name="a", **more):
    """Return a line of one cohort, well made and registered: nothing lowers it where it is large."""
    return line(trial(name, result(*arms), design="cohort_prospective", **SOUND, **more))


def observed_ratio(value):
    """Return a large cohort's line with a risk ratio put in place, its interval on the side of the ratio."""
    plain = observed((800, 2000), (800, 2000))
    log = math.log(value)
    return replace(plain, relative=replace(plain.relative, log=log, low=log - 0.01, high=log + 0.01))


def of_registered(**women):
    """Return a line whose trials, one a share, are registered or not, and have so many women in all."""
    trials = [
        trial(
            name, result((n // 5, n // 2), (n // 5, n - n // 2)), bias="low", registered=None if name == "no" else name
        )
        for name, n in women.items()
    ]
    return line(*trials)


def with_events(treated, control):
    """Return a registered, well-made trial's line with so many events."""
    return line(trial("a", result((treated, 900), (control, 900)), **SOUND))


BENEFIT = line(trial("up", result((500, 1000), (400, 1000)), **SOUND))
HARM = line(trial("down", result((300, 1000), (400, 1000)), **SOUND))
NULL = line(trial("null", result((400, 1000), (400, 1000)), **SOUND))

# For every rule a line on which it just holds and one on which it just does not.
EDGES = {
    "bias-not-read": (of_bias(not_read=1002, low=1000), of_bias(not_read=1000, low=1000)),
    "bias-high": (of_bias(high=1002, low=1000), of_bias(high=1000, low=1000)),
    "bias-some": (of_bias(some_concerns=1000, low=1000), of_bias(some_concerns=1000, low=1002)),
    "heterogeneity-considerable": (with_i_squared(0.7501), with_i_squared(0.75)),
    "heterogeneity-substantial": (with_i_squared(0.5001), with_i_squared(0.5)),
    "two-treatments": (
        line(trial("a", result((800, 2000), (800, 2000), isolates=False), **SOUND)),
        clean(),
    ),
    "other-population": (clean(condition="rif"), clean()),
    # 400 per 1000 without it: 50 more is a ratio of 1.125, 50 less one of 0.875.
    "interval-both-sides": (with_ratio(1, 0.8749, 1.1251), with_ratio(1, 0.8751, 1.1251)),
    "interval-wide": (with_ratio(1.05, 0.9999, 1.1251), with_ratio(1.05, 1.0001, 1.1251)),
    "interval-without-a-baseline": (with_events(3, 0), with_events(9, 0)),
    "few-events": (with_events(150, 149), with_events(150, 150)),
    "publication-bias-not-read": (of_registered(yes=1000, no=1000), of_registered(yes=1002, no=1000)),
    "publication-bias-registered": (of_registered(yes=1002, no=1000), of_registered(yes=1000, no=1000)),
    "retracted-left-out": (
        gather(trial("a", result((800, 2000), (800, 2000)), **SOUND), trial("b", integrity="retracted"))[0],
        clean(),
    ),
    "very-large-effect": (observed_ratio(5.001), observed_ratio(5)),
    "large-effect": (observed_ratio(2.001), observed_ratio(2)),
    "dose-response": (
        observed((800, 2000), (800, 2000), dose_response=True),
        observed((800, 2000), (800, 2000), dose_response=False),
    ),
    "confounding-opposes": (
        observed((800, 2000), (800, 2000), confounding_opposes=True),
        observed((800, 2000), (800, 2000)),
    ),
    "concern": (
        gather(
            trial("a", result((800, 2000), (800, 2000)), **SOUND),
            trial("b", result((2, 5), (2, 5)), integrity="concern"),
        )[1],
        gather(
            trial("a", result((800, 2000), (800, 2000)), **SOUND),
            trial("b", result((2, 5), (2, 5)), integrity="concern"),
        )[0],
    ),
}


# Every declared rule -------------------------------------------------------------------------------------------------


def test_every_rule_of_the_policy_has_a_line_on_either_side_of_it():
    assert {rule.id for rule in POLICY.rules} == {*EDGES, "lines-disagree", "stand-in-outcome", "not-eligible"}


@pytest.mark.parametrize("rule", EDGES)
def test_a_rule_holds_just_past_its_threshold_and_not_at_it(rule):
    past, at = EDGES[rule]
    assert rule in holding(past)
    assert rule not in holding(at)


def test_a_large_precise_well_made_trial_is_of_high_certainty_without_a_step():
    rating = rate(clean(), [], POLICY, GOOD)
    assert (rating.certainty, rating.start, lowered(rating)) == ("high", "high", [])
    assert [(step.rule, step.levels) for step in rating.steps] == [("publication-bias-registered", 0)]


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
        ("publication-bias-not-read", with_events(150, 149), with_events(150, 150)),
        ("publication-bias-registered", with_events(150, 150), with_events(150, 149)),
        ("very-large-effect", observed_ratio(0.1999), observed_ratio(0.2)),
        ("very-large-effect", observed_ratio(6), with_ratio(6, 5.9, 6.1)),
        ("large-effect", observed_ratio(0.4999), observed_ratio(0.5)),
        ("large-effect", observed_ratio(3), with_ratio(3, 2.9, 3.1)),
        ("dose-response", EDGES["dose-response"][0], clean(dose_response=True)),
        ("confounding-opposes", EDGES["confounding-opposes"][0], clean(confounding_opposes=True)),
        ("confounding-opposes", EDGES["confounding-opposes"][0], observed((8, 20), (8, 20), confounding_opposes=False)),
    ],
)
def test_a_rule_with_several_thresholds_minds_each_of_them(rule, past, other_edge):
    assert rule in holding(past)
    assert rule not in holding(other_edge)


def test_i_squared_of_real_tables_lowers_for_inconsistency():
    trials = [trial(name, result((treated, 1000), (400, 1000)), **SOUND) for name, treated in (("a", 400), ("b", 600))]
    assert line(*trials).relative.i2[0] > 0.75
    assert "heterogeneity-considerable" in fired(line(*trials))


@pytest.mark.parametrize(
    ("one", "other", "disagree"),
    [
        pytest.param(BENEFIT, HARM, True, id="benefit and harm"),
        pytest.param(HARM, BENEFIT, True, id="harm and benefit"),
        pytest.param(
            line(trial("weak", result((104, 200), (100, 200)), **SOUND)),
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
        line(trial("a", result((1000, 2000), (800, 2000)), design="cohort_prospective", **SOUND)),
        [],
        POLICY,
        GOOD,
    )
    assert (rating.start, rating.certainty, lowered(rating)) == ("low", "low", [])


def test_one_domain_lowers_once_by_its_strongest_rule():
    one = line(trial("a", result((8, 20), (8, 20)), **SOUND))
    assert {"interval-both-sides", "few-events", "interval-wide"} <= holding(one)
    rating = rate(one, [], POLICY, GOOD)
    assert [(step.rule, step.domain, step.levels) for step in rating.steps] == [
        ("interval-both-sides", "imprecision", -2),
        ("publication-bias-not-read", "publication_bias", -1),
    ]
    assert rating.certainty == "very_low"


def test_the_strongest_rule_of_a_domain_counts_wherever_it_stands_in_the_policy():
    one = line(trial("a", result((8, 20), (8, 20)), **SOUND))
    turned = POLICY.model_copy(update={"rules": tuple(reversed(POLICY.rules))})
    steps = rate(one, [], turned, GOOD).steps
    assert [step.rule for step in steps if step.domain == "imprecision"] == ["interval-both-sides"]


def test_of_two_equally_strong_rules_of_a_domain_the_first_of_the_policy_is_named():
    one = replace(with_i_squared(0.6), relative=replace(BENEFIT.relative, i2=(0.6, 0.0, 1.0)))
    assert {"heterogeneity-substantial", "lines-disagree"} <= holding(one, HARM)
    assert fired(one, HARM) == {"heterogeneity-substantial"}


def test_two_trials_of_which_one_lends_a_ratio_are_not_inconsistent():
    both = line(trial("a", result((1000, 2000), (800, 2000)), **SOUND), trial("b", result((0, 20), (0, 20)), **SOUND))
    assert fired(both) == set()


def test_domains_add_up_and_each_says_its_reason():
    rating = rate(line(trial("a", result((80, 1000), (80, 1000), isolates=False))), [], POLICY, GOOD)
    assert {step.domain: step.levels for step in rating.steps} == {
        "risk_of_bias": -1,
        "indirectness": -1,
        "imprecision": -1,
        "publication_bias": -1,
    }
    assert rating.certainty == "very_low"
    texts = {rule.id: rule.says for rule in POLICY.rules}
    assert all(step.says == texts[step.rule] for step in rating.steps)


def test_no_certainty_is_below_very_low():
    one = line(trial("a", result((8, 20), (8, 20), isolates=False), design="cohort_retrospective", integrity="concern"))
    rating = rate(one, [], POLICY, GOOD)
    assert sum(step.levels for step in rating.steps) < -3
    assert rating.certainty == "very_low"


def test_a_study_whose_bias_was_not_read_costs_a_level_and_the_step_says_not_read():
    unread = trial("a", result((1000, 2000), (800, 2000)), registered="a registry")
    rating = rate(line(unread), [], POLICY, GOOD)
    assert rating.certainty == "moderate"
    (step,) = lowered(rating)
    assert (step.rule, step.levels) == ("bias-not-read", -1)
    assert "not read" in step.says


def test_a_number_without_a_source_is_marked_as_our_own_choice_and_a_sourced_one_is_not():
    one = of_bias(not_read=2000)
    sourced = POLICY.model_copy(
        update={"rules": tuple(rule.model_copy(update={"source": "a-handbook"}) for rule in POLICY.rules)}
    )
    assert {step.source for step in rate(one, [], POLICY, GOOD).steps} == {None}
    assert {step.source for step in rate(one, [], sourced, GOOD).steps} == {"a-handbook"}


# Publication bias ----------------------------------------------------------------------------------------------------


def test_publication_bias_that_was_not_read_costs_a_level_and_says_so():
    rating = rate(line(trial("a", result((1000, 2000), (800, 2000)), bias="low")), [], POLICY, GOOD)
    (step,) = lowered(rating)
    assert (step.domain, step.levels, rating.certainty) == ("publication_bias", -1, "moderate")
    assert "not read" in step.says


def test_an_entry_in_a_registry_of_a_questioned_trial_counts_for_nothing():
    found = gather(
        trial("a", result((400, 1000), (400, 1000)), bias="low"),
        trial("b", result((800, 2000), (800, 2000)), integrity="concern", **SOUND),
    )[1]
    assert "publication-bias-not-read" in fired(found)


def test_a_body_of_one_large_registered_trial_loses_no_level_and_says_that_nobody_looked():
    steps = {step.rule: step for step in rate(with_events(150, 150), [], POLICY, GOOD).steps}
    step = steps["publication-bias-registered"]
    assert (step.levels, step.source) == (0, None)
    assert "not looked into" in step.says


# What raises ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "certainty"),
    [
        pytest.param(observed_ratio(1.9), "low", id="no large effect"),
        pytest.param(observed_ratio(3), "moderate", id="large, more"),
        pytest.param(observed_ratio(0.4), "moderate", id="large, less"),
        pytest.param(observed_ratio(6), "high", id="very large, more"),
        pytest.param(observed_ratio(0.1), "high", id="very large, less"),
        pytest.param(EDGES["dose-response"][0], "moderate", id="more treatment, more effect"),
        pytest.param(EDGES["confounding-opposes"][0], "moderate", id="confounding would have hidden it"),
    ],
)
def test_an_observational_line_that_nothing_lowers_is_raised(one, certainty):
    assert rate(one, [], POLICY, GOOD).certainty == certainty


def test_reasons_to_raise_add_up_and_nothing_is_above_high():
    study = observed((800, 2000), (800, 2000), dose_response=True, confounding_opposes=True)
    assert rate(study, [], POLICY, GOOD).certainty == "high"
    larger = replace(study, relative=observed_ratio(6).relative)
    rating = rate(larger, [], POLICY, GOOD)
    assert sum(step.levels for step in rating.steps) == 4
    assert rating.certainty == "high"


def test_nothing_is_raised_where_anything_was_lowered_and_the_step_says_so():
    one = replace(observed_ratio(6), questioned=True, isolates=False)
    rating = rate(one, [], POLICY, GOOD)
    assert [(step.rule, step.levels) for step in rating.steps] == [
        ("two-treatments", -1),
        ("publication-bias-registered", 0),
        ("very-large-effect", 0),
    ]
    assert rating.certainty == "very_low"
    assert rating.steps[-1].says.endswith(POLICY.not_raised_says)


def test_a_large_effect_whose_interval_holds_no_effect_raises_nothing():
    one = observed_ratio(3)
    wide = replace(one, relative=replace(one.relative, low=0.0))
    assert "large-effect" not in holding(wide)


def test_what_was_not_read_of_one_study_is_not_read_of_the_line():
    told, untold = (
        trial(name, result((800, 2000), (800, 2000)), design="cohort_prospective", dose_response=said, **SOUND)
        for name, said in (("told", True), ("untold", None))
    )
    assert "dose-response" in holding(line(told))
    assert "dose-response" not in holding(line(told, untold))
    assert line_facts(line(told, untold), [], POLICY, GOOD).get("dose_response") is None


# Indirectness --------------------------------------------------------------------------------------------------------


def of_outcome(name, design="rct"):
    return line(trial(f"{name}, {design}", result((800, 2000), (800, 2000), outcome=name), design=design, **SOUND))


BIRTHS, PREGNANCIES = of_outcome("live_birth"), of_outcome("clinical_pregnancy")
BIRTHS_OBSERVED = of_outcome("live_birth", "cohort_prospective")
PREGNANCIES_OBSERVED = of_outcome("clinical_pregnancy", "cohort_prospective")


@pytest.mark.parametrize(
    ("one", "others", "stands_in"),
    [
        pytest.param(PREGNANCIES, [], True, id="pregnancies alone"),
        pytest.param(PREGNANCIES, [BIRTHS], False, id="births were counted as well"),
        pytest.param(PREGNANCIES, [BIRTHS_OBSERVED], True, id="births were only observed"),
        pytest.param(PREGNANCIES_OBSERVED, [BIRTHS_OBSERVED], False, id="both were only observed"),
        pytest.param(PREGNANCIES_OBSERVED, [BIRTHS], False, id="births were randomised"),
        pytest.param(BIRTHS, [], False, id="births stand for nothing else"),
        pytest.param(of_outcome("miscarriage"), [], False, id="a miscarriage matters by itself"),
    ],
)
def test_an_outcome_that_stands_in_for_the_one_that_matters_costs_a_level(one, others, stands_in):
    held = holding(one, *others, outcome=OUTCOMES[one.outcome])
    assert ("stand-in-outcome" in held) is stands_in


@pytest.mark.parametrize("name", ["ongoing_pregnancy", "clinical_pregnancy", "biochemical_pregnancy", "implantation"])
def test_every_sign_of_pregnancy_stands_for_live_birth(name):
    assert OUTCOMES[name].stands_for == "live_birth"


@pytest.mark.parametrize(
    ("women", "verdicts", "lowers"),
    [
        pytest.param({"a": 1002, "b": 1000}, {"a": NO, "b": YES}, True, id="more than half would not have taken her"),
        pytest.param({"a": 1000, "b": 1000}, {"a": NO, "b": YES}, False, id="half would not have"),
        pytest.param({"a": 1000, "b": 1000}, {"a": UNKNOWN, "b": UNKNOWN}, False, id="what is not known is not no"),
        pytest.param({"a": 1000, "b": 1000}, {}, False, id="criteria that were not read"),
        pytest.param({"a": 1000, "b": 1000}, None, False, id="not asked"),
    ],
)
def test_studies_that_would_not_have_taken_her_cost_a_level(women, verdicts, lowers):
    one = line(*(trial(name, result((n // 5, n // 2), (n // 5, n // 2)), **SOUND) for name, n in women.items()))
    assert ("not-eligible" in holding(one, standing=verdicts)) is lowers


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
def test_a_rating_is_its_start_and_one_step_a_domain_and_nothing_lowered_is_raised(study, better):
    rating = rate(line(study), [], POLICY, GOOD if better else BAD)
    domains = [step.domain for step in rating.steps if step.levels]
    assert len(domains) == len(set(domains))
    assert not (lowered(rating) and any(step.levels > 0 for step in rating.steps))
    at = LEVELS.index(rating.start) - sum(step.levels for step in rating.steps)
    assert LEVELS.index(rating.certainty) == max(0, min(at, 3))
    assert rating.start == ("high" if study.randomised else "low")


@settings(deadline=None, derandomize=True, max_examples=60)
@given(trials)
def test_a_concern_or_a_second_treatment_never_raises_a_certainty(study):
    outcome = study.outcomes[0].model_copy(update={"isolates": False})
    worse = study.model_copy(
        update={"outcomes": (outcome,), "integrity": study.integrity.model_copy(update={"status": "concern"})}
    )
    here = rate(line(study), [], POLICY, GOOD).certainty
    there = rate(line(worse), [], POLICY, GOOD).certainty
    assert LEVELS.index(there) >= LEVELS.index(here)


# Facts ---------------------------------------------------------------------------------------------------------------


def test_the_facts_of_a_line_are_counted_in_women():
    both = gather(
        trial("a", result((60, 100), (50, 100)), **SOUND),
        trial("b", result((160, 300), (150, 300)), bias="high", integrity="concern"),
    )[1]
    facts = line_facts(both, [], POLICY, GOOD)
    expected = {
        "randomised": True,
        "studies": 2,
        "events": 420,
        "bias_low_share": 0.25,
        "bias_high_share": 0.75,
        "bias_not_read_share": 0,
        "concern_share": 0.75,
        "isolates": True,
        "other_population": False,
        "registered_share": 0.25,
        "retracted": 0,
        "stands_in": False,
    }
    assert {name: facts.get(name) for name in expected} == expected


def test_every_policy_fact_is_drawn_and_asked_for_by_a_rule():
    asked = {fact for rule in POLICY.rules for fact in facts_in(rule.when)}
    assert asked == set(CERTAINTY_FACTS)
    told = trial("a", result((8, 20), (8, 20)), dose_response=True, confounding_opposes=True, **SOUND)
    assert set(line_facts(line(told), [], POLICY, GOOD, {}).values) == set(CERTAINTY_FACTS)


def test_without_a_ratio_nothing_is_said_of_its_interval():
    facts = line_facts(line(trial("a", result((0, 20), (0, 20)))), [], POLICY, GOOD)
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
    assert shown_by(one, POLICY, GOOD) == shows
    assert shown_by(one, POLICY, BAD) == turned


def test_a_difference_of_exactly_the_smallest_that_matters_matters():
    even = line(trial("a", result((500, 1000), (500, 1000)), **SOUND))
    policy = POLICY.model_copy(update={"smallest_difference_per_1000": 250})

    def important(low, high):
        one = replace(even, relative=replace(even.relative, log=0.0, low=math.log(low), high=math.log(high)))
        facts = line_facts(one, [], policy, GOOD)
        asked = ("interval_holds_important_difference", "interval_holds_both_important")
        return [facts.get(name) for name in asked], shown_by(one, policy, GOOD)

    assert important(0.5, 1.5) == ([True, True], "unclear")
    assert important(0.75, 1.5) == ([True, False], "unclear")
    assert important(0.5, 1.25) == ([True, False], "no_important_benefit")


def test_a_line_without_a_ratio_shows_nothing_clear():
    assert shown_by(line(trial("a", result((0, 20), (0, 20)))), POLICY, GOOD) == "unclear"


@pytest.mark.parametrize(
    "arms",
    [
        pytest.param(((30, 41), (0, 5)), id="30 of 41 against 0 of 5"),
        pytest.param(((60, 100), (0, 100)), id="60 of 100 against 0 of 100"),
    ],
)
def test_events_among_the_treated_alone_are_never_read_as_no_important_benefit(arms):
    one = line(trial("a", result(*arms), **SOUND))
    assert shown_by(one, POLICY, GOOD) in ("benefit", "unclear")
    facts = line_facts(one, [], POLICY, GOOD)
    assert facts.get("interval_holds_important_difference") is not False


@pytest.mark.parametrize("arms", [((40, 50), (5, 5)), ((95, 100), (6, 6))])
def test_where_every_control_had_the_event_fewer_among_the_treated_are_not_read_as_no_important_benefit(arms):
    one = line(trial("a", result(*arms), **SOUND))
    assert one.ratio[2] > 1
    assert shown_by(one, POLICY, BAD) in ("benefit", "unclear")


@pytest.mark.parametrize("arms", [((12, 25), (5, 25)), ((17, 20), (11, 20)), ((30, 41), (0, 5))])
def test_where_the_odds_ratio_carries_the_risks_an_effect_counts_only_if_both_ratios_show_it(arms):
    one = line(trial("a", result(*arms), **SOUND))
    assert one.ratio[1] <= 1 < one.odds_ratio[1]
    assert shown_by(one, POLICY, GOOD) != "benefit"
