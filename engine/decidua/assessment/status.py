"""The status of a strategy by the declared table, and of an option by its strategies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from decidua.assessment.effects import RatedLine, live_birth_lines
from decidua.assessment.hers import rate_for, rated_at_worst
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import Proof, evaluate
from decidua.errors import RulebookError
from decidua.evidence.certainty import LEVELS, refers_to_no_rule
from decidua.evidence.models import Guideline, Position
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, Value
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Cause, Caution, Strategy
from decidua.rulebook.policy import Certainty, Status, StatusRow
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = [
    "JudgedPosition",
    "JudgedStrategy",
    "any_of_which_counts",
    "choose_best",
    "judge_strategy",
    "option_status",
    "row_for",
    "speaks_of",
    "stopping_findings",
    "stopping_labels",
    "stops",
]

POPULATION = {YES: "hers", NO: "not_hers", UNKNOWN: "not_known"}
"""What the table of statuses calls the verdict of a strategy's population."""

FOR = ("recommend", "suggest", "consider")
AGAINST = ("suggest_against", "recommend_against")


class JudgedPosition(Frozen):
    """A position that speaks of a strategy, with its verdict for her.

    Attributes:
        matches: Whether its population is hers.
        moves: Whether a document of its kind and state can move a status.
        remark: Why it does not, or that it speaks of IVF in general.
    """

    position: Position
    guideline: Guideline
    matches: Verdict
    moves: bool
    remark: str | None


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


def speaks_of(position: Position, strategy: Strategy) -> bool:
    """Say whether a position speaks of a strategy: the same option and condition, and its drug or any.

    A position on IVF in general speaks of a strategy for implantation failure, and of any other that is part of IVF.
    """
    same_condition = position.condition == strategy.condition or (
        position.condition == "ivf" and (strategy.condition == "rif" or strategy.part_of_ivf)
    )
    if position.only_strategies and strategy.id not in position.only_strategies:
        return False
    drugs = {*strategy.drugs, *(("heparin", "aspirin_heparin") if "heparin" in strategy.drugs else ())}
    return same_condition and (position.drug == "any" or position.drug in drugs)


def judge_positions(verdicts: Verdicts, strategy: Strategy, option: str) -> list[JudgedPosition]:
    """Return every position on an option that speaks of a strategy."""
    view = verdicts.view
    speaking = view.keep(
        ("speaking", strategy.id, option),
        lambda: [one for one in view.positions if one.option == option and speaks_of(one, strategy)],
    )
    return [judge_position(verdicts, position) for position in speaking]


def judge_position(verdicts: Verdicts, position: Position) -> JudgedPosition:
    """Return a position with its verdict for her, and whether it can move a status."""
    view = verdicts.view
    judged = view.keep(("judged", position.id), lambda: _judged(view, position))
    return judged[verdicts.verdict(f"position:{position.id}")]


def _judged(view: DatedRulebook, position: Position) -> Mapping[Verdict, JudgedPosition]:
    """Return a position as it is judged by each verdict of its population."""
    guideline, moves, remark = _weight(view, position)
    return {verdict: JudgedPosition(position, guideline, verdict, moves, remark) for verdict in Verdict}


def _weight(view: DatedRulebook, position: Position) -> tuple[Guideline, bool, str | None]:
    """Return whose position it is, whether it can move a status, and a remark on that."""
    guideline = view.guidelines[position.guideline]
    newer = view.superseded(guideline)
    remark: str | None = None
    if newer is not None:
        remark = f"superseded by {view.guidelines[newer].title}"
    elif guideline.kind != "society_document":
        remark = {
            "regulator_rating": "a regulator's rating, no guideline",
            "access_rule": "a rule on access or funding, no guideline",
            "choosing_wisely_list": "a list, no guideline",
            "consultation_draft": "a draft for consultation",
        }[guideline.kind]
    moves = remark is None
    if moves and position.condition == "ivf":
        remark = "speaks of IVF in general"
    return guideline, moves, remark


def stops(caution: Caution) -> bool:
    """Say whether a caution stops every strategy of its drug when its finding is present."""
    return caution.level == "contraindication" and caution.hard_stop and caution.only_at is None


def stopping_findings(view: DatedRulebook, strategy: Strategy) -> list[str]:
    """Return the keys of the findings of which any one stops a strategy when it is hers."""
    drugs = [view.book.drug[key] for key in strategy.drugs]
    cautions = [caution.finding for drug in drugs for caution in drug.cautions if stops(caution)]
    return list(dict.fromkeys([*strategy.stops, *cautions]))


def stopping_labels(verdicts: Verdicts, strategy: Strategy, verdict: Verdict) -> list[str]:
    """Return the labels of the findings that stop a strategy, of those that have a verdict for her, each once."""
    view = verdicts.view
    rules = view.keep(
        ("stopping", strategy.id),
        lambda: [(f"finding:{key}", view.book.finding[key].label) for key in stopping_findings(view, strategy)],
    )
    return list(dict.fromkeys([label for rule, label in rules if verdicts.verdict(rule) is verdict]))


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
    lines = rate_for(verdicts, strategy)
    positions = judge_positions(verdicts, strategy, option)
    explained = explaining_causes(verdicts, strategy.condition) if strategy.needs_unexplained else []
    stopped = stopping_labels(verdicts, strategy, YES)
    population = verdicts.proof(strategy.id)
    shared: dict[str, Value] = {
        "described": view.described(strategy),
        "explained": bool(explained),
        "contraindicated": bool(stopped),
        "safety_recorded": bool(strategy.drugs),
        **_evidence_facts(lines),
    }
    row = _row(view, {**shared, "population": POPULATION[population.verdict], **_society_facts(positions)})
    could_be: list[Status] = []
    if row.status == "undetermined":
        worst = rated_at_worst(verdicts, live_birth_lines(lines)[:1])
        imaginable = {tuple(_evidence_facts(some).items()) for some in (lines, worst)}
        for assumed, evidence in product((UNKNOWN, YES, NO), imaginable):
            supposed = {**shared, "population": "hers", **dict(evidence), **_society_facts(positions, assumed)}
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


def _society_facts(positions: Iterable[JudgedPosition], assumed: Verdict = UNKNOWN) -> dict[str, Value]:
    """Count the societies for and against; a society with several documents or lines counts once a side.

    Args:
        positions: The positions that speak of a strategy.
        assumed: What is supposed of every population of which it is not known whether it is hers.
    """
    moving = [
        (one.position.position, assumed if one.matches is UNKNOWN else one.matches, one.guideline.society)
        for one in positions
        if one.moves
    ]

    def societies(stances: Sequence[str], verdict: Verdict) -> int:
        return len({society for stance, matches, society in moving if matches is verdict and stance in stances})

    return {
        "societies_for": societies(FOR, YES),
        "societies_against": societies(AGAINST, YES),
        "societies_possibly_against": societies(AGAINST, UNKNOWN),
        "societies_research_only": societies(("research_only",), YES),
    }


def _evidence_facts(lines: Sequence[RatedLine]) -> Mapping[str, Value]:
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
