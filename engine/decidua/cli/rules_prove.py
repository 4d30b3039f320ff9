"""``decidua rules prove``: properties of the rulebook, proved over all possible women."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import Format, RulesFolder
from decidua.cli.exits import NOT_HELD
from decidua.cli.printing import print_blocks, print_text

__all__ = ["rules_prove"]


def rules_prove(
    names: Annotated[
        list[str] | None,
        typer.Option("--property", metavar="NAME", help="Prove this one only; once for each property."),
    ] = None,
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write each counterexample here as a profile file.")
    ] = None,
) -> None:
    """Prove properties of the rulebook over all possible women (needs the extra 'prove')."""
    from decidua.proving.ground import change_days
    from decidua.proving.proofs import Proof, prove, wanted
    from decidua.report.proofs import make_folder, proof_blocks, proof_data, write_profiles

    properties = wanted(names or ())
    if out is not None:
        make_folder(out)  # first: the proofs take minutes
    book = load_rulebook(rules)
    proofs: list[Proof] = []
    sys.stderr.write(f"proving {len(properties)} of the properties of rulebook {book.manifest.version}\n")
    for proof in prove(book, properties):
        proofs.append(proof)
        said = f"{len(proofs)}/{len(properties)} {proof.of.name}: {proof.verdict}"
        sys.stderr.write(f"{said} ({proof.questions} questions to z3)\n")
        sys.stderr.flush()
    files = {} if out is None else write_profiles(out, proofs)
    dates = len(change_days(book)) + 1
    if output is Format.json:
        print_text(json.dumps(proof_data(book, dates, proofs, files), indent=2, ensure_ascii=False), output)
    else:
        print_blocks(proof_blocks(book, dates, proofs, files), output, title="Proofs")
    if any(proof.verdict != "holds" for proof in proofs):
        raise typer.Exit(NOT_HELD)
