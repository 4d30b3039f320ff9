"""What happens with none of the options: her own chance, else a declared rule, else the control arms of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from decidua.assessment.baseline import declared_chance
from decidua.assessment.effects import baseline_unit, live_birth_lines
from decidua.assessment.options import JudgedOption
from decidua.assessment.result import WithoutTreatment
from decidua.assessment.status import JudgedStrategy
from decidua.assessment.verdicts import Verdicts
from decidua.evidence.lines import Row
from decidua.evidence.standing import pooled_control_risk
from decidua.truth import UNKNOWN, YES

__all__ = ["without_treatment"]

COUNTED_SO = {"next_pregnancy": "in a next pregnancy", "transfer": "by transfer"}
"""How live births are counted where a chance of hers carries the effect, by the unit of the chance."""


def without_treatment(
    verdicts: Verdicts, options: Sequence[JudgedOption], baseline: Mapping[str, float]
) -> WithoutTreatment:
    """Say what happens with none of the options, and whose chance that is.

    Args:
        verdicts: Hers.
        options: The options as judged for her.
        baseline: Her own chances, checked.
    """
    if baseline:
        said = " and ".join(
            f"{chance * 1000:.0f} of 1000 ({unit.replace('_', ' ')})" for unit, chance in baseline.items()
        )
        first = 1000 * next(iter(baseline.values()))
        return WithoutTreatment(
            per_1000=(first, first),
            says=f"Chance of a live birth without any of them, as given: {said}.{_carries_none(options, baseline)}",
            pooled=first,
            kind="given",
        )
    declared = declared_chance(verdicts)
    if declared is not None:
        chance = round(1000 * declared.risk, 1)
        return WithoutTreatment(
            per_1000=(chance, chance),
            says=f"With none of the options, {chance:.0f} of 1000 women had a live birth, {declared.origin}.",
            pooled=chance,
            kind=declared.kind,
        )
    return _by_trials(verdicts, options)


def _carries_none(options: Sequence[JudgedOption], baseline: Mapping[str, float]) -> str:
    """Say which of her chances carry no effect, since none of hers is on live births counted in that unit."""
    ways = [one for judged in options for one in judged.strategies if one.status != "not_applicable"]
    used = {baseline_unit(line) for one in ways for line in one.lines}
    idle = [COUNTED_SO[unit] for unit in baseline if unit not in used]
    if not idle:
        return ""
    that = "that chance is" if len(idle) == 1 else "these chances are"
    return f" No effect below counts live births {' or '.join(idle)}: {that} used for none of them."


def _by_trials(verdicts: Verdicts, options: Sequence[JudgedOption]) -> WithoutTreatment:
    """Say it by the control arms: of the trials that would have taken her, else of those that bear on her."""
    applying = [one for judged in options for one in judged.strategies if one.status != "not_applicable"]
    arms = _control_arms([one for one in applying if one.population.verdict is YES])
    bearing = "that speak for women like her"
    if not arms:
        arms = _control_arms([one for one in applying if one.population.verdict is UNKNOWN])
        bearing = "that may bear on her"
    if not arms:
        return WithoutTreatment(
            per_1000=None,
            says="What happens with none of the options cannot be said: no trial that bears on her gives counts.",
        )
    fitting = {id_: row for id_, row in arms.items() if verdicts.verdict(f"study:{id_}") is YES}
    which = "that would have taken her, on the criteria read"
    rows = list((fitting or arms).values())
    risks = [1000 * row.table.control_risk for row in rows]
    low, high = round(min(risks)), round(max(risks))
    pooled = round(1000 * pooled_control_risk(rows), 1)
    if len(rows) == 1:
        drawn = "one trial that would have taken her" if fitting else f"one trial {bearing}; she is not known to fit it"
        said = f"{low} of 1000 women had a live birth in the control arm of the {drawn} ({rows[0].study.id})."
    else:
        where = which if fitting else f"{bearing}; she is not known to fit any of them"
        said = (
            f"{pooled:.0f} of 1000 women had a live birth in the control arms of {len(rows)} trials {where}; "
            f"{low} to {high} in the single ones."
        )
    return WithoutTreatment(
        per_1000=(float(low), float(high)),
        says=f"With none of the options, {said}",
        pooled=pooled,
        kind="studies_she_fits" if fitting else "all_studies",
    )


def _control_arms(strategies: Sequence[JudgedStrategy]) -> dict[str, Row]:
    """Return the live-birth results of the randomised studies behind some strategies, by study.

    Studies that took another population than the strategy's are left out: their controls are not women like her.
    """
    return {
        row.study.id: row
        for one in strategies
        for rated in live_birth_lines(one.lines)
        if not rated.line.other_population
        for row in rated.line.rows
        if row.study.comparator is not None and row.study.comparator.kind in ("placebo", "no_treatment")
    }
