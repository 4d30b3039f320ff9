"""What happens with none of the options: her own chance, else a declared rule, else the control arms of trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from decidua.assessment.answers.result import WithoutTreatment
from decidua.assessment.evidence.baseline import declared_chance
from decidua.assessment.evidence.effects import baseline_unit, live_birth_lines
from decidua.assessment.options.judged import JudgedOption
from decidua.assessment.options.status import JudgedStrategy
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
    fitting = [row for id_, row in arms.items() if verdicts.verdict(f"study:{id_}") is YES]
    rows, silent = fitting or list(arms.values()), False
    if fitting and not 0 < pooled_control_risk(fitting) < 1 and len(fitting) < len(arms):
        rows, silent = list(arms.values()), True
    risks = [1000 * row.table.control_risk for row in rows]
    low, high = min(risks), max(risks)
    if silent:
        whose = f"{bearing}; {_silent_words(fitting)}"
    else:
        whose = "that would have taken her, on the criteria read" if fitting else f"{bearing}; she is not known to fit "
        whose += "" if fitting else "it" if len(rows) == 1 else "any of them"
    spread = f"; {low:.0f} to {high:.0f} in the single ones" if len(rows) > 1 else ""
    return WithoutTreatment(
        per_1000=(float(round(low)), float(round(high))),
        says=f"With none of the options, {_had_one(rows)} {whose}{spread}.",
        pooled=round(1000 * pooled_control_risk(rows), 1),
        kind="studies_she_fits" if fitting and not silent else "all_studies",
    )


def _had_one(rows: Sequence[Row]) -> str:
    """Say how many had a live birth in some control arms; of none or all, in how many women."""
    total, risk = sum(row.table.control_total for row in rows), pooled_control_risk(rows)
    if 0 < risk < 1:
        many = f"{1000 * risk:.0f} of 1000 women had a live birth in the control {'arm' if len(rows) == 1 else 'arms'}"
        many += f" ({total} women)"
    else:
        arms = "control arm" if len(rows) == 1 else "control arms"
        many = f"{'all' if risk else 'none'} of the {total} women had a live birth in the {arms}"
    return f"{many} of {f'one trial, {rows[0].study.id},' if len(rows) == 1 else f'{len(rows)} trials'}"


def _silent_words(fitting: Sequence[Row]) -> str:
    """Say that in the trials she fits the event happened to nobody, or to everybody, so that they carry no chance."""
    total = sum(row.table.control_total for row in fitting)
    which = "the one" if len(fitting) == 1 else f"the {len(fitting)}"
    had = "had none" if pooled_control_risk(fitting) == 0 else "all had one"
    return f"in {which} that would have taken her the {total} women {had}"


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
