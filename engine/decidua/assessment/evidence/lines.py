"""The lines of evidence of an option, with what stands beside each pooled effect."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from decidua.assessment.answers.evidence import LeaveOneOut, LineEvidence, LineRow, Ratio
from decidua.assessment.answers.result import PublishedRating
from decidua.assessment.evidence.baseline import baseline_by_trials, own_baseline
from decidua.assessment.evidence.effects import RatedLine, per_1000, rate_strategy
from decidua.assessment.evidence.hers import hers_of, line_standing, rate_for
from decidua.assessment.evidence.published import published_ratings
from decidua.assessment.evidence.studies import no_ratio, ratio_of, rounded
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import outcome_names
from decidua.evidence.effects import risk_ratio
from decidua.evidence.lines import Row
from decidua.evidence.pooling import Pooled, leave_one_out, mantel_haenszel
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Option, OutcomePolicy

__all__ = ["line_evidence", "lines_for_her"]


def line_evidence(
    view: DatedRulebook, option: Option, names: Mapping[str, str], outcome: str | None
) -> list[LineEvidence]:
    """Return the lines of evidence of every strategy of an option, a line that two strategies share once.

    Args:
        view: What holds on the date.
        option: The option.
        names: A short name for each study, by its id.
        outcome: Lines on this outcome only; None is all.

    Returns:
        Ordered by outcome, what was counted, design and size.
    """
    policies = outcome_names(view.book.policy.outcomes)
    return [
        _line(number, group, names, policies[_first(group[0]).outcome.outcome], published)
        for number, (group, published) in enumerate(_groups(view, option, outcome), start=1)
    ]


def lines_for_her(
    verdicts: Verdicts, option: Option, outcome: str | None, lines: Sequence[LineEvidence]
) -> list[LineEvidence]:
    """Return lines as they are for her: how sure, at her baseline, and by her standing in their studies.

    Args:
        verdicts: Hers.
        option: The option.
        outcome: The outcome that the lines were narrowed to.
        lines: Its lines, as ``line_evidence`` gives them.
    """
    found = []
    for line, (group, _) in zip(lines, _groups(verdicts.view, option, outcome), strict=True):
        (one,) = rate_for(verdicts, group[:1])
        standing = line_standing(verdicts, one.line)
        baseline = own_baseline(verdicts, one, {}) or baseline_by_trials(one.line, standing)
        found.append(
            replace(
                line,
                certainty=one.rating.certainty,
                baseline=round(baseline.risk, 4),
                baseline_from=baseline.origin,
                per_1000=per_1000(one.line, baseline.risk),
                hers=hers_of(verdicts.view, one, standing, baseline.risk),
            )
        )
    return found


def _groups(
    view: DatedRulebook, option: Option, outcome: str | None
) -> list[tuple[list[RatedLine], tuple[PublishedRating, ...]]]:
    """Return the lines of every strategy, those that are one together, in order, with the ratings beside them."""
    policies = outcome_names(view.book.policy.outcomes)
    shared: dict[tuple[object, ...], list[RatedLine]] = {}
    published: dict[tuple[object, ...], dict[PublishedRating, None]] = {}
    for strategy in view.strategies_of(option):
        ratings = published_ratings(view, strategy, option.option)
        for at, rated in enumerate(rate_strategy(view, strategy)):
            if outcome in (None, rated.line.outcome):
                shared.setdefault(_identity(rated), []).append(rated)
                published.setdefault(_identity(rated), {}).update(dict.fromkeys(ratings.get(at, ())))
    groups = sorted(shared.values(), key=lambda group: _order(group[0], policies[_first(group[0]).outcome.outcome]))
    return [(group, tuple(published[_identity(group[0])])) for group in groups]


def _first(rated: RatedLine) -> Row:
    return rated.line.rows[0]


def _identity(rated: RatedLine) -> tuple[object, ...]:
    """Return what makes two lines one: the same results of the same studies, told apart by nothing."""
    line = rated.line
    rows = frozenset((row.study.id, row.outcome.contrast, row.outcome.subgroup) for row in line.rows)
    return line.outcome, line.per, line.label, rows


def _order(rated: RatedLine, policy: OutcomePolicy) -> tuple[object, ...]:
    line = rated.line
    per = (line.per != "woman", line.per)
    sound = (not line.randomised, not line.isolates, line.other_population, line.questioned)
    return (policy.order, *per, *sound, -len(line.rows), -line.participants, line.label, rated.strategy.id)


def _line(
    number: int,
    group: Sequence[RatedLine],
    names: Mapping[str, str],
    policy: OutcomePolicy,
    published: tuple[PublishedRating, ...],
) -> LineEvidence:
    rated = group[0]
    line, pooled = rated.line, rated.line.relative
    several = pooled is not None and pooled.k > 1
    beside = pooled if several else None
    return LineEvidence(
        number=number,
        strategies=tuple(one.strategy.id for one in group),
        title=rated.strategy.title,
        outcome=line.outcome,
        name=policy.name,
        per=line.per,
        favourable=policy.favourable,
        randomised=line.randomised,
        label=line.label,
        isolates=line.isolates,
        questioned=line.questioned,
        rows=tuple(_rows(line.rows, names, pooled)),
        participants=line.participants,
        risk_ratio=_corrected(line.rows) if pooled is not None and pooled.k == 1 else _ratio(pooled),
        interval="none" if pooled is None else pooled.interval,
        prediction=None if pooled is None or pooled.prediction is None else _ends(pooled.prediction),
        tau2=None if beside is None else rounded(beside.tau2),
        i2=None
        if beside is None or beside.i2 is None
        else (round(beside.i2[0], 4), round(beside.i2[1], 4), round(beside.i2[2], 4)),
        q=None if beside is None or beside.q is None else rounded(beside.q),
        q_p=None if beside is None or beside.q_p is None else rounded(beside.q_p),
        fixed=None if beside is None else _from_log(beside.fixed),
        mantel_haenszel=None if beside is None else _from_log(mantel_haenszel([row.table for row in line.rows], "RR")),
        odds_ratio=_ratio(line.odds),
        leave_one_out=_leave_one_out(line.rows),
        certainty=rated.rating.certainty,
        published_ratings=published,
    )


def _rows(rows: Sequence[Row], names: Mapping[str, str], pooled: Pooled | None) -> list[LineRow]:
    weights = iter(() if pooled is None else pooled.weights)
    return [
        LineRow(
            study=row.study.id,
            label=names[row.study.id],
            treated_events=row.table.treated_events,
            treated_total=row.table.treated_total,
            control_events=row.table.control_events,
            control_total=row.table.control_total,
            risk_ratio=ratio_of(risk_ratio(row.table)),
            no_ratio=no_ratio(row.table),
            weight=rounded(next(weights)) if row.table.informative else None,
            questioned=row.questioned,
        )
        for row in rows
    ]


def _leave_one_out(rows: Sequence[Row]) -> LeaveOneOut | None:
    """Return the range of the pooled effect with one study left out; None for fewer than three studies with a ratio."""
    found = [(row, ratio) for row in rows if (ratio := risk_ratio(row.table)) is not None]
    if len(found) < 3:
        return None
    without = leave_one_out([ratio.log for _, ratio in found], [ratio.se**2 for _, ratio in found])
    ranked = sorted(
        (pooled.log, row.study.id, pooled)
        for (row, _), pooled in zip(found, without, strict=True)
        if pooled is not None
    )
    low, high = ranked[0], ranked[-1]
    return LeaveOneOut(_back(low[2]), low[1], _back(high[2]), high[1])


def _corrected(rows: Sequence[Row]) -> Ratio | None:
    """Return the ratio of the one study that gives one, which knows whether it was corrected."""
    return next((ratio for row in rows if (ratio := ratio_of(risk_ratio(row.table))) is not None), None)


def _ratio(pooled: Pooled | None) -> Ratio | None:
    return None if pooled is None else _back(pooled)


def _back(pooled: Pooled) -> Ratio:
    return Ratio(rounded(math.exp(pooled.log)), *_ends((pooled.low, pooled.high)))


def _from_log(logs: tuple[float, float, float] | None) -> Ratio | None:
    return None if logs is None else Ratio(rounded(math.exp(logs[0])), *_ends((logs[1], logs[2])))


def _ends(logs: tuple[float, float]) -> tuple[float, float]:
    return rounded(math.exp(logs[0])), rounded(math.exp(logs[1]))
