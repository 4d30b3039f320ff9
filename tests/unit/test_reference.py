"""The reference engine: what it refuses to compare, and which leaves decide a verdict."""

from __future__ import annotations

import pytest

from decidua.condition.reference import Proof, compare, deciding, evaluate
from decidua.condition.syntax import (
    All,
    AnyOf,
    AtLeast,
    Atom,
    Known,
    Not,
    Rule,
    Untold,
    atoms,
    children,
    facts_in,
    rules_in,
    walk,
)
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES

ASTHMA = Atom("condition.asthma", "=", value=True)
GOUT = Atom("condition.gout", "=", value=True)
LUPUS = Atom("condition.lupus", "=", value=True)


def proved(condition, **known) -> Proof:
    return evaluate(
        condition, Facts({f"condition.{name}": value for name, value in known.items()}), lambda _id: UNKNOWN
    )


def decided_by(proof):
    return [leaf.condition for leaf in deciding(proof)]


@pytest.mark.parametrize("wanted", ["many", True, (3, 4)], ids=["a word", "yes", "a list"])
def test_an_order_is_refused_between_a_count_and_what_is_no_number(wanted):
    with pytest.raises(TypeError, match=">= compares numbers, not"):
        compare(3, Atom("losses.total", ">=", wanted))


@pytest.mark.parametrize("found", ["3", True], ids=["a string of digits", "yes"])
def test_an_order_is_refused_between_a_number_and_a_finding_that_is_no_number(found):
    with pytest.raises(TypeError, match="< compares numbers, not"):
        compare(found, Atom("losses.total", "<", 18))


@pytest.mark.parametrize(
    ("value", "wanted"), [(True, 1), (1, True), (False, 0), (0, False), ("3", 3), ("yes", True)], ids=str
)
def test_yes_is_not_the_number_one_and_a_string_of_digits_is_no_number(value, wanted):
    assert compare(value, Atom("a.fact", "=", wanted)) is NO
    assert compare(value, Atom("a.fact", "!=", wanted)) is YES
    assert compare(value, Atom("a.fact", "in", (wanted,))) is NO
    assert compare(value, Atom("a.fact", "not in", (wanted,))) is YES


def test_a_single_value_after_in_is_a_list_of_one():
    assert compare("septum", Atom("workup.uterine_finding", "in", "septum")) is YES
    assert compare("none", Atom("workup.uterine_finding", "not in", "septum")) is YES


def test_an_interval_whose_ends_are_the_same_is_that_number():
    assert compare(Interval(3, 3), Atom("losses.total", "=", 3)) is YES
    assert compare(Interval(3, 3), Atom("losses.total", "!=", 3)) is NO


def test_a_proof_carries_what_is_known_of_each_finding():
    proof = proved(All((ASTHMA, GOUT)), asthma=True)
    assert [(part.verdict, part.value) for part in proof.parts] == [(YES, True), (UNKNOWN, None)]


@pytest.mark.parametrize(
    ("condition", "known", "verdict", "leaves"),
    [
        (All((ASTHMA, GOUT)), {"asthma": True, "gout": True}, YES, [ASTHMA, GOUT]),
        (All((ASTHMA, GOUT, LUPUS)), {"asthma": True, "gout": False}, NO, [GOUT]),
        (All((ASTHMA, GOUT)), {"asthma": True}, UNKNOWN, [GOUT]),
        (AnyOf((ASTHMA, GOUT, LUPUS)), {"asthma": True, "gout": False}, YES, [ASTHMA]),
        (AnyOf((ASTHMA, GOUT)), {"asthma": False, "gout": False}, NO, [ASTHMA, GOUT]),
        (AnyOf((ASTHMA, GOUT)), {"asthma": False}, UNKNOWN, [GOUT]),
        (Not(All((ASTHMA, GOUT))), {"asthma": False, "gout": True}, YES, [ASTHMA]),
        (Not(ASTHMA), {}, UNKNOWN, [ASTHMA]),
    ],
)
def test_the_leaves_that_decide_are_those_that_would_have_to_change(condition, known, verdict, leaves):
    proof = proved(condition, **known)
    assert proof.verdict is verdict
    assert decided_by(proof) == leaves


def test_what_is_settled_either_way_does_not_decide_whether_two_of_three_are_present():
    """One is present, one is absent: only the third can decide."""
    proof = proved(AtLeast(2, (ASTHMA, GOUT, LUPUS)), asthma=True, gout=False)
    assert proof.verdict is UNKNOWN
    assert decided_by(proof) == [LUPUS]


def test_a_condition_is_walked_parents_first_and_names_its_facts_and_rules():
    condition = All((Not(ASTHMA), AtLeast(1, (Known("losses.total"), Rule("rpl"))), Untold("open", "unread")))
    assert [type(node).__name__ for node in walk(condition)] == [
        "All",
        "Not",
        "Atom",
        "AtLeast",
        "Known",
        "Rule",
        "Untold",
    ]
    assert facts_in(condition) == {"condition.asthma", "losses.total"}
    assert rules_in(condition) == {"rpl"}
    assert list(atoms(condition)) == [ASTHMA, Known("losses.total")]
    assert children(ASTHMA) == ()
