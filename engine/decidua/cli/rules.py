"""``decidua rules``: the rulebook for its authors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import CONTEXT, Format, RulesFolder
from decidua.cli.exits import NOT_HELD
from decidua.cli.printing import one_line, print_blocks, print_text
from decidua.cli.rules_test import rules_test
from decidua.errors import RulebookError
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import data_folder

if TYPE_CHECKING:
    from decidua.report.rules import Entry

__all__ = ["rules_app"]

rules_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings=CONTEXT,
    help="Look at the rulebook: its rules, evidence and policies.",
)


@rules_app.command("list")
def rules_list(
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="One kind only, such as definition or strategy.")
    ] = None,
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """List every rule and record with its kind."""
    from decidua.report.rules import list_blocks, listed

    book = load_rulebook(rules)
    entries = listed(book, kind)
    if output is Format.json:
        listing = [{"id": one.id, "kind": one.kind, "title": one.title, **_home(book, one)} for one in entries]
        print_text(json.dumps(listing, indent=2), output)
    else:
        print_blocks(list_blocks(book, entries), output, title="Rules")


def _home(book: Rulebook, entry: Entry) -> dict[str, str | None]:
    """Say where a record comes from, with an overlay or without: the overlay or null, and the file."""
    place = entry.place(book)
    return {"overlay": book.overlay_of(entry.kind, entry.id), "file": None if place is None else place[0]}


@rules_app.command("show")
def rules_show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id of a rule, study, position, drug, option or policy.")],
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Show one rule or record in plain English, with its source and its place."""
    from decidua.report.rules import show_blocks

    print_blocks(show_blocks(load_rulebook(rules), id_), output, title=id_)


@rules_app.command("check")
def rules_check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A rulebook folder or an overlay; default: the shipped one.")
    ] = None,
    rules: RulesFolder = None,
) -> None:
    """Check a rulebook: every fault in one go, with file, line and cure."""
    chosen = [*(rules or ()), *([] if folder is None else [folder])] or [data_folder("rules")]
    if not all(one.is_dir() for one in chosen):
        load_rulebook(chosen)  # refuses: that is no rulebook with faults, but no rulebook at all
    try:
        book = load_rulebook(chosen)
    except RulebookError as error:
        for fault in error.faults:
            sys.stderr.write(f"{one_line(str(fault))}\n")
        count = len(error.faults)
        typer.echo(f"{count} {'fault' if count == 1 else 'faults'}.", err=True)
        raise typer.Exit(NOT_HELD) from None
    print_text(_sizes(book))
    if book.overlays:
        from decidua.report.overlay import overlay_lines

        print_text("\n".join(overlay_lines(book.overlays)))


def _sizes(book: Rulebook) -> str:
    counts = {
        "definitions": len(book.definitions),
        "panels": len(book.panels),
        "causes": len(book.causes),
        "subsets": len(book.subsets),
        "options": len(book.options),
        "strategies": len(list(book.strategies)),
        "drugs": len(book.drugs),
        "studies": len(book.studies),
        "syntheses": len(book.syntheses),
        "documents": len(book.guidelines),
        "positions": len(book.positions),
        "positions on tests and other care": len(book.care_positions),
    }
    return (
        f"Rulebook {book.manifest.version} is sound: {', '.join(f'{count} {name}' for name, count in counts.items())}."
    )


rules_app.command("test")(rules_test)
