"""Whether two conditions mean the same for every woman, and which verdicts a condition can have: sound, not complete.

Two conditions are told apart here over every combination of what each fact could be (known, unknown, a range) and of
what each other rule could say. That holds more women than there can be, so "the same" is certain; "not the same" may
only mean that the woman who would show it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import gcd, prod

from decidua.assessment.asking.possible import possible_answers
from decidua.condition.reference import compare
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule, Untold, children, walk
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict, all_of, any_of, at_least, negation

__all__ = ["attainable", "same_for_all"]

MOST_COMBINATIONS = 60_000
"""Above this many combinations two conditions count as not shown to be the same."""

Leaf = Atom | Known | Rule
Leaves = Mapping[Leaf, Verdict]
Ways = list[dict[Leaf, Verdict]]
"""What the leaves that look at one fact, or the one that names a rule, can say together."""

MayBe = Callable[[str], frozenset[Verdict]]
"""Gives the verdicts that another rule can have, by its id."""

THREE = frozenset({YES, NO, UNKNOWN})


def same_for_all(one: Condition, other: Condition, facts: Mapping[str, Fact], may_be: MayBe) -> bool:
    """Say whether two conditions certainly have the same verdict for every woman.

    Args:
        one: A condition.
        other: A condition.
        facts: The vocabulary.
        may_be: The verdicts that another rule can have, by its id.
    """
    plain_one, plain_other = _plain(one, may_be), _plain(other, may_be)
    if plain_one == plain_other:
        return True
    around = _around_the_difference(plain_one, plain_other, _EXACT, may_be)
    return any(_same(left, right, told_apart, facts, may_be) for left, right, told_apart in around)


Apart = Mapping[Verdict, Verdict]
"""Which verdicts make a difference further up: those that are mapped to the same one do not."""

_EXACT: Apart = {YES: YES, NO: NO, UNKNOWN: UNKNOWN}
_NEVER_YES: Apart = {YES: UNKNOWN, NO: NO, UNKNOWN: UNKNOWN}
_NEVER_NO: Apart = {YES: YES, NO: UNKNOWN, UNKNOWN: UNKNOWN}
_NOTHING: Apart = {YES: UNKNOWN, NO: UNKNOWN, UNKNOWN: UNKNOWN}


def _plain(node: Condition, may_be: MayBe) -> Condition:
    """Return a condition without what can never decide.

    Where one part of ``all`` is never YES, the whole is not, and a part that is never NO decides nothing; ``any`` is
    its mirror. One untold part says then that it is so.
    """
    if isinstance(node, Not):
        return Not(_plain(node.part, may_be))
    if isinstance(node, AtLeast):
        return AtLeast(node.count, tuple(_plain(part, may_be) for part in node.parts))
    if not isinstance(node, All | AnyOf):
        return node
    reached, idle = (YES, NO) if isinstance(node, All) else (NO, YES)
    parts = [(part, attainable(part, may_be)) for part in (_plain(one, may_be) for one in node.parts)]
    if all(reached in verdicts for _, verdicts in parts):
        return type(node)(tuple(part for part, _ in parts))
    left = tuple(part for part, verdicts in parts if idle in verdicts)
    return type(node)((*left, Untold("", "unread")))


def _around_the_difference(
    one: Condition, other: Condition, apart: Apart, may_be: MayBe
) -> Iterator[tuple[Condition, Condition, Apart]]:
    """Yield the parts that hold every difference, the smallest first: the same there, the wholes are the same."""
    mine, yours = children(one), children(other)
    if type(one) is type(other) and len(mine) == len(yours) and mine:
        differing = [at for at, pair in enumerate(zip(mine, yours, strict=True)) if pair[0] != pair[1]]
        if len(differing) == 1:
            at = differing[0]
            beside = [attainable(part, may_be) for part in (*mine[:at], *mine[at + 1 :])]
            yield from _around_the_difference(mine[at], yours[at], _below(one, apart, beside), may_be)
    yield one, other, apart


def _below(node: Condition, apart: Apart, beside: Sequence[frozenset[Verdict]]) -> Apart:
    """Return which verdicts of a part make a difference, given those of the whole and what stands beside it."""
    if isinstance(node, Not):
        return {verdict: apart[negation(verdict)] for verdict in _EXACT}
    if isinstance(node, All) and any(YES not in verdicts for verdicts in beside):
        return _combined(apart, _NEVER_YES)
    if isinstance(node, AnyOf) and any(NO not in verdicts for verdicts in beside):
        return _combined(apart, _NEVER_NO)
    return _EXACT if isinstance(node, AtLeast) else apart


def _combined(apart: Apart, merging: Apart) -> Apart:
    """Return what is told apart where a part's verdicts are merged before the whole's are."""
    merged = {verdict: apart[merging[verdict]] for verdict in _EXACT}
    groups = {tuple(sorted(v for v in _EXACT if merged[v] is merged[verdict])) for verdict in _EXACT}
    return _NOTHING if len(groups) == 1 else {v: next(min(group) for group in groups if v in group) for v in _EXACT}


def _same(one: Condition, other: Condition, apart: Apart, facts: Mapping[str, Fact], may_be: MayBe) -> bool:
    if len(set(apart.values())) == 1:
        return True
    leaves = [node for tree in (one, other) for node in walk(tree) if isinstance(node, Atom | Known | Rule)]
    ways = _ways(list(dict.fromkeys(leaves)), facts, may_be)
    combinations = prod(len(way) for way in ways)
    if combinations > MOST_COMBINATIONS:
        return False
    stride = next(
        step for step in range(combinations * 5 // 8 + 1, 2 * combinations + 2) if gcd(step, combinations) == 1
    )
    for at in range(combinations):  # every one once, and unlike ones first: most differences show at once
        said = _combination(ways, at * stride % combinations)
        if apart[_evaluate(one, said)] is not apart[_evaluate(other, said)]:
            return False
    return True


def _combination(ways: Sequence[Ways], number: int) -> Leaves:
    """Return one combination of what the facts and the other rules say, by its number."""
    said: dict[Leaf, Verdict] = {}
    for way in ways:
        number, at = divmod(number, len(way))
        said |= way[at]
    return said


def attainable(condition: Condition, may_be: MayBe) -> frozenset[Verdict]:
    """Return every verdict that a condition can have; some of them perhaps for no woman that there can be.

    Args:
        condition: The condition.
        may_be: The verdicts that another rule can have, by its id.
    """
    if isinstance(condition, Atom):
        return THREE
    if isinstance(condition, Known):
        return frozenset({YES, NO})
    if isinstance(condition, Rule):
        return may_be(condition.id)
    if isinstance(condition, Not):
        return frozenset(negation(verdict) for verdict in attainable(condition.part, may_be))
    if isinstance(condition, All | AnyOf | AtLeast):
        tallies: set[tuple[int, int]] = {(0, 0)}
        for part in condition.parts:
            steps = [(verdict is YES, verdict is NO) for verdict in attainable(part, may_be)]
            tallies = {(yes + up, no + down) for yes, no in tallies for up, down in steps}
        return frozenset(_joined(condition, yes, no) for yes, no in tallies)
    return frozenset({UNKNOWN})


def _joined(node: All | AnyOf | AtLeast, yes: int, no: int) -> Verdict:
    return _join(node, [YES] * yes + [NO] * no + [UNKNOWN] * (len(node.parts) - yes - no))


def _join(node: All | AnyOf | AtLeast, verdicts: Sequence[Verdict]) -> Verdict:
    if isinstance(node, All):
        return all_of(verdicts)
    return any_of(verdicts) if isinstance(node, AnyOf) else at_least(node.count, verdicts)


def _ways(leaves: Sequence[Leaf], facts: Mapping[str, Fact], may_be: MayBe) -> list[Ways]:
    by_fact: dict[str, list[Atom | Known]] = {}
    ways: list[Ways] = []
    for leaf in leaves:
        if isinstance(leaf, Rule):
            ways.append([{leaf: verdict} for verdict in sorted(may_be(leaf.id))])
        else:
            by_fact.setdefault(leaf.fact, []).append(leaf)
    ways.extend(_ways_of_fact(facts[name], own) for name, own in by_fact.items())
    return ways


def _ways_of_fact(fact: Fact, leaves: Sequence[Atom | Known]) -> Ways:
    """Return what the comparisons with one fact can say together: for every value, for none, and for every range."""
    atoms = [leaf for leaf in leaves if isinstance(leaf, Atom)]
    values = [answer.value for answer in possible_answers(fact, None, atoms)]
    found: dict[tuple[Verdict, ...], dict[Leaf, Verdict]] = {}

    def note(value: object, *, known: bool) -> None:
        said: dict[Leaf, Verdict] = {
            leaf: (YES if known else NO) if isinstance(leaf, Known) else compare(value, leaf)  # type: ignore[arg-type]
            for leaf in leaves
        }
        found.setdefault(tuple(said.values()), said)

    note(None, known=False)
    for value in values:
        note(value, known=True)
    if fact.kind in ("integer", "number"):
        numbers = [value for value in values if isinstance(value, int | float)]
        for at, low in enumerate(numbers):
            for high in (*numbers[at:], None):
                note(Interval(low, high), known=False)
    return list(found.values())


def _evaluate(condition: Condition, said: Leaves) -> Verdict:
    if isinstance(condition, Atom | Known | Rule):
        return said[condition]
    if isinstance(condition, Not):
        return negation(_evaluate(condition.part, said))
    if isinstance(condition, All | AnyOf | AtLeast):
        return _join(condition, [_evaluate(part, said) for part in condition.parts])
    return UNKNOWN
