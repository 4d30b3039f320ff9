"""The mapping file: which columns of a table hold which facts, and how they are written there.

For example::

    decimal: ","
    missing: [NA, -9]
    columns:
      AGE_AT_VISIT: age
      N_LOSSES: {fact: losses.total, missing: [99]}
      APL: {fact: workup.antiphospholipid, recode: {pos: positive, neg: negative}}
    pregnancies:                  # a long table beside it; of transfers likewise
      columns:
        PATIENT: id
        OUTCOME: {fact: outcome, recode: {sab: miscarriage, lb: live_birth}}

What a long table is not told of missing data, decimals and encoding is as in the table of women.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from decidua.document import Document, parse_document, read_text
from decidua.errors import DeciduaError, Fault, nearest
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cells.names import read_name
from decidua.tables.long.fields import ID, KINDS, LongKind, long_fields

__all__ = ["ColumnMapping", "Mapped", "load_mapping", "read_mapping"]

WANTED = {
    "dict_type": "must hold lines such as 'AGE: age' below it",
    "list_type": "must be a list, such as [NA, -9]",
    "string_type": "must be a word or text; write it between quotation marks",
}
NOTHING = "holds nothing; an empty cell is unknown by itself, and codes of missing data stand under 'missing'"
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
        beside: How the long tables beside it are read.
    """

    columns: Mapping[str, Mapped]
    missing: tuple[str, ...]
    decimal: str
    encoding: str
    delimiter: str | None
    places: Mapping[str, Fault]
    beside: Mapping[LongKind, ColumnMapping] | None = None

    def of(self, kind: LongKind) -> ColumnMapping:
        """Return how a long table is read."""
        told = (self.beside or {}).get(kind)
        return ColumnMapping({}, self.missing, self.decimal, self.encoding, None, {}) if told is None else told

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


class _Table(_Strict):
    columns: dict[str, str | _Column] = Field(default_factory=dict)
    missing: list[Code] | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None


class _File(_Table):
    pregnancies: _Table | None = None
    transfers: _Table | None = None


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
    plain = ColumnMapping({}, (), ".", "utf8", None, {})
    women = _table(document, (), read, _column_of_women, plain, faults)
    beside: dict[LongKind, ColumnMapping] = {}
    for kind, table in zip(KINDS, (read.pregnancies, read.transfers), strict=True):
        if table is not None:
            beside[kind] = _table(document, (kind,), table, long_fields(kind).get, women, faults)
    if faults:
        raise DeciduaError(faults)
    return ColumnMapping(
        women.columns, women.missing, women.decimal, women.encoding, women.delimiter, women.places, beside
    )


def _column_of_women(name: str) -> Fact | None:
    found = read_name(name)
    return None if found is None else found[0]


def _table(
    document: Document,
    place: tuple[str, ...],
    read: _Table,
    find: Callable[[str], Fact | None],
    usual: ColumnMapping,
    faults: list[Fault],
) -> ColumnMapping:
    """Return how one table is read; what is not said of it is as usual."""
    columns: dict[str, Mapped] = {}
    places: dict[str, Fault] = {}
    for name, given in read.columns.items():
        column = _Column(fact=given) if isinstance(given, str) else given
        here = (*place, "columns", name)
        places[name] = _place(document, here, "")
        recode = {written(code): written(value) for code, value in column.recode.items()}
        fact = find(column.fact)
        if fact is None and (not place or column.fact != ID):
            near = nearest(column.fact, vocabulary() if not place else _fields_of(place[0]))
            if not place and column.fact == ID:
                near = "; the column with her id is named on the command line (--id COLUMN, or id='COLUMN')"
            faults.append(_place(document, here, f"there is no finding '{column.fact}'{near}"))
            continue
        for value in dict.fromkeys(recode.values()):
            allowed = "the ids as they are written" if fact is None else _refused(fact, value)
            if allowed is not None:
                message = f"'{value}' is no value of {column.fact if fact is None else fact.name}; use {allowed}"
                faults.append(_place(document, (*here, "recode"), message))
        columns[name] = Mapped(column.fact, recode, tuple(map(written, column.missing)))
    return ColumnMapping(
        columns,
        usual.missing if read.missing is None else tuple(map(written, read.missing)),
        read.decimal or usual.decimal,
        read.encoding or usual.encoding,
        read.delimiter,
        places,
    )


def _fields_of(kind: str) -> tuple[str, ...]:
    return (ID, *long_fields("pregnancies" if kind == "pregnancies" else "transfers"))


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
        if place in seen or (detail["loc"][-1] == "str" and isinstance(detail["input"], dict)):
            continue
        seen.add(place)
        if detail["type"] == "extra_forbidden":
            table = _Table if place[0] in ("pregnancies", "transfers") else _File
            names = ("fact", "recode", "missing") if "columns" in place else tuple(table.model_fields)
            message = f"there is no such key; it may hold {', '.join(names)}"
        elif detail["type"] == "missing":
            message = "is required here; add it"
        else:
            usual = f"{detail['msg'][0].lower()}{detail['msg'][1:]}"
            message = NOTHING if detail["input"] is None else WANTED.get(detail["type"], usual)
        yield _place(document, place, message)
