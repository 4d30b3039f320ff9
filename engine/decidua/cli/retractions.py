"""``decidua evidence check --retractions FILE``: the rulebook's papers in a Retraction Watch export, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import Format, RulesFolder
from decidua.cli.exits import NOT_HELD
from decidua.cli.printing import print_blocks, print_text

__all__ = ["evidence_app", "evidence_check_command"]

evidence_app = typer.Typer(no_args_is_help=True, help="Check the evidence.")


@evidence_app.callback()
def _evidence() -> None:
    """Check the evidence."""


@evidence_app.command("check")
def evidence_check_command(
    retractions: Annotated[
        Path, typer.Option("--retractions", metavar="FILE", help="A Retraction Watch export (CSV); read offline.")
    ],
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Look up every study, synthesis and document in a Retraction Watch export: by DOI, then by PMID.

    Exit code 1 where a notice is not reflected in the rulebook.
    """
    from pydantic import TypeAdapter

    from decidua.evidence.retractions import RetractionCheck, check_retractions, papers_of
    from decidua.report.retractions import retraction_blocks

    book = load_rulebook(rules)
    check = check_retractions(retractions, papers_of(book.studies, book.syntheses, book.guidelines))
    if output is Format.json:
        print_text(TypeAdapter(RetractionCheck).dump_json(check, indent=2).decode(), output)
    else:
        print_blocks(retraction_blocks(check, name=str(retractions)), output, title="decidua: retractions")
    if not check.holds:
        raise typer.Exit(NOT_HELD)
