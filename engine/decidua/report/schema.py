"""The JSON Schema of the facts, from the one vocabulary."""

from __future__ import annotations

from typing import Any

from decidua.profile.finding import Fact
from decidua.profile.vocabulary import DERIVED, vocabulary
from decidua.tables.cells.names import COMPLETE, allowed_in, column_names
from decidua.tables.long.fields import ID, LongKind, long_fields, required_fields

__all__ = ["facts_csv", "facts_markdown", "facts_schema", "long_csv", "long_markdown", "long_schema"]

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
    return ",".join([*(column for fact in vocabulary().values() for column in column_names(fact)), *COMPLETE])


def facts_markdown() -> str:
    """Return what the columns of a table of women hold."""
    lines = [
        "One row a woman. A cell left empty is unknown, never no. A column may be left out.",
        "",
        "| column | holds | unit | means |",
        "| --- | --- | --- | --- |",
    ]
    for fact in (*vocabulary().values(), *COMPLETE.values()):
        for column in column_names(fact):
            end = {"_at_least": " (at least)", "_at_most": " (at most)"}.get(column.removeprefix(fact.name), "")
            lines.append(f"| `{column}` | {allowed_in(fact)} | {fact.unit} | {fact.label}{end} |")
    return "\n".join(lines)


def long_schema(kind: LongKind) -> dict[str, Any]:
    """Return the JSON Schema of one row of a long table."""
    return {
        "title": kind.capitalize(),
        "description": f"One row of the {kind} of a table of women. Absent means unknown, never no.",
        "type": "object",
        "required": [ID, *required_fields(kind)],
        "properties": {
            ID: {
                "title": "Id",
                "description": "The woman's id, as in the table of women.",
                "type": ["string", "integer"],
            }
        }
        | {name: _property(field) | _said_of(field) for name, field in long_fields(kind).items()},
    }


def _said_of(field: Fact) -> dict[str, str]:
    return {"title": field.name.replace("_", " "), "description": field.label}


def long_csv(kind: LongKind) -> str:
    """Return the head of a long table, to be filled in."""
    return ",".join((ID, *long_fields(kind)))


def long_markdown(kind: LongKind) -> str:
    """Return what the columns of a long table hold."""
    needed = " and ".join(f"`{name}`" for name in (ID, *required_fields(kind)))
    head = f"One row of the {kind}, in any order. A cell left empty is unknown, never no. A column may be left out, but"
    lines = [
        f"{head} for {needed}.",
        "",
        f"A woman without a row has an unknown history, unless `{kind}.complete` is yes in the table of women.",
        "",
        "| column | holds | means |",
        "| --- | --- | --- |",
        f"| `{ID}` | text or whole numbers | The woman's id, as in the table of women. |",
    ]
    lines += [f"| `{name}` | {allowed_in(field)} | {field.label} |" for name, field in long_fields(kind).items()]
    return "\n".join(lines)
