"""Computed certainty: GRADE's logic as declared rules, every step shown; beside a published rating, never for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from decidua.condition.reference import evaluate
from decidua.errors import EvidenceError
from decidua.evidence.lines import Line
from decidua.profile.facts import Facts, Value
from decidua.rulebook.policy import Certainty, CertaintyPolicy, CertaintyRule
from decidua.truth import YES, Verdict

__all__ = ["LEVELS", "Rating", "Step", "line_facts", "rate", "refers_to_no_rule", "shown_by"]

LEVELS: tuple[Certainty, ...] = ("high", "moderate", "low", "very_low")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rating: the rule, its domain, how many levels down, and why."""

    rule: str
    domain: str
    down: int
    says: str
    own_choice: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """A computed certainty with its steps, the start first."""

    certainty: Certainty
    start: Certainty
    steps: tuple[Step, ...]


def refers_to_no_rule(_id: str) -> Verdict:  # pragma: no cover - checked when the policy is loaded
    """Refuse a reference to another rule: a row of a policy has none."""
    raise EvidenceError("a policy refers to no other rule")


def line_facts(line: Line, others: Sequence[Line], policy: CertaintyPolicy, *, higher_is_better: bool) -> Facts:
    """Draw the policy facts of one line of evidence.

    Args:
        line: The line that is rated.
        others: Further lines of the same strategy, looked at for disagreement.
        policy: Gives the smallest difference that matters.
        higher_is_better: Whether more of the outcome is good.
    """
    participants = line.participants
    share = dict.fromkeys(("low", "some_concerns", "high", "not_read"), 0.0)
    for row in line.rows:
        judged = row.study.risk_of_bias.judged if row.study.risk_of_bias else "not_read"
        share[judged] += row.table.total / participants
    values: dict[str, Value] = {
        "randomised": line.randomised,
        "studies": len(line.rows),
        "bias_low_share": share["low"],
        "bias_high_share": share["high"],
        "bias_not_read_share": share["not_read"],
        "events": line.events,
        "participants": participants,
        "isolates": line.isolates,
        "other_population": line.other_population,
        "concern_share": sum(row.table.total for row in line.rows if row.questioned) / participants,
        "retracted": 0,
        "publication_bias": "not_read",
        "i_squared": line.relative.i2[0] if line.relative and line.relative.i2 else 0.0,
        "estimates_disagree": any(_points_away(line, other) for other in others),
    }
    differences = _differences(line, higher_is_better=higher_is_better)
    if line.ratio is not None and differences is not None:
        worst, best = differences
        matters = policy.smallest_difference_per_1000
        holds_none = line.ratio[1] <= 1 <= line.ratio[2]
        values["interval_holds_no_effect"] = holds_none
        values["interval_holds_important_difference"] = best >= matters or worst <= -matters
        values["interval_holds_both_important"] = best >= matters and worst <= -matters
    return Facts(values)


def _differences(line: Line, *, higher_is_better: bool) -> tuple[float, float] | None:
    """Return the worst and the best end of the interval, as events per 1000 more (better is positive)."""
    baseline = line.control_risk
    absolute = line.absolute(baseline)
    if absolute is None:
        return None
    ends = [1000 * (end - baseline) * (1 if higher_is_better else -1) for end in absolute[1:]]
    return min(ends), max(ends)


def _points_away(line: Line, other: Line) -> bool:
    """Say whether another randomised line of the same outcome points the other way."""
    same = other.outcome == line.outcome and other.per == line.per and other.randomised
    same = same and other.active_control == line.active_control
    if not same or line.ratio is None or other.ratio is None:
        return False
    if {row.study.id for row in line.rows} & {row.study.id for row in other.rows}:
        return False
    return (line.ratio[0] - 1) * (other.ratio[0] - 1) < 0


def rate(line: Line, others: Sequence[Line], policy: CertaintyPolicy, *, higher_is_better: bool) -> Rating:
    """Rate one line of evidence.

    Returns:
        The start by design, then in each domain the strongest rule that holds; no level below very low.
    """
    facts = line_facts(line, others, policy, higher_is_better=higher_is_better)
    start: Certainty = policy.start_randomised if line.randomised else policy.start_observational
    strongest: dict[str, CertaintyRule] = {}
    for rule in policy.rules:
        if evaluate(rule.when, facts, refers_to_no_rule).verdict is YES:
            held = strongest.get(rule.domain)
            if held is None or rule.down > held.down:
                strongest[rule.domain] = rule
    steps = tuple(Step(rule.id, rule.domain, rule.down, rule.says, rule.source is None) for rule in strongest.values())
    level = min(LEVELS.index(start) + sum(step.down for step in steps), len(LEVELS) - 1)
    return Rating(LEVELS[level], start, steps)


def shown_by(line: Line, policy: CertaintyPolicy, *, higher_is_better: bool) -> str:
    """Say what a line shows: benefit, harm, no_important_benefit, or unclear.

    No important benefit means that the interval holds no effect and no benefit as large as the smallest difference that
    matters.
    """
    differences = _differences(line, higher_is_better=higher_is_better)
    if differences is None:
        return "unclear"
    worst, best = differences
    if worst > 0:
        return "benefit"
    if best < 0:
        return "harm"
    return "no_important_benefit" if best < policy.smallest_difference_per_1000 else "unclear"
