"""The mapping file: which columns of a table hold which facts, and how they are written there.

For example::

    decimal: ","
    missing: [NA, -9]
    columns:
      AGE_AT_VISIT: age
      N_LOSSES: {fact: losses.total, missing: [99]}
      APL: {fact: workup.antiphospholipid, recode: {pos: positive, neg: negative}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from decidua.document import Document, parse_document, read_text
from decidua.errors import DeciduaError, Fault, nearest
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.tables.names import read_name

__all__ = ["ColumnMapping", "Mapped", "load_mapping", "read_mapping"]

MAX_MAPPING_BYTES = 1_000_000
Code = str | int | float | bool


class Mapped(Frozen):
    """How a column is read.

    Attributes:
        fact: The finding it holds, as columns are named: ``losses.total`` or ``losses.total_at_least``.
        recode: What cells are put into decidua's words, as they are written.
        missing: What cells mean that nothing is known, as they are written.
    """

    fact: str
    recode: Mapping[str, str]
    missing: tuple[str, ...]


class ColumnMapping(Frozen):
    """How a table is read; without a mapping file its columns are named as the facts.

    Attributes:
        columns: By the name of the column.
        missing: What means in every column that nothing is known.
        decimal: The sign before decimals in text.
        encoding, delimiter: Of a CSV file; None finds the delimiter in the first line.
        places: Where each column stands in the mapping file.
    """

    columns: Mapping[str, Mapped]
    missing: tuple[str, ...]
    decimal: str
    encoding: str
    delimiter: str | None
    places: Mapping[str, Fault]

    def missing_columns(self, columns: Sequence[str]) -> Iterator[Fault]:
        """Yield a fault for each column that is mapped and not in the table."""
        for name in self.columns:
            if name not in columns:
                place = self.places.get(name, Fault(""))
                message = f"the table has no column '{name}'{nearest(name, columns)}"
                yield Fault(message, place.file, place.line, place.field)


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Column(_Strict):
    fact: str
    recode: dict[Code, Code] = Field(default_factory=dict)
    missing: list[Code] = Field(default_factory=list)


class _File(_Strict):
    columns: dict[str, str | _Column] = Field(default_factory=dict)
    missing: list[Code] = Field(default_factory=list)
    decimal: Literal[".", ","] = "."
    encoding: str = "utf8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None


def load_mapping(path: str | Path) -> ColumnMapping:
    """Read a mapping file (YAML or JSON).

    Raises:
        DeciduaError: With every fault, each with file, line and cure.
    """
    return _read(parse_document(read_text(path, limit=MAX_MAPPING_BYTES), name=str(path)))


def read_mapping(mapping: Mapping[str, Any] | ColumnMapping | str | Path | None) -> ColumnMapping:
    """Return a mapping given as a file, as what such a file holds, or not at all.

    Raises:
        DeciduaError: With every fault.
    """
    if mapping is None:
        return ColumnMapping({}, (), ".", "utf8", None, {})
    if isinstance(mapping, ColumnMapping):
        return mapping
    if isinstance(mapping, str | Path):
        return load_mapping(mapping)
    return _read(Document(dict(mapping), "mapping"))


def _read(document: Document) -> ColumnMapping:
    try:
        read = _File.model_validate(document.value)
    except ValidationError as error:
        raise DeciduaError(list(_faults(error, document))) from None
    faults: list[Fault] = []
    columns: dict[str, Mapped] = {}
    places: dict[str, Fault] = {}
    for name, given in read.columns.items():
        column = _Column(fact=given) if isinstance(given, str) else given
        places[name] = _place(document, ("columns", name), "")
        found = read_name(column.fact)
        if found is None:
            message = f"there is no finding '{column.fact}'{nearest(column.fact, vocabulary())}"
            faults.append(_place(document, ("columns", name), message))
            continue
        fact = found[0]
        recode = {written(code): written(value) for code, value in column.recode.items()}
        faults.extend(
            _place(document, ("columns", name, "recode"), f"'{value}' is no value of {fact.name}; use {allowed}")
            for value in dict.fromkeys(recode.values())
            if (allowed := _refused(fact, value)) is not None
        )
        columns[name] = Mapped(column.fact, recode, tuple(map(written, column.missing)))
    if faults:
        raise DeciduaError(faults)
    return ColumnMapping(
        columns, tuple(map(written, read.missing)), read.decimal, read.encoding, read.delimiter, places
    )


def written(code: Code) -> str:
    """Return a code as it stands in a cell: true is yes, and a whole number has no point."""
    if isinstance(code, bool):
        return "yes" if code else "no"
    return str(int(code)) if isinstance(code, float) and code.is_integer() else str(code)


def _refused(fact: Fact, value: str) -> str | None:
    """Return what is allowed where a value is not."""
    if fact.kind == "yes_no":
        return None if value in ("yes", "no") else "yes or no"
    if fact.kind == "choice":
        return None if value in fact.choices else ", ".join(fact.choices)
    try:
        number = float(value)
    except ValueError:
        return "a number"
    low, high = fact.minimum, fact.maximum
    inside = (low is None or number >= low) and (high is None or number <= high)
    return None if inside else "a number in its possible range"


def _place(document: Document, place: tuple[str | int, ...], message: str) -> Fault:
    return Fault(message, document.name, document.line_of(place), ".".join(str(step) for step in place))


def _faults(error: ValidationError, document: Document) -> Iterator[Fault]:
    seen: set[tuple[Any, ...]] = set()
    for detail in error.errors(include_url=False):
        place = tuple(step for step in detail["loc"] if step not in ("str", "_Column", "int", "float", "bool", "[key]"))
        if place in seen:
            continue
        seen.add(place)
        if detail["type"] == "extra_forbidden":
            names = ("fact", "recode", "missing") if "columns" in place else tuple(_File.model_fields)
            message = f"there is no such key; it may hold {', '.join(names)}"
        elif detail["type"] == "missing":
            message = "is required here; add it"
        else:
            message = f"{detail['msg'][0].lower()}{detail['msg'][1:]}"
        yield _place(document, place, message)
