"""The nearest findings that would bring a way to use an option in, or settle whether she is in its population."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import product

from decidua.assessment.answers.explanation import Changes, FindingToBe, Nearest, Outcomes, Responsible
from decidua.assessment.asking.questions import Asking, rules_behind
from decidua.assessment.explaining.looked_at import condition_in, looked_at
from decidua.assessment.explaining.movable import TIES, Movable
from decidua.assessment.explaining.responsible import ResponsibleFindings, bounds_of
from decidua.assessment.explaining.ways import Aim, Choice, Found, Goal, Ways
from decidua.assessment.options.judged import JudgedOption
from decidua.assessment.options.status import JudgedStrategy, status_of
from decidua.assessment.options.stopping import stops
from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import lower_first, value_in_english
from decidua.condition.reference import evaluate
from decidua.condition.remainder import Remainder, remainder
from decidua.condition.syntax import Atom, Condition, Rule, Untold, walk
from decidua.evidence.lines import refers_to_no_rule
from decidua.profile.facts import Facts, Value, with_finding
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.policy import Status
from decidua.truth import NO, YES, Verdict

__all__ = ["Counterfactuals", "barring", "changed_facts"]


class Counterfactuals:
    """What would have to be otherwise of one woman, for the ways to use one option.

    Args:
        verdicts: Her verdicts.
        judged: The option, judged for her.
    """

    def __init__(self, verdicts: Verdicts, judged: JudgedOption) -> None:
        self.verdicts = verdicts
        self.view = verdicts.view
        self.judged = judged
        self.asking = Asking(verdicts)
        rules = tuple(rules_behind(self.view, judged.option))
        self.movable = Movable(self.asking, judged.option.option, rules)
        self.bounds = bounds_of(self.view)
        self._breaking: dict[tuple[Condition | tuple[str, tuple[Value, ...]], ...], bool] = {}
        self._sayings: dict[tuple[str, tuple[Value, ...]], FindingToBe] = {}
        self._worlds: dict[tuple[tuple[str, Value], ...], Verdicts] = {}

    def settled(self, one: JudgedStrategy, aim: Aim) -> Outcomes:
        """Return what, when found out, would bring the population of a way to a verdict."""
        return self._outcomes(self._found(self._to_find_out, [(Rule(one.strategy.id), aim)]), one, judge=aim is Aim.YES)

    def nearest(self, one: JudgedStrategy) -> Nearest:
        """Return what would bring a way in, and where nothing does, what stands in the way."""
        against = self._against(one)
        goals: list[Goal] = [(Rule(one.strategy.id), Aim.YES), *((Rule(id_), Aim.NOT_YES) for id_ in against)]
        outcomes = self._outcomes(self._found(self._to_change, goals), one, judge=True)
        if outcomes.sets:
            return Nearest(outcomes, (), ())
        return Nearest(outcomes, tuple(self._in_the_way(one, against)), tuple(self._left_open(one)))

    def _against(self, one: JudgedStrategy) -> list[str]:
        """Return the rules that must not hold: those that do, and those that a change could make hold."""
        rules = dict.fromkeys(barring(self.verdicts, one))
        holding = [id_ for id_ in rules if self.verdicts.verdict(id_) is YES]
        moved = {name for name in looked_at(self.view, [one.strategy.id, *holding]) if self.movable.how(name)}
        return [id_ for id_ in rules if id_ in holding or moved & looked_at(self.view, [id_])]

    # The search

    @cached_property
    def _to_find_out(self) -> Ways:
        ids = [one.strategy.id for one in self.judged.strategies if one.status == "undetermined"]
        return self._ways(name for name in looked_at(self.view, ids) if self.movable.how(name) == "find_out")

    @cached_property
    def _to_change(self) -> Ways:
        closed = ("not_applicable", "contraindicated", "undetermined")
        out = [one for one in self.judged.strategies if one.status in closed]
        ids = [id_ for one in out for id_ in (one.strategy.id, *self._against(one))]
        names = {name for name in looked_at(self.view, ids) if self.movable.how(name)}
        if any(name.startswith("pregnancy.") for name in names) and self.movable.how("pregnancy.pregnant"):
            names.add("pregnancy.pregnant")
        return self._ways(names)

    def _ways(self, names: Iterable[str]) -> Ways:
        chosen = set(names)
        choices = {name: self.movable.values(name) for name in vocabulary() if name in chosen}
        fixed = {name: value for name, value in self.verdicts.facts.values.items() if name not in choices}
        return Ways(choices, partial(condition_in, self.view), fixed)

    def _found(self, ways: Ways, goals: Sequence[Goal]) -> Found:
        """Return the smallest sets; what belongs together is asked for once a set would break it."""
        tied: list[Condition] = []
        while True:
            found = ways.smallest([*goals, *((one, Aim.NOT_NO) for one in tied)], self.bounds)
            broken = [one for one in self._broken(found) if one not in tied]
            if not broken:
                return found
            tied += broken

    def _broken(self, found: Found) -> Iterator[Condition]:
        """Yield what some set would break, among what is not broken as it stands."""
        for names, condition in TIES:
            if any(names & one.keys() and self._breaks(condition, names, one) for one in found.sets) and not _is_no(
                condition, self.verdicts.facts
            ):
                yield condition

    def _breaks(self, condition: Condition, names: frozenset[str], choice: Choice) -> bool:
        own = {name: values for name, values in choice.items() if name in names}
        key = (condition, *own.items())
        breaks = self._breaking.get(key)
        if breaks is None:
            facts = self.verdicts.facts.values
            breaks = self._breaking[key] = any(
                _is_no(condition, Facts({**facts, **dict(zip(own, values, strict=True))}))
                for values in product(*own.values())
            )
        return breaks

    # What it would come to

    def _outcomes(self, found: Found, one: JudgedStrategy, *, judge: bool) -> Outcomes:
        made = []
        for choice in found.sets:
            findings = tuple(self._said(name, values) for name, values in choice.items())
            made.append(Changes(findings, tuple(self._then(one, choice)) if judge else ()))
        made.sort(key=self._weight)
        return Outcomes(tuple(made), found.smallest, found.complete)

    def _weight(self, one: Changes) -> tuple[int, int, list[int], int]:
        """Order sets: without an immune marker first, then less to change, the lighter, the better status then."""
        immune = sum(finding.immune for finding in one.findings)
        changed = sum(finding.how != "find_out" for finding in one.findings)
        burdens = sorted((self.movable.burden(finding.finding) for finding in one.findings), reverse=True)
        statuses = self.view.book.policy.rank.statuses
        return immune, changed, burdens, min((statuses.index(status) for status in one.then), default=len(statuses))

    def _said(self, name: str, values: tuple[Value, ...]) -> FindingToBe:
        found = self._sayings.get((name, values))
        if found is None:
            found = self._sayings[name, values] = self._say(name, values)
        return found

    def _say(self, name: str, values: tuple[Value, ...]) -> FindingToBe:
        fact, how = vocabulary()[name], self.movable.how(name)
        if how is None:  # pragma: no cover - only what can move is part of a set
            raise AssertionError(f"{name} cannot change")
        return FindingToBe(
            finding=name,
            label=fact.label,
            to_be=self.movable.say(name, values),
            values=tuple(value for value in values if isinstance(value, bool | int | float | str)),
            now=value_in_english(self.verdicts.facts.get(name), fact),
            how=how,
            why=self.movable.why(name),
            immune=name.startswith("immune."),
        )

    def _then(self, one: JudgedStrategy, choice: Choice) -> list[Status]:
        """Return the statuses that the way would have, with the first value of every finding and with the last."""
        found: dict[Status, None] = {}
        ends = [tuple((name, values[end]) for name, values in choice.items()) for end in (0, -1)]
        for changes in dict.fromkeys(ends):
            found.setdefault(status_of(self._supposed(changes), one.strategy, self.judged.option.option))
        return sorted(found, key=self.view.book.policy.rank.statuses.index)

    def _supposed(self, changes: tuple[tuple[str, Value], ...]) -> Verdicts:
        """Return the verdicts with some findings otherwise; several ways may ask for the same."""
        verdicts = self._worlds.get(changes)
        if verdicts is None:
            facts = changed_facts(self.verdicts.facts, dict(changes))
            verdicts = self._worlds[changes] = self.verdicts.supposing(facts)
        return verdicts

    # What stands in the way for good

    @cached_property
    def _for_good(self) -> ResponsibleFindings:
        known = {name: self.movable.stays(name) for name in self.verdicts.facts.values}
        return ResponsibleFindings(self.verdicts, {name: value for name, value in known.items() if value is not None})

    def _in_the_way(self, one: JudgedStrategy, against: Sequence[str]) -> Iterator[Responsible]:
        """Yield what of her findings that cannot change keeps the way out by itself."""
        ids: list[tuple[str, Aim, str]] = [(one.strategy.id, Aim.NO, "outside its population")]
        ids += [(id_, Aim.YES, lower_first(self.view.rules[id_].title)) for id_ in against]
        for id_, aim, words in ids:
            found = self._for_good.of(id_, aim, words)
            if found.sets:
                yield found

    def _left_open(self, one: JudgedStrategy) -> Iterator[str]:
        """Yield what keeps the population open and cannot be found out."""
        rest = self._left(one.strategy.id)
        if isinstance(rest, Verdict):
            return
        texts: dict[str, None] = {}
        for node in walk(rest):
            if isinstance(node, Untold) or (isinstance(node, Atom) and self.movable.how(node.fact) is None):
                texts.setdefault(self.asking.why_open(node))
        yield from texts

    def _left(self, id_: str) -> Remainder:
        """Return what is left of a rule's condition once all is known that can still move."""
        condition = condition_in(self.view, id_)
        if condition is None:
            return Untold(f"a rule that was not in force ({id_})", "unread")
        return remainder(condition, self._staying, self._left)

    def _staying(self, name: str) -> Value | None:
        return None if self.movable.how(name) else self.verdicts.facts.get(name)


def barring(verdicts: Verdicts, one: JudgedStrategy) -> Iterator[str]:
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


def _is_no(condition: Condition, facts: Facts) -> bool:
    return evaluate(condition, facts, refers_to_no_rule).verdict is NO
