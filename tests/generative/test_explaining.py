"""The smallest sets behind an explanation really suffice and are really the smallest, checked by trying every one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.generative.strategies import DOMAINS, comparisons, conditions, facts, rulebooks
from tests.generative.trying import thorough

from decidua.assessment.explaining.ways import Aim, Bounds, Goal, Ways
from decidua.condition.reference import evaluate
from decidua.condition.syntax import All, AnyOf, AtLeast, Condition, Not, Rule
from decidua.profile.facts import Facts
from decidua.truth import NO, UNKNOWN, YES, Verdict

GENEROUS = Bounds(findings=len(DOMAINS), sets=10_000, steps=10_000_000)
bounds = st.sampled_from([1, 2, 12]).map(lambda width: replace(GENEROUS, width=width))
"""Room for everything; where the quick search is narrow, the thorough one has to find what it left out."""
MEETING = {
    Aim.YES: {YES},
    Aim.NO: {NO},
    Aim.NOT_YES: {NO, UNKNOWN},
    Aim.NOT_NO: {YES, UNKNOWN},
}
aims = st.sampled_from(list(Aim))


@st.composite
def tangled(draw: st.DrawFn) -> Condition:
    """Generate conditions that ask for several findings at once, each of which may come in several ways."""
    some = st.lists(comparisons(), min_size=2, max_size=3)
    parts = draw(st.lists(some.map(tuple), min_size=2, max_size=4))
    every: Condition = All(tuple(AnyOf(part) for part in parts))
    if draw(st.booleans()):
        every = AtLeast(len(parts) - 1, tuple(AnyOf(part) for part in parts))
    return Not(AnyOf(tuple(Not(part) for part in every.parts))) if draw(st.booleans()) else every


any_condition = st.one_of(conditions(), tangled())
Rules = Mapping[str, Condition]
Choices = Mapping[str, Sequence[Any]]


def verdict(rules: Rules, condition: Condition, known: Facts) -> Verdict:
    return evaluate(condition, known, lambda id_: verdict(rules, rules[id_], known)).verdict


def meets(rules: Rules, goals: Sequence[Goal], known: Mapping[str, Any]) -> bool:
    given_ = Facts({name: value for name, value in known.items() if value is not None})
    return all(verdict(rules, condition, given_) in MEETING[aim] for condition, aim in goals)


def assignments(choices: Choices, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Every way to give each of some findings another value than it has now."""
    for values in product(*(choices[name][1:] for name in names)):
        yield dict(zip(names, values, strict=True))


def by_brute_force(rules: Rules, goals: Sequence[Goal], choices: Choices) -> set[frozenset[str]]:
    """The sets of fewest findings of which some other values meet the goals, trying each."""
    now = {name: values[0] for name, values in choices.items()}
    for size in range(len(choices) + 1):
        found = {
            frozenset(names)
            for names in combinations(choices, size)
            if any(meets(rules, goals, {**now, **changed}) for changed in assignments(choices, names))
        }
        if found:
            return found
    return set()


def others(name: str, now: Any) -> tuple[Any, ...]:
    return (now, *(value for value in DOMAINS[name] if value != now))


def combos(choice: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for values in product(*choice.values()):
        yield dict(zip(choice, values, strict=True))


# The findings responsible


@thorough(150)
@given(condition=any_condition, known=facts(), aim=st.sampled_from([Aim.YES, Aim.NO]), room=bounds)
def test_the_sets_responsible_are_exactly_the_smallest_that_force_the_verdict_with_all_else_unknown(
    condition, known, aim, room
):
    choices = {name: (None, value) for name, value in known.values.items()}
    found = Ways(choices, {}.get, {}).smallest([(condition, aim)], room)
    assert {frozenset(one) for one in found.sets} == by_brute_force({}, [(condition, aim)], choices)
    assert len({frozenset(one) for one in found.sets}) == len(found.sets)
    assert (found.smallest, found.complete) == (True, True)


@thorough(80)
@given(rules=rulebooks(known=False), known=facts(), room=bounds)
def test_a_set_responsible_for_a_rule_suffices_and_loses_it_with_any_finding_left_out(rules, known, room):
    choices = {name: (None, value) for name, value in known.values.items()}
    ways = Ways(choices, rules.get, {})
    for id_, condition in rules.items():
        now = verdict(rules, condition, known)
        if now is UNKNOWN:
            continue
        found = ways.smallest([(Rule(id_), Aim.YES if now is YES else Aim.NO)], room)
        assert found.sets
        for one in found.sets:
            alone = {name: known.values[name] for name in one}
            assert verdict(rules, condition, Facts(alone)) is now
            for name in one:
                rest = {other: value for other, value in alone.items() if other != name}
                assert verdict(rules, condition, Facts(rest)) is UNKNOWN


# What would have to be otherwise


@thorough(80)
@given(data=st.data(), rules=rulebooks(), known=facts(), room=bounds)
def test_the_nearest_changes_are_exactly_those_of_fewest_findings_and_hold_whatever_value_is_taken(
    data, rules, known, room
):
    ids = sorted(rules)
    goals = [(Rule(id_), data.draw(aims)) for id_ in ids[: data.draw(st.integers(1, 2))]]
    moving = data.draw(st.lists(st.sampled_from(sorted(DOMAINS)), max_size=4, unique=True))
    choices = {name: others(name, known.get(name)) for name in moving}
    fixed = {name: value for name, value in known.values.items() if name not in moving}
    found = Ways(choices, rules.get, fixed).smallest(goals, room)

    every = {name: (value,) for name, value in fixed.items()} | choices
    assert {frozenset(one) for one in found.sets} == by_brute_force(rules, goals, every)
    assert (found.smallest, found.complete) == (True, True)
    for one in found.sets:
        for changed in combos(one):
            assert meets(rules, goals, {**known.values, **changed})


@thorough(80)
@given(condition=tangled(), known=facts(), aim=aims, room=bounds)
def test_the_nearest_changes_are_found_where_many_ways_lead_there(condition, known, aim, room):
    choices = {name: others(name, known.get(name)) for name in DOMAINS}
    goals = [(condition, aim)]
    found = Ways(choices, {}.get, {}).smallest(goals, room)
    assert {frozenset(one) for one in found.sets} == by_brute_force({}, goals, choices)
    assert (found.smallest, found.complete) == (True, True)
    for one in found.sets:
        for changed in combos(one):
            assert meets({}, goals, {**known.values, **changed})


@thorough(60)
@given(condition=any_condition, known=facts(), aim=aims, steps=st.integers(1, 200), most=st.integers(1, 3))
def test_a_search_that_stops_early_says_so_and_names_nothing_that_does_not_hold(condition, known, aim, steps, most):
    choices = {name: others(name, known.get(name)) for name in DOMAINS}
    goals = [(condition, aim)]
    found = Ways(choices, {}.get, {}).smallest(goals, Bounds(most, 2, steps, width=2))
    assert len(found.sets) <= 2
    for one in found.sets:
        assert all(meets({}, goals, {**known.values, **changed}) for changed in combos(one))
    expected = by_brute_force({}, goals, choices)
    if found.smallest:
        assert {frozenset(one) for one in found.sets} <= expected
    if found.complete:
        assert {frozenset(one) for one in found.sets} == expected


@thorough(40)
@given(rules=rulebooks(), known=facts(), data=st.data())
def test_what_one_search_worked_out_changes_nothing_for_the_next(rules, known, data):
    choices = {name: others(name, known.get(name)) for name in DOMAINS}
    shared = Ways(choices, rules.get, {})
    for id_ in rules:
        goals, room = [(Rule(id_), data.draw(aims))], data.draw(bounds)
        assert shared.smallest(goals, room) == Ways(choices, rules.get, {}).smallest(goals, room)
