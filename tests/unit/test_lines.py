"""Which studies may stand in one line of evidence, and what a line says at her baseline."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trials import POLICY, gather, line, result, trial

from decidua.condition.syntax import facts_in
from decidua.errors import EvidenceError
from decidua.evidence.effects import Table, odds_ratio, risk_ratio
from decidua.evidence.lines import gather_lines, kept_out, pooling_facts, table_of
from decidua.evidence.models import Outcome
from decidua.rulebook.models import EvidenceUse
from decidua.rulebook.policy import POOLING_FACTS

quick = settings(deadline=None, derandomize=True, max_examples=100)


def names(found):
    """Return, line by line, which studies stand in it."""
    return sorted(sorted(row.study.id for row in one.rows) for one in found)


SOUND = result((40, 80), (30, 82))
OTHER = result((35, 60), (28, 61))


# What may be pooled --------------------------------------------------------------------------------------------------


def test_two_alike_trials_stand_in_one_line():
    both = line(trial("a", SOUND), trial("b", OTHER))
    assert names([both]) == [["a", "b"]]
    assert (both.participants, both.events, both.label, both.questioned) == (283, 133, "", False)
    assert both.control_risk == pytest.approx(58 / 143)
    assert both.relative.k == both.odds.k == 2
    assert not both.other_population


@pytest.mark.parametrize(
    "never",
    [
        pytest.param(trial("b", OTHER, integrity="retracted"), id="retracted"),
        pytest.param(
            trial("b", OTHER, pooled=False, not_pooled_because="impossible counts"), id="internally impossible"
        ),
        pytest.param(trial("b", result((35, 60), None)), id="one arm"),
        pytest.param(trial("b", result((35, 60), (28, 61), counts="none")), id="no counts"),
        pytest.param(trial("b", result((None, 60), (28, 61))), id="events of the treated not read"),
        pytest.param(trial("b", result((35, 60), (28, None))), id="women of the control arm not read"),
        pytest.param(trial("b", OTHER, comparator="prognostic"), id="a prognostic comparison of women all treated"),
    ],
)
def test_what_may_never_be_pooled_is_in_no_line(never):
    assert names(gather(trial("a", SOUND), never)) == [["a"]]
    assert gather(never) == []


def test_a_second_filing_is_never_pooled_beside_its_owner_and_may_stand_without_it():
    second = trial("b", OTHER, same_as="a")
    assert names(gather(trial("a", SOUND), second)) == [["a"]]
    assert names(gather(second)) == [["b"]]


def test_a_live_birth_by_another_name_keeps_its_name_in_the_line():
    alone = line(trial("a", result((40, 80), (30, 82), label="success"), start="before_conception"))
    assert alone.label == "started before conception; counted as: success"
    both = line(trial("a", result((40, 80), (30, 82), label="success")), trial("b", OTHER))
    assert both.label == "counted in a as: success"


def test_a_contrast_against_an_active_arm_is_named():
    against = {"kind": "active", "text": "aspirin; a third arm had both"}
    one = line(
        trial("a", result((40, 80), (30, 82), contrast="heparin v aspirin"), comparator=against),
        uses=[EvidenceUse(study="a", contrast="heparin v aspirin")],
    )
    assert (one.label, one.active_control) == ("heparin v aspirin", True)


def test_a_study_that_does_not_count_on_the_date_is_in_no_line():
    uses = [EvidenceUse(study="a"), EvidenceUse(study="of a later year")]
    assert names(gather(trial("a", SOUND), uses=uses)) == [["a"]]


@pytest.mark.parametrize(
    "apart",
    [
        pytest.param(trial("b", OTHER, start="before_conception"), id="start before conception and not stated"),
        pytest.param(trial("b", OTHER, start="around_transfer"), id="start around a transfer"),
        pytest.param(trial("b", OTHER, start="after_conception"), id="start after conception and not stated"),
        pytest.param(trial("b", OTHER, design="cohort_prospective"), id="randomised and observational"),
        pytest.param(trial("b", result((35, 60), (28, 61), outcome="clinical_pregnancy")), id="another outcome"),
        pytest.param(trial("b", result((35, 60), (28, 61), per="pregnancy")), id="women and pregnancies"),
        pytest.param(trial("b", result((35, 60), (28, 61), per="transfer")), id="women and transfers"),
        pytest.param(trial("b", OTHER, condition="rif"), id="recurrent loss and implantation failure"),
        pytest.param(trial("b", result((35, 60), (28, 61), isolates=False)), id="two treatments at once"),
        pytest.param(trial("b", OTHER, comparator="active"), id="against placebo and against another drug"),
    ],
)
def test_studies_that_differ_in_what_they_ask_never_share_a_line(apart):
    assert names(gather(trial("a", SOUND), apart)) == [["a"], ["b"]]


def test_starts_before_and_after_conception_never_share_a_line():
    starts = ("before_conception", "after_conception", "around_transfer", "not_stated")
    found = gather(*(trial(start, OTHER, start=start) for start in starts))
    assert names(found) == [[start] for start in sorted(starts)]


@pytest.mark.parametrize("design", ["rct", "rct_cluster", "quasi_rct"])
def test_every_kind_of_allotment_by_chance_counts_as_randomised(design):
    (only,) = gather(trial("a", SOUND), trial("b", OTHER, design=design))
    assert only.randomised


def against(drug):
    return {"kind": "active", "text": drug}


def test_trials_against_the_same_drug_may_stand_together_under_its_name():
    first, second = trial("a", SOUND, comparator=against("hCG")), trial("b", OTHER, comparator=against("hCG"))
    only = line(first, second)
    assert (names([only]), only.label, only.active_control) == ([["a", "b"]], "against hCG", True)


def test_trials_against_different_or_unnamed_drugs_never_share_a_line():
    controls = {"a": against("hCG"), "b": against("heparin"), "c": against(None), "d": against(None)}
    found = gather(*(trial(name, SOUND, comparator=control) for name, control in controls.items()))
    assert names(found) == [["a"], ["b"], ["c"], ["d"]]
    assert {one.label for one in found} == {"against hCG", "against heparin", "against another treatment"}


def test_a_trial_without_a_comparator_on_record_is_not_called_one_against_a_drug():
    assert not line(trial("a", SOUND, comparator=None)).active_control


@pytest.mark.parametrize("control", ["no_treatment", "usual_care"])
def test_placebo_and_no_treatment_may_stand_together(control):
    assert names(gather(trial("a", SOUND), trial("b", OTHER, comparator=control))) == [["a", "b"]]


def test_a_subgroup_stands_alone_under_its_name():
    part = result((20, 30), (11, 31), subgroup="three losses or more")
    uses = [EvidenceUse(study="a"), EvidenceUse(study="b", subgroup="three losses or more")]
    whole, subgroup = gather(trial("a", SOUND), trial("b", OTHER, part), uses=uses)
    assert (names([whole]), whole.label) == ([["a"]], "")
    assert (names([subgroup]), subgroup.label) == ([["b"]], "three losses or more")
    assert subgroup.rows[0].table == Table(20, 30, 11, 31)


def test_the_same_subgroup_of_two_trials_may_be_pooled_and_another_subgroup_not():
    part = {"subgroup": "three losses or more"}
    trials = [
        trial("a", result((20, 30), (11, 31), **part)),
        trial("b", result((10, 30), (11, 31), **part)),
        trial("c", result((10, 30), (11, 31), subgroup="two losses")),
    ]
    uses = [EvidenceUse(study=one.id, subgroup=one.outcomes[0].subgroup) for one in trials]
    assert names(gather(*trials, uses=uses)) == [["a", "b"], ["c"]]


def test_a_strategy_sees_the_contrast_it_names_and_no_other():
    study = trial(
        "a",
        result((30, 50), (20, 50), contrast="low dose v placebo"),
        result((40, 50), (20, 50), contrast="high dose v placebo"),
        result((60, 90), (20, 50), contrast="any dose v placebo"),
    )
    only = line(study, uses=[EvidenceUse(study="a", contrast="high dose v placebo")])
    assert only.rows[0].table == Table(40, 50, 20, 50)
    assert gather(study) == []


def test_two_contrasts_of_one_trial_share_its_control_arm_and_only_the_first_enters():
    study = trial(
        "a",
        result((30, 50), (20, 50), contrast="low dose v placebo"),
        result((40, 50), (20, 50), contrast="high dose v placebo"),
    )
    uses = [EvidenceUse(study="a", contrast=text) for text in ("low dose v placebo", "high dose v placebo")]
    only = line(study, trial("b", OTHER), uses=[*uses, EvidenceUse(study="b")])
    assert [(row.study.id, row.table.treated_events) for row in only.rows] == [("a", 30), ("b", 35)]


def test_a_study_named_twice_is_counted_once():
    only = line(trial("a", SOUND), uses=[EvidenceUse(study="a"), EvidenceUse(study="a")])
    assert (len(only.rows), only.participants) == (1, 162)


def test_two_trials_of_two_treatments_at_once_are_not_even_pooled_with_each_other():
    combined = [trial(name, result((35, 60), (28, 61), isolates=False)) for name in ("a", "b")]
    found = gather(*combined)
    assert names(found) == [["a"], ["b"]]
    assert {(one.label, one.isolates) for one in found} == {("arms that differ in more than this treatment", False)}


def test_a_contrast_of_two_treatments_is_named_in_its_label():
    study = trial("a", result((12, 17), (4, 21), isolates=False, contrast="both v aspirin"))
    only = line(study, uses=[EvidenceUse(study="a", contrast="both v aspirin")])
    assert only.label == "two treatments at once (both v aspirin)"


@pytest.mark.parametrize(
    ("start", "label"),
    [
        ("before_conception", "started before conception"),
        ("after_conception", "started after conception"),
        ("around_transfer", ""),
        ("not_stated", ""),
    ],
)
def test_a_line_says_whether_treatment_started_before_or_after_conception(start, label):
    assert line(trial("a", SOUND, start=start)).label == label


def test_a_line_from_another_population_says_so():
    only = line(trial("a", SOUND, condition="ivf_unselected"), condition="rif")
    assert (only.label, only.other_population) == ("in IVF in general", True)


# Concern -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("integrity", ["concern", "expression_of_concern"])
def test_a_questioned_study_enters_only_a_second_line_that_says_so(integrity):
    found = gather(trial("a", SOUND), trial("b", OTHER, integrity=integrity), trial("c", OTHER))
    assert [([row.study.id for row in one.rows], one.questioned) for one in found] == [
        (["a", "c"], False),
        (["a", "b", "c"], True),
    ]
    assert [one.label for one in found] == ["", "with a questioned study"]
    assert [one.relative.k for one in found] == [2, 3]


def test_the_second_line_keeps_what_sets_the_first_apart():
    found = gather(
        *(
            trial(name, SOUND, start="after_conception", integrity=known)
            for name, known in (("a", "none_known"), ("b", "concern"))
        )
    )
    assert [one.label for one in found] == [
        "started after conception",
        "started after conception; with a questioned study",
    ]


def test_a_questioned_study_that_stands_alone_has_a_labelled_line_and_no_sound_one():
    (only,) = gather(trial("a", SOUND, integrity="concern"))
    assert (only.questioned, only.label) == (True, "with a questioned study")


def test_a_retracted_study_moves_nothing_in_the_second_line_either():
    trials = [trial("a", SOUND), trial("b", OTHER, integrity="concern")]
    with_retracted = gather(*trials, trial("c", OTHER, integrity="retracted"))
    assert {one.retracted for one in with_retracted} == {("c",)}
    assert [replace(one, retracted=()) for one in with_retracted] == gather(*trials)


@pytest.mark.parametrize(
    ("integrity", "questioned"),
    [("none_known", False), ("concern", True), ("expression_of_concern", True)],
)
def test_a_row_knows_whether_its_study_is_questioned(integrity, questioned):
    (only,) = line(trial("a", SOUND, integrity=integrity)).rows
    assert only.questioned is questioned
    assert (only.second.id if only.second else None) == ("questioned" if questioned else None)


# The declared policy -------------------------------------------------------------------------------------------------

POOLING = POLICY.pooling


def policy_without(on):
    """Return the policy that does not ask for agreement in one thing."""
    return POOLING.model_copy(update={"agree": tuple(one for one in POOLING.agree if one.on != on)})


@pytest.mark.parametrize(
    ("on", "first", "second"),
    [
        pytest.param("start", {"start": "before_conception"}, {"start": "after_conception"}, id="start"),
        pytest.param("comparison", {"comparator": "placebo"}, {"comparator": "active"}, id="comparison"),
        pytest.param("population", {"condition": "rpl"}, {"condition": "rif"}, id="population"),
        pytest.param("design", {"design": "rct"}, {"design": "cohort_prospective"}, id="design"),
    ],
)
def test_what_must_agree_is_what_the_policy_names(on, first, second):
    pair = trial("a", SOUND, **first), trial("b", OTHER, **second)
    assert names(gather(*pair)) == [["a"], ["b"]]
    (together,) = gather(*pair, policy=policy_without(on))
    assert names([together]) == [["a", "b"]]
    assert together.label == ""


@pytest.mark.parametrize(
    ("on", "differing"),
    [
        ("outcome", {"outcome": "clinical_pregnancy"}),
        ("per", {"per": "pregnancy"}),
        ("subgroup", {"subgroup": "some"}),
    ],
)
def test_results_agree_in_what_the_policy_names(on, differing):
    part = result((35, 60), (28, 61), **differing)
    uses = [EvidenceUse(study="a"), EvidenceUse(study="b", subgroup=differing.get("subgroup"))]
    pair = trial("a", SOUND), trial("b", part)
    assert names(gather(*pair, uses=uses)) == [["a"], ["b"]]
    assert names(gather(*pair, uses=uses, policy=policy_without(on))) == [["a", "b"]]


def test_what_stands_alone_is_what_the_policy_names():
    pair = [trial(name, result((35, 60), (28, 61), isolates=False)) for name in ("a", "b")]
    assert names(gather(*pair)) == [["a"], ["b"]]
    (together,) = gather(*pair, policy=POOLING.model_copy(update={"alone": ()}))
    assert (names([together]), together.isolates) == ([["a", "b"]], False)


def test_a_second_line_is_called_what_the_policy_calls_it():
    rule = POOLING.second_line[0].model_copy(update={"label": "with one that was doubted"})
    found = gather(
        trial("a", SOUND),
        trial("b", OTHER, integrity="concern"),
        policy=POOLING.model_copy(update={"second_line": (rule,)}),
    )
    assert [one.label for one in found] == ["", "with one that was doubted"]
    everything = gather(
        trial("a", SOUND),
        trial("b", OTHER, integrity="concern"),
        policy=POOLING.model_copy(update={"second_line": ()}),
    )
    assert names(everything) == [["a", "b"]]


OUT = {
    "second-filing": trial("b", OTHER, same_as="a"),
    "retracted": trial("b", OTHER, integrity="retracted"),
    "no-comparison": trial("b", OTHER, comparator="prognostic"),
    "one-armed": trial("b", result((35, 60), None)),
    "counts-not-read": trial("b", result((None, 60), (28, 61))),
    "unusable": trial("b", OTHER, pooled=False, not_pooled_because="impossible counts"),
    "questioned": trial("b", OTHER, integrity="concern"),
    "not-named": trial("b", result((35, 60), (28, 61), contrast="another dose")),
}
USE = [EvidenceUse(study="a"), EvidenceUse(study="b")]


def test_every_declared_reason_to_keep_a_study_out_is_tried():
    rules = (*POOLING.never, *POOLING.second_line, POOLING.named)
    assert {rule.id for rule in rules} == set(OUT)


@pytest.mark.parametrize("rule", OUT)
def test_a_study_that_is_kept_out_carries_the_rule_and_its_words(rule):
    out = kept_out(OUT[rule], USE, POOLING)
    words = {one.id: one.says for one in (*POOLING.never, *POOLING.second_line, POOLING.named)}
    assert (out.rule, out.says, out.everywhere) == (rule, words[rule], rule != "questioned")
    assert out.because == OUT[rule].not_pooled_because


def test_a_study_that_stands_in_a_line_is_not_kept_out():
    assert kept_out(trial("b", OTHER), USE, POOLING) is None


def test_the_first_reason_in_the_order_of_the_policy_is_given():
    study = trial("b", result((35, 60), None), integrity="retracted", pooled=False, not_pooled_because="retracted")
    assert kept_out(study, USE, POOLING).rule == "retracted"
    turned = POOLING.model_copy(update={"never": tuple(reversed(POOLING.never))})
    assert kept_out(study, USE, turned).rule == "unusable"


def test_of_several_results_the_one_that_comes_furthest_gives_the_reason():
    none, half = result((35, 60), None), result((None, 60), (28, 61))
    for results in ((none, half), (half, none)):
        assert kept_out(trial("b", *results), USE, POOLING).rule == "counts-not-read"
    assert kept_out(trial("b", none, OTHER), USE, POOLING) is None
    assert kept_out(trial("b", none, OTHER, integrity="concern"), USE, POOLING).rule == "questioned"


def test_a_study_without_any_result_is_judged_by_its_record():
    assert kept_out(trial("b"), USE, POOLING).rule == "not-named"
    unusable = kept_out(trial("b", pooled=False, not_pooled_because="events were not read"), USE, POOLING)
    assert (unusable.rule, unusable.because) == ("unusable", "events were not read")


@pytest.mark.parametrize("study", OUT.values(), ids=OUT)
def test_a_study_is_kept_out_exactly_where_no_line_holds_it(study):
    lines = [one for one in gather(trial("a", SOUND), study) if not one.questioned]
    held = [row for one in lines for row in one.rows if row.study.id == "b"]
    assert (kept_out(study, USE, POOLING) is None) == bool(held)


def test_every_policy_fact_is_drawn_and_asked_for_by_a_rule():
    rules = (*POOLING.never, *POOLING.second_line, *POOLING.alone)
    assert {fact for rule in rules for fact in facts_in(rule.when)} == set(POOLING_FACTS)
    study = trial("a", SOUND)
    assert set(pooling_facts(study, study.outcomes[0], ()).values) == set(POOLING_FACTS)


# What a line gives ---------------------------------------------------------------------------------------------------


def test_a_single_study_gives_its_own_ratios():
    only, table = line(trial("a", SOUND)), Table(40, 80, 30, 82)
    for ours, effect in ((only.ratio, risk_ratio(table)), (only.odds_ratio, odds_ratio(table))):
        assert ours == pytest.approx((effect.value, effect.low, effect.high))
    assert only.relative.interval == "one study"


def test_studies_with_a_zero_cell_enter_by_the_zero_cell_rule_and_those_without_a_ratio_are_only_counted():
    nothing_happened = trial("b", result((0, 20), (0, 25)))
    both = line(trial("a", result((0, 20), (5, 20))), nothing_happened)
    assert both.participants == 85
    assert both.relative.k == 1
    assert both.ratio[0] == pytest.approx(risk_ratio(Table(0, 20, 5, 20)).value)


def test_where_no_study_lends_a_ratio_the_line_gives_none():
    only = line(trial("a", result((0, 20), (0, 25))), trial("b", result((0, 30), (0, 35))))
    assert (only.relative, only.odds, only.ratio, only.odds_ratio, only.absolute(0.3)) == (None,) * 5
    assert only.carried_by(0.3) == "RR"


def doubling():
    """Return a line whose risk ratio is 2, with an interval around it."""
    return line(trial("a", result((400, 1000), (200, 1000))))


def test_a_risk_ratio_carries_as_long_as_all_its_ends_stay_below_1000_per_1000():
    only = doubling()
    below = 0.999 / only.ratio[2]
    assert only.carried_by(below) == "RR"
    assert only.absolute(below) == pytest.approx([below * ratio for ratio in only.ratio])


def test_where_only_the_upper_end_would_pass_1000_per_1000_the_odds_ratio_carries_all_three():
    only = doubling()
    above = 1.001 / only.ratio[2]
    assert above * only.ratio[0] < 1
    assert only.carried_by(above) == "OR"
    odds = [above / (1 - above) * ratio for ratio in only.odds_ratio]
    assert only.absolute(above) == pytest.approx([one / (1 + one) for one in odds])


def test_exactly_1000_per_1000_is_not_past_it():
    only = doubling()
    to_four = replace(only, relative=replace(only.relative, log=math.log(3), low=math.log(2), high=math.log(4)))
    assert to_four.carried_by(0.25) == "RR"
    assert to_four.absolute(0.25) == pytest.approx((0.75, 0.5, 1.0))


def test_where_no_control_had_the_event_no_risk_with_treatment_can_be_given():
    only = line(trial("a", result((30, 41), (0, 5))))
    assert only.ratio[0] > 1
    assert only.absolute(only.control_risk) is None


@st.composite
def informative_arms(draw):
    n1, n0 = draw(st.integers(2, 80)), draw(st.integers(2, 80))
    events = draw(st.integers(0, n1)), draw(st.integers(0, n0))
    if not 0 < sum(events) < n1 + n0:
        events = 1, 1
    return (events[0], n1), (events[1], n0)


@quick
@given(informative_arms(), st.floats(0.001, 0.999))
def test_a_risk_at_any_baseline_lies_between_none_and_all_in_order(arms, baseline):
    point, low, high = line(trial("a", result(*arms))).absolute(baseline)
    assert 0 <= low <= point <= high <= 1


@quick
@given(informative_arms(), st.floats(0.01, 0.99))
def test_the_absolute_effect_points_where_the_risk_ratio_points(arms, baseline):
    only = line(trial("a", result(*arms)))
    if abs(math.log(only.ratio[0])) > 1e-9:
        assert (only.absolute(baseline)[0] > baseline) == (only.ratio[0] > 1)


def test_the_order_in_which_studies_are_named_changes_no_line():
    trials = [
        trial("a", SOUND),
        trial("b", OTHER),
        trial("c", result((20, 44), (25, 40))),
        trial("d", OTHER, start="before_conception"),
        trial("e", OTHER, integrity="concern"),
    ]

    def said(found):
        return {
            (
                one.label,
                one.questioned,
                tuple(sorted(row.study.id for row in one.rows)),
                *(round(x, 12) for x in one.ratio),
            )
            for one in found
        }

    first = said(gather(*trials))
    assert len(first) == 3
    assert all(said(gather(*order)) == first for order in permutations(trials))


def test_no_use_gives_no_line():
    assert gather_lines([], {"a": trial("a", SOUND)}, "rpl", POLICY.pooling) == []


# Tables --------------------------------------------------------------------------------------------------------------


def test_an_outcome_gives_its_table():
    assert table_of(Outcome.model_validate(SOUND)) == Table(40, 80, 30, 82)


def test_an_arm_without_women_is_refused_rather_than_pooled():
    with pytest.raises(EvidenceError, match="0 events among 0"):
        table_of(Outcome.model_validate(result((0, 0), (3, 10))))
