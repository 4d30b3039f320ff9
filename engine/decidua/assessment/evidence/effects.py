"""The effects of an option: every line of evidence with its numbers, its certainty and its sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from decidua.assessment.answers.result import CertaintyStep, EffectAnswer, LeftOut, PublishedRating
from decidua.assessment.words import grade_sentence, outcome_names
from decidua.condition.english import lower_first
from decidua.errors import DeciduaError
from decidua.evidence.certainty import Rating, line_facts, rate, shown_by
from decidua.evidence.effects import Table, fisher_p, fragility_index, number_needed, risk_difference
from decidua.evidence.lines import Line, gather_lines, without_each
from decidua.evidence.pooling import mantel_haenszel
from decidua.frozen import Frozen
from decidua.profile.facts import Facts
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Strategy

__all__ = [
    "BASELINE_UNITS",
    "AtBaseline",
    "RatedLine",
    "at_baseline",
    "baseline_unit",
    "check_baseline",
    "counting_studies",
    "effect_answer",
    "live_birth_lines",
    "per_1000",
    "pooled_controls",
    "rate_strategy",
    "ratio_triple",
    "rounded",
]

BASELINE_UNITS = ("next_pregnancy", "transfer")


class _Beside(TypedDict):
    """Fields of an effect that stand beside the pooled figure."""

    i2_ci: tuple[float, float] | None
    q: float | None
    q_p: float | None
    fixed: tuple[float, float, float] | None
    mantel_haenszel: tuple[float, float, float] | None
    leave_one_out: tuple[LeftOut, ...]
    fragility_index: int | None


class RatedLine(Frozen):
    """A line of evidence of one strategy with its rating and what it shows.

    Attributes:
        number: Tells it from the strategy's other lines.
        facts: The policy facts its rating rests on, without her standing.
        held: Ids of the rules of certainty that hold through her standing; without a woman none.
    """

    strategy: Strategy
    line: Line
    rating: Rating
    shows: str
    number: int
    facts: Facts
    held: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int | bool, ...]:
        """Order by how much a line can carry: the first is the strategy's main line."""
        line = self.line
        return (
            not line.randomised,
            line.outcome != "live_birth",
            line.per != "woman",
            not line.isolates,
            line.other_population,
            line.questioned,
            -line.participants,
        )


def check_baseline(baseline: Mapping[str, object] | None) -> dict[str, float]:
    """Check her own chances without treatment.

    Args:
        baseline: Chance of a live birth (above 0, below 1) by unit: ``next_pregnancy`` or ``transfer``.

    Raises:
        DeciduaError: Another unit, or no chance between 0 and 1.
    """
    checked: dict[str, float] = {}
    for unit, chance in (baseline or {}).items():
        if unit not in BASELINE_UNITS:
            raise DeciduaError(f"a baseline is given for {' or '.join(BASELINE_UNITS)}, not for '{unit}'")
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 < chance < 1:
            raise DeciduaError(f"the baseline for {unit} is a chance between 0 and 1, not {chance!r}")
        checked[unit] = float(chance)
    return checked


def rate_strategy(view: DatedRulebook, strategy: Strategy) -> list[RatedLine]:
    """Gather and rate the lines of evidence of a strategy on a date, without a woman, the main one first.

    Lines are kept by the studies that count: they depend not otherwise on the date.
    """
    key = ("lines", strategy.id)
    return view.keep(key, lambda: view.share((*key, counting_studies(view, strategy)), lambda: _rate(view, strategy)))


def counting_studies(view: DatedRulebook, strategy: Strategy) -> tuple[str, ...]:
    """Return the ids of the strategy's studies that count on the date."""
    return tuple(use.study for use in strategy.evidence if use.study in view.studies)


def _rate(view: DatedRulebook, strategy: Strategy) -> list[RatedLine]:
    policies = outcome_names(view.book.policy.outcomes)
    lines = gather_lines(strategy.evidence, view.studies, strategy.condition, view.book.policy.pooling)
    policy = view.book.policy.certainty
    rated = []
    for number, line in enumerate(lines):
        outcome = policies[line.rows[0].outcome.outcome]
        others = [one for one in lines if one is not line]
        rating, facts = rate(line, others, policy, outcome), line_facts(line, others, policy, outcome)
        rated.append(RatedLine(strategy, line, rating, shown_by(line, policy, outcome), number, facts))
    return sorted(rated, key=lambda one: (*one.order, policies[one.line.rows[0].outcome.outcome].order, one.line.label))


def live_birth_lines(rated: Sequence[RatedLine]) -> list[RatedLine]:
    """Return the randomised live-birth lines per woman that a status may rest on: no questioned study is in them."""
    return [
        one
        for one in rated
        if one.line.randomised
        and one.line.outcome == "live_birth"
        and one.line.per == "woman"
        and one.line.isolates
        and not one.line.questioned
    ]


def baseline_unit(one: RatedLine) -> str | None:
    """Return the unit of the chance of hers that carries a line, or None where none does."""
    if one.line.outcome != "live_birth":
        return None
    if one.line.per in ("woman", "pregnancy") and one.strategy.condition in ("rpl", "threatened_miscarriage", "aps"):
        return "next_pregnancy"
    return "transfer" if one.line.per == "transfer" else None


def effect_answer(view: DatedRulebook, one: RatedLine, published: Sequence[PublishedRating]) -> EffectAnswer:
    """Return one line of evidence as it is shown without a woman, at the pooled risk of its control arms.

    Args:
        view: What holds on the date.
        one: The line.
        published: The published ratings that stand beside it.
    """
    return view.keep(("effect", one.strategy.id, one.number, one.held), lambda: _effect_answer(view, one, published))


class AtBaseline(TypedDict):
    """Fields of an effect that depend on the risk without treatment."""

    baseline: float
    per_1000: tuple[float, float, float] | None
    carried_by: Literal["RR", "OR"]
    sentence: str


def at_baseline(view: DatedRulebook, one: RatedLine, risk: float) -> AtBaseline:
    """Return what a line comes to at a risk (0 to 1) without treatment."""
    line = one.line
    return AtBaseline(
        baseline=round(risk, 4),
        per_1000=per_1000(line, risk),
        carried_by="OR" if line.carried_by(risk) == "OR" else "RR",
        sentence=grade_sentence(
            view.book.policy,
            (one.rating.certainty, one.shows),
            lower_first(view.book.option_name[one.strategy.id] if line.isolates else one.strategy.title),
            outcome_names(view.book.policy.outcomes)[line.rows[0].outcome.outcome],
            (line, risk),
            plural=line.isolates and view.book.plural[one.strategy.id],
        ),
    )


def per_1000(line: Line, risk: float) -> tuple[float, float, float] | None:
    """Return events per 1000 with the treatment (point, low, high) at a risk (0 to 1) without it."""
    absolute = line.absolute(risk)
    if absolute is None:
        return None
    return round(1000 * absolute[0], 1), round(1000 * absolute[1], 1), round(1000 * absolute[2], 1)


def _effect_answer(view: DatedRulebook, one: RatedLine, published: Sequence[PublishedRating]) -> EffectAnswer:
    line = one.line
    single: Table | None = line.rows[0].table if len(line.rows) == 1 else None
    difference = risk_difference(single) if single is not None else None
    needed = number_needed(difference) if difference is not None else None
    relative = line.relative
    start = CertaintyStep(
        rule="start",
        domain="start",
        levels=0,
        says="randomised" if line.randomised else "observational",
        source=None,
        own_choice=False,
    )
    return EffectAnswer(
        strategy=one.strategy.id,
        outcome=line.outcome,
        per=line.per,
        label=line.label,
        randomised=line.randomised,
        isolates=line.isolates,
        studies=len(line.rows),
        women=line.participants,
        study_ids=tuple(row.study.id for row in line.rows),
        measure="RR",
        value=None if line.ratio is None else rounded(line.ratio[0]),
        ci=None if line.ratio is None else (rounded(line.ratio[1]), rounded(line.ratio[2])),
        interval="none" if relative is None else relative.interval,
        odds_ratio=None if line.odds_ratio is None else ratio_triple(line.odds_ratio),
        risk_difference=None
        if difference is None
        else ratio_triple((difference.value, difference.low, difference.high)),
        number_needed=None
        if needed is None
        else f"{needed.value:.0f} ({needed.low:.0f} to {needed.high:.0f}) for one {'more' if needed.more else 'less'}",
        fisher_p=None if single is None else rounded(fisher_p(single)),
        prediction=None
        if relative is None or relative.prediction is None
        else (rounded(math.exp(relative.prediction[0])), rounded(math.exp(relative.prediction[1]))),
        i2=None if relative is None or relative.i2 is None else round(relative.i2[0], 3),
        tau2=None if relative is None or len(line.rows) == 1 else rounded(relative.tau2),
        **_pooling_beside(view, one),
        active_control=line.active_control,
        arms=tuple(
            (row.table.treated_events, row.table.treated_total, row.table.control_events, row.table.control_total)
            for row in line.rows
        ),
        **at_baseline(view, one, line.control_risk),
        baseline_kind="all_studies",
        baseline_from=pooled_controls(line),
        certainty=one.rating.certainty,
        steps=(
            start,
            *(
                CertaintyStep(
                    rule=step.rule,
                    domain=step.domain,
                    levels=step.levels,
                    says=step.says,
                    source=step.source,
                    own_choice=step.source is None,
                )
                for step in one.rating.steps
            ),
        ),
        published_ratings=tuple(published),
        retracted_left_out=line.retracted,
        shows=one.shows,
    )


def pooled_controls(line: Line) -> str:
    """Say whose risk the control arms of a line are."""
    k = len(line.rows)
    return "control arm of the study" if k == 1 else f"pooled control arms of {k} studies"


def _pooling_beside(view: DatedRulebook, one: RatedLine) -> _Beside:
    """Return what stands beside the pooled effect; it depends on no woman and is kept for the date."""
    return view.keep(("beside", one.strategy.id, one.number), lambda: _beside(one.line))


def _beside(line: Line) -> _Beside:
    relative, several = line.relative, len(line.rows) > 1 and line.relative is not None
    tables = [row.table for row in line.rows]
    common = mantel_haenszel(tables, "RR") if several else None
    return _Beside(
        i2_ci=None if relative is None or relative.i2 is None else (round(relative.i2[1], 3), round(relative.i2[2], 3)),
        q=None if relative is None or relative.q is None else rounded(relative.q),
        q_p=None if relative is None or relative.q_p is None else rounded(relative.q_p),
        fixed=None if relative is None or not several else _ratio(relative.fixed),
        mantel_haenszel=None if common is None else _ratio(common),
        leave_one_out=tuple(
            LeftOut(without=id_, value=rounded(value), ci=(rounded(low), rounded(high)))
            for id_, (value, low, high) in without_each(line)
        ),
        fragility_index=fragility_index(tables[0]) if len(tables) == 1 and line.randomised else None,
    )


def _ratio(logs: tuple[float, float, float]) -> tuple[float, float, float]:
    return ratio_triple((math.exp(logs[0]), math.exp(logs[1]), math.exp(logs[2])))


def rounded(value: float) -> float:
    """Round to six significant digits, so that the same input gives the same bytes on every machine."""
    return float(f"{value:.6g}")


def ratio_triple(values: tuple[float, float, float]) -> tuple[float, float, float]:
    """Round a figure and the ends of its interval to six significant digits."""
    return rounded(values[0]), rounded(values[1]), rounded(values[2])
