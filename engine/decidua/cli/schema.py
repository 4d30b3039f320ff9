"""``decidua schema``: JSON Schemas for editors and other software."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from decidua.assessment.result import Assessment
from decidua.cli.arguments import Format, SchemaName
from decidua.cli.printing import print_text
from decidua.profile.model import Profile
from decidua.profile.rates import Rates

__all__ = ["schema_command"]


def schema_command(what: Annotated[SchemaName, typer.Argument(help="What to print the JSON Schema of.")]) -> None:
    """Print a JSON Schema, for editors and other software."""
    from decidua.report.schema import facts_schema

    makers: dict[SchemaName, Callable[[], dict[str, Any]]] = {
        SchemaName.profile: Profile.model_json_schema,
        SchemaName.assessment: lambda: Assessment.model_json_schema(mode="serialization"),
        SchemaName.facts: facts_schema,
        SchemaName.rates: Rates.model_json_schema,
    }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **makers[what]()}
    print_text(json.dumps(schema, indent=2), Format.json)
