"""``decidua assess`` and ``decidua explain``: one woman, or several."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from decidua.assessment.assess import assess
from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import (
    All,
    AsOf,
    EngineName,
    EngineOption,
    Format,
    OneProfile,
    ProfilePaths,
    RatesFile,
    RulesFolder,
    engine_named,
    read_baseline,
    read_profile,
    read_rates,
)
from decidua.cli.exits import DONE, exit_code
from decidua.cli.printing import complain, print_assessment, print_blocks, print_text
from decidua.errors import EngineDisagreement, ProfileError

__all__ = ["assess_command", "explain_command"]


MANY = 20
FEW_AT_LENGTH = 3
"""Profiles from which on progress is shown: of a plain assessment, and of one that takes a second or two."""


def assess_command(
    profiles: ProfilePaths,
    as_of: AsOf = None,
    output: Annotated[
        Format, typer.Option("--format", help="Several profiles in JSON come as JSON Lines.")
    ] = Format.text,
    rules: RulesFolder = None,
    engine: EngineOption = EngineName.auto,
    full: All = False,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="UNIT=CHANCE",
            help="Her own chance of a live birth without treatment, such as next_pregnancy=0.55 or transfer=0.3.",
        ),
    ] = None,
    with_retracted: Annotated[
        bool,
        typer.Option(
            "--with-retracted", help="Add what would differ had retracted and questioned work counted; not to be used."
        ),
    ] = False,
    stability: Annotated[
        bool,
        typer.Option(
            "--stability",
            help="Add what hangs on a single study, each left out in turn, and on her chance without treatment.",
        ),
    ] = False,
    rates: RatesFile = None,
) -> None:
    """Print the ranked evidence summary for one or more women."""
    chances = read_baseline(baseline or [])
    table = read_rates(rates)
    book = load_rulebook(rules)
    book.at(as_of)
    several = len(profiles) > 1
    worst = DONE
    for position, path in enumerate(_with_progress(profiles, least=FEW_AT_LENGTH if stability else MANY)):
        try:
            result = assess(
                read_profile(path),
                as_of=as_of,
                rulebook=book,
                baseline=chances,
                engine=engine_named(engine),
                with_retracted=with_retracted,
                stability=stability,
                rates=table,
            )
        except (ProfileError, EngineDisagreement) as error:
            if not several:
                raise
            complain(error)
            worst = max(worst, exit_code(error))
            continue
        print_assessment(result, path, output, position=position, several=several, full=full)
    if worst != DONE:
        raise typer.Exit(worst)


def explain_command(
    profile: OneProfile,
    option: Annotated[
        str,
        typer.Argument(metavar="OPTION", help="Key of an option, such as g_csf ('decidua rules list --kind option')."),
    ],
    as_of: AsOf = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
    rules: RulesFolder = None,
    engine: EngineOption = EngineName.auto,
    full: All = False,
    rates: RatesFile = None,
) -> None:
    """Print why an option has its status: the proof, what is unknown, what would change it."""
    from pydantic import TypeAdapter

    from decidua.assessment.explaining.explanation import Explanation, explain
    from decidua.report.explain import explanation_blocks

    book = load_rulebook(rules)
    book.at(as_of).option_of(option)
    explanation = explain(
        read_profile(profile),
        option,
        as_of=as_of,
        rulebook=book,
        engine=engine_named(engine),
        rates=read_rates(rates),
    )
    if output is Format.json:
        print_text(TypeAdapter(Explanation).dump_json(explanation, indent=2).decode(), output)
    else:
        print_blocks(explanation_blocks(explanation, full=full), output, title=explanation.name)


def _with_progress(profiles: Sequence[str], *, least: int) -> Iterator[str]:
    """Yield the profiles; show progress on standard error where so many are read and a person is watching."""
    if len(profiles) < least or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from profiles
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), redirect_stdout=False) as progress:
        yield from progress.track(profiles, description="Assessing")
