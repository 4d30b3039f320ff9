"""Which findings of one woman can still be found out or can change, and the values they can come to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from decidua.assessment.answers.explanation import How
from decidua.assessment.asking.possible import PossibleAnswer, possible_answers, say_together
from decidua.assessment.asking.questions import Asking
from decidua.assessment.explaining.looked_at import leaves_behind
from decidua.condition.reference import compare
from decidua.condition.syntax import AnyOf, Atom, Condition, Known, Not, walk
from decidua.profile.consistency import NEEDS_PREGNANCY
from decidua.profile.facts import IMPLIED, Facts, Value
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.explaining import Changeable

__all__ = ["TIES", "Movable"]

PREGNANT = Atom("pregnancy.pregnant", "=", value=True)


def _ties() -> list[tuple[frozenset[str], Condition]]:
    tied: list[tuple[frozenset[str], Condition]] = [
        (frozenset((known, implied)), AnyOf((Not(Atom(known, "=", value)), Atom(implied, "=", follows))))
        for known, value, implied, follows in IMPLIED
    ]
    for field in NEEDS_PREGNANCY:
        name = f"pregnancy.{field}"
        given = Atom(name, "=", value=True) if vocabulary()[name].kind == "yes_no" else Known(name)
        tied.append((frozenset((name, PREGNANT.fact)), AnyOf((Not(given), PREGNANT))))
    return tied


TIES = _ties()
"""What belongs together by the meaning of the words, with the findings it is about: it must not come to be false."""


class Movable:
    """The findings of one woman that can come to be known, or otherwise than they are.

    Args:
        asking: What is unknown of her, and what of it can be found out.
        option: Key of the option that is looked at.
        ids: The rules its status rests on, by which values are told apart.
    """

    def __init__(self, asking: Asking, option: str, ids: Sequence[str]) -> None:
        self.asking = asking
        self.view: DatedRulebook = asking.verdicts.view
        self.facts: Facts = asking.verdicts.facts
        self._option = option
        self._atoms: Mapping[str, tuple[Atom, ...]] = self.view.keep(
            ("atoms told apart", option), lambda: _by_finding(self.view, ids)
        )

    @cached_property
    def changeable(self) -> dict[str, Changeable]:
        """How each known finding can change, by its name."""
        return {name: one for one in self.view.book.policy.explain.changeable for name in one.findings}

    def how(self, name: str) -> How | None:
        """Say how a finding can come to be another than it is; None where it cannot."""
        fact = vocabulary()[name]
        if not self.asking.unknown(name):
            change = self.changeable.get(name)
            return None if change is None else change.by
        if self.asking.past(fact):
            return None
        if self.asking.not_yet(fact):
            return "next_pregnancy" if "pregnancy.pregnant" in self.changeable else None
        return "find_out"

    def why(self, name: str) -> str | None:
        """Return why a finding can change, or comes with a next pregnancy; what is to be found out needs no reason."""
        declared = self.changeable.get(name)
        return None if declared is None or self.how(name) == "find_out" else declared.why

    def burden(self, name: str) -> int:
        """Return the place of what it takes to find a finding out; a change counts as the lightest."""
        question = self.asking.question_of.get(name)
        return 0 if question is None else self.view.book.policy.next.burdens.index(question.burden)

    def stays(self, name: str) -> Value | None:
        """Return what stays known of a finding whatever changes: of a number that grows, that it is no less."""
        value = self.facts.get(name)
        if value is None or self.asking.unknown(name) or name not in self.changeable or len(self.values(name)) == 1:
            return value
        grows = self.changeable[name].to == "more" and isinstance(value, int | float)
        return Interval(float(value), None) if grows and isinstance(value, int | float) else None

    def values(self, name: str) -> tuple[Value | None, ...]:
        """Return what stands now, None for unknown, and one of every other value that comparisons can tell apart."""
        fact, now, atoms = vocabulary()[name], self.facts.get(name), self._atoms.get(name, ())
        if fact.kind == "date":
            return (now,)
        if isinstance(now, Interval):
            return (now, *(one.value for one in possible_answers(fact, now, atoms)))
        answers = self.view.keep(("answers", self._option, name), lambda: possible_answers(fact, None, atoms))
        if now is None:
            return (None, *(one.value for one in answers))
        standing = [compare(now, atom) for atom in atoms]
        other = [one for one in answers if [compare(one.value, atom) for atom in atoms] != standing]
        allowed = [self._allowed(fact, now, one, atoms) for one in other]
        return (now, *(value for value in allowed if value is not None))

    def _allowed(self, fact: Fact, now: Value, answer: PossibleAnswer, atoms: Sequence[Atom]) -> Value | None:
        """Return a value of an answer that the finding can change to, if there is one."""
        to = self.changeable[fact.name].to
        if to is None:
            return answer.value
        if to == "more":
            grows = isinstance(answer.value, int | float) and isinstance(now, int | float) and answer.value > now
            return answer.value if grows else None
        told = [compare(answer.value, atom) for atom in atoms]
        return next((one for one in to if [compare(one, atom) for atom in atoms] == told), None)

    def say(self, name: str, values: Sequence[Value]) -> str:
        """Say the values that a finding may come to have."""
        fact, now = vocabulary()[name], self.facts.get(name)
        change = None if self.asking.unknown(name) else self.changeable[name]
        if change is not None and isinstance(change.to, tuple) and fact.kind == "choice":
            return " or ".join(str(one).replace("_", " ") for one in values)
        return say_together(fact, now if isinstance(now, Interval) else None, self._atoms.get(name, ()), values)


def _by_finding(view: DatedRulebook, ids: Sequence[str]) -> dict[str, tuple[Atom, ...]]:
    found: dict[str, dict[Atom, None]] = {}
    for id_ in ids:
        for leaf in leaves_behind(view, id_):
            if isinstance(leaf, Atom):
                found.setdefault(leaf.fact, {}).setdefault(leaf)
    for value, name in ((atom, atom.fact) for _, condition in TIES for atom in _tied_atoms(condition)):
        found.setdefault(name, {}).setdefault(value)
    return {name: tuple(own) for name, own in found.items()}


def _tied_atoms(condition: Condition) -> list[Atom]:
    return [node for node in walk(condition) if isinstance(node, Atom)]
