"""Computed certainty: GRADE's logic as declared rules, every step shown; beside a published rating, never for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from decidua.condition.reference import evaluate
from decidua.condition.syntax import facts_in
from decidua.evidence.lines import Line, Row, refers_to_no_rule
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, Value
from decidua.rulebook.models import OutcomePolicy
from decidua.rulebook.policy import Certainty, CertaintyPolicy, CertaintyRule
from decidua.truth import NO, YES, Verdict

__all__ = [
    "LEVELS",
    "STANDING",
    "Rating",
    "Step",
    "held_through_standing",
    "line_facts",
    "not_eligible_share",
    "rate",
    "refers_to_no_rule",
    "shown_by",
    "standing_rules",
]

LEVELS: tuple[Certainty, ...] = ("high", "moderate", "low", "very_low")


class Step(Frozen):
    """One step of a rating.

    Attributes:
        rule: Id of the rule of ``certainty.yaml``.
        domain: Its domain.
        levels: Below 0 for down, above 0 for up, 0 for a remark.
        says: Why.
        source: Where its threshold comes from; None for decidua's own choice.
    """

    rule: str
    domain: str
    levels: int
    says: str
    source: str | None


class Rating(Frozen):
    """A computed certainty with its steps in the order of the rules."""

    certainty: Certainty
    start: Certainty
    steps: tuple[Step, ...]


def line_facts(
    line: Line,
    others: Sequence[Line],
    policy: CertaintyPolicy,
    outcome: OutcomePolicy,
    standing: Mapping[str, Verdict] | None = None,
) -> Facts:
    """Draw the policy facts of one line of evidence.

    Args:
        line: The line that is rated.
        others: Further lines of the same strategy, looked at for disagreement and for the outcome that matters.
        policy: Gives the smallest difference that matters.
        outcome: Gives the side that is good, and the outcome that this one only stands for.
        standing: Whether each study, by id, would have taken her; None where that is not asked.
    """
    values: dict[str, Value] = {
        "randomised": line.randomised,
        "studies": len(line.rows),
        **_shares(line, standing),
        "events": line.events,
        "isolates": line.isolates,
        "other_population": line.other_population,
        "stands_in": _stands_in(line, others, outcome),
        "retracted": len(line.retracted),
        "i_squared": line.relative.i2[0] if line.relative and line.relative.i2 else 0.0,
        "estimates_disagree": any(_points_away(line, other) for other in others),
    }
    for name, said in (
        ("dose_response", [row.study.dose_response for row in line.rows]),
        ("confounding_opposes", [row.study.confounding_opposes for row in line.rows]),
    ):
        if False in said or None not in said:
            values[name] = False not in said
    if line.ratio is not None:
        values["risk_ratio"] = line.ratio[0]
        values["interval_holds_no_effect"] = line.ratio[1] <= 1 <= line.ratio[2]
    differences = _differences(line, higher_is_better=outcome.favourable == "higher")
    if differences is not None:
        worst, best = differences
        matters = policy.smallest_difference_per_1000
        values["interval_holds_important_difference"] = best >= matters or worst <= -matters
        values["interval_holds_both_important"] = best >= matters and worst <= -matters
    return Facts(values)


def _shares(line: Line, standing: Mapping[str, Verdict] | None) -> dict[str, Value]:
    """Return what is counted as a share of the participants."""

    def share(rows: Sequence[Row]) -> float:
        return sum(row.table.total for row in rows) / line.participants

    judged = [(row.study.risk_of_bias.judged if row.study.risk_of_bias else "not_read", row) for row in line.rows]
    shares: dict[str, Value] = {
        f"bias_{bias}_share": share([row for known, row in judged if known == bias])
        for bias in ("low", "high", "not_read")
    }
    shares["registered_share"] = share(
        [row for row in line.rows if row.study.registered is not None and not row.questioned]
    )
    shares["concern_share"] = share([row for row in line.rows if row.questioned])
    if standing is not None:
        shares[STANDING] = not_eligible_share(line, standing)
    return shares


STANDING = "not_eligible_share"
"""The one policy fact that depends on the woman."""

COUNTED_ONCE = "another reason of this kind is counted already"


def not_eligible_share(line: Line, standing: Mapping[str, Verdict]) -> float:
    """Return the share (0 to 1) of a line's participants in studies that would not have taken her.

    A study of which that is not known is not counted among them.
    """
    return sum(row.table.total for row in line.rows if standing.get(row.study.id) is NO) / line.participants


def standing_rules(policy: CertaintyPolicy) -> tuple[CertaintyRule, ...]:
    """Return the rules that look at her standing: a rating depends on the woman through them alone."""
    return tuple(rule for rule in policy.rules if STANDING in facts_in(rule.when))


def held_through_standing(rules: Iterable[CertaintyRule], facts: Facts, share: float | None) -> tuple[str, ...]:
    """Return the ids of the rules among ``standing_rules`` that hold for her.

    Args:
        rules: Those rules.
        facts: The policy facts of the line, without her standing.
        share: ``not_eligible_share``, or None where no woman is looked at.
    """
    hers = facts if share is None else Facts({**facts.values, STANDING: share})
    return tuple([rule.id for rule in rules if evaluate(rule.when, hers, refers_to_no_rule).verdict is YES])


def _stands_in(line: Line, others: Sequence[Line], outcome: OutcomePolicy) -> bool:
    """Say whether an outcome stands for one that matters, with no line on that of the same design or a better one."""
    return outcome.stands_for is not None and not any(
        other.outcome == outcome.stands_for and (other.randomised or not line.randomised) for other in others
    )


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


def rate(
    line: Line,
    others: Sequence[Line],
    policy: CertaintyPolicy,
    outcome: OutcomePolicy,
    standing: Mapping[str, Verdict] | None = None,
) -> Rating:
    """Rate one line of evidence.

    Returns:
        The start by design, then in each domain the strongest rule that holds, and every remark; one that looks at her
        standing is shown beside a rule that is as strong. Nothing raises what something lowered; no level is below very
        low or above high.
    """
    facts = line_facts(line, others, policy, outcome, standing)
    start: Certainty = policy.start_randomised if line.randomised else policy.start_observational
    holding = [rule for rule in policy.rules if evaluate(rule.when, facts, refers_to_no_rule).verdict is YES]
    strongest: dict[str, CertaintyRule] = {}
    for rule in holding:
        held = strongest.get(rule.domain)
        if held is None or abs(rule.levels) > abs(held.levels):
            strongest[rule.domain] = rule
    shown = [rule for rule in holding if rule is strongest[rule.domain] or rule.levels == 0]
    steps = [Step(rule.id, rule.domain, rule.levels, rule.says, rule.source) for rule in shown]
    steps += [
        Step(rule.id, rule.domain, 0, f"{rule.says}: {COUNTED_ONCE}", rule.source)
        for rule in holding
        if rule not in shown and STANDING in facts_in(rule.when)
    ]
    if any(step.levels < 0 for step in steps):
        steps = [
            replace(step, levels=0, says=f"{step.says}: {policy.not_raised_says}") if step.levels > 0 else step
            for step in steps
        ]
    level = LEVELS.index(start) - sum(step.levels for step in steps)
    return Rating(LEVELS[max(0, min(level, len(LEVELS) - 1))], start, tuple(steps))


def shown_by(line: Line, policy: CertaintyPolicy, outcome: OutcomePolicy) -> str:
    """Say what a line shows: benefit, harm, no_important_benefit, or unclear.

    A benefit or a harm is shown where neither the ratio's interval nor that of the risks holds no effect; the two can
    differ where the odds ratio carries the risks. No important benefit means that the interval holds no effect and no
    benefit as large as the smallest difference that matters.
    """
    differences = _differences(line, higher_is_better=outcome.favourable == "higher")
    if differences is None:
        return "unclear"
    worst, best = differences
    holds_none = line.ratio is None or line.ratio[1] <= 1 <= line.ratio[2]
    if worst > 0 and not holds_none:
        return "benefit"
    if best < 0 and not holds_none:
        return "harm"
    return "no_important_benefit" if best < policy.smallest_difference_per_1000 else "unclear"
