"""``decidua next``: what to find out next, and what it would settle."""

from __future__ import annotations

from typing import Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import (
    AsOf,
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

__all__ = ["next_command"]


def next_command(
    profile: OneProfile,
    as_of: AsOf = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
    rules: RulesFolder = None,
    engine: EngineOption = EngineName.auto,
    full: Annotated[
        bool, typer.Option("--all", help="Show every finding with every answer, and every way to use an option.")
    ] = False,
    rates: RatesFile = None,
) -> None:
    """Print what to find out next: the smallest sets of findings that settle each option, and in what order to ask."""
    from pydantic import TypeAdapter

    from decidua.assessment.answers.next import ToFindOut
    from decidua.assessment.asking.find_out import find_out
    from decidua.report.next import next_blocks

    book = load_rulebook(rules)
    book.at(as_of)
    table = read_rates(rates)
    found = find_out(read_profile(profile), as_of=as_of, rulebook=book, engine=engine_named(engine), rates=table)
    if output is Format.json:
        print_text(TypeAdapter(ToFindOut).dump_json(found, indent=2).decode(), output)
    else:
        print_blocks(next_blocks(found, full=full), output, title="decidua: what to find out next")
