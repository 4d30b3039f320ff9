"""``decidua schema``: JSON Schemas for editors and other software."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from decidua.assessment.answers.result import Assessment
from decidua.cli.arguments import Format, SchemaName
from decidua.cli.printing import print_text
from decidua.errors import DeciduaError
from decidua.profile.model import Profile
from decidua.profile.rates import Rates

if TYPE_CHECKING:
    from decidua.tables.long.fields import LongKind

__all__ = ["schema_command"]


class SchemaFormat(StrEnum):
    """Formats of a schema."""

    json = "json"
    csv = "csv"
    markdown = "markdown"


def schema_command(
    what: Annotated[SchemaName, typer.Argument(help="What to print the JSON Schema of.")],
    output: Annotated[
        SchemaFormat,
        typer.Option(
            "--format",
            help="Of facts, pregnancies and transfers also csv, an empty table to fill in, and markdown, what its "
            "columns hold.",
        ),
    ] = SchemaFormat.json,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="With 'rules': which kind of rule file, such as options.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="With 'rules': write those of every kind into this folder.")
    ] = None,
) -> None:
    """Print a JSON Schema, for editors and other software."""
    tables = (SchemaName.facts, SchemaName.pregnancies, SchemaName.transfers)
    if output is not SchemaFormat.json and what not in tables:
        raise DeciduaError(
            f"there is no {output.value} of the {what.value}; facts, pregnancies and transfers are columns of a table"
        )
    if what is SchemaName.rules:
        _rule_schemas(kind, out)
        return
    if kind is not None or out is not None:
        raise DeciduaError(f"--kind and --out go with 'decidua schema rules', not with '{what.value}'")
    from decidua.report.schema import facts_csv, facts_markdown, facts_schema, long_csv, long_markdown, long_schema

    rows: dict[SchemaName, LongKind] = {SchemaName.pregnancies: "pregnancies", SchemaName.transfers: "transfers"}
    kind_of_row = rows.get(what)
    if output is SchemaFormat.csv:
        print_text(facts_csv() if kind_of_row is None else long_csv(kind_of_row))
        return
    if output is SchemaFormat.markdown:
        print_text(facts_markdown() if kind_of_row is None else long_markdown(kind_of_row), Format.markdown)
        return

    makers: dict[SchemaName, Callable[[], dict[str, Any]]] = {
        SchemaName.profile: Profile.model_json_schema,
        SchemaName.assessment: lambda: Assessment.model_json_schema(mode="serialization"),
        SchemaName.facts: facts_schema,
        SchemaName.pregnancies: lambda: long_schema("pregnancies"),
        SchemaName.transfers: lambda: long_schema("transfers"),
        SchemaName.rates: Rates.model_json_schema,
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **makers[what]()}
    print_text(json.dumps(schema, indent=2), Format.json)


def _rule_schemas(kind: str | None, out: Path | None) -> None:
    from decidua.report.rule_schema import KINDS, rule_schema, schema_files, schema_text

    if (kind is None) == (out is None):
        raise DeciduaError(
            f"name the kind of rule file with --kind ({', '.join(KINDS)}), or with --out a folder for all of them"
        )
    if kind is not None:
        print_text(json.dumps(rule_schema(kind), indent=2), Format.json)
    elif out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name, schema in schema_files().items():
                (out / name).write_text(schema_text(schema), encoding="utf-8", newline="\n")
        except OSError as error:
            raise DeciduaError(f"{out} cannot be written: {error.strerror}") from None
