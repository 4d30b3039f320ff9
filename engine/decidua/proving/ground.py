"""What every proof stands on: the rulebook on every date on which it changes, over all possible women.

A proof asks whether any woman makes a formula true. Where one does, her profile is written and run through the
reference engine at once: if that sees nothing wrong, the fault lies in the translation, and is reported as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError

from decidua.assessment.options.status import JudgedStrategy, judge_strategy
from decidua.assessment.verdicts import Verdicts
from decidua.condition.syntax import Condition
from decidua.engines.formulas import Found, Logic, Pair, Search, Term
from decidua.engines.proof import Translator
from decidua.errors import RulebookError
from decidua.evidence.models import last_day
from decidua.profile.facts import Facts, draw_facts
from decidua.proving.describing import Document, describe, described, leaves, without
from decidua.proving.statuses import Judgement, Kept, Statuses
from decidua.proving.women import Woman
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.rulebook.models import Definition, Panel, Strategy, Subset, Validity
from decidua.truth import Verdict

__all__ = ["Counterexample", "Dated", "Ground", "Seen", "change_days"]

Seen = Callable[[Facts], str | None]
"""What the reference engine sees of a woman that should not be, in words; None where it sees nothing wrong."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A woman for whom a property does not hold.

    Attributes:
        about: Id of the rule, strategy or option.
        as_of: The date, or None for all that was read.
        says: What does not hold.
        profiles: Her profile; two where she is described before and after more was learned; none where the
            translation knows a woman whose profile could not be written.
        reference: What the reference engine says of her.
        confirmed: Whether it sees the same; else the fault lies in the translation.
    """

    about: str
    as_of: str | None
    says: str
    profiles: tuple[Document, ...]
    reference: str
    confirmed: bool


def change_days(book: Rulebook) -> list[str]:
    """Return every day on which anything of the rulebook begins or ends to count, the latest first."""
    published = [one.published for one in (*book.guidelines, *book.studies, *book.syntheses)]
    validities: list[Validity] = []
    groups: tuple[Sequence[Definition | Panel | Subset | Strategy], ...] = (
        book.definitions,
        book.panels,
        book.subsets,
        tuple(book.strategies),
    )
    for rules in groups:
        validities.extend(rule.valid for rule in rules)
    held = [day for valid in validities for day in (valid.since, valid.until)]
    return sorted({last_day(day) for day in (*published, *held) if day is not None}, reverse=True)


class Dated:
    """The rulebook on one date, as formulas."""

    def __init__(self, ground: Ground, view: DatedRulebook) -> None:
        self.view = view
        self.as_of = view.as_of
        self._ground = ground
        conditions = {id_: rule.condition for id_, rule in view.rules.items()}
        self.rules = Translator(ground.logic, ground.woman.known, conditions, shared=ground.shared)
        self.statuses = Statuses(ground.logic, view, self.rules.rule, ground.kept)

    @property
    def strategies(self) -> Iterator[tuple[Strategy, str]]:
        """Every strategy with its option."""
        return ((one, option.option) for option in self.view.book.options for one in option.strategies)

    def judgement(self, strategy: Strategy, option: str) -> Judgement:
        """Return when a strategy has which status."""
        return self.statuses.strategy(strategy, option)

    def judged(self, facts: Facts, strategy: Strategy, option: str) -> JudgedStrategy | str:
        """Judge a strategy by the reference engine; words where the status table itself does not fit her."""
        try:
            return judge_strategy(Verdicts(self.view, facts, "reference"), strategy, option)
        except RulebookError as error:
            return f"no single row of the status table applies: {error}"


class Ground:
    """One rulebook, all its dates, all possible women.

    Args:
        book: The rulebook to prove.

    Attributes:
        met: Rules and the verdicts that the reference engine gave them for some woman so far.
        asked_beside: How many questions were put to searches other than this one's own.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.logic = Logic()
        self.woman = Woman(self.logic)
        self.shared: dict[Condition, Pair] = {}
        self.kept = Kept()
        self._possible = Search(self.logic, self.woman.possible())
        self._none: set[int] = set()
        self.asked_beside = 0
        self.met: set[tuple[str, Verdict]] = set()

    @cached_property
    def _describable(self) -> Search:
        return Search(self.logic, [*self.woman.possible(), *self.woman.describable()])

    @cached_property
    def dates(self) -> list[Dated]:
        """All that was read first, then every date of change from the latest back."""
        now = self.book.at(None)
        return [Dated(self, now), *(Dated(self, now.near(day)) for day in change_days(self.book))]

    @property
    def asked(self) -> int:
        """How many questions were put to z3."""
        return (
            self.asked_beside
            + self._possible.asked
            + (self._describable.asked if "_describable" in self.__dict__ else 0)
        )

    def nobody(self, formula: Term) -> bool:
        """Say whether a formula holds for no possible woman; asked once for the same formula."""
        key = self.logic.key(formula)
        if key not in self._none:
            if self._possible.find(formula) is not None:
                return False
            self._none.add(key)
        return True

    def witness(self, formula: Term) -> Document | None:
        """Return the profile of a woman for whom a formula holds, or None where none can be written."""
        document, found = self.witness_found(formula)
        return None if found is None else document

    def witness_found(self, formula: Term) -> tuple[Document, Found | None]:
        """Return the profile of a woman for whom a formula holds, with all that the search found; else nothing."""
        found = self._describable.find(formula)
        return ({}, None) if found is None else (describe(self.woman, found), found)

    def refute(self, formula: Term, seen: Seen, *, about: str, as_of: str | None, says: str) -> Counterexample | None:
        """Look for a woman who should not be.

        Args:
            formula: What holds for no woman if the property holds.
            seen: What the reference engine sees of her.
            about: Id of what it is about.
            as_of: The date.
            says: What does not hold.
        """
        if self.nobody(formula):
            return None
        document = self.witness(formula)
        if document is None:
            nothing = "a woman of whom this could be known exists for the translation, but no profile of her"
            return Counterexample(about, as_of, says, (), nothing, confirmed=False)
        reference, confirmed = look(document, seen)
        if confirmed:
            document = shortest(document, seen)
            reference = look(document, seen)[0]
        return Counterexample(about, as_of, says, (document,), reference, confirmed)


def look(document: Document, seen: Seen) -> tuple[str, bool]:
    """Return what the reference engine says of a profile, and whether it sees what should not be."""
    try:
        profile = described(document)
    except ValidationError as error:
        return f"the profile describes no possible woman: {error}", False
    found = seen(draw_facts(profile))
    return (found, True) if found is not None else ("sees nothing wrong with her", False)


def shortest(document: Document, seen: Seen) -> Document:
    """Leave out of a profile what is not needed for the reference engine to see what should not be."""
    for place in list(leaves(document)):
        try:
            less = without(document, place)
        except KeyError:  # its section has gone already
            continue
        if look(less, seen)[1]:
            document = less
    return document
