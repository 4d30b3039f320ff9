"""The counts over a table of women as report blocks, and as a table of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from decidua.report.overlay import laid_over_blocks
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, lower_first
from decidua.tables.feasibility.result import FeasibilityReport
from decidua.tables.result import Attrition, CohortReport, ColumnFault, Counted, LongReport

__all__ = ["cohort_blocks", "cohort_csv", "column_blocks", "fault_blocks", "long_blocks", "share_bar"]

BAR = 18
SHOWN = 6
"""Columns named where not all are asked for."""
PROBLEMS = {
    "unknown_category": "not one of its values",
    "wrong_type": "not of its kind",
    "out_of_range": "out of its possible range",
    "contradiction": "at odds with what stands beside it",
    "no_id": "without an id",
    "id_of_several": "with the id of another row too",
    "id_of_nobody": "with an id that is not that of one woman in the table",
    "without_their_number": "without the number of embryos",
}
HISTORIES = ("pregnancies", "transfers")
"""What stands for a column where a history drawn from rows contradicts itself or the counts beside it."""
ROWS = ("no_id", "id_of_several", "id_of_nobody")
"""Problems of a row, not of a cell."""
MOST = (27, 9, 9, 9, BAR)


def cohort_blocks(report: CohortReport, out: str, *, full: bool = False) -> list[Block]:
    """Return the content of the report in order.

    Args:
        report: The counts.
        out: The file that was written.
        full: Show every way to use an option, criterion by criterion.
    """
    return list(_blocks(report, out, full=full))


def _blocks(report: CohortReport, out: str, *, full: bool) -> Iterator[Block]:
    yield Heading("Cohort", 1)
    yield Paragraph(f"decidua {report.decidua}, rulebook {report.rulebook}; evidence as of {report.as_of}.", "muted")
    women = "1 woman" if report.women == 1 else f"{report.women} women"
    yield Paragraph(f"{women} judged; written to {out}.")
    yield from column_blocks(report, full=full)
    yield from laid_over_blocks(report.overlays)
    yield from fault_blocks(report.faults)
    for table in report.long:
        yield from long_blocks(table, full=full)
    yield Heading("Definitions", 2)
    yield Paragraph(f"In the bars: {BAR_WORDS}.", "muted")
    yield _grid("Definition", [(title, counted) for _, title, counted in report.definitions])
    yield Heading("Unexplained, by panel", 2)
    yield _grid("Panel", [(title, counted) for _, title, counted in report.unexplained])
    yield Heading("Whether the populations of an option hold her", 2)
    yield _grid("Option", [(one.name, one.counted) for one in report.options])
    yield Heading("Status by option, and what hides most women", 2)
    yield Bullets(tuple(_option(one) for one in report.options))
    if full:
        yield from _attrition(report)
    yield Paragraph(_worked_out(report), "muted")
    yield Heading("Please note", 2)
    yield Paragraph(report.notice)


BAR_WORDS = "\u25a0 met, ? cannot be known, \u00b7 not met"


def column_blocks(
    report: CohortReport | FeasibilityReport, *, full: bool, unread: str = "passed on unread"
) -> Iterator[Block]:
    """Yield which columns were read, which were not, and which held nothing."""
    count = len(report.read)
    said = f"{count} {'column was' if count == 1 else 'columns were'} read"
    if report.not_read:
        said += f"; {unread}: {_named(report.not_read, full=full)}"
    yield Paragraph(f"{said}.")
    if report.nearly:
        near = ", ".join(f"'{column}' ({fact})" for column, fact in report.nearly)
        yield Paragraph(f"Not read, though named much like a finding; rename them if they are one: {near}.", "open")
    if report.empty:
        yield Paragraph(f"Read, but without a single value: {_named(report.empty, full=full)}.", "open")


def _named(columns: Sequence[str], *, full: bool) -> str:
    shown = columns if full else columns[:SHOWN]
    more = f" and {len(columns) - len(shown)} more" if len(shown) < len(columns) else ""
    return ", ".join(column.strip() or "one without a name" for column in shown) + more


def fault_blocks(faults: Sequence[ColumnFault]) -> Iterator[Block]:
    """Yield what is said of cells that were not used; nothing where all were."""
    if not faults:
        return
    yield Heading("Cells that were not used", 2)
    yield Paragraph("These women are unknown there, as if the cell were empty; --strict refuses such a table.", "open")
    yield _not_used(faults)


def long_blocks(table: LongReport, *, full: bool) -> Iterator[Block]:
    """Say what was read of a long table beside the table of women."""
    yield Heading(f"Long table of {table.table}", 2)
    yield Paragraph(f"{_counted(table.rows, 'row')}; {_counted(table.women, 'woman', 'women')} with at least one.")
    if table.without_outcome:
        of = _counted(table.without_outcome, "row")
        yield Paragraph(f"{of} without an outcome that can be used: what came of it stays open.", "open")
    if table.not_read:
        yield Paragraph(f"Not read: {_named(table.not_read, full=full)}.", "muted")
    if table.empty:
        yield Paragraph(f"Read, but without a single value: {_named(table.empty, full=full)}.", "open")
    if table.faults:
        yield Paragraph("Not used, as if it were empty; --strict refuses such a table:", "open")
        yield _not_used(table.faults)


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def _not_used(faults: Sequence[ColumnFault]) -> Bullets:
    bullets = []
    for one in faults:
        cells = _counted(one.rows, "row" if one.problem in ROWS else "cell")
        problem = PROBLEMS[one.problem]
        if one.problem == "contradiction" and one.fact in HISTORIES:
            cells = _counted(one.rows, "woman", "women")
            problem = f"whose {one.column} and {one.fact} cannot all be true: neither is used"
        elif one.problem == "contradiction" and one.column in HISTORIES:
            cells, problem = _counted(one.rows, "woman", "women"), "whose history and counts cannot all be true"
        elif one.problem == "contradiction" and one.several:
            cells, problem = (
                _counted(one.rows, "woman", "women"),
                "whose counts cannot all be true: none of them is used",
            )
        rows = ", ".join(str(row) for row in one.first)
        more = ", ..." if one.rows > len(one.first) else ""
        text = f"{cells} {problem} (rows {rows}{more}); it takes {one.allowed}"
        bullets.append(Bullet(one.column, text, "open"))
    return Bullets(tuple(bullets))


def _grid(head: str, rows: Sequence[tuple[str, Counted]]) -> Grid:
    return Grid(
        (head, "Met", "Not met", "Cannot be known", ""),
        tuple((name, str(one.met), str(one.not_met), str(one.unknown), share_bar(one)) for name, one in rows),
        tuple("plain" for _ in rows),
        MOST,
        (1, 2, 3),
    )


def share_bar(counted: Counted) -> str:
    """Draw the shares; what is not zero has at least one sign."""
    parts = (counted.met, counted.unknown, counted.not_met)
    total = sum(parts)
    if not total:
        return ""
    sizes = [max(round(BAR * part / total), 1) if part else 0 for part in parts]
    while sum(sizes) != BAR:
        sizes[sizes.index(max(sizes))] += 1 if sum(sizes) < BAR else -1
    return "".join(sign * size for sign, size in zip("\u25a0?\u00b7", sizes, strict=True))


def _option(one: Attrition) -> Bullet:
    text = "; ".join(f"{count.status.replace('_', ' ')} {count.women}" for count in one.statuses)
    details = () if one.hides_label is None else (f"most are hidden by: {_hides(one)}",)
    return Bullet(one.name, text, "plain", details)


def _hides(one: Attrition) -> str:
    unknown = one.counted.unknown
    women = f"all {unknown}" if one.hides_women == unknown else f"{one.hides_women} of the {unknown}"
    column = "" if one.hides_in_table else "; the table has no column for it"
    return f"{lower_first(one.hides_label or '')}, not known for {women} who cannot be placed{column}"


def _attrition(report: CohortReport) -> Iterator[Block]:
    for option in report.options:
        yield Heading(f"{option.name}: criterion by criterion", 2)
        for strategy in option.strategies:
            yield Heading(strategy.title, 3)
            yield _grid("And so far", [(step.criterion, step.counted) for step in strategy.steps])


def _worked_out(report: CohortReport) -> str:
    said = f"Statuses were worked out once for each of {report.combinations} distinct combinations of verdicts."
    if report.count_combinations:
        said += f" Counts bound each other once for each of {report.count_combinations} distinct combinations of them."
    if report.spread:
        said += " They grew towards the number of women, so that little was spared: nearly each was worked out apart."
    return said


def cohort_csv(report: CohortReport) -> str:
    """Return the counts as a table: one row a definition, panel, option, way to use it and criterion."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("kind", "id", "criterion", "met", "not_met", "cannot_be_known", "hidden_most_by", "women_so_hidden")
    )
    for kind, rows in (("definition", report.definitions), ("unexplained", report.unexplained)):
        for id_, title, counted in rows:
            writer.writerow((kind, id_, title, *_numbers(counted), None, None))
    for option in report.options:
        hidden = (option.hides, option.hides_women) if option.hides is not None else (None, None)
        writer.writerow(("option", option.option, option.name, *_numbers(option.counted), *hidden))
        for strategy in option.strategies:
            writer.writerow(("strategy", strategy.id, strategy.title, *_numbers(strategy.counted), None, None))
            for step in strategy.steps:
                writer.writerow(("criterion", strategy.id, step.criterion, *_numbers(step.counted), None, None))
        for status in option.statuses:
            writer.writerow(("status", option.option, status.status, status.women, None, None, None, None))
    return stream.getvalue()


def _numbers(counted: Counted) -> tuple[int, int, int]:
    return counted.met, counted.not_met, counted.unknown
