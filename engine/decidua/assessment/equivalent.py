"""Whether two conditions mean the same for every woman, and which verdicts a condition can have: sound, not complete.

Two conditions are told apart here over every combination of what each fact could be (known, unknown, a range) and of
what each other rule could say. That holds more women than there can be, so "the same" is certain; "not the same" may
only mean that the woman who would show it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from decidua.assessment.possible import possible_answers
from decidua.condition.reference import compare
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule, children, walk
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

THREE = frozenset({YES, NO, UNKNOWN})


def same_for_all(
    one: Condition, other: Condition, facts: Mapping[str, Fact], may_be: Callable[[str], frozenset[Verdict]]
) -> bool:
    """Say whether two conditions certainly have the same verdict for every woman.

    Args:
        one: A condition.
        other: A condition.
        facts: The vocabulary.
        may_be: The verdicts that another rule can have, by its id.
    """
    return any(_same(left, right, facts, may_be) for left, right in _around_the_difference(one, other))


def _around_the_difference(one: Condition, other: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Yield the parts that hold every difference, the smallest first: the same there, the wholes are the same."""
    mine, yours = children(one), children(other)
    if type(one) is type(other) and len(mine) == len(yours) and mine:
        differing = [pair for pair in zip(mine, yours, strict=True) if pair[0] != pair[1]]
        if len(differing) == 1:
            yield from _around_the_difference(*differing[0])
    yield one, other


def _same(
    one: Condition, other: Condition, facts: Mapping[str, Fact], may_be: Callable[[str], frozenset[Verdict]]
) -> bool:
    leaves = [node for tree in (one, other) for node in walk(tree) if isinstance(node, Atom | Known | Rule)]
    ways = _ways(list(dict.fromkeys(leaves)), facts, may_be)
    if prod(len(way) for way in ways) > MOST_COMBINATIONS:
        return False
    for combination in product(*ways):
        said = {leaf: verdict for way in combination for leaf, verdict in way.items()}
        if _evaluate(one, said) is not _evaluate(other, said):
            return False
    return True


def attainable(condition: Condition, may_be: Callable[[str], frozenset[Verdict]]) -> frozenset[Verdict]:
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


def _ways(
    leaves: Sequence[Leaf], facts: Mapping[str, Fact], may_be: Callable[[str], frozenset[Verdict]]
) -> list[Ways]:
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
        said = {
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
