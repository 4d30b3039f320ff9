"""A line of evidence by her standing: the studies that would have taken her, those that would not, and the open ones.

Nothing is lost and nothing counted twice: the three parts together are the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from decidua.evidence.effects import odds_ratio, risk_ratio
from decidua.evidence.lines import Line, Row
from decidua.evidence.pooling import pool
from decidua.truth import UNKNOWN, Verdict

__all__ = ["part_of", "pooled_control_risk", "rows_by_standing"]


def rows_by_standing(line: Line, standing: Mapping[str, Verdict]) -> dict[Verdict, tuple[Row, ...]]:
    """Return the rows of a line by her standing in their studies, in their order.

    Args:
        line: The line.
        standing: Her standing by the study's id; one that is not named is UNKNOWN, never NO.
    """
    return {
        verdict: tuple(row for row in line.rows if standing.get(row.study.id, UNKNOWN) is verdict)
        for verdict in Verdict
    }


def pooled_control_risk(rows: Sequence[Row]) -> float:
    """Return the risk (0 to 1) in the control arms of some studies: all their events over all their totals."""
    return sum(row.table.control_events for row in rows) / sum(row.table.control_total for row in rows)


def part_of(line: Line, rows: Sequence[Row]) -> Line | None:
    """Return a line of some of a line's studies alone, pooled anew; all of them give the line itself, none None."""
    if len(rows) == len(line.rows):
        return line
    if not rows:
        return None
    ratios = [one for row in rows if (one := risk_ratio(row.table)) is not None]
    odds = [one for row in rows if (one := odds_ratio(row.table)) is not None]
    return replace(
        line,
        rows=tuple(rows),
        relative=pool([one.log for one in ratios], [one.se**2 for one in ratios]),
        odds=pool([one.log for one in odds], [one.se**2 for one in odds]),
    )
