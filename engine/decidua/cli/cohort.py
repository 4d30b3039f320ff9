"""``decidua cohort``: a table of women in, verdicts, statuses and an attrition table out."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from decidua.assessment.loading import load_rulebook
from decidua.cli.arguments import AsOf, Format, RulesFolder
from decidua.cli.printing import print_blocks, print_text
from decidua.cli.tables import CohortFormat, long_tables, progress_of
from decidua.errors import DeciduaError
from decidua.tables.entry import need_extra

__all__ = ["cohort_command"]


def cohort_command(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="CSV, Parquet (also a folder of parts), Arrow or Feather.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the table goes with its verdicts and statuses.")
    ] = None,
    feasibility: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STUDY",
            help="Count instead whom the eligibility of a study would take; once for each study, or 'all'.",
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHANGE",
            help="With one study: '2: losses.total >= 2' changes criterion 2, 'losses.total >= 3 to losses.total >= 2' "
            "a comparison.",
        ),
    ] = None,
    drop: Annotated[
        list[int] | None, typer.Option(metavar="NUMBER", help="With one study: leave a criterion away.", min=1)
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help="With one study: a further criterion, such as 'age < 40'."),
    ] = None,
    pregnancies: Annotated[
        Path | None, typer.Option("--pregnancies", metavar="FILE", help="A long table, one row a pregnancy.")
    ] = None,
    transfers: Annotated[
        Path | None, typer.Option("--transfers", metavar="FILE", help="A long table, one row an embryo transfer.")
    ] = None,
    id_: Annotated[
        str | None,
        typer.Option("--id", metavar="COLUMN", help="The woman's id, in TABLE and in the long tables beside it."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="FILE",
            help="YAML that renames columns, recodes values and names codes of missing data: "
            "'missing: [-9]', 'columns: {AGE: age, APL: {fact: workup.antiphospholipid, recode: {1: positive}}}'.",
        ),
    ] = None,
    as_of: AsOf = None,
    output: Annotated[CohortFormat, typer.Option("--format", help="Of the counts that are printed.")] = (
        CohortFormat.text
    ),
    rules: RulesFolder = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a table with cells that cannot be used; else they are unknown.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
    full: Annotated[
        bool, typer.Option("--all", help="Show every way to use an option, or every study, criterion by criterion.")
    ] = False,
) -> None:
    """Judge a table of women: definitions, panels and the status of every option, one row in, one row out.

    Columns are named as the facts ('decidua schema facts --format csv'), a count within limits as two, ending in
    '_at_least' and '_at_most'; what is missing is unknown, never no. Facts are drawn from long tables too ('decidua
    schema pregnancies --format csv'): a woman without a row there has an unknown history, unless the column
    'pregnancies.complete' or 'transfers.complete' of TABLE says yes.
    """
    need_extra()
    gc.enable()  # off where a command ends within a second; this one may run for an hour
    changes = [*(change or ()), *(f"drop {one}" for one in drop or ()), *(f"add {one}" for one in add or ())]
    if feasibility:
        from decidua.cli.feasibility import Counting, print_feasibility

        how = Counting(
            table, out, pregnancies, transfers, id_, mapping, as_of, rules, strict=strict, force=force, full=full
        )
        print_feasibility(feasibility, changes, how, output)
        return
    if changes:
        raise DeciduaError("--change, --drop and --add change the eligibility of a study; name it with --feasibility")
    if out is None:
        raise DeciduaError("--out FILE is needed, for the table with its verdicts; only --feasibility goes without it")
    from decidua.report.cohort import cohort_blocks, cohort_csv
    from decidua.tables.cells.mapping import read_mapping
    from decidua.tables.long.long import Beside
    from decidua.tables.run import judge_file

    view = load_rulebook(rules).at(as_of)
    with progress_of("Judging") as told:
        report = judge_file(
            view,
            table,
            out,
            read_mapping(mapping),
            beside=Beside(long_tables(pregnancies, transfers), id_),
            strict=strict,
            overwrite=force,
            progress=told,
        )
    if output is CohortFormat.csv:
        print_text(cohort_csv(report).rstrip("\n"))
    elif output is CohortFormat.json:
        from pydantic import TypeAdapter

        from decidua.tables.result import CohortReport

        print_text(TypeAdapter(CohortReport).dump_json(report, indent=2).decode(), Format.json)
    else:
        print_blocks(cohort_blocks(report, str(out), full=full), Format(output.value), title="decidua: cohort")
