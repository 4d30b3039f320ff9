"""Checks a rulebook: the faults that keep it from being loaded, else what is odd about what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from decidua.assessment.loading import load_rulebook
from decidua.authoring.conditions import condition_findings
from decidua.authoring.coverage import coverage_findings
from decidua.authoring.diagnostics import Diagnostic, from_fault, in_order
from decidua.authoring.editions import edition_findings
from decidua.errors import Fault, RulebookError
from decidua.frozen import Frozen
from decidua.rulebook.book import Rulebook
from decidua.rulebook.case_files import case_folders, read_cases

__all__ = ["Checked", "check_folders", "findings"]


class Checked(Frozen):
    """What a check found.

    Attributes:
        book: The rulebook; None where its faults keep it from being loaded.
        found: Every finding, errors first.
    """

    book: Rulebook | None
    found: tuple[Diagnostic, ...]

    def of(self, severity: str) -> list[Diagnostic]:
        """Return the findings of one weight."""
        return [one for one in self.found if one.severity == severity]


def check_folders(folders: Sequence[Path]) -> Checked:
    """Check a rulebook folder, or a rulebook with overlays over it.

    Where files of rules cannot be read or do not fit together, those faults are told and nothing else is looked at;
    else the files of cases are read too, and not run. Of a rulebook with overlays only what they brought about is told.
    """
    try:
        book = load_rulebook(folders)
    except RulebookError as error:
        return Checked(None, tuple(in_order(from_fault(fault) for fault in error.faults)))
    faults = [from_fault(fault) for fault in _case_faults(book, folders)]
    below = set() if book.base is None else {(one.code, one.record, one.message) for one in findings(book.base)}
    odd = [one for one in findings(book) if (one.code, one.record, one.message) not in below]
    return Checked(book, tuple(in_order([*faults, *odd])))


def _case_faults(book: Rulebook, folders: Sequence[Path]) -> Iterator[Fault]:
    """Yield the faults of the files of cases, named like the files of rules beside which they stand.

    Of several overlays those of the last are looked at: it may take away what the cases of the others speak of.
    """
    every, whole = case_folders(folders)
    judged, below = every[-1:], [*whole, *every[:-1]]
    try:
        read_cases(book, judged, below)
    except RulebookError as error:
        for fault in error.faults:
            start = next((f"{one}/" for one in judged if not book.overlays and fault.file.startswith(f"{one}/")), "")
            message = fault.message.replace(start, "") if start else fault.message
            yield replace(fault, message=message, file=fault.file.removeprefix(start), code=fault.code or "R502")


def findings(book: Rulebook) -> list[Diagnostic]:
    """Return what is odd about a rulebook that could be loaded, errors first."""
    return in_order([*condition_findings(book), *coverage_findings(book), *edition_findings(book)])
