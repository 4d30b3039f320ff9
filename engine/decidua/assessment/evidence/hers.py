"""The lines of evidence for one woman: rated by her standing, shown at her baseline, and her studies apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from decidua.assessment.answers.result import EffectAnswer, PublishedRating
from decidua.assessment.answers.standing import HersAnswer, StandingPart
from decidua.assessment.evidence.baseline import baseline_by_trials, own_baseline
from decidua.assessment.evidence.effects import (
    RatedLine,
    at_baseline,
    counting_studies,
    effect_answer,
    live_birth_lines,
    per_1000,
    rate_strategy,
    ratio_triple,
)
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import outcome_names
from decidua.condition.reference import compare
from decidua.condition.syntax import Atom, walk
from decidua.evidence.certainty import held_through_standing, not_eligible_share, rate, standing_rules
from decidua.evidence.lines import Line, Row
from decidua.evidence.standing import part_of, rows_by_standing
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Strategy
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = [
    "bearing_studies",
    "effect_for_her",
    "hers_of",
    "line_standing",
    "rate_for",
    "rated_at_worst",
    "rated_for_nobody",
]

KEPT_UP_TO = 6
"""Studies of a line up to which its parts are kept: there are three to this power of them at most."""


def line_standing(verdicts: Verdicts, line: Line) -> dict[str, Verdict]:
    """Return her standing in the studies of a line, by id; criteria that were not read leave it UNKNOWN."""
    return {row.study.id: verdicts.verdict(f"study:{row.study.id}") for row in line.rows}


def rate_for(verdicts: Verdicts, lines: Sequence[RatedLine]) -> list[RatedLine]:
    """Return lines of evidence as they are rated by her standing in their studies.

    A rating depends on her only through the rules that look at her standing, and is kept by which of them hold.

    Args:
        verdicts: Hers.
        lines: Lines of a strategy, as ``rate_strategy`` gives them.
    """
    return [_rated(verdicts.view, one, line_standing(verdicts, one.line)) for one in lines]


def _rated(view: DatedRulebook, one: RatedLine, standing: Mapping[str, Verdict]) -> RatedLine:
    if len(one.line.rows) > KEPT_UP_TO:
        return _rated_by(view, one, standing)
    key = ("rated by", one.strategy.id, one.number, *standing.values())
    return view.keep(key, lambda: _rated_by(view, one, standing))


def _rated_by(view: DatedRulebook, one: RatedLine, standing: Mapping[str, Verdict]) -> RatedLine:
    share = not_eligible_share(one.line, standing)
    held = view.keep(("held", one.strategy.id, one.number, share), lambda: _held(view, one, share))
    if held == one.held:
        return one
    key = ("rated", one.strategy.id, counting_studies(view, one.strategy), one.number, held)
    return view.share(key, lambda: _rated_anew(view, one, standing, held))


def _held(view: DatedRulebook, one: RatedLine, share: float) -> tuple[str, ...]:
    rules = view.keep(("standing rules",), lambda: standing_rules(view.book.policy.certainty))
    return held_through_standing(rules, one.facts, share)


def _rated_anew(
    view: DatedRulebook, one: RatedLine, standing: Mapping[str, Verdict], held: tuple[str, ...]
) -> RatedLine:
    others = [other.line for other in rate_strategy(view, one.strategy) if other.number != one.number]
    outcome = outcome_names(view.book.policy.outcomes)[one.line.rows[0].outcome.outcome]
    rating = rate(one.line, others, view.book.policy.certainty, outcome, standing)
    return one.altered(rating=rating, held=held)


def rated_at_worst(verdicts: Verdicts, lines: Sequence[RatedLine]) -> list[RatedLine]:
    """Return lines as they would be rated if every study that may not have taken her would not have."""
    worst = []
    for one in lines:
        standing = line_standing(verdicts, one.line)
        assumed = {id_: NO if verdict is UNKNOWN else verdict for id_, verdict in standing.items()}
        worst.append(one if assumed == standing else _rated(verdicts.view, one, assumed))
    return worst


def rated_for_nobody(view: DatedRulebook, strategy: Strategy) -> list[RatedLine]:
    """Return the lines of evidence of a strategy as they are rated for a woman whom none of their studies took."""
    return [
        _rated(view, one, dict.fromkeys((row.study.id for row in one.line.rows), NO))
        for one in rate_strategy(view, strategy)
    ]


def bearing_studies(view: DatedRulebook, strategy: Strategy) -> list[str]:
    """Return the rules of the studies in which her standing may bear on a strategy's status.

    These are the studies of the live-birth line that a status rests on, where the table of statuses tells apart how
    sure that line is with them all and with none.
    """
    key = ("bearing", strategy.id, counting_studies(view, strategy))
    return list(view.share(key, lambda: _bearing(view, strategy)))


def _bearing(view: DatedRulebook, strategy: Strategy) -> tuple[str, ...]:
    resting = live_birth_lines(rate_strategy(view, strategy))[:1]
    for one in resting:
        ids = [row.study.id for row in one.line.rows]
        worst = next(other for other in rated_for_nobody(view, strategy) if other.number == one.number).rating.certainty
        nodes = (node for row in view.book.policy.status.rows for node in walk(row.when))
        asked = [node for node in nodes if isinstance(node, Atom) and node.fact == "certainty"]
        if any(compare(worst, node) is not compare(one.rating.certainty, node) for node in asked):
            return tuple(f"study:{id_}" for id_ in ids)
    return ()


def effect_for_her(
    verdicts: Verdicts, one: RatedLine, given: Mapping[str, float], published: Sequence[PublishedRating]
) -> EffectAnswer:
    """Return one line of evidence as it is shown to her.

    Args:
        verdicts: Hers.
        one: The line, as ``rate_for`` gives it.
        given: Her own chances without treatment, by unit.
        published: The published ratings that stand beside it.
    """
    view, standing = verdicts.view, line_standing(verdicts, one.line)
    own = own_baseline(verdicts, one, given)

    def make() -> EffectAnswer:
        baseline = own or baseline_by_trials(one.line, standing)
        return effect_answer(view, one, published).altered(
            hers=hers_of(view, one, standing, baseline.risk),
            baseline_kind=baseline.kind,
            baseline_from=baseline.origin,
            **at_baseline(view, one, baseline.risk),
        )

    if len(one.line.rows) > KEPT_UP_TO or (own is not None and own.rule is None):
        return make()
    rule = None if own is None else own.rule
    return view.keep(("hers", one.strategy.id, one.number, one.held, rule, *standing.values()), make)


def hers_of(view: DatedRulebook, one: RatedLine, standing: Mapping[str, Verdict], risk: float) -> HersAnswer:
    """Return a line by her standing, and what comes of the studies she would have been in alone.

    Args:
        view: What holds on the date.
        one: The line.
        standing: Her standing in its studies, by id.
        risk: The risk (0 to 1) without treatment at which the line is shown.
    """
    rows = rows_by_standing(one.line, standing)
    yes, no, unknown = _part(rows[YES]), _part(rows[NO]), _part(rows[UNKNOWN])
    which: Literal["all", "some", "none"] = "some"
    if len(rows[YES]) in (0, len(one.line.rows)):
        which = "all" if rows[YES] else "none"
    part = _part_line(view, one, rows[YES]) if which == "some" else None
    ratio = None if part is None or part.ratio is None else ratio_triple(part.ratio)
    return HersAnswer(
        which=which,
        yes=yes,
        no=no,
        unknown=unknown,
        studies=len(yes.studies),
        women=yes.women,
        value=None if ratio is None else ratio[0],
        ci=None if ratio is None else ratio[1:],
        interval=None if part is None else "none" if part.relative is None else part.relative.interval,
        per_1000=None if part is None else per_1000(part, risk),
    )


def _part_line(view: DatedRulebook, one: RatedLine, rows: Sequence[Row]) -> Line | None:
    if len(one.line.rows) > KEPT_UP_TO:
        return part_of(one.line, rows)
    ids = tuple(row.study.id for row in rows)
    return view.keep(("part", one.strategy.id, one.number, ids), lambda: part_of(one.line, rows))


def _part(rows: Sequence[Row]) -> StandingPart:
    return StandingPart(
        studies=tuple(row.study.id for row in rows),
        women=sum(row.table.total for row in rows),
        events=sum(row.table.events for row in rows),
    )
