"""Whom the eligibility of studies would take of the women of a table, as report blocks and as a table of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from decidua.report.cohort import column_blocks, fault_blocks, long_blocks
from decidua.report.feasibility_grids import KINDS, Row, change_blocks, changed_blocks, count_grid, own_blocks
from decidua.report.overlay import laid_over_blocks
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, from_overlay, lower_first
from decidua.tables.feasibility.result import EligibilityCount, FeasibilityReport, StudyFeasibility
from decidua.tables.result import Counted

__all__ = ["feasibility_blocks", "feasibility_csv"]

BAR_WORDS = "\u25a0 taken, ? cannot be told, \u00b7 not taken"
HIDING = 3
"""Findings named that hide women."""


def feasibility_blocks(report: FeasibilityReport, *, out: str | None, at_length: bool, full: bool) -> list[Block]:
    """Return the content of the report in order.

    Args:
        report: The counts.
        out: The file that was written, if one was.
        at_length: Show each study criterion by criterion; else in a line.
        full: Name every column.
    """
    return list(_blocks(report, out=out, at_length=at_length, full=full))


def _blocks(report: FeasibilityReport, *, out: str | None, at_length: bool, full: bool) -> Iterator[Block]:
    yield Heading("Feasibility", 1)
    yield Paragraph(f"decidua {report.decidua}, rulebook {report.rulebook}; evidence as of {report.as_of}.", "muted")
    for study in report.studies:
        if study.changed is not None:
            said = f"The eligibility of {study.study} was changed on request: what stands under 'as changed' is not "
            yield Paragraph(f"{said}the study's own.", "open")
    women = "1 woman" if report.women == 1 else f"{report.women} women"
    where = "" if out is None else f" Their verdicts were written to {out}."
    yield Paragraph(f"{women} counted by the criteria that were read; a study may have had more.{where}")
    yield from column_blocks(report, full=full, unread="not read" if out is None else "passed on unread")
    yield from laid_over_blocks(report.overlays)
    yield from fault_blocks(report.faults)
    for table in report.long:
        yield from long_blocks(table, full=full)
    yield Paragraph(f"In the bars: {BAR_WORDS}.", "muted")
    if at_length:
        for study in report.studies:
            yield from _study(study)
    else:
        yield from _in_brief(report.studies)
    yield Heading("Please note", 2)
    yield Paragraph(report.notice)


def _in_brief(studies: Sequence[StudyFeasibility]) -> Iterator[Block]:
    yield Paragraph(
        "Where a criterion stays as text, nobody is certainly taken; a second row counts by the other criteria alone. "
        "Criterion by criterion: --all, or name a study.",
        "muted",
    )
    for topic, group in groupby(studies, lambda study: study.topic):
        yield Heading(topic.replace("_", " ").capitalize() if topic else "Studies", 2)
        rows: list[Row] = []
        for study in group:
            tone: Tone = "bad" if study.integrity == "retracted" else "plain"
            rows.append((f"{study.study}{_marks(study)}", study.own.counted, tone))
            if study.own.text_criteria:
                rows.append(("- but for criteria in text", study.own.on_expressible, "muted"))
        yield count_grid("Study", rows)


def _marks(study: StudyFeasibility) -> str:
    marks = "" if study.integrity == "none_known" else f" ({study.integrity.replace('_', ' ')})"
    if study.second_filing_of is not None:
        marks += f" (filed again; see {study.second_filing_of})"
    return marks + from_overlay(study.overlay)


def _study(study: StudyFeasibility) -> Iterator[Block]:
    yield Heading(f"{study.study}{_marks(study)}", 2, "bad" if study.integrity == "retracted" else "plain")
    if study.title is not None:
        yield Paragraph(study.title)
    yield Paragraph(f"{study.citation}.", "muted")
    if study.integrity == "retracted":
        yield Paragraph("This paper was retracted: its results move nothing; whom it asked for is only counted.", "bad")
    if study.changed is None:
        rows: list[Row] = [("All its criteria", study.own.counted, "plain")]
        if study.own.text_criteria:
            rows.append(("But for criteria in text", study.own.on_expressible, "plain"))
        yield count_grid("Eligibility", rows)
    else:
        yield from change_blocks(study, study.changed)
    yield from _about(study.own, study.changed)
    if study.changed is None:
        yield from own_blocks(study.own)
    else:
        yield from changed_blocks(study, study.changed)
    if study.logistics:
        yield Paragraph(f"Not counted, for it is not about her: {'; '.join(study.logistics)}.", "muted")


def _about(own: EligibilityCount, changed: EligibilityCount | None) -> Iterator[Block]:
    """Say which criteria stay as text, and what hides most women."""
    now = own if changed is None else changed
    bullets: list[Bullet] = []
    if now.text_criteria:
        bullets.append(_in_text(now))
    if any(one.in_text == "in_part" for one in now.criteria):
        bullets.append(_in_part(now))
    if own.hidden_by:
        bullets.append(_hiding(own, "" if changed is None else ", by its own criteria"))
    if changed is not None and changed.hidden_by:
        bullets.append(_hiding(changed, ", as changed"))
    if bullets:
        yield Bullets(tuple(bullets))


def _in_text(count: EligibilityCount) -> Bullet:
    wholly = [one for one in count.criteria if one.number in count.text_criteria]
    stays = "1 criterion stays" if len(wholly) == 1 else f"{len(wholly)} criteria stay"
    it, was = ("it", "it was") if len(wholly) == 1 else ("them", "they were")
    said = f"{stays} as text, for no finding expresses {it} or {was} not read; so nobody is certainly taken"
    return Bullet("In text", said, "open", tuple(f"{one.number}. {KINDS[one.kind]}: {one.says}" for one in wholly))


def _in_part(count: EligibilityCount) -> Bullet:
    partly = [one for one in count.criteria if one.in_text == "in_part"]
    said = "1 criterion is" if len(partly) == 1 else f"{len(partly)} criteria are"
    details = tuple(f"{one.number}. {'; '.join(one.points)}" for one in partly)
    return Bullet("In part text", f"{said} so; of a woman whom that part decides it cannot be told", "open", details)


def _hiding(count: EligibilityCount, which: str) -> Bullet:
    first, *others = count.hidden_by[:HIDING]
    column = "" if first.in_table else "; the table has no column for it"
    unknown = count.counted.unknown
    women = f"all {unknown}" if first.women == unknown else f"{first.women} of the {unknown}"
    said = f"{lower_first(first.label)}, not known for {women} of whom it cannot be told"
    more = [f"{lower_first(one.label)} ({one.women}{'' if one.in_table else ', no column'})" for one in others]
    details = (f"then: {'; '.join(more)}",) if more else ()
    return Bullet(f"Hides most women{which}", f"{said}{column}", "plain", details)


def feasibility_csv(report: FeasibilityReport) -> str:
    """Return the counts as a table: a row for each study, criterion, step and hiding finding, own and as changed."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("study", "version", "what", "number", "kind", "says", "met", "not_met", "cannot_be_known", "women_so_hidden")
    )
    for study in report.studies:
        for version, count in (("own", study.own), ("changed", study.changed)):
            for row in () if count is None else _csv_rows(count):
                writer.writerow((study.study, version, *row))
    return stream.getvalue()


def _csv_rows(count: EligibilityCount) -> Iterator[tuple[str | int | None, ...]]:
    yield "all_criteria", None, None, None, *_numbers(count.counted), None
    yield "without_criteria_in_text", None, None, None, *_numbers(count.on_expressible), None
    for one in count.criteria:
        yield "criterion_alone", one.number, one.kind, one.says, *_numbers(one.counted), None
    for one in count.criteria:
        if one.so_far is not None:
            yield "criteria_so_far", one.number, one.kind, one.says, *_numbers(one.so_far), None
    for hidden in count.hidden_by:
        yield "hidden_by", None, None, hidden.fact, None, None, None, hidden.women


def _numbers(counted: Counted) -> tuple[int, int, int]:
    return counted.met, counted.not_met, counted.unknown
