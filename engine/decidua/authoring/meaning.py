"""What conditions mean, judged over every combination of the answers that they tell apart.

A condition looks at a few facts, and of each it tells only a few answers apart: below 3, from 3 on. All combinations of
those answers are held at once, one bit each, so that "the same for every woman" is a comparison of two numbers. Facts
are taken as independent of each other: what holds for all combinations holds for all women, but a combination that no
woman has may hide that two conditions mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from decidua.assessment.asking.possible import possible_answers
from decidua.condition.reference import compare
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule, Untold, atoms, walk
from decidua.frozen import Frozen
from decidua.profile.facts import Value
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["Drop", "Space", "TooLarge", "expanded", "without_a_part"]

MOST = 1 << 18
"""Most combinations of answers that are looked through for one question."""

MOST_ANSWERS = 40
"""Most answers of one fact that are told apart."""

Answers = tuple[Value | Verdict | None, ...]
Masks = tuple[int, int]


class TooLarge(Exception):
    """The conditions tell too many combinations of answers apart."""


class _Axis(Frozen):
    """One thing that may differ between women, with its answers; neighbouring answers are ``stride`` bits apart."""

    answers: Answers
    stride: int


class Space:
    """All combinations of the answers that some conditions tell apart.

    Args:
        conditions: The conditions to be asked about.
        facts: The vocabulary.
        unknown: With True every fact may be unknown too, counts may be known within limits, and what was not read or
            cannot be expressed is UNKNOWN: the meaning as it is. With False everything is settled, and what was not
            read may be so or not: what could ever come out.

    Raises:
        TooLarge: There are more combinations than ``MOST``, or more answers of one fact than ``MOST_ANSWERS``.
    """

    def __init__(self, conditions: Iterable[Condition], facts: Mapping[str, Fact], *, unknown: bool) -> None:
        self.unknown = unknown
        self._axes: dict[str | Condition, _Axis] = {}
        self._kept: dict[Condition, Masks] = {}
        self._repeated: dict[int, int] = {}
        asked = list(conditions)
        own: dict[str, dict[Atom | Known, None]] = {}
        for condition in asked:
            for atom in atoms(condition):
                own.setdefault(atom.fact, {}).setdefault(atom)
        size = 1
        for name, compared in own.items():
            size = self._add(name, _answers(facts[name], tuple(compared), unknown=unknown), size)
        for condition in asked:
            for node in walk(condition):
                if node not in self._axes and (isinstance(node, Rule) or (isinstance(node, Untold) and not unknown)):
                    size = self._add(node, (YES, NO, UNKNOWN) if unknown else (YES, NO), size)
        self.size = size
        self.whole = (1 << size) - 1

    def _add(self, name: str | Condition, answers: Answers, size: int) -> int:
        if size * len(answers) > MOST:
            raise TooLarge
        self._axes[name] = _Axis(answers, size)
        return size * len(answers)

    def masks(self, condition: Condition) -> Masks:
        """Return the combinations for which a condition is YES and those for which it is NO, one bit each."""
        kept = self._kept.get(condition)
        if kept is None:
            kept = self._kept[condition] = self._masks(condition)
        return kept

    def _masks(self, condition: Condition) -> Masks:
        if isinstance(condition, Atom | Known):
            axis = self._axes[condition.fact]
            verdicts = [_verdict(answer, condition) for answer in axis.answers]
            return self._where(axis, verdicts)
        if isinstance(condition, Rule | Untold):
            if isinstance(condition, Untold) and self.unknown:
                return 0, 0
            axis = self._axes[condition]
            return self._where(axis, [answer for answer in axis.answers if isinstance(answer, Verdict)])
        if isinstance(condition, Not):
            yes, no = self.masks(condition.part)
            return no, yes
        parts = [self.masks(part) for part in condition.parts]
        count = len(parts) if isinstance(condition, All) else 1 if isinstance(condition, AnyOf) else condition.count
        yes = self._at_least(count, [part[0] for part in parts])
        no = self._at_least(len(parts) - count + 1, [part[1] for part in parts])
        return yes, no

    def _where(self, axis: _Axis, verdicts: list[Verdict]) -> Masks:
        period = axis.stride * len(axis.answers)
        repeated = self._repeated.get(period)
        if repeated is None:
            repeated = self._repeated[period] = self.whole // ((1 << period) - 1)
        block = (1 << axis.stride) - 1

        def mask(wanted: Verdict) -> int:
            ones = sum(block << (at * axis.stride) for at, verdict in enumerate(verdicts) if verdict is wanted)
            return ones * repeated if ones else 0

        return mask(YES), mask(NO)

    def _at_least(self, count: int, masks: list[int]) -> int:
        reached = [self.whole] + [0] * count
        for mask in masks:
            for at in range(count, 0, -1):
                reached[at] |= reached[at - 1] & mask
        return reached[count]

    def same(self, one: Condition, other: Condition) -> bool:
        """Say whether two conditions have the same verdict for every combination."""
        return self.masks(one) == self.masks(other)

    def example(self, mask: int) -> dict[str, Value | None]:
        """Return the answers of the first combination of a mask, by fact."""
        at = (mask & -mask).bit_length() - 1
        found: dict[str, Value | None] = {}
        for name, axis in self._axes.items():
            answer = axis.answers[at // axis.stride % len(axis.answers)]
            if isinstance(name, str) and not isinstance(answer, Verdict):
                found[name] = answer
        return found


def _verdict(answer: Value | Verdict | None, condition: Atom | Known) -> Verdict:
    if isinstance(answer, Verdict):  # pragma: no cover - an axis of a fact holds values
        return answer
    if isinstance(condition, Known):
        return NO if answer is None or isinstance(answer, Interval) else YES
    return compare(answer, condition)


@lru_cache(maxsize=4096)
def _answers(fact: Fact, compared: tuple[Atom | Known, ...], *, unknown: bool) -> Answers:
    """Return one answer for each way in which the comparisons can turn out."""
    settled = [one.value for one in possible_answers(fact, None, [one for one in compared if isinstance(one, Atom)])]
    if len(settled) > MOST_ANSWERS:
        raise TooLarge
    every: list[Value | None] = list(settled)
    if unknown:
        numbers = [value for value in settled if isinstance(value, int | float) and not isinstance(value, bool)]
        every += [Interval(low, high) for low, high in combinations(numbers, 2)]
    if unknown or any(isinstance(one, Known) for one in compared):
        every.append(None)
    told: dict[tuple[Verdict, ...], Value | None] = {}
    for answer in every:
        told.setdefault(tuple(_verdict(answer, one) for one in compared), answer)
    return tuple(told.values())


def expanded(condition: Condition, rules: Mapping[str, Condition]) -> Condition:
    """Return a condition with the conditions of the rules it refers to in their place."""
    if isinstance(condition, Rule):
        return expanded(rules[condition.id], rules) if condition.id in rules else condition
    if isinstance(condition, Not):
        return Not(expanded(condition.part, rules))
    if isinstance(condition, All | AnyOf):
        return type(condition)(tuple(expanded(part, rules) for part in condition.parts))
    if isinstance(condition, AtLeast):
        return AtLeast(condition.count, tuple(expanded(part, rules) for part in condition.parts))
    return condition


class Drop(Frozen):
    """One part of an ``all`` or ``any`` taken out.

    Attributes:
        part: The part.
        joined, left: What it was joined in, with it and without it.
        whole: The whole condition without it.
    """

    part: Condition
    joined: Condition
    left: Condition
    whole: Condition


def without_a_part(condition: Condition) -> Iterator[Drop]:
    """Yield what is left without each part of an ``all`` or ``any``: last ones first, outer ones before inner ones."""
    if isinstance(condition, Not):
        yield from (replace(drop, whole=Not(drop.whole)) for drop in without_a_part(condition.part))
    if not isinstance(condition, All | AnyOf | AtLeast):
        return
    parts = condition.parts
    if isinstance(condition, All | AnyOf) and len(parts) > 1:
        for at in reversed(range(len(parts))):
            left = type(condition)((*parts[:at], *parts[at + 1 :]))
            yield Drop(parts[at], condition, left, left)
    for at, inner in enumerate(parts):
        for drop in without_a_part(inner):
            whole = (*parts[:at], drop.whole, *parts[at + 1 :])
            again = AtLeast(condition.count, whole) if isinstance(condition, AtLeast) else type(condition)(whole)
            yield replace(drop, whole=again)
