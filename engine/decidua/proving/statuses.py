"""The status of each strategy and option as formulas: the declared rows over what depends on the woman and the date.

This follows ``assessment/options/status.py`` step by step. What depends on the woman (population, causes,
contraindications, societies whose population is hers, studies that would not have taken her) is a formula; what depends
on the date alone (what the evidence shows, which documents move a status) is worked out by the same functions as there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, get_args

from decidua.assessment.evidence.effects import RatedLine, counting_studies, live_birth_lines, rate_strategy
from decidua.assessment.evidence.positions import AGAINST, FOR, judge_position, speaks_of
from decidua.assessment.options.stopping import stops
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import outcome_names
from decidua.engines.formulas import Choice, Flag, KnownFact, Logic, Pair, Tally, Term
from decidua.engines.proof import Translator
from decidua.evidence.certainty import rate
from decidua.evidence.models import Position
from decidua.profile.facts import Facts
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Option, Strategy
from decidua.rulebook.policy import STATUS_FACTS, Status
from decidua.truth import NO

__all__ = ["Judgement", "Kept", "Statuses"]

CERTAINTIES = STATUS_FACTS["certainty"].choices

PairOf = Callable[[str], Pair]
"""Gives when a rule is YES and when it is NO, by its id; a rule that does not hold on the date is neither."""


@dataclass(frozen=True)
class Judgement:
    """What becomes of one strategy.

    Attributes:
        population: Verdict of its population.
        stopped: A contraindication is present.
        rows: For each row of the status table, when it applies.
        status: For each status, when a row of that status applies.
        known: The facts of the status table that the rows look at.
    """

    population: Pair
    stopped: Term
    rows: Mapping[str, Term]
    status: Mapping[Status, Term]
    known: Mapping[str, KnownFact | Tally]


@dataclass(frozen=True)
class Kept:
    """Statuses by what they rest on, shared by dates that differ in nothing else."""

    strategies: dict[tuple[Any, ...], Judgement] = field(default_factory=dict)
    options: dict[tuple[Any, ...], Mapping[Status, Term]] = field(default_factory=dict)
    joined: dict[tuple[int, ...], Term] = field(default_factory=dict)


class Statuses:
    """The statuses of strategies and options on one date.

    Args:
        logic: Makes the formulas.
        view: The rulebook on that date.
        pair_of: Gives the verdict of each rule.
        kept: What was worked out on another date, by what it rests on.
    """

    def __init__(self, logic: Logic, view: DatedRulebook, pair_of: PairOf, kept: Kept) -> None:
        self._logic = logic
        self._view = view
        self._pair_of = pair_of
        self._kept = kept.strategies
        self._options = kept.options
        self._joined = kept.joined

    @cached_property
    def _moving(self) -> list[tuple[Position, str]]:
        """Return the positions that can move a status on the date, each with its society."""
        nobody = Verdicts(self._view, Facts({}), "reference")
        judged = [judge_position(nobody, one) for one in self._view.positions]
        return [(one.position, one.guideline.society) for one in judged if one.moves]

    def strategy(self, strategy: Strategy, option: str) -> Judgement:
        """Return when a strategy has which status."""
        logic, view = self._logic, self._view
        positions = [
            (one.position, society, self._pair_of(f"position:{one.id}"))
            for one, society in self._moving
            if one.option == option and speaks_of(one, strategy)
        ]
        population, described = self._pair_of(strategy.id), view.described(strategy)
        explained, stopped = self._explained(strategy), self._stopped(strategy)
        shown, sure = self._evidence(strategy)
        key = (
            strategy.id,
            described,
            shown,
            tuple((level, logic.key(term)) for level, term in sure.items()),
            tuple((stance, society, logic.key(pair.yes), logic.key(pair.no)) for stance, society, pair in positions),
            *(logic.key(term) for term in (population.yes, population.no, explained, stopped)),
        )
        if key not in self._kept:
            known: dict[str, KnownFact | Tally] = {
                "described": Flag(logic.true, logic.truth(described)),
                "explained": Flag(logic.true, explained),
                "contraindicated": Flag(logic.true, stopped),
                "safety_recorded": Flag(logic.true, logic.truth(bool(strategy.drugs))),
                "population": Choice(
                    logic.true,
                    {"hers": population.yes, "not_hers": population.no, "not_known": self._unknown(population)},
                ),
                "live_birth": self._constant("live_birth", shown),
                "certainty": Choice(logic.true, {one: sure.get(one, logic.false) for one in CERTAINTIES}),
                **self._societies(positions),
            }
            self._kept[key] = self._judged(population, stopped, known)
        return self._kept[key]

    def _judged(self, population: Pair, stopped: Term, known: Mapping[str, KnownFact | Tally]) -> Judgement:
        logic, rows = self._logic, self._view.book.policy.status.rows
        translator = Translator(logic, known, {})
        applies = {row.id: logic.simple(translator.pair(row.when).yes) for row in rows}
        statuses: tuple[Status, ...] = get_args(Status)
        return Judgement(
            population,
            stopped,
            applies,
            {one: logic.either(applies[row.id] for row in rows if row.status == one) for one in statuses},
            known,
        )

    def option(self, option: Option) -> Mapping[Status, Term]:
        """Return when an option has which status: that of its best strategy among those that apply to her."""
        judged = [self.strategy(one, option.option) for one in self._view.strategies_of(option)]
        key = (option.option, *(id(one) for one in judged))
        if key not in self._options:
            self._options[key] = self._best_of(judged)
        return self._options[key]

    def _best_of(self, judged: Sequence[Judgement]) -> Mapping[Status, Term]:
        logic = self._logic
        applying = [(one, logic.negated(one.status["not_applicable"])) for one in judged]
        groups = [
            [logic.both([one.population.yes, applies]) for one, applies in applying],
            [logic.both([self._unknown(one.population), applies]) for one, applies in applying],
            [one.population.no for one in judged],
            [logic.true for _ in judged],
        ]
        order = self._view.book.policy.rank.statuses
        found: dict[Status, list[Term]] = {status: [] for status in order}
        earlier: list[Term] = []
        for group in groups:
            better: list[Term] = []
            for status in order:
                some = logic.either(
                    logic.both([member, one.status[status]]) for member, one in zip(group, judged, strict=True)
                )
                none_before = [logic.negated(one) for one in (*earlier, *better)]
                found[status].append(logic.both([some, *none_before]))
                better.append(some)
            earlier.append(logic.either(group))
        return {status: logic.either(terms) for status, terms in found.items()}

    def _unknown(self, pair: Pair) -> Term:
        return self._logic.both([self._logic.negated(pair.yes), self._logic.negated(pair.no)])

    def _explained(self, strategy: Strategy) -> Term:
        if not strategy.needs_unexplained:
            return self._logic.false
        term = "rif" if strategy.condition in ("rif", "ivf") else "rpl"
        causes = [one for one in self._view.book.causes if one.explains and term in one.conditions]
        return self._any(self._pair_of(cause.id).yes for cause in causes)

    def _stopped(self, strategy: Strategy) -> Term:
        drugs = [self._view.book.drug[key] for key in strategy.drugs]
        stopping = [caution.finding for drug in drugs for caution in drug.cautions if stops(caution)]
        return self._any(self._pair_of(f"finding:{key}").yes for key in dict.fromkeys((*strategy.stops, *stopping)))

    def _any(self, terms: Iterable[Term]) -> Term:
        """Join by ``or``, once for the same formulas."""
        parts = tuple(terms)
        key = tuple(self._logic.key(part) for part in parts)
        if key not in self._joined:
            self._joined[key] = self._logic.either(parts)
        return self._joined[key]

    def _evidence(self, strategy: Strategy) -> tuple[str, dict[str, Term]]:
        """Return what the line of evidence shows that a status may rest on, and when it is how sure.

        That depends on the woman through the share of the participants in studies that would not have taken her.
        """
        logic, view = self._logic, self._view
        resting = live_birth_lines(rate_strategy(view, strategy))
        if not resting:
            return "none", {"none": logic.true}
        line = resting[0].line
        refusing = [(self._pair_of(f"study:{row.study.id}").no, row) for row in line.rows]
        can_refuse = [(term, row) for term, row in refusing if term is not logic.false]
        by_total: dict[int, tuple[str, ...]] = {0: ()}
        for _, row in can_refuse:
            by_total |= {total + row.table.total: (*ids, row.study.id) for total, ids in by_total.items()}
        weighed = [(term, row.table.total) for term, row in can_refuse]
        found: dict[str, list[Term]] = {}
        levels = [(total, self._certainty(resting[0], by_total[total])) for total in sorted(by_total)]
        for level, run in groupby(levels, key=lambda one: one[1]):
            totals = [total for total, _ in run]
            found.setdefault(level, []).append(logic.weight_between(weighed, totals[0], totals[-1]))
        return resting[0].shows, {level: self._any(terms) for level, terms in found.items()}

    def _certainty(self, one: RatedLine, refusing: tuple[str, ...]) -> str:
        """Return how sure a line is for a woman whom some of its studies, by id, would not have taken."""
        view = self._view
        key = ("certainty by refusing studies", one.strategy.id, counting_studies(view, one.strategy), refusing)
        return view.share(key, lambda: _rated(view, one, refusing))

    def _constant(self, name: str, value: str) -> Choice:
        choices = STATUS_FACTS[name].choices
        return Choice(self._logic.true, {one: self._logic.truth(one == value) for one in choices})

    def _societies(self, positions: Sequence[tuple[str, str, Pair]]) -> dict[str, KnownFact | Tally]:
        """Count the societies on each side; one with several documents or lines counts once a side."""

        def count(stances: Sequence[str], holds: Callable[[Pair], Term]) -> Tally:
            by_society: dict[str, list[Term]] = {}
            for stance, society, pair in positions:
                if stance in stances:
                    by_society.setdefault(society, []).append(holds(pair))
            return Tally(tuple(self._logic.either(one) for one in by_society.values()))

        return {
            "societies_for": count(FOR, lambda pair: pair.yes),
            "societies_against": count(AGAINST, lambda pair: pair.yes),
            "societies_possibly_against": count(AGAINST, self._unknown),
            "societies_research_only": count(("research_only",), lambda pair: pair.yes),
        }


def _rated(view: DatedRulebook, one: RatedLine, refusing: tuple[str, ...]) -> str:
    others = [other.line for other in rate_strategy(view, one.strategy) if other.number != one.number]
    outcome = outcome_names(view.book.policy.outcomes)[one.line.rows[0].outcome.outcome]
    standing = dict.fromkeys(refusing, NO)
    return rate(one.line, others, view.book.policy.certainty, outcome, standing).certainty
