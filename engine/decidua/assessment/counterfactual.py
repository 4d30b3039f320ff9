"""The nearest findings that would bring a way to use an option in, or settle whether she is in its population."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from decidua.assessment.explanation_answer import Changes, FindingToBe, Nearest, Outcomes, Responsible
from decidua.assessment.movable import Movable, ties
from decidua.assessment.questions import Asking
from decidua.assessment.responsible import bounds_of, condition_in, leaves_behind, looked_at, responsible_findings
from decidua.assessment.status import JudgedStrategy, judge_strategy, stops
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.ways import Aim, Bounds, Choice, Found, Goal, smallest_sets
from decidua.condition.english import lower_first, value_in_english
from decidua.condition.remainder import Remainder, remainder
from decidua.condition.syntax import Atom, Rule, Untold, atoms, walk
from decidua.evidence.models import OptionKey
from decidua.profile.facts import Facts, Value, with_finding
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.policy import Status
from decidua.truth import YES, Verdict

__all__ = ["Counterfactuals"]

TRIED = 8
"""Most combinations of the values of one set that are judged again to say what status each would give."""


class Counterfactuals:
    """What would have to be otherwise of one woman.

    Args:
        verdicts: Her verdicts.
        asking: What is unknown of her.
        option: The option whose ways are looked at.
    """

    def __init__(self, verdicts: Verdicts, asking: Asking, option: OptionKey) -> None:
        self.verdicts = verdicts
        self.asking = asking
        self.option = option
        self.movable = Movable(asking)
        self.bounds = bounds_of(verdicts)

    def settled(self, one: JudgedStrategy, aim: Aim) -> Outcomes:
        """Return what, when found out, would bring the population of a way to a verdict."""
        search = self._search([one.strategy.id], [(Rule(one.strategy.id), aim)], change=False)
        return self._outcomes(search, one, judge=aim is Aim.YES)

    def nearest(self, one: JudgedStrategy) -> Nearest:
        """Return what would bring a way in, and where nothing does, what stands in the way."""
        against = self._against(one)
        goals: list[Goal] = [(Rule(one.strategy.id), Aim.YES), *((Rule(id_), Aim.NOT_YES) for id_ in against)]
        search = self._search([one.strategy.id, *against], goals, change=True)
        outcomes = self._outcomes(search, one, judge=True)
        if outcomes.sets:
            return Nearest(outcomes, (), ())
        return Nearest(outcomes, tuple(self._for_good(one, against)), tuple(self._left_open(one)))

    def _against(self, one: JudgedStrategy) -> list[str]:
        """Return the rules that must not hold: those that do, and those that a change could make hold."""
        rules = dict.fromkeys(_barring(self.verdicts, one))
        holding = [id_ for id_ in rules if self.verdicts.verdict(id_) is YES]
        moved = {name for name in looked_at(self.verdicts, [one.strategy.id, *holding]) if self.movable.how(name)}
        return [
            id_
            for id_ in rules
            if id_ in holding or moved & {leaf.fact for leaf in leaves_behind(self.verdicts, id_)}
        ]

    # The search

    def _search(self, ids: Sequence[str], goals: Sequence[Goal], *, change: bool) -> _Search:
        return _Search(self.verdicts, self.movable, ids, goals, change=change)

    def _outcomes(self, search: _Search, one: JudgedStrategy, *, judge: bool) -> Outcomes:
        found = search.found(self.bounds)
        made = []
        for choice in found.sets:
            findings = tuple(search.said(name, values) for name, values in choice.items())
            made.append(Changes(findings, tuple(self._then(one, choice)) if judge else ()))
        made.sort(key=self._weight)
        return Outcomes(tuple(made), found.smallest, found.complete)

    def _weight(self, one: Changes) -> tuple[int, int, list[int]]:
        """Order sets: those without an immune marker first, then those with less to change, then the lighter."""
        immune = sum(finding.immune for finding in one.findings)
        changed = sum(finding.how != "find_out" for finding in one.findings)
        return immune, changed, sorted((self.movable.burden(finding.finding) for finding in one.findings), reverse=True)

    def _then(self, one: JudgedStrategy, choice: Choice) -> list[Status]:
        """Return the statuses that the way would have, for the values that the findings may come to have."""
        found: dict[Status, None] = {}
        for values in islice(product(*choice.values()), TRIED):
            facts = changed_facts(self.verdicts.facts, dict(zip(choice, values, strict=True)))
            supposed = Verdicts(self.verdicts.view, facts, "reference")
            found.setdefault(judge_strategy(supposed, one.strategy, self.option).status)
        return sorted(found, key=self.verdicts.view.book.policy.rank.statuses.index)

    # What stands in the way for good

    def _for_good(self, one: JudgedStrategy, against: Sequence[str]) -> Iterator[Responsible]:
        """Yield what of her findings that cannot change keeps the way out by itself."""
        ids: list[tuple[str, Aim, str]] = [(one.strategy.id, Aim.NO, "outside its population")]
        ids += [(id_, Aim.YES, lower_first(self.verdicts.view.rules[id_].title)) for id_ in against]
        for id_, aim, words in ids:
            fixed = [name for name in looked_at(self.verdicts, [id_]) if self.movable.how(name) is None]
            found = responsible_findings(self.verdicts, id_, aim, words, fixed)
            if found.sets:
                yield found

    def _left_open(self, one: JudgedStrategy) -> Iterator[str]:
        """Yield what keeps the population open and cannot be found out."""
        facts = self.verdicts.facts

        def value_of(name: str) -> Value | None:
            return None if self.movable.how(name) else facts.get(name)

        def left(id_: str) -> Remainder:
            condition = condition_in(self.verdicts, id_)
            if condition is None:
                return Untold(f"a rule that was not in force ({id_})", "unread")
            return remainder(condition, value_of, left)

        rest = left(one.strategy.id)
        if isinstance(rest, Verdict):
            return
        texts: dict[str, None] = {}
        for node in walk(rest):
            if isinstance(node, Untold) or (isinstance(node, Atom) and self.movable.how(node.fact) is None):
                texts.setdefault(self.asking.why_open(node))
        yield from texts


def _barring(verdicts: Verdicts, one: JudgedStrategy) -> Iterator[str]:
    """Yield the rules that keep a way out where they hold: contraindications, and causes that explain her case."""
    strategy, book = one.strategy, verdicts.view.book
    yield from (f"finding:{key}" for key in strategy.stops)
    for drug in strategy.drugs:
        yield from (f"finding:{caution.finding}" for caution in book.drug[drug].cautions if stops(caution))
    if strategy.needs_unexplained:
        term = "rif" if strategy.condition in ("rif", "ivf") else "rpl"
        yield from (cause.id for cause in book.causes if cause.explains and term in cause.conditions)


def changed_facts(facts: Facts, changes: Mapping[str, Value]) -> Facts:
    """Return the facts with some findings otherwise, and what these say of others by the meaning of the words."""
    for name, value in changes.items():
        facts = with_finding(facts, name, value)
    return facts


class _Search:
    """One search: the findings that may be part of a set, with their values, and the goals."""

    def __init__(
        self, verdicts: Verdicts, movable: Movable, ids: Sequence[str], goals: Sequence[Goal], *, change: bool
    ) -> None:
        self.verdicts = verdicts
        self.movable = movable
        wanted = ("find_out",) if not change else ("find_out", "next_pregnancy", "decision", "treatment", "course")
        moving = [name for name in looked_at(verdicts, ids) if movable.how(name) in wanted]
        tied = ties(verdicts.facts, moving)
        if change and any(name.startswith("pregnancy.") for name in moving) and "pregnancy.pregnant" not in moving:
            moving += ["pregnancy.pregnant"] if movable.how("pregnancy.pregnant") in wanted else []
        self.goals = [*goals, *tied]
        leaves = [leaf for id_ in ids for leaf in leaves_behind(verdicts, id_)]
        leaves += [leaf for condition, _ in tied for leaf in atoms(condition)]
        self.atoms: dict[str, list[Atom]] = {name: [] for name in moving}
        for leaf in dict.fromkeys(leaves):
            if isinstance(leaf, Atom) and leaf.fact in self.atoms:
                self.atoms[leaf.fact].append(leaf)
        self.choices = {name: movable.values(name, self.atoms[name]) for name in moving}

    def found(self, bounds: Bounds) -> Found:
        """Return the smallest sets."""
        fixed = {name: value for name, value in self.verdicts.facts.values.items() if name not in self.choices}
        return smallest_sets(
            self.goals, self.choices, lambda id_: condition_in(self.verdicts, id_), bounds, fixed
        )

    def said(self, name: str, values: Sequence[Value]) -> FindingToBe:
        """Say one finding of a set."""
        fact = vocabulary()[name]
        how = self.movable.how(name)
        if how is None:  # pragma: no cover - only what can move is part of a set
            raise AssertionError(f"{name} cannot change")
        return FindingToBe(
            finding=name,
            label=fact.label,
            to_be=self.movable.say(name, self.atoms[name], values),
            now=value_in_english(self.verdicts.facts.get(name), fact),
            how=how,
            why=self.movable.why(name),
            immune=name.startswith("immune."),
        )
