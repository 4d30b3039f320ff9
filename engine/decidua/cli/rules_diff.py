"""``decidua rules diff``: what differs between two rulebooks, and for whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decidua.cli.arguments import AsOf, Format
from decidua.cli.printing import print_blocks, print_text
from decidua.errors import DeciduaError
from decidua.profile.reading import load_profile
from decidua.rulebook.folder import data_folder

if TYPE_CHECKING:
    from decidua.profile.model import Profile

__all__ = ["rules_diff"]


def rules_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder of rules, or a git revision.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same; 'rules' is the folder in this checkout.")],
    profile: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A profile, or a folder of them; default: the shipped examples."),
    ] = None,
    path: Annotated[str, typer.Option(metavar="FOLDER", help="Where the rules stand in a git revision.")] = "rules",
    as_of: AsOf = None,
    output: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Say what differs between two rulebooks, and for whom.

    The rules that differ are told in words; the women that are judged otherwise, with the rule that made it so.
    """
    from pydantic import TypeAdapter

    from decidua.authoring.difference import RulesDifference, compare_rulebooks
    from decidua.authoring.revisions import load_revision
    from decidua.report.rules_diff import difference_blocks

    women = _women(profile)
    books = [load_revision(one, path=path) for one in (old, new)]
    found = compare_rulebooks(books[0], books[1], women, names=(old, new), as_of=as_of)
    if output is Format.json:
        print_text(TypeAdapter(RulesDifference).dump_json(found, indent=2).decode(), output)
    else:
        print_blocks(difference_blocks(found), output, title="decidua: what differs between two rulebooks")


def _women(paths: list[Path] | None) -> dict[str, Profile]:
    """Read the profiles; of a folder every YAML or JSON file in it."""
    files: list[Path] = []
    for one in paths or [data_folder("profiles")]:
        inside = sorted(each for each in one.glob("*") if each.suffix in (".yaml", ".yml", ".json"))
        if one.is_dir() and not inside:
            raise DeciduaError(f"the folder {one} holds no profile; name one, or a folder that does")
        files.extend(inside if one.is_dir() else [one])
    shipped = data_folder("profiles")
    return {one.stem if one.parent == shipped else str(one): load_profile(one) for one in files}
