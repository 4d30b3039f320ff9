"""The columns of the long tables, one row a pregnancy or a transfer: named as the fields of one in a profile.

The embryos of a transfer, a list in a profile, stand in columns: how many there were, what all of them were, and what
one of them was where they differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from decidua.profile.finding import Fact
from decidua.profile.history import Embryo, Pregnancy, Transfer

__all__ = ["EMBRYO", "ID", "KINDS", "LongKind", "embryo_columns", "long_fields", "most_embryos", "required_fields"]

LongKind = Literal["pregnancies", "transfers"]
KINDS: tuple[LongKind, ...] = ("pregnancies", "transfers")
MODELS: dict[LongKind, type[BaseModel]] = {"pregnancies": Pregnancy, "transfers": Transfer}
ID = "id"
"""What the column with the woman's id is called in a mapping file."""
EMBRYO = tuple(Embryo.model_fields)
"""What can be known of one embryo."""


@cache
def long_fields(kind: LongKind) -> dict[str, Fact]:
    """Return what the columns of a long table may hold, by name, in the order of the profile."""
    fields: dict[str, Fact] = {}
    for name, described in _described(MODELS[kind]).items():
        if name == "embryos":
            fields |= _embryo_fields(kind, described)
        else:
            fields[name] = _field(name, described, kind)
    return fields


@cache
def required_fields(kind: LongKind) -> tuple[str, ...]:
    """Return the columns without which a long table says nothing."""
    return tuple(name for name, field in MODELS[kind].model_fields.items() if field.is_required())


@cache
def most_embryos() -> int:
    """Return how many embryos a transfer may have."""
    return int(long_fields("transfers")["embryos"].maximum or 0)


def embryo_columns(number: int) -> dict[str, str]:
    """Return the columns of one embryo of a transfer, the first is 1, by what they hold."""
    return {name: f"embryo_{number}_{name}" for name in EMBRYO}


def _described(model: type[BaseModel]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = model.model_json_schema()["properties"]
    return properties


def _field(name: str, described: Mapping[str, Any], kind: LongKind, label: str = "") -> Fact:
    """Return one field as a finding, from its JSON Schema."""
    for shape in described.get("anyOf", [described]):
        known = label or described["description"].partition(" Absent means unknown.")[0]
        if "enum" in shape:
            return Fact(name, "choice", known, choices=tuple(shape["enum"]), read_from=kind)
        if shape["type"] == "boolean":
            return Fact(name, "yes_no", known, read_from=kind)
        if shape["type"] in ("integer", "number"):
            return Fact(name, shape["type"], known, "", shape["minimum"], shape["maximum"], read_from=kind)
    raise AssertionError(f"{name} is no type of a finding")  # pragma: no cover - a mistake in this package


def _embryo_fields(kind: LongKind, described: Mapping[str, Any]) -> dict[str, Fact]:
    most = next(shape["maxItems"] for shape in described["anyOf"] if "maxItems" in shape)
    number = Fact("embryos", "integer", "Number of embryos transferred.", "", 1, most, read_from=kind)
    return {"embryos": number} | {field.name: field for field in _of_embryos(kind, most)}


def _of_embryos(kind: LongKind, most: int) -> Iterator[Fact]:
    properties = _described(Embryo)
    for name, described in properties.items():
        said = described["description"]
        yield _field(name, described, kind, f"{said} Of each embryo whose own column says nothing else.")
    for number in range(1, most + 1):
        for name, column in embryo_columns(number).items():
            yield _field(column, properties[name], kind, f"{properties[name]['description']} Of embryo {number} alone.")
