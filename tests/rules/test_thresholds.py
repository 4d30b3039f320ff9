"""Every number in the rules is held by women just below, at and just above it: change one, and a verdict changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.rules.thresholds import SAME_ANYWAY, TABLES

import decidua
from decidua.condition.reference import evaluate
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Not, facts_in, walk
from decidua.profile.facts import Facts
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES

BOOK = decidua.load_rulebook()
CONDITIONS = {
    **{rule.id: rule.when for rule in (*BOOK.definitions, *BOOK.subsets, *BOOK.strategies, *BOOK.causes)},
    **{f"finding:{finding.key}": finding.when for finding in BOOK.findings},
}
STEPS = {"transfers.cumulative_chance": 0.01}
"""How far a number is moved: by one for a count, by a tenth for a measured value, and for a chance by less."""


def is_number(node):
    return isinstance(node, Atom) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def facts_of(condition, table, given):
    counted = {name: 0 for name in facts_in(condition) if vocabulary()[name].kind in ("integer", "number")}
    return Facts({**counted, **table.known, **given})


def verdict(condition, table, given):
    return evaluate(condition, facts_of(condition, table, given), lambda id_: table.rules.get(id_, YES)).verdict


@pytest.mark.parametrize("id_", TABLES)
def test_each_number_lies_where_its_source_puts_it(id_):
    found = [(given, verdict(CONDITIONS[id_], TABLES[id_], given)) for given, _ in TABLES[id_].women]
    assert found == TABLES[id_].women


def moved(atom: Atom) -> Iterator[Atom]:
    step = STEPS.get(atom.fact, 1 if vocabulary()[atom.fact].kind == "integer" else 0.1)
    yield replace(atom, value=round(atom.value + step, 6))
    yield replace(atom, value=round(atom.value - step, 6))
    turned = {">=": ">", ">": ">=", "<": "<=", "<=": "<"}.get(atom.operator)
    if turned is not None:
        yield replace(atom, operator=turned)


def changed(condition: Condition) -> Iterator[tuple[Atom, Condition]]:
    """Every condition with one number moved, or one comparison that takes in its number instead of leaving it out."""
    if is_number(condition):
        for atom in moved(condition):
            yield atom, atom
    elif isinstance(condition, Not):
        for atom, part in changed(condition.part):
            yield atom, Not(part)
    elif isinstance(condition, All | AnyOf | AtLeast):
        for at, part in enumerate(condition.parts):
            for atom, new in changed(part):
                yield atom, replace(condition, parts=(*condition.parts[:at], new, *condition.parts[at + 1 :]))


@pytest.mark.parametrize("id_", sorted(id_ for id_, one in CONDITIONS.items() if any(map(is_number, walk(one)))))
def test_a_number_that_is_moved_changes_a_verdict(id_):
    assert id_ in TABLES, f"put women below, at and above the numbers of {id_} into thresholds.py"
    table = TABLES[id_]
    unnoticed = [
        f"{atom.fact} {atom.operator} {atom.value}"
        for atom, condition in changed(CONDITIONS[id_])
        if (id_, atom.fact, atom.operator, atom.value) not in SAME_ANYWAY
        and all(verdict(condition, table, given) is wanted for given, wanted in table.women)
    ]
    assert unnoticed == []


def test_every_table_is_of_a_rule_and_of_women_on_both_sides():
    assert set(TABLES) <= set(CONDITIONS)
    for id_, table in TABLES.items():
        wanted = {wanted for _, wanted in table.women}
        assert NO in wanted, id_
        assert wanted & {YES, UNKNOWN}, id_


def test_a_change_that_is_excused_is_one_that_can_be_made():
    possible = {
        (id_, atom.fact, atom.operator, atom.value) for id_, one in CONDITIONS.items() for atom, _ in changed(one)
    }
    assert set(SAME_ANYWAY) <= possible
