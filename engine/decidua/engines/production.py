"""The production network: durable-rules fires the rules whose verdict is YES, layer by layer.

The library is given nothing that it gets wrong. It never sees a value: every comparison is decided before, and the
fact that is asserted says only which of them hold. Nothing negative goes in: ``not`` is pushed down to the
comparisons, where "known to be false" is a mark of its own. ``any`` and ``at_least`` become one production a way to
fulfil them. Productions are cut into small rulesets by construction, every session is deleted, and a lock lets one
thread in at a time. The rulesets are used directly, without the library's host, so none of its timer threads starts.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, count
from math import comb
from typing import Any

from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule, Untold
from decidua.engines.ruleset import Ruleset, available
from decidua.errors import RulebookError
from decidua.frozen import Frozen
from decidua.truth import NO, YES, Verdict

__all__ = ["WAYS", "ProductionNetwork", "available"]

PRODUCTIONS_PER_RULESET = 32
MARKS_PER_RULESET = 40
"""Well under the 64 alpha nodes on one level at which the library fails (error 303)."""
WAYS = 400
"""Most ways to fulfil one ``at_least`` that are written out."""


class Production(Frozen):
    """When all ``needs`` are marked, all of ``concludes`` are marked."""

    concludes: tuple[str, ...]
    needs: frozenset[str]


class ProductionNetwork:
    """Rules compiled for durable-rules.

    Args:
        rules: Ids and conditions, in any order; a condition refers only to rules of the same list.
        name: Part of the names of the rulesets, such as the rulebook's hash.

    Raises:
        RulebookError: An ``at_least`` with too many ways to be fulfilled.
    """

    def __init__(self, rules: Sequence[tuple[str, Condition]], name: str) -> None:
        compiler = _Compiler(rules)
        self._marks = compiler.marks
        self._rule_marks = {compiler.rule_mark(id_, YES): id_ for id_, _ in rules}
        self._chunks = list(_cut(compiler.productions()))
        self._name = name
        self._start()

    def _start(self) -> None:
        """Set what belongs to this process alone: no ruleset is built yet."""
        self._lock = threading.Lock()
        self._locked_by = os.getpid()
        self._owner = 0
        self._rulesets: list[tuple[frozenset[str], Ruleset]] = []
        self._sessions = count(1)

    def __getstate__(self) -> dict[str, Any]:
        """Keep what was compiled; the rulesets are this process's own, and another builds its own."""
        return {name: self.__dict__[name] for name in ("_marks", "_rule_marks", "_chunks", "_name")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._start()

    @property
    def productions(self) -> int:
        """How many productions the rules became."""
        return sum(len(chunk) for chunk in self._chunks)

    def fire(self, verdict_of: Callable[[Atom | Known], Verdict]) -> frozenset[str]:
        """Return the ids of all rules that fire for one woman.

        Args:
            verdict_of: Decides one comparison.
        """
        held = set()
        for atom, (yes, no) in self._marks.items():
            verdict = verdict_of(atom)
            if verdict is YES:
                held.add(yes)
            elif verdict is NO:
                held.add(no)
        with self._own_lock():
            if self._owner != os.getpid():
                self._build()
            session = f"s{next(self._sessions)}"
            for chunk, (marks, ruleset) in zip(self._chunks, self._rulesets, strict=True):
                present = marks & held
                if present:
                    for name in self._assert(ruleset, session, present):
                        held.update(chunk[int(name)].concludes)
        return frozenset(self._rule_marks[mark] for mark in held if mark in self._rule_marks)

    def _own_lock(self) -> threading.Lock:
        """Return this process's lock: a child forked while another thread held it would wait for ever."""
        if self._locked_by != os.getpid():
            self._lock = threading.Lock()
            self._locked_by = os.getpid()
        return self._lock

    def _build(self) -> None:
        """Create the rulesets of this process; a forked child builds its own."""
        self._rulesets = []
        for index, chunk in enumerate(self._chunks):
            rules = {str(at): production.needs for at, production in enumerate(chunk)}
            marks = frozenset().union(*rules.values())
            self._rulesets.append((marks, Ruleset(f"decidua-{self._name}-{index}", rules)))
        self._owner = os.getpid()

    def _assert(self, ruleset: Ruleset, session: str, present: frozenset[str]) -> list[str]:
        try:
            return ruleset.fired(session, present)
        except BaseException:
            self._owner = 0  # the session is in an unknown state: leave it alone and build all rulesets anew
            raise


class _Compiler:
    """Turns conditions into productions over marks."""

    def __init__(self, rules: Sequence[tuple[str, Condition]]) -> None:
        self.marks: dict[Atom | Known, tuple[str, str]] = {}
        self._conditions = dict(rules)
        self._numbers = {id_: number for number, (id_, _) in enumerate(rules)}
        self._found: dict[frozenset[str], dict[str, None]] = {}
        self._known: dict[frozenset[frozenset[str]], str] = {}
        self._wanted: list[tuple[str, Verdict]] = [(id_, YES) for id_, _ in rules]
        self._done: set[tuple[str, Verdict]] = set()
        self._inner = count(1)

    def rule_mark(self, id_: str, side: Verdict) -> str:
        """Return the mark of a rule's YES, or of its NO."""
        return f"r{self._numbers[id_]}{'y' if side is YES else 'n'}"

    def productions(self) -> list[Production]:
        """Compile every rule's YES side, and the NO side of those that another rule negates."""
        while self._wanted:
            id_, side = self._wanted.pop(0)
            if (id_, side) not in self._done:
                self._done.add((id_, side))
                self._conclude(self.rule_mark(id_, side), self._conditions[id_], side)
        return _in_order([Production(tuple(marks), needs) for needs, marks in self._found.items()])

    def _conclude(self, mark: str, node: Condition, side: Verdict) -> None:
        for way in self._ways(node, side):
            self._add(mark, way)

    def _add(self, mark: str, way: frozenset[str]) -> None:
        """Add a production, in steps where it needs more marks than one ruleset may hold.

        What follows from the same marks is concluded by one production: conditions of many rules are alike.
        """
        needs = sorted(way)
        while len(needs) > MARKS_PER_RULESET:
            part, needs = needs[:MARKS_PER_RULESET], needs[MARKS_PER_RULESET:]
            inner = f"i{next(self._inner)}"
            self._conclude_from(frozenset(part), inner)
            needs.append(inner)
        self._conclude_from(frozenset(needs), mark)

    def _conclude_from(self, needs: frozenset[str], mark: str) -> None:
        self._found.setdefault(needs, {}).setdefault(mark)

    def _ways(self, node: Condition, side: Verdict) -> Iterator[frozenset[str]]:
        """Yield the sets of marks each of which gives the node its verdict."""
        if isinstance(node, Untold):
            return
        if isinstance(node, Not):
            yield from self._ways(node.part, NO if side is YES else YES)
        elif isinstance(node, Atom | Known):
            yield frozenset({self._atom_mark(node, side)})
        elif isinstance(node, Rule):
            if node.id not in self._conditions:
                return
            self._wanted.append((node.id, side))
            yield frozenset({self.rule_mark(node.id, side)})
        else:
            needed = self._needed(node, side)
            if comb(len(node.parts), needed) > WAYS:  # a rulebook that was read is refused before, with the place
                raise RulebookError(
                    f"'at_least {needed}' of {len(node.parts)} conditions can be met in more than {WAYS} ways; split it"
                )
            marks = [self._mark(part, side) for part in node.parts]
            usable = [mark for mark in marks if mark is not None]
            for way in combinations(usable, needed):
                yield frozenset(way)

    @staticmethod
    def _needed(node: All | AnyOf | AtLeast, side: Verdict) -> int:
        """Return how many parts must have the verdict for the node to have it."""
        if isinstance(node, AtLeast):
            return node.count if side is YES else len(node.parts) - node.count + 1
        return len(node.parts) if isinstance(node, All) is (side is YES) else 1

    def _mark(self, node: Condition, side: Verdict) -> str | None:
        """Return one mark that stands for the node's verdict; None where it can never have it."""
        ways = list(self._ways(node, side))
        if not ways:
            return None
        if len(ways) == 1 and len(ways[0]) == 1:
            return next(iter(ways[0]))
        key = frozenset(ways)
        mark = self._known.get(key)
        if mark is None:
            mark = self._known[key] = f"i{next(self._inner)}"
            for way in ways:
                self._add(mark, way)
        return mark

    def _atom_mark(self, atom: Atom | Known, side: Verdict) -> str:
        yes, no = self.marks.setdefault(atom, (f"a{len(self.marks)}y", f"a{len(self.marks)}n"))
        return yes if side is YES else no


def _in_order(productions: Sequence[Production]) -> list[Production]:
    """Sort productions so that every mark is concluded before it is needed."""
    by_conclusion: dict[str, list[Production]] = {}
    for production in productions:
        for mark in production.concludes:
            by_conclusion.setdefault(mark, []).append(production)
    depths: dict[str, int] = {}
    return sorted(
        productions, key=lambda one: max((_depth(need, by_conclusion, depths) for need in one.needs), default=0)
    )


def _depth(mark: str, by_conclusion: Mapping[str, list[Production]], depths: dict[str, int]) -> int:
    if mark not in by_conclusion:
        return 0
    if mark not in depths:
        needs = {need for production in by_conclusion[mark] for need in production.needs}
        depths[mark] = 1 + max((_depth(need, by_conclusion, depths) for need in needs), default=0)
    return depths[mark]


def _cut(productions: Sequence[Production]) -> Iterator[list[Production]]:
    """Cut productions into rulesets that stay small and never conclude what the same ruleset needs."""
    chunk: list[Production] = []
    marks: set[str] = set()
    concluded: set[str] = set()
    for production in productions:
        together = marks | production.needs
        full = len(chunk) >= PRODUCTIONS_PER_RULESET or len(together) > MARKS_PER_RULESET
        if chunk and (full or production.needs & concluded):
            yield chunk
            chunk, marks, concluded = [], set(), set()
        chunk.append(production)
        marks |= production.needs
        concluded.update(production.concludes)
    if chunk:
        yield chunk
