"""``decidua rules export``: every rule as a row of a decision table."""

from __future__ import annotations

import csv
import io
import sys
from typing import Annotated

import typer

from decidua.cli.arguments import RulesFolder
from decidua.errors import DeciduaError

__all__ = ["rules_export"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the start of a formula."""


def rules_export(
    dak: Annotated[
        str,
        typer.Option(
            "--dak", metavar="FILE.csv", help="Write decision tables as WHO SMART guidelines have them; - prints."
        ),
    ],
    rules: RulesFolder = None,
) -> None:
    """Write every rule as a row of a decision table."""
    from decidua.assessment.loading import load_rulebook
    from decidua.authoring.decision_table import COLUMNS, decision_rows

    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(COLUMNS.values()))
    writer.writeheader()
    for row in decision_rows(load_rulebook(rules)):
        writer.writerow({name: _cell(value) for name, value in row.as_dict().items()})
    if dak == "-":
        sys.stdout.write(text.getvalue())
        return
    try:
        with open(dak, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - the name as it was given
            stream.write(text.getvalue())
    except OSError as error:
        raise DeciduaError(f"{dak} cannot be written: {error.strerror}") from None


def _cell(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value
