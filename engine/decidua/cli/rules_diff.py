"""``decidua rules diff``: what differs between two rulebooks, and for whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from decidua.cli.arguments import AsOf, Format
from decidua.cli.printing import print_blocks, print_text
from decidua.errors import DeciduaError
from decidua.profile.reading import load_profile
from decidua.rulebook.folder import data_folder

if TYPE_CHECKING:
    from decidua.authoring.difference import RulesDifference
    from decidua.profile.model import Profile
    from decidua.rulebook.book import Rulebook

__all__ = ["rules_diff"]


def rules_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder of rules, or a git revision.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same; 'rules' is the folder in this checkout.")],
    profile: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A profile, or a folder of them; default: the shipped examples."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A table of women in place of profiles, as 'decidua cohort' takes it."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --table: how it is read, as 'decidua cohort' takes it.")
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

    if table is not None and profile:
        raise DeciduaError("--table stands in place of --profile; give one of them")
    if mapping is not None and table is None:
        raise DeciduaError("--mapping says how a table is read; give the table with --table")
    women = _women(profile) if table is None else {}
    books = (load_revision(old, path=path), load_revision(new, path=path))
    if table is None:
        found = compare_rulebooks(*books, women, names=(old, new), as_of=as_of)
    else:
        found = _over_table(books, table, mapping, (old, new), as_of)
    if output is Format.json:
        print_text(TypeAdapter(RulesDifference).dump_json(found, indent=2).decode(), output)
    else:
        print_blocks(difference_blocks(found), output, title="decidua: what differs between two rulebooks")


def _over_table(
    books: tuple[Rulebook, Rulebook], path: Path, mapping: Path | None, names: tuple[str, str], as_of: str | None
) -> RulesDifference:
    """Compare two rulebooks over a table, and say which of its cells could not be used."""
    from decidua.tables.entry import need_extra

    need_extra()
    from decidua.authoring.difference import compare_for_women
    from decidua.cli.tables import progress_of
    from decidua.tables.cells.mapping import read_mapping
    from decidua.tables.women import TableWomen

    women = TableWomen(path, read_mapping(mapping))
    with progress_of("Judging") as told:

        def progress(done: int) -> None:
            if told is not None:
                told(done, women.rows)

        found = compare_for_women(*books, women, names=names, as_of=as_of, table=path.name, progress=progress)
    remarks = tuple(
        f"The column '{one.column}': {one.rows} {'cell' if one.rows == 1 else 'cells'} could not be used (first in row "
        f"{one.first[0]}), where these women are unknown; it takes {one.allowed}."
        for one in women.faults
    )
    return replace(found, remarks=remarks)


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
