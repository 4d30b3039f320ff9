"""The smallest sets of findings that bring some conditions to a verdict, each finding having values to choose from.

The first value of every finding is what stands now (None for unknown) and costs nothing; every other one makes the
finding part of the set. From below, each node of a condition is given the ways that bring it about: an ``all`` is
brought about by a way for each part together, an ``any`` by a way for one part. A way says which values each finding
may have; ways that need more findings than a set may hold are dropped, which loses no smaller set. What is found holds
by the tables of strong Kleene logic with everything else as it stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from decidua.condition.reference import compare, evaluate
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule
from decidua.profile.facts import Facts, Value
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["Aim", "Bounds", "Choice", "Found", "Goal", "smallest_sets"]


class Aim(Enum):
    """What a condition is to come to: a verdict, or anything but one."""

    YES = "yes"
    NO = "no"
    NOT_YES = "not yes"
    NOT_NO = "not no"

    @property
    def rises(self) -> bool:
        """Whether an ``all`` is brought about by all of its parts, and not by one."""
        return self in (Aim.YES, Aim.NOT_NO)

    @property
    def mirrored(self) -> Aim:
        """The aim for a part of ``not``."""
        return {Aim.YES: Aim.NO, Aim.NO: Aim.YES, Aim.NOT_YES: Aim.NOT_NO, Aim.NOT_NO: Aim.NOT_YES}[self]

    def met(self, verdict: Verdict) -> bool:
        """Say whether a verdict is what is wanted."""
        if self is Aim.YES:
            return verdict is YES
        if self is Aim.NO:
            return verdict is NO
        return verdict is not (YES if self is Aim.NOT_YES else NO)


Goal = tuple[Condition, Aim]
Choice = Mapping[str, tuple[Value, ...]]
"""For each finding of a set the values that do; any choice of them does, with everything else as it stands now."""

ConditionOf = Callable[[str], Condition | None]
Way = int
"""Bits of the values that each finding may have, all set where any will do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the search ends.

    Attributes:
        findings: Most findings in a set.
        sets: Most sets returned.
        steps: Most joinings of two ways tried.
    """

    findings: int
    sets: int
    steps: int


@dataclass(frozen=True, slots=True)
class Found:
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


def smallest_sets(
    goals: Sequence[Goal],
    choices: Mapping[str, Sequence[Value | None]],
    condition_of: ConditionOf,
    bounds: Bounds,
    fixed: Mapping[str, Value],
) -> Found:
    """Return the sets of fewest findings that meet every goal.

    Args:
        goals: Conditions, and what each is to come to.
        choices: Values of each finding that may be part of a set; the first is what stands now, None for unknown.
        condition_of: Gives the condition of another rule by its id; None for one that is not in force.
        bounds: Where the search ends.
        fixed: What is known of every other finding.
    """
    search = _Search(choices, condition_of, fixed)
    rough, cut = _rough(search, goals, bounds)
    if not cut:
        return _found(search, goals, rough, bounds, smallest=True)
    most = min((search.cost(way) for way in rough), default=bounds.findings + 1)
    try:
        for size in range(min(most, bounds.findings) + 1):
            exact = search.all_ways(goals, size, None, bounds.steps)
            if exact:
                return _found(search, goals, exact, bounds, smallest=True)
    except _Spent:
        pass
    lessened = [search.lessen(goals, way) for way in rough]
    return _found(search, goals, lessened, bounds, smallest=False)


WIDTH = 12
"""Most ways kept at each node in the first, rough search."""


def _rough(search: _Search, goals: Sequence[Goal], bounds: Bounds) -> tuple[list[Way], bool]:
    """Return some ways, and whether any was left out on the way to them."""
    try:
        ways = search.all_ways(goals, None, WIDTH, bounds.steps)
    except _Spent:
        return [], True
    return ways, search.cut


def _found(search: _Search, goals: Sequence[Goal], ways: Sequence[Way], bounds: Bounds, *, smallest: bool) -> Found:
    if not ways:
        return Found((), smallest=smallest, complete=smallest)
    least = min(search.cost(way) for way in ways)
    sets = _joined([search.choice(way) for way in ways if search.cost(way) == least])
    return Found(tuple(sets[: bounds.sets]), smallest=smallest, complete=smallest and len(sets) <= bounds.sets)


def _joined(sets: Sequence[Choice]) -> list[Choice]:
    """Join sets of the same findings that differ in the values of one."""
    joined: list[dict[str, tuple[Value, ...]]] = []
    for one in sets:
        new = dict(one)
        at = 0
        while at < len(joined):
            other = joined[at]
            differing = [name for name in new if name in other and new[name] != other[name]]
            if other.keys() == new.keys() and len(differing) <= 1:
                for name in differing:
                    new[name] = tuple(dict.fromkeys((*other[name], *new[name])))
                del joined[at]
                at = 0
            else:
                at += 1
        joined.append(new)
    return list(joined)


class _Search:
    """The ways of some conditions."""

    def __init__(
        self,
        choices: Mapping[str, Sequence[Value | None]],
        condition_of: ConditionOf,
        fixed: Mapping[str, Value],
    ) -> None:
        self.choices = choices
        self.condition_of = condition_of
        self.fixed = fixed
        self.cut = False
        self.steps = 0
        self.most = 0
        self.size: int | None = None
        self.width: int | None = None
        self._done: dict[tuple[str, Aim], list[Way]] = {}
        self._atoms: dict[tuple[Atom | Known, Aim], list[Way]] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        """Give each value of each finding a bit, with a bit between the findings that is never set."""
        self.places: dict[str, tuple[int, int]] = {}
        at = 0
        self.now = self.gaps = self.every = 0
        for name, values in self.choices.items():
            field = ((1 << len(values)) - 1) << at
            self.places[name] = (at, field)
            self.now |= 1 << at
            self.every |= field
            at += len(values)
            self.gaps |= 1 << at
            at += 1

    def cost(self, way: Way) -> int:
        """Return how many findings must have another value than now."""
        return (~way & self.now).bit_count()

    def possible(self, way: Way) -> bool:
        """Say whether every finding has a value left: adding a full field to one that is not empty sets the gap."""
        return (way + self.every) & self.gaps == self.gaps

    def choice(self, way: Way) -> Choice:
        """Return the findings that must change, with the values that do."""
        changed: dict[str, tuple[Value, ...]] = {}
        for name, values in self.choices.items():
            at, _ = self.places[name]
            if not way >> at & 1:
                does = [value for step, value in enumerate(values) if way >> (at + step) & 1]
                changed[name] = tuple(value for value in does if value is not None)
        return changed

    # From below

    def all_ways(self, goals: Sequence[Goal], size: int | None, width: int | None, steps: int) -> list[Way]:
        """Return the ways to meet all goals.

        Args:
            goals: What is to be met.
            size: Most findings; None for any number.
            width: Most ways kept at each node; None for all.
            steps: Most joinings.
        """
        self.size, self.width, self.steps, self.most, self.cut = size, width, 0, steps, False
        self._done = {}
        return self._together([(condition, aim) for condition, aim in goals])

    def ways(self, node: Condition, aim: Aim) -> list[Way]:
        """Return the ways to bring a node about, none of which is part of another."""
        if isinstance(node, Atom | Known):
            return self._leaf(node, aim)
        if isinstance(node, Rule):
            return self._rule(node.id, aim)
        if isinstance(node, Not):
            return self.ways(node.part, aim.mirrored)
        if isinstance(node, All | AnyOf):
            if isinstance(node, All) is aim.rises:
                return self._together([(part, aim) for part in node.parts])
            return self._widest([way for part in node.parts for way in self.ways(part, aim)])
        if isinstance(node, AtLeast):
            needed = node.count if aim.rises else len(node.parts) - node.count + 1
            return self._some(node.parts, aim, needed)
        return [self.every] if aim.met(UNKNOWN) else []

    def _rule(self, id_: str, aim: Aim) -> list[Way]:
        key = (id_, aim)
        if key not in self._done:
            condition = self.condition_of(id_)
            open_ = [self.every] if aim.met(UNKNOWN) else []
            self._done[key] = open_ if condition is None else self.ways(condition, aim)
        return self._done[key]

    def _leaf(self, leaf: Atom | Known, aim: Aim) -> list[Way]:
        key = (leaf, aim)
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = self._values(leaf, aim)
        return [way for way in found if self.size is None or self.cost(way) <= self.size]

    def _values(self, leaf: Atom | Known, aim: Aim) -> list[Way]:
        if leaf.fact not in self.places:
            return [self.every] if aim.met(_told(self.fixed.get(leaf.fact), leaf)) else []
        at, field = self.places[leaf.fact]
        does = sum(
            1 << (at + step)
            for step, value in enumerate(self.choices[leaf.fact])
            if aim.met(_told(value, leaf))
        )
        return [self.every & ~field | does] if does else []

    def _together(self, parts: Iterable[Goal]) -> list[Way]:
        lists: list[list[Way]] = []
        for part, aim in parts:
            ways = self.ways(part, aim)
            if not ways:
                return []
            lists.append(ways)
        lists.sort(key=len)
        made = [self.every]
        for ways in lists:
            made = self._product(made, ways)
        return made

    def _some(self, parts: Sequence[Condition], aim: Aim, needed: int) -> list[Way]:
        """Return the ways to bring about so many of the parts."""
        having: list[list[Way]] = [[self.every], *([] for _ in range(needed))]
        for part in parts:
            ways = self.ways(part, aim)
            for count in range(needed, 0, -1):
                more = self._product(having[count - 1], ways)
                having[count] = self._widest([*having[count], *more])
        return having[needed]

    def _product(self, some: list[Way], others: list[Way]) -> list[Way]:
        if others == [self.every]:
            return some
        self.steps += len(some) * len(others)
        if self.steps > self.most:
            raise _Spent
        made = {one & other for one in some for other in others}
        size = self.size
        return self._widest(
            [way for way in made if self.possible(way) and (size is None or self.cost(way) <= size)]
        )

    def _widest(self, ways: list[Way]) -> list[Way]:
        """Drop every way that is part of another; the order depends on the ways alone."""
        if len(ways) < 2:
            return ways
        kept: list[Way] = []
        for way in sorted(set(ways), key=lambda one: (self.cost(one), -one.bit_count(), -one)):
            if not any(way & ~other == 0 for other in kept):
                kept.append(way)
        if self.width is not None and len(kept) > self.width:
            self.cut = True
            return kept[: self.width]
        return kept

    # Trying one

    def holds(self, goals: Sequence[Goal], changed: Mapping[str, Value]) -> bool:
        """Say whether the goals are met with some findings changed."""
        now = {name: values[0] for name, values in self.choices.items() if values[0] is not None}
        facts = Facts({**self.fixed, **now, **changed})
        done: dict[str, Verdict] = {}

        def verdict_of(id_: str) -> Verdict:
            if id_ not in done:
                condition = self.condition_of(id_)
                done[id_] = UNKNOWN if condition is None else evaluate(condition, facts, verdict_of).verdict
            return done[id_]

        return all(aim.met(evaluate(condition, facts, verdict_of).verdict) for condition, aim in goals)

    def lessen(self, goals: Sequence[Goal], way: Way) -> Way:
        """Return a way with findings left as they are now, as long as it still does."""
        for name in reversed(self.choice(way)):
            _, field = self.places[name]
            lighter = way | field
            if self.holds(goals, {key: values[0] for key, values in self.choice(lighter).items()}):
                way = lighter
        return way


def _told(value: Value | None, leaf: Atom | Known) -> Verdict:
    if isinstance(leaf, Atom):
        return compare(value, leaf)
    return NO if value is None or isinstance(value, Interval) else YES
