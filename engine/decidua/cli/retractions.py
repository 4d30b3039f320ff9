"""``decidua evidence check --retractions FILE``: the rulebook's papers in a Retraction Watch export, offline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import Format
from decidua.cli.exits import NOT_HELD
from decidua.cli.printing import print_blocks, print_text

__all__ = ["check_evidence"]


def check_evidence(retractions: Path, rules: Sequence[Path] | None, output: Format) -> None:
    """Look up every study, synthesis and document in a Retraction Watch export: by DOI, then by PMID.

    Raises:
        typer.Exit: Code 1, where a notice is not reflected in the rulebook.
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
