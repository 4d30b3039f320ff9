"""The smallest sets of findings really suffice and are really minimal, checked against every combination of values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations, product
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.generative.strategies import conditions, facts, rulebooks
from tests.generative.trying import thorough

from decidua.assessment.asking.possible import possible_answers
from decidua.assessment.asking.remainders import Remainders
from decidua.assessment.asking.settling import Limits, Settling, settle
from decidua.condition.reference import evaluate
from decidua.condition.remainder import Remainder, remainder
from decidua.condition.syntax import Atom, Condition, Known, Untold, facts_in, walk
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.truth import UNKNOWN, Verdict

GENEROUS = Limits(questions=8, sets=1000, combinations=1_000_000)
WIDE: dict[str, tuple[Any, ...]] = {
    "losses.total": tuple(range(8)),
    "losses.euploid": tuple(range(8)),
    "transfers.cumulative_chance": tuple(step / 8 for step in range(9)),
    "condition.asthma": (True, False),
    "pregnancy.bleeding": (True, False),
    "workup.uterine_finding": vocabulary()["workup.uterine_finding"].choices,
}
"""More values of each finding than the generated comparisons can tell apart."""


def no_rule(id_: str) -> Verdict:
    raise AssertionError(f"no rule is referred to, not '{id_}'")


def inlined(rules: dict[str, Condition], id_: str, known: Facts) -> Remainder:
    return remainder(rules[id_], known.get, lambda other: inlined(rules, other, known))


def unknown_of(left: Condition, known: Facts) -> list[str]:
    """The findings that are still to be found out."""
    return sorted(name for name in facts_in(left) if known.get(name) is None or isinstance(known.get(name), Interval))


def sought(left: Sequence[Condition], known: Facts, limits: Limits = GENEROUS) -> Settling:
    nodes = [node for one in left for node in walk(one)]
    names = list(dict.fromkeys(name for one in left for name in unknown_of(one, known)))
    answers = {
        name: [
            one.value
            for one in possible_answers(
                vocabulary()[name], known.get(name), [node for node in nodes if isinstance(node, Atom)]
            )
        ]
        for name in names
    }
    return settle(left, {name: (name,) for name in names}, answers, limits)


def values_of(name: str, known: Facts) -> list[Any]:
    value = known.get(name)
    if isinstance(value, Interval):
        return [one for one in WIDE[name] if value.low <= one and (value.high is None or one <= value.high)]
    return list(WIDE[name])


def worlds(names: Sequence[str], known: Facts) -> list[Facts]:
    return [
        Facts({**known.values, **dict(zip(names, world, strict=True))})
        for world in product(*(values_of(name, known) for name in names))
    ]


def settles(left: Condition, names: Sequence[str], known: Facts) -> bool:
    """By brute force: whatever the values of the findings, the verdict is known."""
    return all(evaluate(left, world, no_rule).verdict is not UNKNOWN for world in worlds(names, known))


def nothing_more_to_ask(left: Condition, names: Sequence[str], known: Facts) -> bool:
    """By brute force: whatever the values of the findings, no further finding could still decide."""
    for world in worlds(names, known):
        rest = remainder(left, world.get, no_rule)
        if not isinstance(rest, Verdict) and unknown_of(rest, world):
            return False
    return True


def by_brute_force(left: Condition, known: Facts) -> tuple[bool, set[frozenset[str]]]:
    """Return whether all findings together settle, and every minimal set, trying each."""
    names = unknown_of(left, known)
    strict = settles(left, names, known)
    enough = settles if strict else nothing_more_to_ask
    found: list[frozenset[str]] = []
    for some in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        if not any(one <= set(some) for one in found) and enough(left, some, known):
            found.append(frozenset(some))
    return strict, set(found)


@thorough(120)
@given(condition=conditions(known=False), known=facts())
def test_the_sets_are_exactly_the_minimal_ones_that_trying_every_combination_finds(condition, known):
    left = remainder(condition, known.get, no_rule)
    assume(not isinstance(left, Verdict))
    found = sought([left], known)
    strict, expected = by_brute_force(left, known)
    assert {frozenset(one.findings) for one in found.sets} == expected
    assert len(found.sets) == len(expected)
    assert (found.leaves_open == ()) is strict
    assert found.complete
    assert found.smallest
    assert [len(one.questions) for one in found.sets] == sorted(len(one.questions) for one in found.sets)


@thorough(80)
@given(rules=rulebooks(known=False), known=facts())
def test_sets_for_rules_that_refer_to_each_other_suffice_and_lose_it_with_any_finding_left_out(rules, known):
    lefts = [left for id_ in rules if not isinstance(left := inlined(rules, id_, known), Verdict)]
    assume(lefts)
    found = sought(lefts, known)
    enough = nothing_more_to_ask if found.leaves_open else settles
    assert found.sets
    for one in found.sets:
        assert all(enough(left, one.findings, known) for left in lefts)
        for dropped in one.findings:
            rest = [name for name in one.findings if name != dropped]
            assert not all(enough(left, rest, known) for left in lefts)


@thorough(80)
@given(condition=conditions(known=True), known=facts())
def test_a_set_suffices_where_a_rule_asks_what_is_known(condition, known):
    left = remainder(condition, known.get, no_rule)
    assume(not isinstance(left, Verdict))
    found = sought([left], known)
    if not found.leaves_open and not any(isinstance(node, Untold) for node in walk(left)):
        assert all(settles(left, one.findings, known) for one in found.sets)


@thorough(80)
@given(condition=conditions(known=False), known=facts(), data=st.data())
def test_what_is_left_of_a_condition_has_the_verdict_of_the_whole(condition, known, data):
    left = remainder(condition, known.get, no_rule)
    verdict = evaluate(condition, known, no_rule).verdict
    assert (left if isinstance(left, Verdict) else UNKNOWN) is verdict
    if isinstance(left, Verdict):
        return
    remainders = Remainders()
    node, values = remainders.of(left), dict(known.values)
    for name in unknown_of(left, known):
        values[name] = data.draw(st.sampled_from(values_of(name, known)))
        node = remainders.given(node, name, values[name])
        assert remainders.verdict(node) is evaluate(condition, Facts(values), no_rule).verdict
        assert not any(isinstance(leaf, Atom | Known) and leaf.fact == name for leaf in remainders.leaves(node))


@thorough(80)
@given(condition=conditions(known=False), known=facts())
def test_the_answers_of_a_finding_stand_for_all_its_values_and_no_two_for_the_same(condition, known):
    atoms = [node for node in walk(condition) if isinstance(node, Atom)]
    for name in unknown_of(condition, known):
        own = [atom for atom in atoms if atom.fact == name]
        answers = possible_answers(vocabulary()[name], known.get(name), atoms)

        def told(value: Any, own: list[Atom] = own) -> tuple[Verdict, ...]:
            return tuple(evaluate(atom, Facts({atom.fact: value}), no_rule).verdict for atom in own)

        assert {told(value) for value in values_of(name, known)} <= {told(one.value) for one in answers}
        assert len({one.says for one in answers}) == len(answers)


@thorough(40)
@given(condition=conditions(known=False), known=facts(), budget=st.integers(1, 30))
def test_a_search_that_stops_early_says_so_and_never_calls_enough_what_is_not(condition, known, budget):
    left = remainder(condition, known.get, no_rule)
    assume(not isinstance(left, Verdict))
    found = sought([left], known, Limits(questions=2, sets=2, combinations=budget))
    enough = nothing_more_to_ask if found.leaves_open else settles
    assert all(enough(left, one.findings, known) for one in found.sets)
    _, expected = by_brute_force(left, known)
    if found.complete:
        assert {frozenset(one.findings) for one in found.sets} == expected
    if found.smallest:
        assert {frozenset(one.findings) for one in found.sets} <= expected
