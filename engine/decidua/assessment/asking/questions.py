"""Questions to ask: unknown findings, those of one look or one test together, and what can be found out at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from decidua.assessment.asking.whats_next import IMMUNE, NOT_YET, burdens
from decidua.assessment.evidence.hers import bearing_studies
from decidua.assessment.options.stopping import stops
from decidua.assessment.verdicts import Verdicts
from decidua.condition.remainder import Remainder, remainder
from decidua.condition.syntax import Atom, Condition, Known, Rule, Untold, walk
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Burden, Option
from decidua.truth import UNKNOWN, Verdict

__all__ = ["Asking", "Question", "atoms_behind", "rules_behind"]

TOGETHER = {
    "pregnancies": "Her pregnancies in detail",
    "transfers": "Her embryo transfers in detail",
}
"""Sections of the profile whose counts come from one account of hers."""


class Question(Frozen):
    """What is asked in one go.

    Attributes:
        key: Key of the investigation, section of the profile, or name of the one finding.
        facts: Its findings that are unknown, in the order of the vocabulary.
    """

    key: str
    name: str
    burden: Burden
    facts: tuple[Fact, ...]

    @property
    def immune(self) -> bool:
        """Whether it is a marker that the field advises against; who does is to be read from the positions on tests."""
        return any(fact.name.startswith("immune.") for fact in self.facts)

    @property
    def of_pregnancy(self) -> bool:
        """Whether it concerns the present pregnancy."""
        return all(fact.name.startswith("pregnancy.") for fact in self.facts)

    @property
    def of_transfers(self) -> bool:
        """Whether it concerns embryo transfers."""
        return all(fact.name.startswith(("transfers.", "embryos.", "ivf.")) for fact in self.facts)

    @property
    def remark(self) -> str | None:
        """What must be known before it is asked."""
        return IMMUNE if self.immune else None


class Asking:
    """What is unknown of one woman, by whether and how it can be found out."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.verdicts = verdicts
        self._burdens = burdens(verdicts)
        self._tests = {fact: test for test in verdicts.view.book.investigations for fact in test.facts}
        self._left: dict[str, Remainder] = {}
        self.not_pregnant = verdicts.facts.get("pregnancy.pregnant") is False

    def unknown(self, name: str) -> bool:
        """Say whether a finding is not known, or within limits only."""
        value = self.verdicts.facts.get(name)
        return value is None or isinstance(value, Interval)

    def past(self, fact: Fact) -> bool:
        """Say whether a finding can no longer be had."""
        return not fact.obtainable or self._burdens.get(fact.name) == "past"

    def not_yet(self, fact: Fact) -> bool:
        """Say whether a finding waits for the next pregnancy."""
        return self.not_pregnant and fact.name.startswith("pregnancy.")

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question with an unknown finding that can be had now, by key, the lightest burden first."""
        groups: dict[str, list[Fact]] = {}
        for fact in vocabulary().values():
            if self.unknown(fact.name) and not self.past(fact) and not self.not_yet(fact):
                groups.setdefault(self._key(fact), []).append(fact)
        made = [Question(key, *self._name(key, facts), tuple(facts)) for key, facts in groups.items()]
        order = self.verdicts.view.book.policy.next.burdens
        made.sort(key=lambda one: (one.immune, order.index(one.burden)))
        return {one.key: one for one in made}

    def _key(self, fact: Fact) -> str:
        test = self._tests.get(fact.name)
        if test is not None:
            return test.key
        return fact.read_from if fact.read_from in TOGETHER else fact.name

    def _name(self, key: str, facts: list[Fact]) -> tuple[str, Burden]:
        test = self._tests.get(facts[0].name)
        if test is not None:
            return test.name, test.burden
        return TOGETHER.get(key, facts[0].label), "history"

    @cached_property
    def question_of(self) -> dict[str, Question]:
        """The question that gives a finding, by its name."""
        return {fact.name: one for one in self.questions.values() for fact in one.facts}

    def left(self, id_: str) -> Remainder:
        """Return what is left of a rule, without references to others; one that does not hold on the date is open."""
        if id_ not in self._left:
            rule = self.verdicts.view.rules.get(id_)
            if rule is None:
                self._left[id_] = Untold(f"a rule that was not in force ({id_})", "unread")
            else:
                self._left[id_] = self.left_of(rule.condition)
        return self._left[id_]

    def left_of(self, condition: Condition) -> Remainder:
        """Return what is left of a condition."""
        return remainder(condition, self.verdicts.facts.get, self.left)

    def open_facts(self, ids: Iterable[str]) -> Iterator[str]:
        """Yield the findings that could still decide some rules."""
        for id_ in ids:
            if self.verdicts.verdict(id_) is UNKNOWN:
                left = self.left(id_)
                if not isinstance(left, Verdict):
                    yield from (node.fact for node in walk(left) if isinstance(node, Atom | Known))

    def why_open(self, leaf: Untold | Atom) -> str:
        """Say what keeps something open that no finding to be had now can settle."""
        if isinstance(leaf, Untold):
            return leaf.text
        fact = vocabulary()[leaf.fact]
        label = fact.label[0].lower() + fact.label[1:] if fact.label[1:2].islower() else fact.label
        if self.past(fact):
            return f"{label} (can no longer be found out)"
        return f"{label} ({NOT_YET})" if self.not_yet(fact) else label


def rules_behind(view: DatedRulebook, option: Option) -> Iterator[str]:
    """Yield the rules that an option's status rests on: populations, positions, causes, studies and what stops it."""
    strategies = view.strategies_of(option)
    yield from (one.id for one in strategies)
    yield from (f"position:{one.id}" for one in view.positions if one.option == option.option)
    if any(one.needs_unexplained for one in strategies):
        yield from (cause.id for cause in view.book.causes if cause.explains)
    for strategy in strategies:
        yield from bearing_studies(view, strategy)
        yield from (f"finding:{key}" for key in strategy.stops)
        for drug in strategy.drugs:
            yield from (f"finding:{one.finding}" for one in view.book.drug[drug].cautions if stops(one))


def atoms_behind(verdicts: Verdicts, ids: Iterable[str]) -> dict[Atom, None]:
    """Return every comparison in some rules and in those that they refer to."""
    found: dict[Atom, None] = {}
    seen: set[str] = set()
    stack = list(ids)
    while stack:
        id_ = stack.pop()
        if id_ in seen or id_ not in verdicts.view.rules:
            continue
        seen.add(id_)
        for node in walk(verdicts.view.rules[id_].condition):
            if isinstance(node, Atom):
                found.setdefault(node)
            elif isinstance(node, Rule):
                stack.append(node.id)
    return found
