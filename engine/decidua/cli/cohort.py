"""``decidua cohort``: a table of women in, verdicts, statuses and an attrition table out."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import AsOf, Format, RulesFolder
from decidua.cli.printing import print_blocks, print_text
from decidua.cli.stopping import stopping
from decidua.tables.entry import need_extra

if TYPE_CHECKING:
    from decidua.tables.run import Progress

__all__ = ["CohortFormat", "cohort_command", "progress_of"]


class CohortFormat(StrEnum):
    """Formats of the counts over a table."""

    text = "text"
    json = "json"
    markdown = "markdown"
    csv = "csv"


def cohort_command(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="CSV, Parquet (also a folder of parts) or Arrow; one row a woman.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where the table goes with its verdicts and statuses.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="Renames columns, recodes values, names missing-data codes."),
    ] = None,
    as_of: AsOf = None,
    output: Annotated[CohortFormat, typer.Option("--format", help="Of the counts that are printed.")] = (
        CohortFormat.text
    ),
    rules: RulesFolder = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a table with cells that cannot be used; else they are unknown.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
    full: Annotated[
        bool, typer.Option("--all", help="Show every way to use an option, criterion by criterion.")
    ] = False,
) -> None:
    """Judge a table of women: definitions, panels and the status of every option, one row in, one row out.

    Columns are named as the facts ('decidua schema facts --format csv'); what is missing is unknown, never no.
    """
    need_extra()
    gc.enable()  # off where a command ends within a second; this one may run for an hour
    from decidua.report.cohort import cohort_blocks, cohort_csv
    from decidua.tables.mapping import read_mapping
    from decidua.tables.run import judge_file

    view = load_rulebook(rules).at(as_of)
    with progress_of("Judging") as told:
        report = judge_file(view, table, out, read_mapping(mapping), strict=strict, overwrite=force, progress=told)
    if output is CohortFormat.csv:
        print_text(cohort_csv(report).rstrip("\n"))
    elif output is CohortFormat.json:
        from pydantic import TypeAdapter

        from decidua.tables.result import CohortReport

        print_text(TypeAdapter(CohortReport).dump_json(report, indent=2).decode(), Format.json)
    else:
        print_blocks(cohort_blocks(report, str(out), full=full), Format(output.value), title="decidua: cohort")


@contextmanager
def progress_of(what: str) -> Iterator[Progress]:
    """Show progress on standard error where a person is watching, and stop after a batch where that is asked."""
    with stopping() as noted:
        if not sys.stderr.isatty():
            yield lambda done, total: noted.here()  # noqa: ARG005 - nobody looks
            return
        from rich.console import Console
        from rich.progress import Progress as Bar

        with Bar(console=Console(stderr=True), redirect_stdout=False, transient=True) as bar:
            task = bar.add_task(what, total=None)

            def told(done: int, total: int | None) -> None:
                bar.update(task, completed=done, total=total)
                noted.here()

            yield told
