"""Worked cases: a woman, and what must come out for her. They stand beside the rules, in ``cases/`` of a rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from decidua.condition.syntax import Condition, rules_in
from decidua.evidence.models import OptionKey, PartialDate, Record, Text, Texts
from decidua.frozen import Frozen
from decidua.profile.model import Profile
from decidua.rulebook.book import AGGREGATES, Rulebook, RuleKind, panel_condition
from decidua.rulebook.policy import Status
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = [
    "EVERY",
    "PREFIXES",
    "Case",
    "CaseFile",
    "Excuse",
    "Expectation",
    "TestedRule",
    "TestedRules",
    "WorkedCase",
]

EVERY = "every "
"""Before a kind of rule: all rules of that kind that hold on the date, those named singly apart."""

PREFIXES: Mapping[str, str] = {"finding": "finding:", "position": "position:", "study": "study:"}
"""What cases write before the id of a rule, by its kind; the ids of the other kinds stand alone."""

Words = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]


class Refusal(Record):
    """What must not come out.

    Attributes:
        status: By option or strategy, a status that it must not have.
        cautions: By option, findings that must not be said to be present.
    """

    status: Mapping[Text, Status] = Field(default_factory=dict)
    cautions: Mapping[OptionKey, Words] = Field(default_factory=dict)


class Expectation(Record):
    """What must come out for a woman.

    Attributes:
        yes: Ids of rules that are YES for her, or ``every KIND``.
        no: The same for NO.
        unknown: The same for UNKNOWN.
        status: By option or strategy, its status.
        cautions: By option, findings among its cautions that must be said to be present.
        must_not: Written ``not``: what must not come out.
    """

    yes: Texts = ()
    no: Texts = ()
    unknown: Texts = ()
    status: Mapping[Text, Status] = Field(default_factory=dict)
    cautions: Mapping[OptionKey, Words] = Field(default_factory=dict)
    must_not: Refusal = Field(default_factory=Refusal, alias="not")

    @property
    def rules(self) -> tuple[tuple[Verdict, tuple[str, ...]], ...]:
        """What each verdict is expected of."""
        return ((YES, self.yes), (NO, self.no), (UNKNOWN, self.unknown))

    @property
    def needs_assessment(self) -> bool:
        """Whether more than verdicts is expected."""
        return bool(self.status or self.cautions or self.must_not.status or self.must_not.cautions)


class Case(Record):
    """One case as written.

    Attributes:
        case: The sentence that names it.
        woman: A name for her, for cases that are ``like`` her.
        profile: The whole profile, in the words of ``decidua schema profile``.
        like: The name of a shipped profile, or of another case's woman.
        but: What differs from her, in the form of a profile; null takes a finding away.
        as_of: The date on which it must come out; absent means the date of the evidence base.
    """

    case: Text
    woman: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    profile: dict[str, Any] | None = None
    like: Text | None = None
    but: dict[str, Any] | None = None
    as_of: PartialDate | None = None
    expect: Expectation


class Excuse(Record):
    """Why something is not asked of the cases: no woman can show it.

    Attributes:
        rule: Id of the rule.
        mutants: Changes that make no difference, in the words of ``decidua rules test``.
        never: A verdict that the rule cannot have.
        why: The reason.
    """

    rule: Text
    mutants: Texts = ()
    never: Literal["yes", "no", "unknown"] | None = None
    why: Text


class CaseFile(Record):
    """A file of ``cases/``: women and what must come out for them, and what no woman can show.

    Attributes:
        cases: The cases.
        same_anyway: What is not asked of them, with the reason.
    """

    cases: Annotated[tuple[Case, ...], Field(strict=False)] = ()
    same_anyway: Annotated[tuple[Excuse, ...], Field(strict=False)] = ()


class WorkedCase(Frozen):
    """A case ready to run.

    Attributes:
        name: Its sentence.
        file: Where it stands, with ``line``.
        profile: The woman.
        as_of: The date asked for, or None.
        expect: What must come out.
    """

    name: str
    file: str
    line: int | None
    profile: Profile
    as_of: str | None
    expect: Expectation


class TestedRule(Frozen):
    """A rule as cases see it; ``mutable`` is False for what follows from other rules and nobody writes."""

    id: str
    kind: RuleKind
    condition: Condition
    place: tuple[str, int | None]
    brought_by: str | None
    mutable: bool = True


class TestedRules:
    """Every rule of a rulebook, whatever the date, by the id that cases use.

    Args:
        book: The rulebook.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book

    @cached_property
    def rules(self) -> Mapping[str, TestedRule]:
        """The rules by id, in the order of the rulebook."""
        book = self.book
        rules: list[TestedRule] = []

        def add(kind: RuleKind, id_: str, condition: Condition, key: str = "id") -> None:
            place = book.places.get(f"{key}:{id_}", ("", None))
            called = f"{PREFIXES.get(kind, '')}{id_}"
            rules.append(TestedRule(called, kind, condition, place, book.overlay_of(kind, id_)))

        for definition in book.definitions:
            add("definition", definition.id, definition.when)
        for panel in book.panels:
            add("panel", panel.id, panel_condition(panel))
        for id_ in AGGREGATES:
            condition = book.at().rules[id_].condition
            rules.append(TestedRule(id_, "aggregate", condition, ("", None), None, mutable=False))
        for cause in book.causes:
            add("cause", cause.id, cause.when)
        for subset in book.subsets:
            add("subset", subset.id, subset.when)
        for strategy in book.strategies:
            add("strategy", strategy.id, strategy.when)
        for finding in book.findings:
            add("finding", finding.key, finding.when, "key")
        for position in book.positions:
            add("position", position.id, position.when)
        for study in book.studies:
            if study.eligibility is not None:
                add("study", study.id, study.eligibility)
        return {rule.id: rule for rule in rules}

    def expected(self, case: Case | WorkedCase) -> dict[str, Verdict]:
        """Return the verdict that a case expects of each rule; one named singly is not meant by ``every KIND``.

        Raises:
            DeciduaError: The date of the case is none.
        """
        named = {id_: verdict for verdict, ids in case.expect.rules for id_ in ids if not id_.startswith(EVERY)}
        meant: dict[str, Verdict] = {}
        for verdict, ids in case.expect.rules:
            for kind in (id_.removeprefix(EVERY) for id_ in ids if id_.startswith(EVERY)):
                view = self.book.at(case.as_of)
                meant |= {one.id: verdict for one in self.rules.values() if one.kind == kind and one.id in view.rules}
        return meant | named

    @cached_property
    def kinds(self) -> tuple[RuleKind, ...]:
        """The kinds of rule there are."""
        return tuple(dict.fromkeys(rule.kind for rule in self.rules.values()))

    @cached_property
    def dependents(self) -> Mapping[str, frozenset[str]]:
        """The rules that refer to each rule, through others too, on any date."""
        refers = {id_: set(rules_in(rule.condition)) for id_, rule in self.rules.items()}
        refers |= {id_: set(members) for id_, members in self.members.items()}
        above: dict[str, set[str]] = {id_: set() for id_ in refers}
        for start in refers:
            stack = [start]
            seen: set[str] = set()
            while stack:
                for id_ in refers.get(stack.pop(), ()):
                    if id_ not in seen:
                        seen.add(id_)
                        stack.append(id_)
            for id_ in seen & above.keys():
                above[id_].add(start)
        return {id_: frozenset(found) for id_, found in above.items()}

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The definitions or panels, of any date, of which one is enough for each rule that follows from them."""
        book = self.book
        members = {id_: frozenset(one.id for one in book.definitions if one.term == id_) for id_ in ("rpl", "rif")}
        for condition in ("rpl", "rif"):
            members[f"unexplained_{condition}"] = frozenset(one.id for one in book.panels if one.condition == condition)
        return members
