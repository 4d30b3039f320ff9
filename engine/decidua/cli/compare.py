"""``decidua compare``: what changed for a woman between two dates, and through which source."""

from __future__ import annotations

from typing import Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import (
    All,
    EngineName,
    EngineOption,
    Format,
    OneProfile,
    RatesFile,
    RulesFolder,
    engine_named,
    read_profile,
    read_rates,
)
from decidua.cli.printing import print_blocks, print_text

__all__ = ["compare_command"]


def compare_command(
    profile: OneProfile,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="One date: 2016, 2016-07 or 2016-07-31 (its last day).")
    ],
    other: Annotated[
        str | None,
        typer.Option(
            "--and", metavar="DATE", help="The other date (default: that of the evidence base, undated work included)."
        ),
    ] = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
    rules: RulesFolder = None,
    engine: EngineOption = EngineName.auto,
    full: All = False,
    rates: RatesFile = None,
) -> None:
    """Print what changed between two dates, and which study, synthesis, document or definition changed it."""
    from pydantic import TypeAdapter

    from decidua.assessment.comparing.comparison import Comparison, compare
    from decidua.report.comparison import comparison_blocks

    comparison = compare(
        read_profile(profile),
        as_of,
        other,
        rulebook=load_rulebook(rules),
        engine=engine_named(engine),
        rates=read_rates(rates),
    )
    if output is Format.json:
        print_text(TypeAdapter(Comparison).dump_json(comparison, indent=2).decode(), output)
    else:
        print_blocks(comparison_blocks(comparison, full=full), output, title="decidua: what changed")
