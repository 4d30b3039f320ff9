"""The JSON Schema of the facts, from the one vocabulary."""

from __future__ import annotations

from typing import Any

from decidua.profile.finding import Fact
from decidua.profile.vocabulary import DERIVED, vocabulary
from decidua.tables.names import allowed_in, column_names

__all__ = ["facts_csv", "facts_markdown", "facts_schema"]

COUNTED = frozenset(fact.name for fact in DERIVED)
"""Facts that are counted or worked out, and so may be known only within limits."""


def facts_schema() -> dict[str, Any]:
    """Return the JSON Schema of the flat facts; each may be absent, and absent means unknown."""
    return {
        "title": "Facts",
        "description": "Flat, typed facts of one woman. Absent means unknown, never no.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(fact) for name, fact in vocabulary().items()},
    }


def _property(fact: Fact) -> dict[str, Any]:
    unit = f" ({fact.unit})" if fact.unit else ""
    schema: dict[str, Any] = {"title": fact.label, "description": f"{fact.label}{unit}, read from {fact.read_from}."}
    if fact.kind == "yes_no":
        schema["type"] = "boolean"
    elif fact.kind == "choice":
        schema |= {"type": "string", "enum": list(fact.choices)}
    elif fact.kind == "date":
        schema |= {"type": "string", "format": "date"}
    else:
        number: dict[str, Any] = {"type": fact.kind}
        bounds = {"minimum": fact.minimum, "maximum": fact.maximum}
        number |= {key: value for key, value in bounds.items() if value is not None}
        if fact.name in COUNTED:
            either = {"low": {"type": "number"}, "high": {"type": ["number", "null"]}}
            interval = {
                "type": "object",
                "properties": either,
                "required": ["low", "high"],
                "additionalProperties": False,
            }
            schema["anyOf"] = [number, interval]
        else:
            schema |= number
    return schema


def facts_csv() -> str:
    """Return the head of a table of women, to be filled in: a column a fact, three where it may be within limits."""
    return ",".join(column for fact in vocabulary().values() for column in column_names(fact))


def facts_markdown() -> str:
    """Return what the columns of a table of women hold."""
    lines = [
        "One row a woman. A cell left empty is unknown, never no. A column may be left out.",
        "",
        "| column | holds | unit | means |",
        "| --- | --- | --- | --- |",
    ]
    for fact in vocabulary().values():
        for column in column_names(fact):
            end = {"_at_least": " (at least)", "_at_most": " (at most)"}.get(column.removeprefix(fact.name), "")
            lines.append(f"| `{column}` | {allowed_in(fact)} | {fact.unit} | {fact.label}{end} |")
    return "\n".join(lines)
