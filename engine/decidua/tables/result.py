"""What is said of a table as a whole: what was read, what could not be, and how many women meet what."""

from __future__ import annotations

from typing import Literal

from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.rulebook.overlay import Overlay

__all__ = [
    "Attrition",
    "CohortReport",
    "ColumnFault",
    "Counted",
    "LongReport",
    "Problem",
    "StatusCount",
    "Step",
    "StrategyAttrition",
]

Problem = Literal[
    "unknown_category",
    "wrong_type",
    "out_of_range",
    "contradiction",
    "no_id",
    "id_of_several",
    "id_of_nobody",
    "without_their_number",
]


class ColumnFault(Frozen):
    """Cells of a column that were not used: those women are unknown in it.

    Attributes:
        column: The column of the table.
        fact: The finding it holds; where counts contradict each other the names of all their columns.
        rows: How many cells.
        first: The first such rows, 1 for the first woman. What stands in the cell is not shown: it may name somebody.
        allowed: What the column may hold.
    """

    column: str
    fact: str
    problem: Problem
    rows: int
    first: tuple[int, ...]
    allowed: str

    @property
    def several(self) -> bool:
        """Whether it tells of several columns together."""
        return ", " in self.fact


class Counted(Frozen):
    """How many women meet something, do not, and of how many it cannot be known."""

    met: int
    not_met: int
    unknown: int


class Step(Frozen):
    """One criterion of a population, taken together with those before it."""

    criterion: str
    counted: Counted


class StrategyAttrition(Frozen):
    """How many women a way to use an option is for, criterion by criterion."""

    id: str
    title: str
    counted: Counted
    steps: tuple[Step, ...]


class StatusCount(Frozen):
    """How many women have a status."""

    status: str
    women: int


class Attrition(Frozen):
    """How many women an option's populations hold.

    Attributes:
        counted: By whether any of its populations is hers.
        hides: The finding that, being unknown, leaves most women open; None where none does.
        hides_label: What people read for it.
        hides_women: How many of the women who cannot be placed lack it, where it could still decide.
        hides_in_table: Whether the table has it at all, or what it follows from; None where none hides any.
        statuses: Women by the status of the option for them, in the declared order.
    """

    option: OptionKey
    name: str
    counted: Counted
    hides: str | None
    hides_label: str | None
    hides_women: int
    hides_in_table: bool | None
    statuses: tuple[StatusCount, ...]
    strategies: tuple[StrategyAttrition, ...]


class LongReport(Frozen):
    """What is said of a long table beside the table of women.

    Attributes:
        table: What a row of it is: ``pregnancies`` or ``transfers``.
        rows: Rows.
        women: How many women have a row.
        without_outcome: Rows whose outcome is not known.
        read: Columns that were read, with the field each holds.
        not_read: Columns that were not.
        empty: Columns that were read and hold nothing.
        faults: Cells that were not used, and rows that belong to no woman.
    """

    table: str
    rows: int
    women: int
    without_outcome: int
    read: tuple[tuple[str, str], ...]
    not_read: tuple[str, ...]
    empty: tuple[str, ...]
    faults: tuple[ColumnFault, ...]


class CohortReport(Frozen):
    """What is said of the whole table.

    Attributes:
        rulebook, rulebook_sha256: Version of the rules, and digest of their files.
        women: Rows.
        read: Columns that were read, with the fact each holds.
        not_read: Columns that hold no finding, and were passed on as they are.
        nearly: Those of them that are named nearly as a finding, and that finding.
        empty: Columns that were read and hold nothing.
        faults: Cells that were not used.
        definitions: Women by each definition.
        unexplained: Women by each panel.
        combinations: Distinct combinations of verdicts for which a status was worked out.
        count_combinations: Distinct combinations of counts whose bounds were worked out.
        spread: Whether either grew towards the number of women, so that little was spared.
        long: The long tables beside it.
        overlays: Local overlays that lie over the rulebook, and what each changed in it.
    """

    decidua: str
    as_of: str
    rulebook: str
    rulebook_sha256: str
    women: int
    read: tuple[tuple[str, str], ...]
    not_read: tuple[str, ...]
    nearly: tuple[tuple[str, str], ...]
    empty: tuple[str, ...]
    faults: tuple[ColumnFault, ...]
    definitions: tuple[tuple[str, str, Counted], ...]
    unexplained: tuple[tuple[str, str, Counted], ...]
    options: tuple[Attrition, ...]
    combinations: int
    count_combinations: int
    spread: bool
    notice: str
    long: tuple[LongReport, ...] = ()
    overlays: tuple[Overlay, ...] = ()
