"""The smallest sets of findings that bring some conditions to a verdict, each finding having values to choose from.

The first value of every finding is what stands now (None for unknown) and costs nothing; every other one makes the
finding part of the set. From below, each node of a condition is given the ways that bring it about: an ``all`` is
brought about by a way for each part together, an ``any`` by a way for one part. A way says which values each finding
may have; ways that need more findings than a set may hold are dropped, which loses no smaller set. What is found holds
by the tables of strong Kleene logic with everything else as it stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum

from decidua.condition.reference import compare, evaluate
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, Value
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["Aim", "Bounds", "Choice", "Found", "Goal", "Ways"]


class Aim(IntEnum):
    """What a condition is to come to: a verdict, or anything but one.

    The odd ones rise: an ``all`` is brought about by all of its parts, not by one. ``not`` turns each into its
    neighbour.
    """

    NOT_YES = 0
    NOT_NO = 1
    NO = 2
    YES = 3


MET: tuple[frozenset[Verdict], ...] = (
    frozenset((NO, UNKNOWN)),
    frozenset((YES, UNKNOWN)),
    frozenset((NO,)),
    frozenset((YES,)),
)
"""The verdicts that meet each aim."""

Goal = tuple[Condition, Aim]
Choice = Mapping[str, tuple[Value, ...]]
"""For each finding of a set the values that do; any choice of them does, with everything else as it stands now."""

ConditionOf = Callable[[str], Condition | None]
Way = int
"""Bits of the values that each finding may have, all set where any will do."""


class Bounds(Frozen):
    """Where the search ends.

    Attributes:
        findings: Largest set that is looked for where the quick search had to leave something out.
        sets: Most sets returned.
        steps: Most joinings of two ways tried in one go.
        width: Most ways kept at each node in the quick search.
    """

    findings: int
    sets: int
    steps: int
    width: int = 12


class Found(Frozen):
    """What was found.

    Attributes:
        sets: The sets, each with the values that do; those of one set of findings may come in several.
        smallest: Whether no set of fewer findings exists.
        complete: Whether every set of that size is there; without any set, whether there is none at all.
    """

    sets: tuple[Choice, ...]
    smallest: bool
    complete: bool


class _Spent(Exception):
    """The joinings that may be tried are used up."""


class Ways:
    """The ways to bring conditions about; what was worked out for one search serves the next.

    Args:
        choices: Values of each finding that may be part of a set; the first is what stands now, None for unknown.
        condition_of: Gives the condition of another rule by its id; None for one that is not in force.
        fixed: What is known of every other finding.
    """

    def __init__(
        self,
        choices: Mapping[str, Sequence[Value | None]],
        condition_of: ConditionOf,
        fixed: Mapping[str, Value],
    ) -> None:
        self.choices = choices
        self._condition_of = condition_of
        self._fixed = fixed
        self._rules: dict[tuple[int | None, int | None], dict[tuple[str, int], tuple[list[Way], bool]]] = {}
        self._leaves: dict[tuple[Atom | Known, int], list[Way]] = {}
        self._done: dict[tuple[str, int], tuple[list[Way], bool]] = {}
        self._cut = False
        self._steps = self._most = 0
        self._size: int | None = None
        self._width: int | None = None
        self._lay_out()

    def _lay_out(self) -> None:
        """Give each value of each finding a bit, with a bit between the findings that is never set."""
        self._places: dict[str, tuple[int, int]] = {}
        self._named: dict[int, str] = {}
        at = 0
        self._now = self._gaps = self._every = 0
        for name, values in self.choices.items():
            field = ((1 << len(values)) - 1) << at
            self._places[name] = (at, field)
            self._named[1 << at] = name
            self._now |= 1 << at
            self._every |= field
            at += len(values)
            self._gaps |= 1 << at
            at += 1

    def smallest(self, goals: Sequence[Goal], bounds: Bounds) -> Found:
        """Return the sets of fewest findings that meet every goal.

        Args:
            goals: Conditions, and what each is to come to.
            bounds: Where the search ends.
        """
        try:
            rough, cut = self._all_ways(goals, None, bounds.width, bounds.steps), self._cut
        except _Spent:
            rough, cut = [], True
        if not cut:
            return self._found(rough, bounds, smallest=True)
        most = min((self._cost(way) for way in rough), default=bounds.findings)
        try:
            for size in range(min(most, bounds.findings) + 1):
                exact = self._all_ways(goals, size, None, bounds.steps)
                if exact:
                    return self._found(exact, bounds, smallest=True)
        except _Spent:
            pass
        return self._found([self._lessened(goals, way) for way in rough], bounds, smallest=False)

    def holds(self, goals: Sequence[Goal], changed: Mapping[str, Value]) -> bool:
        """Say whether the goals are met with some findings changed."""
        now = {name: values[0] for name, values in self.choices.items() if values[0] is not None}
        facts = Facts({**self._fixed, **now, **changed})
        done: dict[str, Verdict] = {}

        def verdict_of(id_: str) -> Verdict:
            if id_ not in done:
                condition = self._condition_of(id_)
                done[id_] = UNKNOWN if condition is None else evaluate(condition, facts, verdict_of).verdict
            return done[id_]

        return all(evaluate(condition, facts, verdict_of).verdict in MET[aim] for condition, aim in goals)

    # What was found

    def _found(self, ways: Sequence[Way], bounds: Bounds, *, smallest: bool) -> Found:
        if not ways:
            return Found((), smallest=smallest, complete=smallest)
        least = min(self._cost(way) for way in ways)
        sets = _joined([self._choice(way) for way in ways if self._cost(way) == least])
        return Found(tuple(sets[: bounds.sets]), smallest=smallest, complete=smallest and len(sets) <= bounds.sets)

    def _choice(self, way: Way) -> Choice:
        """Return the findings that must change, with the values that do."""
        changed: dict[str, tuple[Value, ...]] = {}
        moved = ~way & self._now
        while moved:
            lowest = moved & -moved
            name, moved = self._named[lowest], moved ^ lowest
            at = self._places[name][0]
            does = [value for step, value in enumerate(self.choices[name]) if way >> (at + step) & 1]
            changed[name] = tuple([value for value in does if value is not None])
        return changed

    def _lessened(self, goals: Sequence[Goal], way: Way) -> Way:
        """Return a way with findings left as they are now, as long as it still does."""
        for name in reversed(tuple(self._choice(way))):
            lighter = way | self._places[name][1]
            if self.holds(goals, {key: values[0] for key, values in self._choice(lighter).items()}):
                way = lighter
        return way

    def _cost(self, way: Way) -> int:
        """Return how many findings must have another value than now."""
        return (~way & self._now).bit_count()

    # From below

    def _all_ways(self, goals: Sequence[Goal], size: int | None, width: int | None, steps: int) -> list[Way]:
        """Return the ways to meet all goals.

        Args:
            goals: What is to be met.
            size: Most findings; None for any number.
            width: Most ways kept at each node; None for all.
            steps: Most joinings.
        """
        self._size, self._width, self._steps, self._most, self._cut = size, width, 0, steps, False
        self._done = self._rules.setdefault((size, width), {})
        return self._together([(condition, int(aim)) for condition, aim in goals])

    def _ways(self, node: Condition, aim: int) -> list[Way]:
        """Return the ways to bring a node about, none of which is part of another."""
        if isinstance(node, Atom | Known):
            return self._leaf(node, aim)
        if isinstance(node, Rule):
            return self._rule(node.id, aim)
        if isinstance(node, Not):
            return self._ways(node.part, aim ^ 1)
        if isinstance(node, All | AnyOf):
            if isinstance(node, All) is bool(aim & 1):
                return self._together([(part, aim) for part in node.parts])
            return self._widest([way for part in node.parts for way in self._ways(part, aim)])
        if isinstance(node, AtLeast):
            needed = node.count if aim & 1 else len(node.parts) - node.count + 1
            return self._some(node.parts, aim, needed)
        return [self._every] if UNKNOWN in MET[aim] else []

    def _rule(self, id_: str, aim: int) -> list[Way]:
        key = (id_, aim)
        done = self._done.get(key)
        if done is None:
            condition, before, self._cut = self._condition_of(id_), self._cut, False
            open_ = [self._every] if UNKNOWN in MET[aim] else []
            ways = open_ if condition is None else self._ways(condition, aim)
            done = self._done[key] = (ways, self._cut)
            self._cut = before
        self._cut |= done[1]
        return done[0]

    def _leaf(self, leaf: Atom | Known, aim: int) -> list[Way]:
        key = (leaf, aim)
        found = self._leaves.get(key)
        if found is None:
            found = self._leaves[key] = self._values(leaf, aim)
        return found if self._size != 0 else [way for way in found if self._cost(way) == 0]

    def _values(self, leaf: Atom | Known, aim: int) -> list[Way]:
        met = MET[aim]
        if leaf.fact not in self._places:
            return [self._every] if _told(self._fixed.get(leaf.fact), leaf) in met else []
        at, field = self._places[leaf.fact]
        does = 0
        for step, value in enumerate(self.choices[leaf.fact]):
            if _told(value, leaf) in met:
                does |= 1 << (at + step)
        return [self._every & ~field | does] if does else []

    def _together(self, parts: Iterable[tuple[Condition, int]]) -> list[Way]:
        lists: list[list[Way]] = []
        for part, aim in parts:
            ways = self._ways(part, aim)
            if not ways:
                return []
            if ways != [self._every]:
                lists.append(ways)
        lists.sort(key=len)
        made = [self._every]
        for ways in lists:
            made = self._product(made, ways)
        return made

    def _some(self, parts: Sequence[Condition], aim: int, needed: int) -> list[Way]:
        """Return the ways to bring about so many of the parts."""
        having: list[list[Way]] = [[self._every], *([] for _ in range(needed))]
        for part in parts:
            ways = self._ways(part, aim)
            for count in range(needed, 0, -1):
                more = self._product(having[count - 1], ways)
                having[count] = self._widest([*having[count], *more])
        return having[needed]

    def _product(self, some: list[Way], others: list[Way]) -> list[Way]:
        """Return the ways that do both; adding a full field to one that is not empty sets the gap beside it."""
        if some == [self._every]:
            return others
        self._steps += len(some) * len(others)
        if self._steps > self._most:
            raise _Spent
        every, gaps, now, size = self._every, self._gaps, self._now, self._size
        made = {one & other for one in some for other in others}
        made = {way for way in made if (way + every) & gaps == gaps}
        if size is not None:
            made = {way for way in made if (~way & now).bit_count() <= size}
        return self._widest(list(made))

    def _widest(self, ways: list[Way]) -> list[Way]:
        """Drop every way that is part of another; the order depends on the ways alone."""
        if len(ways) < 2:
            return ways
        now = self._now
        kept: list[Way] = []
        for way in sorted(set(ways), key=lambda one: ((~one & now).bit_count(), -one.bit_count(), -one)):
            if not any(way & other == way for other in kept):
                kept.append(way)
        if self._width is not None and len(kept) > self._width:
            self._cut = True
            return kept[: self._width]
        return kept


def _told(value: Value | None, leaf: Atom | Known) -> Verdict:
    if isinstance(leaf, Atom):
        return compare(value, leaf)
    return NO if value is None or isinstance(value, Interval) else YES


def _joined(sets: Sequence[Choice]) -> list[Choice]:
    """Join sets of the same findings that differ in the values of one, until none do."""
    groups: dict[tuple[str, ...], list[Choice]] = {}
    for one in sets:
        groups.setdefault(tuple(one), []).append(one)
    return [one for group in groups.values() for one in _joined_group(group)]


def _joined_group(sets: Sequence[Choice]) -> list[Choice]:
    joined: list[dict[str, tuple[Value, ...]]] = []
    for one in sets:
        new = dict(one)
        at = 0
        while at < len(joined):
            other = joined[at]
            differing = [name for name in new if new[name] != other[name]]
            if len(differing) > 1:
                at += 1
                continue
            for name in differing:
                new[name] = tuple(dict.fromkeys((*other[name], *new[name])))
            del joined[at]
            at = 0
        joined.append(new)
    return list(joined)
