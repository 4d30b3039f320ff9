"""The status of a strategy by the declared table, and of an option by its strategies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from decidua.assessment.evidence.effects import RatedLine, live_birth_lines, rate_strategy
from decidua.assessment.evidence.hers import rate_for, rated_at_worst
from decidua.assessment.evidence.positions import AGAINST, FOR, JudgedPosition, judge_positions
from decidua.assessment.options.stopping import stopping_findings, stopping_labels
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import Proof, evaluate
from decidua.errors import RulebookError
from decidua.evidence.certainty import LEVELS, refers_to_no_rule
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, Value
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Cause, Strategy
from decidua.rulebook.policy import Certainty, Status, StatusRow
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = [
    "JudgedStrategy",
    "any_of_which_counts",
    "choose_best",
    "judge_strategy",
    "option_status",
    "row_for",
    "status_of",
]

POPULATION = {YES: "hers", NO: "not_hers", UNKNOWN: "not_known"}
"""What the table of statuses calls the verdict of a strategy's population."""
SIDES = {
    **{(stance, YES): "societies_for" for stance in FOR},
    **{(stance, YES): "societies_against" for stance in AGAINST},
    **{(stance, UNKNOWN): "societies_possibly_against" for stance in AGAINST},
    ("research_only", YES): "societies_research_only",
}
"""What the table of statuses counts a society under, by what it says and whether of her."""


class JudgedStrategy(Frozen):
    """A strategy with its status for her.

    Attributes:
        row: The row of the status table that applied.
        population: Verdict of its population.
        explained_by: Titles of causes that explain her case, where the strategy is for unexplained ones.
        could_be: Statuses it may come to have when its population becomes known, and with it her standing in studies.
    """

    strategy: Strategy
    row: StatusRow
    population: Proof
    explained_by: tuple[str, ...]
    stopped_by: tuple[str, ...]
    positions: tuple[JudgedPosition, ...]
    lines: tuple[RatedLine, ...]
    could_be: tuple[Status, ...]

    @property
    def status(self) -> Status:
        """Its status."""
        return self.row.status

    @property
    def certainty(self) -> Certainty | None:
        """Computed certainty of its main line; None where nothing could be computed."""
        return self.lines[0].rating.certainty if self.lines else None


def row_for(rows: Sequence[StatusRow], facts: Facts) -> StatusRow:
    """Return the one row of the status table that applies.

    Raises:
        RulebookError: None applies, or more than one does.
    """
    holding = [row for row in rows if evaluate(row.when, facts, refers_to_no_rule).verdict is YES]
    if len(holding) != 1:
        named = ", ".join(row.id for row in holding) or "none"
        raise RulebookError(f"exactly one row of the status table must apply, not: {named} ({dict(facts.values)})")
    return holding[0]


def _row(view: DatedRulebook, values: Mapping[str, Value]) -> StatusRow:
    return view.share(("row", *values.items()), lambda: row_for(view.book.policy.status.rows, Facts(values)))


def _explaining(view: DatedRulebook, condition: str) -> list[Cause]:
    term = "rif" if condition in ("rif", "ivf") else "rpl"
    causes = view.book.causes
    return view.keep(("explaining", term), lambda: [one for one in causes if one.explains and term in one.conditions])


def explaining_causes(verdicts: Verdicts, condition: str) -> list[str]:
    """Return the titles of the causes that explain her case."""
    causes = _explaining(verdicts.view, condition)
    return [cause.title for cause in causes if verdicts.verdict(cause.id) is YES]


def any_of_which_counts(view: DatedRulebook, strategy: Strategy) -> tuple[tuple[str, ...], ...]:
    """Return the groups of rules of which it only counts for a strategy's status whether any is YES."""
    causes = [cause.id for cause in _explaining(view, strategy.condition)] if strategy.needs_unexplained else []
    return tuple(causes), tuple(f"finding:{key}" for key in stopping_findings(view, strategy))


def judge_strategy(verdicts: Verdicts, strategy: Strategy, option: str) -> JudgedStrategy:
    """Judge one strategy for her by the declared table."""
    view = verdicts.view
    lines = rate_for(verdicts, rate_strategy(view, strategy))
    positions = judge_positions(verdicts, strategy, option)
    explained = explaining_causes(verdicts, strategy.condition) if strategy.needs_unexplained else []
    stopped = stopping_labels(verdicts, strategy, YES)
    population = verdicts.proof(strategy.id)
    shared = _shared_facts(view, strategy, explained=bool(explained), stopped=bool(stopped)) | _evidence_facts(lines)
    row = _row(view, {**shared, "population": POPULATION[population.verdict], **_society_facts(positions)})
    could_be: list[Status] = []
    if row.status == "undetermined":
        worst = rated_at_worst(verdicts, live_birth_lines(lines)[:1])
        imaginable = {tuple(_evidence_facts(some).items()) for some in (lines, worst)}
        for assumed, evidence in product((UNKNOWN, YES, NO), imaginable):
            supposed = {**shared, **dict(evidence), "population": "hers", **_society_facts(positions, assumed)}
            possible = _row(view, supposed).status
            if possible not in could_be:
                could_be.append(possible)
        could_be.append("not_applicable")
    order = view.book.policy.rank.statuses
    return JudgedStrategy(
        strategy,
        row,
        population,
        tuple(explained),
        tuple(stopped),
        tuple(positions),
        tuple(lines),
        tuple(sorted(set(could_be), key=order.index)),
    )


def status_of(verdicts: Verdicts, strategy: Strategy, option: str) -> Status:
    """Return a strategy's status alone, looking at nothing else of her than it rests on."""
    view = verdicts.view
    facts = _shared_facts(
        view,
        strategy,
        explained=strategy.needs_unexplained and bool(explaining_causes(verdicts, strategy.condition)),
        stopped=bool(stopping_labels(verdicts, strategy, YES)),
    )
    resting = live_birth_lines(rate_strategy(view, strategy))[:1]
    evidence = _evidence_facts(rate_for(verdicts, resting))
    population = POPULATION[verdicts.verdict(strategy.id)]
    societies = _society_facts(judge_positions(verdicts, strategy, option))
    return _row(view, {**facts, **evidence, "population": population, **societies}).status


def _shared_facts(view: DatedRulebook, strategy: Strategy, *, explained: bool, stopped: bool) -> dict[str, Value]:
    return {
        "described": view.described(strategy),
        "explained": explained,
        "contraindicated": stopped,
        "safety_recorded": bool(strategy.drugs),
    }


def _society_facts(positions: Iterable[JudgedPosition], assumed: Verdict = UNKNOWN) -> dict[str, Value]:
    """Count the societies for and against; a society with several documents or lines counts once a side.

    Args:
        positions: The positions that speak of a strategy.
        assumed: What is supposed of every population of which it is not known whether it is hers.
    """
    societies: dict[str, set[str]] = {
        "societies_for": set(),
        "societies_against": set(),
        "societies_possibly_against": set(),
        "societies_research_only": set(),
    }
    for one in positions:
        side = SIDES.get((one.position.position, assumed if one.matches is UNKNOWN else one.matches))
        if side is not None and one.moves:
            societies[side].add(one.guideline.society)
    return {side: len(found) for side, found in societies.items()}


def _evidence_facts(lines: Sequence[RatedLine]) -> dict[str, Value]:
    resting = live_birth_lines(lines)
    if not resting:
        return {"live_birth": "none", "certainty": "none"}
    return {"live_birth": resting[0].shows, "certainty": resting[0].rating.certainty}


def choose_best(view: DatedRulebook, strategies: Sequence[JudgedStrategy]) -> JudgedStrategy:
    """Return the strategy whose status the option takes.

    That is the best by the order of the statuses among those that apply to her (population YES); where none applies,
    among those that may; else any. A contraindicated one is taken only where all that apply are.
    """
    order = view.book.policy.rank.statuses
    for verdict in (YES, UNKNOWN, NO):
        group = [
            one
            for one in strategies
            if one.population.verdict is verdict and (verdict is NO or one.status != "not_applicable")
        ]
        if group:
            return min(group, key=lambda one: (order.index(one.status), *_standing(one)))
    return min(strategies, key=lambda one: (order.index(one.status), *_standing(one)))


def _standing(one: JudgedStrategy) -> tuple[bool, bool, int]:
    """Order strategies of one status: those with evidence first, randomised before observational, then by certainty."""
    if not one.lines:
        return True, True, len(LEVELS)
    return False, not one.lines[0].line.randomised, LEVELS.index(one.lines[0].rating.certainty)


def option_status(view: DatedRulebook, strategies: Sequence[JudgedStrategy]) -> tuple[Status, tuple[Status, ...]]:
    """Return an option's status, and what it could come to be when more is known."""
    best = choose_best(view, strategies)
    order = view.book.policy.rank.statuses
    possible = {status for one in strategies for status in one.could_be}
    if best.status != "undetermined":
        better = {status for status in possible if order.index(status) < order.index(best.status)}
        return best.status, tuple(sorted(better, key=order.index))
    return best.status, tuple(sorted(possible, key=order.index))
