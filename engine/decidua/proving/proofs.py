"""Every property of the rulebook by its name, and the proof of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from decidua.errors import DeciduaError, nearest
from decidua.proving.ground import Counterexample, Ground
from decidua.proving.policy_laws import contraindications_win, no_record_no_offer, one_row, silence_offers_nothing
from decidua.proving.rule_laws import (
    groups_exclude,
    learning_keeps_verdicts,
    rules_can_fail,
    rules_can_hold,
    superseded_gives_way,
)
from decidua.proving.status_laws import statuses_reachable
from decidua.rulebook.book import Rulebook

__all__ = ["MOST_SHOWN", "PROPERTIES", "Proof", "Property", "prove", "wanted"]

MOST_SHOWN = 5
"""Most counterexamples to one property that are looked for."""


@dataclass(frozen=True, slots=True)
class Property:
    """What is to hold for all possible women on every date.

    Attributes:
        name: How it is called.
        sentence: What holds.
        check: Yields a counterexample for each thing for which it does not hold, and remarks.
    """

    name: str
    sentence: str
    check: Callable[[Ground], Iterable[Counterexample | str]]


PROPERTIES: tuple[Property, ...] = (
    Property(
        "contraindications-win",
        "While a contraindication of its drug or product is YES, or a finding that rules this way of use out, a "
        "strategy is contraindicated or does not apply; it is never offered.",
        contraindications_win,
    ),
    Property(
        "no-record-no-offer",
        "A strategy without a safety record is never more than research only.",
        no_record_no_offer,
    ),
    Property(
        "silence-offers-nothing",
        "To a woman of whom nothing is known nothing is offered, no option and no way of use; no rule is YES of her.",
        silence_offers_nothing,
    ),
    Property(
        "one-row",
        "For every woman and every strategy exactly one row of the status table applies.",
        one_row,
    ),
    Property(
        "rules-can-hold",
        "No rule is unreachable: some woman meets it on some date, or would if every point were read.",
        rules_can_hold,
    ),
    Property(
        "rules-can-fail",
        "No rule is always true: for some woman it is NO on some date, or would be if every point were read.",
        rules_can_fail,
    ),
    Property(
        "groups-exclude",
        "No two rules of one exclusive group are YES together.",
        groups_exclude,
    ),
    Property(
        "learning-keeps-verdicts",
        "Learning more never overturns a verdict: what is YES or NO stays so, whatever else comes to be known. Panels "
        "that ask what is known, and what rests on them, are left out and named.",
        learning_keeps_verdicts,
    ),
    Property(
        "statuses-reachable",
        "Every option has for some woman, on some date, every status that its data and the policy allow, and no row of "
        "the status table is dead.",
        statuses_reachable,
    ),
    Property(
        "superseded-gives-way",
        "A definition, a panel or a position that moves a status never applies on a date on which a newer document "
        "that supersedes its own is in force.",
        superseded_gives_way,
    ),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one property.

    Attributes:
        of: The property.
        counterexamples: What speaks against it, each about another thing; empty where it holds.
        more: Whether the search ended at the most counterexamples that are shown.
        remarks: What was found beside it.
        questions: How many questions were put to z3.
    """

    of: Property
    counterexamples: tuple[Counterexample, ...]
    more: bool
    remarks: tuple[str, ...]
    questions: int

    @property
    def verdict(self) -> str:
        """``holds``, ``fails``, or ``fault`` where the reference engine confirms no counterexample."""
        if not self.counterexamples:
            return "holds"
        return "fails" if any(one.confirmed for one in self.counterexamples) else "fault"


def wanted(names: Sequence[str]) -> tuple[Property, ...]:
    """Return the properties named, all of them where none is.

    Raises:
        DeciduaError: There is no such property; the nearest is named.
    """
    known = [one.name for one in PROPERTIES]
    for name in names:
        if name not in known:
            raise DeciduaError(
                f"there is no property '{name}'{nearest(name, known)}; the properties are {', '.join(known)}"
            )
    return tuple(one for one in PROPERTIES if not names or one.name in names)


def prove(book: Rulebook, properties: Sequence[Property] = PROPERTIES) -> Iterator[Proof]:
    """Prove properties of a rulebook one after the other.

    Args:
        book: The rulebook.
        properties: What to prove.

    Raises:
        DeciduaError: z3 could not decide a question.
    """
    ground = Ground(book)
    for one in properties:
        before = ground.asked
        found: dict[str, Counterexample] = {}
        remarks: list[str] = []
        more = False
        for said in one.check(ground):
            if isinstance(said, str):
                remarks.append(said)
            elif len(found) < MOST_SHOWN:
                found.setdefault(said.about, said)
            elif said.about not in found:
                more = True
                break
        yield Proof(one, tuple(found.values()), more, tuple(remarks), ground.asked - before)
