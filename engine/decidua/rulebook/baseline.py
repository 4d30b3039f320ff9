"""The policy on her chance without treatment: declared rules, each with the study whose figure it takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from decidua.condition.syntax import Condition
from decidua.evidence.models import Identified, Outcome, OutcomeName, Per, PositionCondition, Record, Study, Text

__all__ = ["BaselinePolicy", "BaselineRule", "control_risk_of", "outcome_of"]


class BaselineRule(Identified):
    """One rule: for whom the risk in the untreated arm of a study, or of a part of it, stands.

    The figure is not written here: it is that of the study's own record.

    Attributes:
        study, outcome, per, subgroup: Where the figure stands.
        conditions: The conditions of the strategies whose effects it may carry.
        when: Whom it speaks of, in the condition language; it counts only where this is YES.
        says: Whose risk it is.
        scope: What it does not say.
    """

    study: Text
    outcome: OutcomeName
    per: Per
    subgroup: Text | None = None
    conditions: Annotated[tuple[PositionCondition, ...], Field(strict=False, min_length=1)]
    when: Condition
    says: Text
    scope: Text


class BaselinePolicy(Record):
    """``rules/policy/baseline.yaml``: asked in the order of the file, the first that holds counts."""

    rules: Annotated[tuple[BaselineRule, ...], Field(strict=False)]


def outcome_of(rule: BaselineRule, study: Study) -> Outcome | None:
    """Return the result of a study that a rule takes its figure from, or None where it has none with a control."""
    return next(
        (
            one
            for one in study.outcomes
            if (one.outcome, one.per, one.subgroup, one.contrast) == (rule.outcome, rule.per, rule.subgroup, None)
            and control_risk_of(one) is not None
        ),
        None,
    )


def control_risk_of(outcome: Outcome) -> float | None:
    """Return the risk (0 to 1) in a control arm: from its counts where they were read, else as the source prints it."""
    control = outcome.control
    if control is None:
        return None
    if control.events is not None and control.total:
        return control.events / control.total
    return None if control.percent is None else control.percent / 100
