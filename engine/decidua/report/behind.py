"""What stands behind a rule as report blocks: its sources, studies and cases, and its row of a decision table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from decidua.authoring.decision_table import aggregate_row, row_of
from decidua.authoring.sources import cases_of, citations, studies_behind
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph
from decidua.rulebook.book import Rulebook

__all__ = ["behind_blocks"]


def behind_blocks(book: Rulebook, kind: str, id_: str, record: Any, folders: Sequence[Path]) -> Iterator[Block]:
    """Yield what stands behind a rule; a record without a condition has no row of a decision table.

    Args:
        book: The rulebook.
        kind: Kind of the record, as ``decidua rules list`` names it.
        id_: Its id.
        record: The record; None for a rule that follows from others.
        folders: Folders of the rules, whose worked cases are named.
    """
    lists = (
        ("Sources", [] if record is None else citations(book, record)),
        ("Studies behind it", [] if record is None else studies_behind(book, record)),
        ("Cases", list(_cases(book, kind, id_, folders))),
    )
    for heading, lines in lines_of(lists):
        yield Heading(heading, 2)
        yield Bullets(tuple(Bullet("", line) for line in lines))
    row = aggregate_row(book, id_) if record is None else row_of(book, kind, record)
    if row is not None:
        yield Heading("As a decision table (WHO SMART guidelines)", 2)
        yield Paragraph("The fields that 'decidua rules export --dak' writes for every rule.", "muted")
        yield Bullets(tuple(Bullet(name, text or "none") for name, text in row.as_dict().items()))


def _cases(book: Rulebook, kind: str, id_: str, folders: Sequence[Path]) -> Iterator[str]:
    found, faulty = cases_of(book, folders, kind, id_)
    yield from (f"{one.expected}: {one.name} ({one.file}, line {one.line})" for one in found)
    yield from (f"{file} has faults and was passed over; 'decidua rules test' names them" for file in faulty)


def lines_of(lists: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the lists that hold anything."""
    return ((heading, lines) for heading, lines in lists if lines)
