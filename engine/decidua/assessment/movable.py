"""Which findings of one woman can still be found out or can change, and the values they can come to have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from decidua.assessment.explanation_answer import How
from decidua.assessment.possible import PossibleAnswer, possible_answers, say_together
from decidua.assessment.questions import Asking
from decidua.assessment.ways import Aim, Goal
from decidua.condition.reference import compare, evaluate
from decidua.condition.syntax import AnyOf, Atom, Condition, Known, Not
from decidua.profile.consistency import NEEDS_PREGNANCY
from decidua.profile.facts import IMPLIED, Facts, Value
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.policy import Changeable
from decidua.truth import NO, UNKNOWN

__all__ = ["Movable", "ties"]

PREGNANT = Atom("pregnancy.pregnant", "=", True)


class Movable:
    """The findings of one woman that can come to be known, or otherwise than they are.

    Args:
        asking: What is unknown of her, and what of it can be found out.
    """

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.facts: Facts = asking.verdicts.facts
        self.burdens = asking.verdicts.view.book.policy.next.burdens

    @cached_property
    def changeable(self) -> dict[str, Changeable]:
        """How each known finding can change, by its name."""
        policy = self.asking.verdicts.view.book.policy.explain
        return {name: one for one in policy.changeable for name in one.findings}

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
        """Return why a known finding can change."""
        return None if self.asking.unknown(name) else self.changeable[name].why

    def burden(self, name: str) -> int:
        """Return the place of what it takes to find a finding out; a change counts as the lightest."""
        question = self.asking.question_of.get(name)
        return 0 if question is None else self.burdens.index(question.burden)

    def values(self, name: str, atoms: Sequence[Atom]) -> tuple[Value | None, ...]:
        """Return what stands now, None for unknown, and one of every other value that comparisons can tell apart."""
        fact, now = vocabulary()[name], self.facts.get(name)
        if fact.kind == "date":
            return (now,)
        answers = possible_answers(fact, now if isinstance(now, Interval) else None, atoms)
        if self.asking.unknown(name):
            return (now, *(one.value for one in answers))
        standing = tuple(compare(now, atom) for atom in atoms)
        return (
            now,
            *(
                value
                for one in answers
                if tuple(compare(one.value, atom) for atom in atoms) != standing
                and (value := self._allowed(fact, now, one, atoms)) is not None
            ),
        )

    def _allowed(self, fact: Fact, now: Value | None, answer: PossibleAnswer, atoms: Sequence[Atom]) -> Value | None:
        """Return a value of an answer that the finding can change to, if there is one."""
        to = self.changeable[fact.name].to
        if to is None:
            return answer.value
        if to == "more":
            grows = isinstance(answer.value, int | float) and isinstance(now, int | float) and answer.value > now
            return answer.value if grows else None
        told = [compare(answer.value, atom) for atom in atoms]
        return next((one for one in to if [compare(one, atom) for atom in atoms] == told), None)

    def say(self, name: str, atoms: Sequence[Atom], values: Sequence[Value]) -> str:
        """Say the values that a finding may come to have."""
        fact, now = vocabulary()[name], self.facts.get(name)
        change = None if self.asking.unknown(name) else self.changeable[name]
        if change is not None and isinstance(change.to, tuple) and fact.kind == "choice":
            return " or ".join(str(one).replace("_", " ") for one in values)
        return say_together(fact, now if isinstance(now, Interval) else None, atoms, values)


def ties(facts: Facts, moving: Iterable[str]) -> list[Goal]:
    """Return what must not come to be false when findings change: what belongs together by the meaning of the words.

    Args:
        facts: What is known of her now; a tie that is broken as it stands is left out.
        moving: The findings that may change.
    """
    names = set(moving)
    tied: list[tuple[frozenset[str], Condition]] = []
    for known, value, implied, follows in IMPLIED:
        either = AnyOf((Not(Atom(known, "=", value)), Atom(implied, "=", follows)))
        tied.append((frozenset((known, implied)), either))
    for field in NEEDS_PREGNANCY:
        name = f"pregnancy.{field}"
        present = Atom(name, "=", True) if vocabulary()[name].kind == "yes_no" else Known(name)
        tied.append((frozenset((name,)), AnyOf((Not(present), PREGNANT))))
    return [(condition, Aim.NOT_NO) for named, condition in tied if named & names and _unbroken(facts, condition)]


def _unbroken(facts: Facts, condition: Condition) -> bool:
    return evaluate(condition, facts, lambda _: UNKNOWN).verdict is not NO
