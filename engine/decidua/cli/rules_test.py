"""``decidua rules test``: runs the worked cases, and asks whether they would notice a mistake in any rule."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import EngineName, EngineOption, Format, RulesFolder, engine_named
from decidua.cli.exits import NOT_HELD
from decidua.cli.printing import print_blocks, print_text

__all__ = ["rules_test"]


class CaseFormat(StrEnum):
    """Formats of the outcome."""

    text = "text"
    json = "json"


def rules_test(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Rules to look at; default: all.")] = None,
    rules: RulesFolder = None,
    mutants: Annotated[
        bool, typer.Option("--mutants/--no-mutants", help="Change every rule a little, and see whether a case notices.")
    ] = True,
    output: Annotated[CaseFormat, typer.Option("--format")] = CaseFormat.text,
    engine: EngineOption = EngineName.auto,
) -> None:
    """Run the worked cases of a rulebook; list verdicts without a case, and changes that no case would notice."""
    from decidua.authoring.case_tests import run_cases
    from decidua.report.cases import case_blocks
    from decidua.rulebook.case_files import case_folders, read_cases

    book = load_rulebook(rules)
    cases = read_cases(book, *case_folders(list(rules or ())))
    report = run_cases(
        book,
        cases,
        only=ids or (),
        mutants=mutants,
        engine=engine_named(engine),
        progress=_show if _shown() else _silent,
    )
    if _shown():
        sys.stderr.write("\r\033[K")
    if output is CaseFormat.json:
        from pydantic import TypeAdapter

        from decidua.authoring.case_results import CaseReport

        print_text(TypeAdapter(CaseReport).dump_json(report, indent=2).decode(), Format.json)
    else:
        print_blocks(list(case_blocks(report)), Format.text, title="Cases")
    if not report.holds:
        raise typer.Exit(NOT_HELD)


def _shown() -> bool:
    return sys.stderr.isatty()


def _show(what: str, done: int, most: int) -> None:
    sys.stderr.write(f"\r\033[K{what}: {done} of {most}")
    sys.stderr.flush()


def _silent(_what: str, _done: int, _most: int) -> None:
    """Say nothing: standard error is no terminal."""
