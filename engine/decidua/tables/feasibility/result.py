"""What is said of the women of a table and the eligibility of studies: whom each would take, and by which criterion."""

from __future__ import annotations

from typing import Literal

from decidua.frozen import Frozen
from decidua.rulebook.overlay import Overlay
from decidua.tables.feasibility.criteria import InText, Kind, Origin
from decidua.tables.result import ColumnFault, Counted, LongReport
from decidua.truth import Verdict

__all__ = [
    "ChangeMade",
    "CriterionCount",
    "Difference",
    "EligibilityCount",
    "FeasibilityReport",
    "Hidden",
    "Move",
    "StudyFeasibility",
]


class ChangeMade(Frozen):
    """A change to a criterion, before and after: as written in the rule language, and in English."""

    number: int
    what: Literal["changed", "dropped", "added"]
    before: str | None
    before_says: str | None
    after: str | None
    after_says: str | None


class CriterionCount(Frozen):
    """One criterion and the women it takes, refuses and cannot tell of.

    Attributes:
        number: By which it can be changed.
        kind: Whether it asks for something or leaves out who has it.
        origin: Whether it is the study's own, or was changed or added on request.
        says: What it asks for or leaves out, in English.
        condition: The same in the rule language: what a woman has to meet.
        in_text: Whether it stays as text, wholly or in part: what no finding expresses, or what was not read of it.
        points: What stays as text.
        counted: By this criterion alone.
        so_far: By it and all before it, those left away that stay wholly as text; None where it is one of these.
    """

    number: int
    kind: Kind
    origin: Origin
    says: str
    condition: str
    in_text: InText
    points: tuple[str, ...]
    counted: Counted
    so_far: Counted | None


class Hidden(Frozen):
    """A finding that is not known for some women of whom it cannot be told, and could still decide.

    Attributes:
        in_table: Whether the table has it at all, or what it follows from.
    """

    fact: str
    label: str
    women: int
    in_table: bool


class EligibilityCount(Frozen):
    """How many women an eligibility takes.

    Attributes:
        counted: By all criteria. Where one stays wholly as text it can be known of no woman that she is taken.
        text_criteria: Numbers of the criteria that stay wholly as text.
        on_expressible: By the other criteria alone; the same as ``counted`` where none stays wholly as text.
        criteria: One by one, in the order of the record.
        hidden_by: The findings that hide most women first.
    """

    counted: Counted
    text_criteria: tuple[int, ...]
    on_expressible: Counted
    criteria: tuple[CriterionCount, ...]
    hidden_by: tuple[Hidden, ...]


class Difference(Frozen):
    """How many women more, or fewer, are taken, refused and left open as changed."""

    met: int
    not_met: int
    unknown: int


class Move(Frozen):
    """How many women have one verdict by the study's own criteria and another as changed."""

    own: Verdict
    changed: Verdict
    women: int


class StudyFeasibility(Frozen):
    """What is said of one study.

    Attributes:
        topic: The treatment under which it is filed.
        integrity: What is known against the paper.
        second_filing_of: The record that owns the paper, where this is another of it.
        overlay: The local overlay that brought it.
        logistics: Criteria that are not about her; nobody is counted by them.
        own: By the study's own criteria.
        changes: What was changed on request.
        changed: By the criteria as changed; None where nothing was.
        difference: As changed against the study's own, by all criteria.
        difference_on_expressible: The same by those that do not stay wholly as text.
        moves: Women by both verdicts on the criteria that do not stay wholly as text.
    """

    study: str
    title: str | None
    citation: str
    topic: str
    published: str | None
    integrity: Literal["none_known", "concern", "expression_of_concern", "retracted"]
    second_filing_of: str | None
    overlay: str | None
    logistics: tuple[str, ...]
    own: EligibilityCount
    changes: tuple[ChangeMade, ...]
    changed: EligibilityCount | None
    difference: Difference | None
    difference_on_expressible: Difference | None
    moves: tuple[Move, ...]


class FeasibilityReport(Frozen):
    """What is said of the whole table.

    Attributes:
        rulebook, rulebook_sha256: Version of the rules, and digest of their files.
        women: Rows.
        read: Columns that were read, with the fact each holds.
        not_read: Columns that hold no finding.
        nearly: Those of them that are named nearly as a finding, and that finding.
        empty: Columns that were read and hold nothing.
        faults: Cells that were not used.
        studies: Each study that was asked for.
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
    studies: tuple[StudyFeasibility, ...]
    notice: str
    long: tuple[LongReport, ...] = ()
    overlays: tuple[Overlay, ...] = ()
