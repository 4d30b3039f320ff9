"""The smallest sets of unknown findings that settle a condition, whatever their values turn out to be.

A set settles when no combination of possible values of its findings leaves the condition unknown; what stays unknown
beside it may then be anything. Learning more never unsettles, which makes the search possible: a combination of values
that leaves the condition open is stretched over as many further findings as it can be, and every set that settles must
hold one of the findings that are left. The smallest sets are the smallest choices that meet every such demand
(implicit hitting sets). Findings are taken to be free of each other, so a set may be said to be needed where a tie
between two findings would spare one of them; it is never said to suffice where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from decidua.assessment.asking.remainders import Node, Remainders
from decidua.condition.syntax import Atom, Condition, Known, Untold
from decidua.frozen import Frozen
from decidua.profile.facts import Value

__all__ = ["Limits", "Memory", "Question", "Settling", "SettlingSet", "settle"]

Question = str
"""What is asked in one go: a finding, or several that one look or one test gives together."""


class Memory:
    """What was worked out already; calls for one woman may share it."""

    def __init__(self) -> None:
        self.remainders = Remainders()
        self.found: dict[tuple[Node, frozenset[str], bool], Node | None] = {}


class Limits(Frozen):
    """Where the search ends.

    Attributes:
        questions: Most questions in a set.
        sets: Most sets that are looked for.
        combinations: Most combinations of values tried.
    """

    questions: int
    sets: int
    combinations: int


class SettlingSet(Frozen):
    """Questions that settle together, and the findings of theirs that it takes."""

    questions: tuple[Question, ...]
    findings: tuple[str, ...]


class Settling(Frozen):
    """What would settle some conditions.

    Attributes:
        sets: The smallest sets, those of fewest questions first; none is part of another.
        smallest: Whether they are the smallest; where even the smallest is too large, one set stands here from which
            nothing can be left out.
        complete: Whether every smallest set is there: false where the search stopped at one of its limits.
        leaves_open: What may stay open with any finding known; where there is something, a set settles all but this.
    """

    sets: tuple[SettlingSet, ...]
    smallest: bool
    complete: bool
    leaves_open: tuple[Untold | Atom, ...]


class _Spent(Exception):
    """The combinations that may be tried are used up."""


def settle(
    conditions: Sequence[Condition],
    questions: Mapping[Question, Sequence[str]],
    answers: Mapping[str, Sequence[Value]],
    limits: Limits,
    memory: Memory | None = None,
) -> Settling:
    """Return the smallest sets of questions that settle every one of some conditions.

    Args:
        conditions: What is left of them, without references to other rules.
        questions: The unknown findings that can be found out, by question.
        answers: For each of these one possible value for every way in which the conditions can tell values apart.
        limits: Where the search ends.
        memory: Of earlier calls with the same findings and answers known.
    """
    search = _Search(conditions, questions, answers, limits, memory or Memory())
    asked = frozenset(name for name, facts in questions.items() if search.named & set(facts))
    try:
        search.strict = search.left_open(asked) is None
        sets, complete, within = search.smallest(asked)
        if not sets:
            sets = [search.lessen(asked)]
        made = tuple(SettlingSet(one, search.needed(one)) for one in map(search.ordered, sets))
        rest = () if search.strict else tuple(dict.fromkeys(search.leaves(search.facts_of(asked))))
    except _Spent:
        return Settling((), smallest=False, complete=False, leaves_open=())
    return Settling(made, smallest=within, complete=complete, leaves_open=rest)


class _Search:
    """The search for one set of conditions. ``strict``: nothing may stay open, not even what no finding tells."""

    def __init__(
        self,
        conditions: Sequence[Condition],
        questions: Mapping[Question, Sequence[str]],
        answers: Mapping[str, Sequence[Value]],
        limits: Limits,
        memory: Memory,
    ) -> None:
        self.questions = questions
        self.answers = answers
        self.limits = limits
        self.found = memory.found
        self.left = memory.remainders
        self.tried = 0
        self.strict = True
        self.order = {name: at for at, name in enumerate(questions)}
        self.every = self.facts_of(frozenset(questions))
        self.start = tuple(dict.fromkeys(self.left.of(one) for one in conditions))
        self.named = frozenset(fact for one in self.start for fact in self.left.named[one]) & self.every

    def ordered(self, names: frozenset[Question]) -> tuple[Question, ...]:
        return tuple(sorted(names, key=self.order.__getitem__))

    def facts_of(self, names: frozenset[Question]) -> frozenset[str]:
        return frozenset(fact for name in names for fact in self.questions[name])

    def with_answer(self, state: Node, fact: str, value: Value) -> Node:
        self.tried += 1
        if self.tried > self.limits.combinations:
            raise _Spent
        return self.left.given(state, fact, value)

    def left_open(self, names: frozenset[Question]) -> Node | None:
        """Return what some answers to the questions leave open; None where they settle every condition."""
        return self.left_open_by(self.facts_of(names))

    def left_open_by(self, facts: frozenset[str]) -> Node | None:
        """Return what some values of the facts leave open: several conditions are settled where each of them is."""
        for one in self.start:
            key = (one, facts & self.left.named[one], self.strict)
            if key not in self.found:
                self.found[key] = self.witness(one, key[1], set())
            state = self.found[key]
            if state is not None:
                return state
        return None

    def witness(self, state: Node, facts: frozenset[str], closed: set[Node]) -> Node | None:
        """Return what is left, and open, with some values of the facts; None where every combination settles."""
        if self.left.settled(state) or state in closed:
            return None
        if not self.strict and not self.left.named[state] & self.every:
            return None
        fact = self.left.first(state, facts)
        if fact is None:
            return state
        for value in self.answers[fact]:
            found = self.witness(self.with_answer(state, fact, value), facts, closed)
            if found is not None:
                return found
        closed.add(state)
        return None

    def leaves(self, facts: frozenset[str]) -> Iterator[Untold | Atom]:
        """Yield what can be left open with the facts known."""
        seen: set[Node] = set()
        stack = list(reversed(self.start))
        while stack:
            state = stack.pop()
            if self.left.settled(state) or state in seen:
                continue
            seen.add(state)
            fact = self.left.first(state, facts)
            if fact is None:
                yield from (leaf for leaf in self.left.leaves(state) if not isinstance(leaf, Known))
            else:
                stack.extend(self.with_answer(state, fact, value) for value in reversed(self.answers[fact]))

    def demand(self, state: Node, names: frozenset[Question], asked: frozenset[Question]) -> frozenset[Question]:
        """Return questions of which every set that settles holds one, from a state left open by ``names``."""
        left = []
        for name in self.ordered(asked - names):
            further = self.witness(state, frozenset(self.questions[name]), set())
            if further is None:
                left.append(name)
            else:
                state = further
        return frozenset(left)

    def smallest(self, asked: frozenset[Question]) -> tuple[list[frozenset[Question]], bool, bool]:
        """Return the smallest sets, whether these are all, and whether any was small enough to be looked for."""
        demands: list[frozenset[Question]] = []
        found: list[frozenset[Question]] = []

        def extend(chosen: frozenset[Question], barred: frozenset[Question], size: int) -> Iterator[bool]:
            """Choose further questions; yields at each set found, and True where the size was too small."""
            if any(one <= chosen for one in found):
                return
            wanted = next((one for one in demands if not one & chosen), None)
            if wanted is None:
                left = self.left_open(chosen)
                if left is None:
                    found.append(chosen)
                    yield False
                    return
                wanted = self.demand(left, chosen, asked)
                demands.append(wanted)
            if len(chosen) == size:
                yield True
                return
            for name in self.ordered(wanted - barred):
                yield from extend(chosen | {name}, barred, size)
                barred |= {name}

        try:
            for size in range(self.limits.questions + 1):
                too_small = False
                for larger in extend(frozenset(), frozenset(), size):
                    too_small |= larger
                    if len(found) >= self.limits.sets:
                        return found, False, True
                if not too_small:
                    return found, True, True
        except _Spent:
            self.tried = 0  # what was found stands; the rest of the answer has a budget of its own
        return found, False, bool(found)

    def lessen(self, names: frozenset[Question]) -> frozenset[Question]:
        """Return a part of a set that settles, of which nothing can be left out; the last asked goes first."""
        for name in reversed(self.ordered(names)):
            if self.left_open(names - {name}) is None:
                names -= {name}
        return names

    def needed(self, names: tuple[Question, ...]) -> tuple[str, ...]:
        """Return the findings of some questions that it takes; the last goes first."""
        facts = [fact for name in names for fact in self.questions[name] if fact in self.named]
        kept = frozenset(facts)
        if len(facts) > len(names):
            for fact in reversed(facts):
                if self.left_open_by(kept - {fact}) is None:
                    kept -= {fact}
        return tuple(fact for fact in facts if fact in kept)
