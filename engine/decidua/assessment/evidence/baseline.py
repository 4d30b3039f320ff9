"""Her chance without treatment: given, else by a declared rule, else from the trials she fits; always said which."""

from __future__ import annotations

from collections.abc import Mapping

from decidua.assessment.answers.standing import BaselineKind
from decidua.assessment.evidence.effects import RatedLine, baseline_unit, pooled_controls
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import evaluate
from decidua.evidence.lines import Line
from decidua.evidence.standing import pooled_control_risk, rows_by_standing
from decidua.frozen import Frozen
from decidua.rulebook.baseline import BaselineRule, control_risk_of, outcome_of
from decidua.truth import NO, YES, Verdict

__all__ = ["Baseline", "baseline_by_trials", "declared_chance", "own_baseline"]


class Baseline(Frozen):
    """A risk without treatment.

    Attributes:
        risk: 0 to 1.
        kind: Which of the four ways it was come by.
        origin: The same in words.
        rule: Id of the declared rule, where it is one's.
    """

    risk: float
    kind: BaselineKind
    origin: str
    rule: str | None = None


def own_baseline(verdicts: Verdicts, one: RatedLine, given: Mapping[str, float]) -> Baseline | None:
    """Return the risk without treatment that is hers whatever the studies of a line: given, or by a declared rule.

    Args:
        verdicts: Hers.
        one: The line.
        given: Her own chances, checked.

    Returns:
        The risk, or None: then that of ``baseline_by_trials`` stands.
    """
    unit = baseline_unit(one)
    if unit is not None and unit in given:
        return Baseline(given[unit], "given", f"her own chance, given ({unit.replace('_', ' ')})")
    if one.line.active_control:
        return None
    for rule in verdicts.view.book.policy.baseline.rules:
        same = (rule.outcome, rule.per) == (one.line.outcome, one.line.per)
        found = _figure(verdicts, rule) if same and one.strategy.condition in rule.conditions else None
        if found is not None:
            return found
    return None


def declared_chance(verdicts: Verdicts) -> Baseline | None:
    """Return the chance of a live birth by the first declared rule that holds for her, or None."""
    rules = (one for one in verdicts.view.book.policy.baseline.rules if one.outcome == "live_birth")
    return next((found for rule in rules if (found := _figure(verdicts, rule)) is not None), None)


def _figure(verdicts: Verdicts, rule: BaselineRule) -> Baseline | None:
    study = verdicts.view.studies.get(rule.study)
    if study is None or study.integrity.status != "none_known" or verdicts.verdict(f"study:{rule.study}") is NO:
        return None
    outcome = outcome_of(rule, study)
    risk = None if outcome is None else control_risk_of(outcome)
    if risk is None or outcome is None or evaluate(rule.when, verdicts.facts, verdicts.verdict).verdict is not YES:
        return None
    control = outcome.control
    counted = control is not None and control.events is not None and control.total
    figure = f"{control.events}/{control.total}" if control is not None and counted else f"{100 * risk:g} %, as printed"
    origin = f"by a declared rule: {rule.says} ({figure}) [{rule.id}]"
    return Baseline(risk, "declared_rule", origin, rule.id)


def baseline_by_trials(line: Line, standing: Mapping[str, Verdict]) -> Baseline:
    """Return the pooled risk in the control arms of the randomised trials that she fits, else of all studies.

    Trials in whose control arms the event happened to none or to all can carry no effect and stand back.
    """
    everyone = pooled_controls(line)
    if not line.randomised:
        return Baseline(line.control_risk, "all_studies", everyone)
    k, rows = len(line.rows), rows_by_standing(line, standing)
    hers = rows[YES]
    if not hers:
        return Baseline(line.control_risk, "all_studies", f"{everyone}; {_none_known(len(rows[NO]), k)}")
    risk = pooled_control_risk(hers)
    if not 0 < risk < 1 and len(hers) < k:
        happened = "happened to nobody" if risk == 0 else "happened to everybody"
        origin = f"{everyone}; in those she would have been in the event {happened} without treatment"
        return Baseline(line.control_risk, "all_studies", origin)
    if k == 1:
        origin = f"{everyone}, in which she would have been"
    elif len(hers) == k:
        origin = f"{everyone}, all of which she would have been in"
    else:
        arms = "control arm of the one" if len(hers) == 1 else f"pooled control arms of the {len(hers)}"
        origin = f"{arms} of {k} studies that she would have been in"
    return Baseline(risk, "studies_she_fits", origin)


def _none_known(refused: int, k: int) -> str:
    """Say of a line with no study known to have taken her why all of its studies stand."""
    if k == 1:
        return "she would not have been in it" if refused else "whether she would have been in it is not known"
    if refused == k:
        return "she would have been in none of them"
    return "she is not known to fit any of them"
