"""``decidua cohort --feasibility``: whom the eligibility of studies would take of the women of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import Format
from decidua.cli.printing import print_blocks, print_text
from decidua.cli.tables import CohortFormat, long_tables, progress_of

__all__ = ["Counting", "print_feasibility"]


@dataclass(frozen=True)
class Counting:
    """What is counted and how, as the command line says it."""

    table: Path
    out: Path | None
    pregnancies: Path | None
    transfers: Path | None
    id_: str | None
    mapping: Path | None
    as_of: str | None
    rules: list[Path] | None
    strict: bool
    force: bool
    full: bool


def print_feasibility(studies: Sequence[str], changes: Sequence[str], how: Counting, output: CohortFormat) -> None:
    """Count the women of a table by the eligibility of studies, and print the counts.

    Args:
        studies: Ids of studies, or ``all``.
        changes: Changes to the eligibility of one.
        how: What is counted and how.
        output: The format of the counts.

    Raises:
        DeciduaError: There is no such study, a change cannot be made, or the table cannot be read.
    """
    from decidua.tables.cells.mapping import read_mapping
    from decidua.tables.feasibility.asked import EVERY, ask_for
    from decidua.tables.feasibility.feasibility import count_file
    from decidua.tables.long.long import Beside

    question = ask_for(load_rulebook(how.rules).at(how.as_of), studies, changes)
    with progress_of("Counting") as told:
        report = count_file(
            question,
            how.table,
            read_mapping(how.mapping),
            beside=Beside(long_tables(how.pregnancies, how.transfers), how.id_),
            out=how.out,
            strict=how.strict,
            overwrite=how.force,
            progress=told,
        )
    if output is CohortFormat.csv:
        from decidua.report.feasibility import feasibility_csv

        print_text(feasibility_csv(report).rstrip("\n"))
    elif output is CohortFormat.json:
        from pydantic import TypeAdapter

        from decidua.tables.feasibility.result import FeasibilityReport

        print_text(TypeAdapter(FeasibilityReport).dump_json(report, indent=2).decode(), Format.json)
    else:
        from decidua.report.feasibility import feasibility_blocks

        out = None if how.out is None else str(how.out)
        blocks = feasibility_blocks(report, out=out, at_length=how.full or EVERY not in studies, full=how.full)
        print_blocks(blocks, Format(output.value), title="decidua: feasibility")
