"""Every number in the rules of certainty is held by lines of evidence just below, at and just above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

import decidua
from decidua.condition.reference import evaluate
from decidua.condition.syntax import All, AnyOf, Atom, Condition, Not, walk
from decidua.evidence.lines import refers_to_no_rule
from decidua.profile.facts import Facts
from decidua.rulebook.policy import CERTAINTY_FACTS
from decidua.truth import NO, YES

RULES = {rule.id: rule for rule in decidua.load_rulebook().policy.certainty.rules}
STEP = {"integer": 1, "number": 0.05}
"""How far a number is moved: by one for a count, by a twentieth for a share or a ratio."""

EFFECT = {"randomised": False, "interval_holds_no_effect": False}
TABLES = {
    "bias-not-read": [({"bias_not_read_share": 0.51}, YES), ({"bias_not_read_share": 0.5}, NO)],
    "bias-high": [({"bias_high_share": 0.51}, YES), ({"bias_high_share": 0.5}, NO)],
    "bias-some": [
        ({"bias_not_read_share": 0.5, "bias_high_share": 0.5, "bias_low_share": 0.5}, YES),
        ({"bias_not_read_share": 0.51, "bias_high_share": 0, "bias_low_share": 0}, NO),
        ({"bias_not_read_share": 0, "bias_high_share": 0.51, "bias_low_share": 0}, NO),
        ({"bias_not_read_share": 0, "bias_high_share": 0, "bias_low_share": 0.51}, NO),
    ],
    "heterogeneity-considerable": [
        ({"studies": 2, "i_squared": 0.76}, YES),
        ({"studies": 2, "i_squared": 0.75}, NO),
        ({"studies": 1, "i_squared": 0.76}, NO),
    ],
    "heterogeneity-substantial": [
        ({"studies": 2, "i_squared": 0.51}, YES),
        ({"studies": 2, "i_squared": 0.5}, NO),
        ({"studies": 1, "i_squared": 0.51}, NO),
    ],
    "not-eligible": [({"not_eligible_share": 0.51}, YES), ({"not_eligible_share": 0.5}, NO)],
    "few-events": [({"events": 299}, YES), ({"events": 300}, NO)],
    "publication-bias-not-read": [
        ({"registered_share": 0.5, "events": 300}, YES),
        ({"registered_share": 1, "events": 299}, YES),
        ({"registered_share": 0.51, "events": 300}, NO),
    ],
    "publication-bias-registered": [
        ({"registered_share": 0.51, "events": 300}, YES),
        ({"registered_share": 0.5, "events": 300}, NO),
        ({"registered_share": 0.51, "events": 299}, NO),
    ],
    "concern": [({"concern_share": 0.001}, YES), ({"concern_share": 0}, NO)],
    "retracted-left-out": [({"retracted": 1}, YES), ({"retracted": 0}, NO)],
    "large-effect": [
        ({**EFFECT, "risk_ratio": 2.01}, YES),
        ({**EFFECT, "risk_ratio": 2}, NO),
        ({**EFFECT, "risk_ratio": 0.5}, NO),
        ({**EFFECT, "risk_ratio": 0.49}, YES),
    ],
    "very-large-effect": [
        ({**EFFECT, "risk_ratio": 5.01}, YES),
        ({**EFFECT, "risk_ratio": 5}, NO),
        ({**EFFECT, "risk_ratio": 0.2}, NO),
        ({**EFFECT, "risk_ratio": 0.19}, YES),
    ],
}


def is_number(node: Condition) -> bool:
    return isinstance(node, Atom) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def verdict(condition: Condition, facts: dict):
    return evaluate(condition, Facts(facts), refers_to_no_rule).verdict


def moved(atom: Atom) -> Iterator[Atom]:
    step = STEP[CERTAINTY_FACTS[atom.fact].kind]
    yield replace(atom, value=round(atom.value + step, 6))
    yield replace(atom, value=round(atom.value - step, 6))
    yield replace(atom, operator={">=": ">", ">": ">=", "<": "<=", "<=": "<"}[atom.operator])


def changed(condition: Condition) -> Iterator[tuple[Atom, Condition]]:
    """Every condition with one number moved, or one comparison that takes in its number instead of leaving it out."""
    if is_number(condition):
        for atom in moved(condition):
            yield atom, atom
    elif isinstance(condition, Not):
        for atom, part in changed(condition.part):
            yield atom, Not(part)
    elif isinstance(condition, All | AnyOf):
        for at, part in enumerate(condition.parts):
            for atom, new in changed(part):
                yield atom, replace(condition, parts=(*condition.parts[:at], new, *condition.parts[at + 1 :]))


@pytest.mark.parametrize("id_", TABLES)
def test_each_number_of_certainty_lies_where_it_is_declared(id_):
    found = [(facts, verdict(RULES[id_].when, facts)) for facts, _ in TABLES[id_]]
    assert found == TABLES[id_]


@pytest.mark.parametrize("id_", sorted(id_ for id_, rule in RULES.items() if any(map(is_number, walk(rule.when)))))
def test_a_number_of_certainty_that_is_moved_changes_a_verdict(id_):
    assert id_ in TABLES, f"put lines below, at and above the numbers of {id_} into this file"
    unnoticed = [
        f"{atom.fact} {atom.operator} {atom.value}"
        for atom, condition in changed(RULES[id_].when)
        if not (id_ == "concern" and atom.value < 0)
        and all(verdict(condition, facts) is wanted for facts, wanted in TABLES[id_])
    ]
    assert unnoticed == []


def test_every_table_is_of_a_rule_with_numbers_and_of_lines_on_both_sides():
    for id_, lines in TABLES.items():
        assert any(map(is_number, walk(RULES[id_].when)))
        assert {wanted for _, wanted in lines} == {YES, NO}
