"""Lines of evidence: which studies may stand together, and what they give together.

What may be pooled is declared in ``rules/policy/pooling.yaml``: what never enters and why, what enters only a second,
labelled line, what stands alone, and what must agree. This module draws the facts those rules look at and obeys them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from decidua.condition.reference import evaluate
from decidua.errors import EvidenceError
from decidua.evidence.effects import Estimate, Table, odds_ratio, risk_ratio
from decidua.evidence.models import Outcome, Study
from decidua.evidence.pooling import Pooled, leave_one_out, pool
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, Value
from decidua.rulebook.models import EvidenceUse
from decidua.rulebook.policy import Agreed, PoolingPolicy, PoolingRule, SecondLine
from decidua.truth import YES, Verdict

__all__ = [
    "KeptOut",
    "Line",
    "Row",
    "gather_lines",
    "kept_out",
    "pooling_facts",
    "refers_to_no_rule",
    "table_of",
    "without_each",
]


def refers_to_no_rule(_id: str) -> Verdict:  # pragma: no cover - checked when the policy is loaded
    """Refuse a reference to another rule: a row of a policy has none."""
    raise EvidenceError("a policy refers to no other rule")


class Row(Frozen):
    """One study's table in a line.

    Attributes:
        alone: Whether it is pooled with nothing.
        second: The rule by which it enters only a second line; None for a sound study.
    """

    study: Study
    outcome: Outcome
    table: Table
    alone: bool = False
    second: SecondLine | None = None

    @property
    def questioned(self) -> bool:
        """Whether the study enters only a second line."""
        return self.second is not None


class Line(Frozen):
    """Studies that may stand together, with their effect.

    Attributes:
        outcome, per: What was counted, and among what.
        randomised: Randomised and observational studies never share a line.
        label: What sets this line apart: a subgroup, a contrast, a start, a concern; empty for the plain one.
        isolates: Whether the arms differ in this treatment alone.
        questioned: Whether a study with a concern is among them.
        rows: The studies.
        relative: Pooled (or single) risk ratio, log scale; None where no ratio can be given.
        odds: The same as an odds ratio.
        other_population: Whether studies took another population than the strategy's.
        retracted: Ids of the retracted studies that the strategy names; they are left out.
    """

    outcome: str
    per: str
    randomised: bool
    label: str
    isolates: bool
    questioned: bool
    rows: tuple[Row, ...]
    relative: Pooled | None
    odds: Pooled | None
    other_population: bool = False
    retracted: tuple[str, ...] = ()

    @property
    def participants(self) -> int:
        """Women (or whatever was counted) in both arms."""
        return sum(row.table.total for row in self.rows)

    @property
    def active_control(self) -> bool:
        """Whether the control arms had an active treatment of their own."""
        return any(_active(row.study) for row in self.rows)

    @property
    def events(self) -> int:
        """Events in both arms."""
        return sum(row.table.events for row in self.rows)

    @property
    def control_risk(self) -> float:
        """Pooled risk in the control arms: all their events over all their totals."""
        return sum(row.table.control_events for row in self.rows) / sum(row.table.control_total for row in self.rows)

    @property
    def ratio(self) -> tuple[float, float, float] | None:
        """Risk ratio with its 95 % interval."""
        return None if self.relative is None else _back(self.relative)

    @property
    def informative(self) -> tuple[Row, ...]:
        """The rows that lend a ratio: in the others nothing, or everything, happened in both arms."""
        return tuple(row for row in self.rows if row.table.informative)

    @property
    def odds_ratio(self) -> tuple[float, float, float] | None:
        """Odds ratio with its 95 % interval."""
        return None if self.odds is None else _back(self.odds)

    def absolute(self, baseline: float) -> tuple[float, float, float] | None:
        """Return the risk with treatment (0 to 1), its point and ends, at a baseline risk.

        The risk ratio carries it; where that would pass 1 at any end, the odds ratio does.
        """
        if self.ratio is None or self.odds_ratio is None or baseline <= 0:
            return None
        risks = [baseline * ratio for ratio in self.ratio]
        if baseline >= 1:
            return min(risks[0], 1.0), min(risks[1], 1.0), min(risks[2], 1.0)
        if max(risks) > 1:
            odds = [baseline / (1 - baseline) * ratio for ratio in self.odds_ratio]
            risks = [value / (1 + value) for value in odds]
        return risks[0], risks[1], risks[2]

    def carried_by(self, baseline: float) -> str:
        """Say which ratio carries the absolute effect at a baseline: RR or OR."""
        return "OR" if self.ratio is not None and baseline * max(self.ratio) > 1 else "RR"


def _back(pooled: Pooled) -> tuple[float, float, float]:
    return math.exp(pooled.log), math.exp(pooled.low), math.exp(pooled.high)


def table_of(outcome: Outcome) -> Table | None:
    """Return an outcome's 2 x 2 table, or None where a count is missing."""
    treated, control = outcome.treated, outcome.control
    if control is None or outcome.counts == "none":
        return None
    counts = (treated.events, treated.total, control.events, control.total)
    if any(count is None for count in counts):
        return None
    known = [count for count in counts if count is not None]
    return Table(*known)


def pooling_facts(study: Study, outcome: Outcome | None, beside: Collection[str]) -> Facts:
    """Draw the policy facts of one result, for the rules of ``pooling.yaml``; without a result those of its study.

    Args:
        study: The study.
        outcome: The result, or None.
        beside: Ids of the studies that a strategy draws on; a second filing is one only beside the record that owns it.
    """
    values: dict[str, Value] = {
        "integrity": study.integrity.status,
        "second_filing": study.same_as in beside,
        "usable": study.pooled,
    }
    if study.comparator is not None:
        values["comparator"] = study.comparator.kind
    if outcome is not None:
        values["control_arm"] = outcome.control is not None
        values["counts_read"] = table_of(outcome) is not None
        values["isolates"] = outcome.isolates
    return Facts(values)


RuleKind = TypeVar("RuleKind", bound=PoolingRule)


def _first(rules: Iterable[RuleKind], facts: Facts) -> RuleKind | None:
    """Return the first rule that holds."""
    return next((rule for rule in rules if evaluate(rule.when, facts, refers_to_no_rule).verdict is YES), None)


def _wanted(study: Study, uses: Iterable[EvidenceUse]) -> Iterator[Outcome]:
    """Yield the results of a study that a strategy names."""
    for use in uses:
        if use.study == study.id:
            for outcome in study.outcomes:
                if outcome.contrast == use.contrast and outcome.subgroup == use.subgroup:
                    yield outcome


class KeptOut(Frozen):
    """Why a study is kept out of the lines.

    Attributes:
        rule: Id of the rule of ``pooling.yaml``.
        says: Its words.
        because: The record's own reason, where it gives one.
        everywhere: False where it enters a second line.
    """

    rule: str
    says: str
    because: str | None
    everywhere: bool


def kept_out(study: Study, uses: Sequence[EvidenceUse], policy: PoolingPolicy) -> KeptOut | None:
    """Say which rule keeps a study out of the lines of evidence.

    Args:
        study: The study.
        uses: What strategies draw on, of this study and others.
        policy: What may be pooled.

    Returns:
        The rule by which the result that comes furthest through the rules is kept out, or None where one enters.
    """
    furthest: PoolingRule | None = None
    second: SecondLine | None = None
    wanted = list(_wanted(study, uses))
    beside = {use.study for use in uses}
    if not wanted:
        rule = _first(policy.never, pooling_facts(study, None, beside)) or policy.named
        return KeptOut(rule.id, rule.says, study.not_pooled_because, everywhere=True)
    for outcome in wanted:
        facts = pooling_facts(study, outcome, beside)
        never = _first(policy.never, facts)
        if never is None:
            second = _first(policy.second_line, facts)
            if second is None:
                return None
        elif furthest is None or policy.never.index(never) > policy.never.index(furthest):
            furthest = never
    if second is not None:
        return KeptOut(second.id, second.says, None, everywhere=False)
    return None if furthest is None else KeptOut(furthest.id, furthest.says, study.not_pooled_because, everywhere=True)


def _rows(uses: Sequence[EvidenceUse], studies: Mapping[str, Study], policy: PoolingPolicy) -> Iterator[Row]:
    beside = dict.fromkeys(use.study for use in uses)
    for id_ in beside:
        study = studies.get(id_)
        if study is None:
            continue
        for outcome in _wanted(study, uses):
            facts = pooling_facts(study, outcome, beside)
            table = table_of(outcome)
            if table is not None and _first(policy.never, facts) is None:
                alone = _first(policy.alone, facts) is not None
                yield Row(study, outcome, table, alone, _first(policy.second_line, facts))


POPULATIONS = {
    "rpl": "recurrent loss",
    "rif": "implantation failure",
    "rpl_and_rif": "recurrent loss and implantation failure mixed",
    "threatened_miscarriage": "threatened miscarriage",
    "aps": "antiphospholipid syndrome",
    "ivf_unselected": "IVF in general",
    "other": "another population",
}


def _against(row: Row) -> str:
    """Return the other treatment of the control arm; one that is not named is like no other."""
    comparator = row.study.comparator
    return (comparator.text or row.study.id) if comparator is not None and _active(row.study) else ""


AGREED: Mapping[Agreed, Callable[[Row], Hashable]] = {
    "outcome": lambda row: row.outcome.outcome,
    "per": lambda row: row.outcome.per,
    "design": lambda row: row.study.randomised,
    "start": lambda row: row.study.treatment.start,
    "comparison": _against,
    "population": lambda row: row.study.condition,
    "subgroup": lambda row: row.outcome.subgroup,
}
"""What two results must have in common, by the name under which ``pooling.yaml`` asks for it."""


def _key(row: Row, policy: PoolingPolicy) -> Hashable:
    """Return what must agree for two results to be pooled."""
    alone = (row.study.id, row.outcome.contrast or row.study.treatment.drug) if row.alone else None
    return alone, *(AGREED[one.on](row) for one in policy.agree)


def _active(study: Study) -> bool:
    """Say whether the control arm had an active treatment of its own."""
    return study.comparator is not None and study.comparator.kind == "active"


def _label(row: Row, condition: str, policy: PoolingPolicy) -> str:
    """Say what sets a result apart from the plain line, as far as results must agree in it."""
    outcome, start = row.outcome, row.study.treatment.start
    agreed = {one.on for one in policy.agree}
    parts: list[str] = []
    if "population" in agreed and row.study.condition != condition:
        parts.append(f"in {POPULATIONS[row.study.condition]}")
    if "subgroup" in agreed and outcome.subgroup:
        parts.append(outcome.subgroup)
    if not outcome.isolates:
        both = f"two treatments at once ({outcome.contrast})"
        parts.append(both if outcome.contrast else "arms that differ in more than this treatment")
    if "comparison" in agreed and _active(row.study) and row.study.comparator is not None and not outcome.contrast:
        parts.append(f"against {row.study.comparator.text or 'another treatment'}")
    elif "comparison" in agreed and _active(row.study) and outcome.contrast and outcome.isolates:
        parts.append(outcome.contrast)
    if "start" in agreed and start in ("before_conception", "after_conception"):
        parts.append(f"started {start.replace('_', ' ')}")
    return "; ".join(parts)


def gather_lines(
    uses: Sequence[EvidenceUse], studies: Mapping[str, Study], condition: str, policy: PoolingPolicy
) -> list[Line]:
    """Gather the lines of evidence of a strategy.

    Args:
        uses: The strategy's studies, with the contrast and subgroup meant.
        studies: Studies that count on the date, by id.
        condition: The strategy's condition; studies of another one stand in lines of their own.
        policy: What may be pooled.

    Returns:
        For every group the line without questioned studies, where there are any others, and a second one with them.
    """
    groups: dict[Hashable, list[Row]] = {}
    for row in _rows(uses, studies, policy):
        group = groups.setdefault(_key(row, policy), [])
        if all(row.study.id != other.study.id for other in group):
            group.append(row)
    named = dict.fromkeys(use.study for use in uses if use.study in studies)
    retracted = tuple(id_ for id_ in named if studies[id_].integrity.status == "retracted")
    lines: list[Line] = []
    for rows in groups.values():
        sound = [row for row in rows if not row.questioned]
        label = _label(rows[0], condition, policy)
        if sound:
            lines.append(_line(sound, [label, *_own_words(sound)], condition, retracted))
        if len(sound) < len(rows):
            second = dict.fromkeys(row.second.label for row in rows if row.second is not None)
            lines.append(_line(rows, [label, *_own_words(rows), *second], condition, retracted))
    return lines


def _own_words(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what studies called a live birth where their own word differs, so that none passes for a plain one."""
    for row in rows:
        if row.outcome.outcome == "live_birth" and row.outcome.label:
            whose = f" in {row.study.id}" if len(rows) > 1 else ""
            yield f"counted{whose} as: {row.outcome.label}"


def _line(rows: Sequence[Row], words: Sequence[str], condition: str, retracted: tuple[str, ...]) -> Line:
    first = rows[0]
    ratios = [(risk_ratio(row.table), odds_ratio(row.table)) for row in rows]
    return Line(
        first.outcome.outcome,
        first.outcome.per,
        first.study.randomised,
        "; ".join(part for part in words if part),
        all(row.outcome.isolates for row in rows),
        any(row.questioned for row in rows),
        tuple(rows),
        _pooled([ratio for ratio, _ in ratios if ratio is not None]),
        _pooled([ratio for _, ratio in ratios if ratio is not None]),
        any(row.study.condition != condition for row in rows),
        retracted,
    )


def _pooled(estimates: Sequence[Estimate]) -> Pooled | None:
    return pool([one.log for one in estimates], [one.se**2 for one in estimates])


def without_each(line: Line) -> list[tuple[str, tuple[float, float, float]]]:
    """Return the pooled risk ratio, with its interval, without each study in turn, by the id of that study."""
    rows = line.informative
    if len(rows) < 2:
        return []
    ratios = [ratio for row in rows if (ratio := risk_ratio(row.table)) is not None]
    pools = leave_one_out([one.log for one in ratios], [one.se**2 for one in ratios])
    return [(row.study.id, _back(pooled)) for row, pooled in zip(rows, pools, strict=True) if pooled is not None]
