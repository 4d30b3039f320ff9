"""``decidua rules check``: every fault of a rulebook in one go, then what is odd about it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decidua.cli.arguments import Format, RulesFolder
from decidua.cli.exits import NOT_HELD
from decidua.cli.printing import one_line, print_text, wrapped
from decidua.errors import DeciduaError
from decidua.rulebook.book import Rulebook
from decidua.rulebook.folder import data_folder

if TYPE_CHECKING:
    from decidua.authoring.check import Checked

__all__ = ["rules_check"]


def rules_check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A rulebook folder or an overlay; default: the shipped one.")
    ] = None,
    rules: RulesFolder = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail the check too.")] = False,
    full: Annotated[bool, typer.Option("--all", help="Show the notes too.")] = False,
    output: Annotated[Format, typer.Option("--format", help="text, or json for editors.")] = Format.text,
) -> None:
    """Check a rulebook: every fault with place and cure.

    Where there is no fault, what is odd about it is told as warnings and notes.
    """
    from decidua.assessment.loading import load_rulebook
    from decidua.authoring.check import check_folders

    if output not in (Format.text, Format.json):
        raise DeciduaError("a check is told as text or json; use one of these")
    chosen = [*(rules or ()), *([] if folder is None else [folder])] or [data_folder("rules")]
    if not all(one.is_dir() for one in chosen):
        load_rulebook(chosen)  # refuses: that is no rulebook with faults, but no rulebook at all
    checked = check_folders(chosen)
    if output is Format.json:
        print_text(json.dumps(_as_json(checked), indent=2, ensure_ascii=False), output)
    else:
        _tell(checked, full=full)
    if checked.of("error") or (strict and checked.of("warning")):
        raise typer.Exit(NOT_HELD)


def _as_json(checked: Checked) -> dict[str, object]:
    book = checked.book
    return {
        "sound": not checked.of("error"),
        "rulebook": None if book is None else {"version": book.manifest.version, "sha256": book.sha256},
        "counts": {f"{weight}s": len(checked.of(weight)) for weight in ("error", "warning", "note")},
        "diagnostics": [one.as_json() for one in checked.found],
    }


def _tell(checked: Checked, *, full: bool) -> None:
    errors, warnings, notes = (checked.of(weight) for weight in ("error", "warning", "note"))
    for one in errors:
        sys.stderr.write(f"{wrapped(one_line(str(one)), sys.stderr)}\n")
    if errors:
        sys.stderr.write(f"{_counted(len(errors), 'fault')}.\n")
    book = checked.book
    if book is None:
        return
    if not errors:
        print_text(wrapped(_sizes(book), sys.stdout))
    if book.overlays:
        from decidua.report.overlay import overlay_lines

        print_text("\n".join(wrapped(line, sys.stdout) for line in overlay_lines(book.overlays)))
    for called, found in (("warning", warnings), ("note", notes if full else [])):
        if found:
            lines = (wrapped(one_line(str(one)), sys.stdout) for one in found)
            print_text("\n".join([f"\n{_counted(len(found), called)}:", *lines]))
    if notes and not full:
        print_text(f"\n{_counted(len(notes), 'note')} not shown (--all shows them).")


def _counted(count: int, called: str) -> str:
    return f"{count} {called}{'' if count == 1 else 's'}"


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
