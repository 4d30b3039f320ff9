"""Lines of evidence: which studies may stand together, and what they give together.

Only studies of one outcome, one denominator, one kind of design, one start (before or after conception) and one
contrast are pooled. A contrast that adds two treatments, and a subgroup, stand in lines of their own. Retracted,
one-armed, prognostic and impossible data never enter, nor a second filing beside the record that owns it; studies with
a concern enter only in a second, labelled line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from decidua.evidence.effects import Estimate, Table, odds_ratio, risk_ratio
from decidua.evidence.models import Outcome, Study
from decidua.evidence.pooling import Pooled, pool
from decidua.rulebook.models import EvidenceUse

__all__ = ["Line", "Row", "gather_lines", "table_of"]

NEVER = ("prognostic", "historical")
"""Comparators that show no effect of the treatment."""

QUESTIONED = ("concern", "expression_of_concern")


@dataclass(frozen=True, slots=True)
class Row:
    """One study's table in a line."""

    study: Study
    outcome: Outcome
    table: Table

    @property
    def questioned(self) -> bool:
        """Whether the study carries a concern."""
        return self.study.integrity.status in QUESTIONED


@dataclass(frozen=True, slots=True)
class Line:
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
        other_population: Whether the studies took another population than the strategy's.
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


def _wanted(outcome: Outcome, use: EvidenceUse) -> bool:
    return outcome.contrast == use.contrast and outcome.subgroup == use.subgroup


def _rows(uses: Sequence[EvidenceUse], studies: Mapping[str, Study]) -> list[Row]:
    rows: list[Row] = []
    used = {use.study for use in uses}
    for use in uses:
        study = studies.get(use.study)
        if study is None or (study.comparator is not None and study.comparator.kind in NEVER):
            continue
        if not study.pooled or study.integrity.status == "retracted" or study.same_as in used:
            continue
        for outcome in study.outcomes:
            table = table_of(outcome) if _wanted(outcome, use) else None
            if table is not None:
                rows.append(Row(study, outcome, table))
    return rows


Key = tuple[str, str, bool, str, bool, str]

POPULATIONS = {
    "rpl": "recurrent loss",
    "rif": "implantation failure",
    "rpl_and_rif": "recurrent loss and implantation failure mixed",
    "threatened_miscarriage": "threatened miscarriage",
    "aps": "antiphospholipid syndrome",
    "ivf_unselected": "IVF in general",
    "other": "another population",
}


def _key(row: Row, condition: str) -> Key:
    """Return what must agree for two studies to be pooled."""
    outcome, study = row.outcome, row.study
    alone = "" if outcome.isolates else f"{study.id}: {outcome.contrast or study.treatment.drug}"
    apart = outcome.subgroup or (outcome.contrast if alone else "") or ""
    start = study.treatment.start
    against = (study.comparator.text or study.id) if _active(study) and study.comparator else ""
    return (
        outcome.outcome,
        outcome.per,
        study.randomised,
        f"{start}|{apart}|{alone}|{against}",
        outcome.isolates,
        _label(row, condition),
    )


def _active(study: Study) -> bool:
    """Say whether the control arm had an active treatment of its own."""
    return study.comparator is not None and study.comparator.kind == "active"


def _label(row: Row, condition: str) -> str:
    outcome, start = row.outcome, row.study.treatment.start
    parts = [] if row.study.condition == condition else [f"in {POPULATIONS[row.study.condition]}"]
    if outcome.subgroup:
        parts.append(outcome.subgroup)
    if outcome.contrast and not outcome.isolates:
        parts.append(f"two treatments at once ({outcome.contrast})")
    elif not outcome.isolates:
        parts.append("arms that differ in more than this treatment")
    if _active(row.study) and row.study.comparator is not None and not outcome.contrast:
        parts.append(f"against {row.study.comparator.text or 'another treatment'}")
    elif _active(row.study) and outcome.contrast and outcome.isolates:
        parts.append(outcome.contrast)
    if start in ("before_conception", "after_conception"):
        parts.append(f"started {start.replace('_', ' ')}")
    return "; ".join(parts)


def gather_lines(uses: Sequence[EvidenceUse], studies: Mapping[str, Study], condition: str) -> list[Line]:
    """Gather the lines of evidence of a strategy.

    Args:
        uses: The strategy's studies, with the contrast and subgroup meant.
        studies: Studies that count on the date, by id.
        condition: The strategy's condition; studies of another one stand in lines of their own.

    Returns:
        For every group the line without questioned studies, where there are any others, and a second one with them.
    """
    groups: dict[Key, list[Row]] = {}
    for row in _rows(uses, studies):
        group = groups.setdefault(_key(row, condition), [])
        if all(row.study.id != other.study.id for other in group):
            group.append(row)
    lines: list[Line] = []
    for key, rows in groups.items():
        sound = [row for row in rows if not row.questioned]
        if sound:
            lines.append(_line(key, sound, condition, questioned=False))
        if len(sound) < len(rows):
            lines.append(_line(key, rows, condition, questioned=True))
    return lines


def _line(key: Key, rows: Sequence[Row], condition: str, *, questioned: bool) -> Line:
    outcome, per, randomised, _, isolates, label = key
    label = "; ".join(part for part in (label, *_own_words(rows)) if part)
    if questioned:
        label = f"{label}; with a questioned study" if label else "with a questioned study"
    ratios = [(row, risk_ratio(row.table), odds_ratio(row.table)) for row in rows]
    relative = [ratio for _, ratio, _ in ratios if ratio is not None]
    odds = [ratio for _, _, ratio in ratios if ratio is not None]
    return Line(
        outcome,
        per,
        randomised,
        label,
        isolates,
        questioned,
        tuple(rows),
        _pooled(relative),
        _pooled(odds),
        rows[0].study.condition != condition,
    )


def _own_words(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what studies called a live birth where their own word differs, so that none passes for a plain one."""
    for row in rows:
        if row.outcome.outcome == "live_birth" and row.outcome.label:
            whose = f" in {row.study.id}" if len(rows) > 1 else ""
            yield f"counted{whose} as: {row.outcome.label}"


def _pooled(estimates: Sequence[Estimate]) -> Pooled | None:
    return pool([one.log for one in estimates], [one.se**2 for one in estimates])
