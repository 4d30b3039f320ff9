"""Smallest sets that settle: by hand on small conditions, with questions that give several findings, and with limits."""

from __future__ import annotations

import pytest

from decidua.assessment.asking.possible import possible_answers
from decidua.assessment.asking.remainders import Remainders
from decidua.assessment.asking.settling import Limits, Memory, settle
from decidua.condition.remainder import remainder
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES

ASTHMA = Atom("condition.asthma", "=", True)
BLEEDS = Atom("pregnancy.bleeding", "=", True)
SEPTUM = Atom("workup.uterine_finding", "=", "septum")
LOSSES = Atom("losses.total", ">=", 3)
UNREAD = Untold("whether biochemical losses count", "unread")
EUPLOID = Atom("losses.euploid", ">=", 1)
ANSWERS = {
    "condition.asthma": [True, False],
    "pregnancy.bleeding": [True, False],
    "workup.uterine_finding": ["none", "septum"],
    "losses.total": [0, 3],
}
LIMITS = Limits(questions=6, sets=10, combinations=10_000)


def sets(*conditions, questions=None, limits=LIMITS):
    asked = questions if questions is not None else {name: (name,) for name in ANSWERS}
    return settle(conditions, asked, ANSWERS, limits)


def findings(found):
    return [set(one.findings) for one in found.sets]


def test_all_that_must_hold_must_be_known_whatever_it_shows():
    found = sets(All((ASTHMA, BLEEDS)))
    assert findings(found) == [{"condition.asthma", "pregnancy.bleeding"}]
    assert (found.smallest, found.complete, found.leaves_open) == (True, True, ())


def test_a_finding_that_cannot_settle_whatever_it_shows_is_no_set_by_itself():
    assert {"condition.asthma"} not in findings(sets(AnyOf((ASTHMA, BLEEDS))))


def test_either_of_two_findings_settles_where_each_decides_the_whole():
    both = AnyOf((All((ASTHMA, BLEEDS)), All((ASTHMA, Not(BLEEDS)))))
    assert findings(sets(both)) == [{"condition.asthma", "pregnancy.bleeding"}]
    two_of = AtLeast(2, (ASTHMA, ASTHMA, BLEEDS))
    assert findings(sets(two_of)) == [{"condition.asthma"}]


def test_sets_of_different_size_are_each_named_once_the_smaller_first_and_none_within_another():
    bleeds_or_septum = AnyOf((All((BLEEDS, Not(SEPTUM))), All((Not(BLEEDS), SEPTUM))))
    both_or_neither = AnyOf((All((BLEEDS, SEPTUM)), All((Not(BLEEDS), Not(SEPTUM)))))
    never = All((ASTHMA, Not(ASTHMA), bleeds_or_septum, both_or_neither))
    found = sets(never)
    assert findings(found) == [{"condition.asthma"}, {"pregnancy.bleeding", "workup.uterine_finding"}]
    assert found.complete
    one = sets(never, limits=Limits(questions=6, sets=1, combinations=10_000))
    assert findings(one) == [{"condition.asthma"}]
    assert (one.smallest, one.complete) == (True, False)


def test_several_conditions_are_settled_together():
    assert findings(sets(ASTHMA, SEPTUM)) == [{"condition.asthma", "workup.uterine_finding"}]


def test_one_question_may_give_several_findings_and_only_those_it_takes_are_named():
    questions = {"history": ("condition.asthma", "losses.total"), "scan": ("workup.uterine_finding",)}
    found = sets(
        AnyOf(
            (
                All((ASTHMA, SEPTUM)),
                All(
                    (ASTHMA, Not(SEPTUM)),
                ),
            )
        ),
        questions=questions,
    )
    assert [one.questions for one in found.sets] == [("history", "scan")]
    assert findings(found) == [{"condition.asthma", "workup.uterine_finding"}]


def test_where_an_unread_point_may_decide_the_set_settles_all_but_it_and_it_is_named():
    found = sets(All((ASTHMA, UNREAD)))
    assert findings(found) == [{"condition.asthma"}]
    assert found.leaves_open == (UNREAD,)


def test_what_can_no_longer_be_found_out_is_left_open_and_never_asked_for():
    found = sets(All((ASTHMA, EUPLOID)))
    assert findings(found) == [{"condition.asthma"}]
    assert found.leaves_open == (EUPLOID,)


def test_where_nothing_can_be_found_out_the_set_is_empty_and_what_is_open_is_named():
    found = sets(All((EUPLOID, UNREAD)))
    assert findings(found) == [set()]
    assert set(found.leaves_open) == {EUPLOID, UNREAD}


def test_where_the_smallest_set_has_too_many_questions_one_that_nothing_can_be_left_out_of_is_given():
    found = sets(All((ASTHMA, BLEEDS, SEPTUM)), limits=Limits(questions=2, sets=10, combinations=10_000))
    assert findings(found) == [{"condition.asthma", "pregnancy.bleeding", "workup.uterine_finding"}]
    assert not found.smallest
    assert not found.complete


def test_a_search_without_a_budget_finds_nothing_and_says_that_it_stopped():
    found = sets(All((ASTHMA, BLEEDS, SEPTUM, LOSSES)), limits=Limits(questions=6, sets=10, combinations=1))
    assert found.sets == ()
    assert not found.complete


def test_what_was_worked_out_for_one_call_may_serve_the_next():
    memory = Memory()
    questions = {name: (name,) for name in ANSWERS}
    first = settle([All((ASTHMA, BLEEDS))], questions, ANSWERS, LIMITS, memory)
    none_left = Limits(questions=6, sets=10, combinations=100)
    assert settle([All((ASTHMA, BLEEDS))], questions, ANSWERS, none_left, memory) == first


# What is left of a condition


def test_a_reference_is_replaced_by_what_is_left_of_its_rule():
    left = remainder(All((Rule("other"), LOSSES)), {"losses.total": 4}.get, {"other": ASTHMA}.__getitem__)
    assert left == ASTHMA


def test_a_rule_that_is_open_leaves_no_verdict_and_one_that_is_settled_does():
    assert remainder(All((ASTHMA, LOSSES)), {"losses.total": 1}.get, lambda _: UNKNOWN) is NO
    assert remainder(AnyOf((ASTHMA, LOSSES)), {"losses.total": 3}.get, lambda _: UNKNOWN) is YES
    assert remainder(AtLeast(2, (LOSSES, ASTHMA, BLEEDS)), {"losses.total": 3}.get, lambda _: UNKNOWN) == AtLeast(
        1, (ASTHMA, BLEEDS)
    )


def test_whether_a_finding_is_known_stays_open_until_it_is():
    known = Known("losses.total")
    assert remainder(known, {"losses.total": Interval(1, 3)}.get, lambda _: UNKNOWN) == known
    assert remainder(known, {"losses.total": 2}.get, lambda _: UNKNOWN) is YES
    remainders = Remainders()
    assert remainders.verdict(remainders.given(remainders.of(known), "losses.total", 2)) is YES


def test_a_reference_has_no_place_among_remainders():
    with pytest.raises(TypeError, match="put what is left of that rule in its place"):
        Remainders().of(Not(Rule("rpl")))


# The answers a finding can have


def says(name, known, *atoms):
    return [one.says for one in possible_answers(vocabulary()[name], known, atoms)]


def test_a_count_is_told_apart_at_its_thresholds_and_within_what_is_known():
    two, three = Atom("losses.total", ">=", 2), Atom("losses.total", ">=", 3)
    assert says("losses.total", None, two, three) == ["at most 1", "2", "at least 3"]
    assert says("losses.total", Interval(2, 5), two, three) == ["2", "at least 3"]
    assert says("losses.total", None, Atom("losses.total", "=", 2)) == ["at most 1", "2", "at least 3"]


def test_a_measured_value_is_told_apart_on_either_side_of_a_threshold_in_its_unit():
    weeks = Atom("pregnancy.weeks", "<=", 6), Atom("pregnancy.weeks", "<", 14)
    assert says("pregnancy.weeks", None, *weeks) == [
        "at most 6 weeks",
        "over 6 weeks and under 14 weeks",
        "at least 14 weeks",
    ]


def test_choices_that_no_rule_tells_apart_are_one_answer():
    only = Atom("workup.thyroid", "=", "normal")
    assert says("workup.thyroid", None, only) == ["normal", "abnormal"]
    joined = says("workup.uterine_finding", None, SEPTUM)
    assert len(joined) == 2
    assert "septum" in joined
