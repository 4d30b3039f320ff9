"""``decidua rules``: the rulebook for its authors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import CONTEXT, Format, RulesFolder
from decidua.cli.printing import print_blocks, print_text
from decidua.cli.rules_check import rules_check
from decidua.cli.rules_diff import rules_diff
from decidua.cli.rules_export import rules_export
from decidua.cli.rules_prove import rules_prove
from decidua.cli.rules_test import rules_test
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import data_folder, is_overlay

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

rules_app.command("prove")(rules_prove)


@rules_app.command("list")
def rules_list(
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="One kind only, such as definition or strategy.")
    ] = None,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Only those whose id or title holds each word.")
    ] = None,
    rules: RulesFolder = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """List every rule and record with its kind."""
    from decidua.report.rules import list_blocks, listed

    book = load_rulebook(rules)
    entries = listed(book, kind, words or ())
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
    """Show one rule or record and what stands behind it."""
    from decidua.report.rules import show_blocks

    book = load_rulebook(rules)
    folders = [one for one in rules or () if one.is_dir()]
    if not folders or is_overlay(folders[0]):
        folders.insert(0, data_folder("rules"))
    print_blocks(show_blocks(book, id_, folders), output, title=id_)


rules_app.command("check")(rules_check)
rules_app.command("diff")(rules_diff)
rules_app.command("export")(rules_export)
rules_app.command("test")(rules_test)
