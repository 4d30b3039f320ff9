"""Why a file cannot be read as a table, in decidua's words: what other libraries say is of no help to a reader."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from decidua.errors import DeciduaError, Fault

__all__ = ["CELL_BYTES", "columns_twice", "reason", "refuse_types", "wrong_line"]

CELL_BYTES = 8_000_000
"""Most bytes of one row of a CSV file."""

IS_NOT = "is not"
DAMAGED = ("deserializ", "decompress", "corrupt", "checksum", "end of stream")
CUT_SHORT = ("magic bytes", "metadata bytes", "file size is", "footer", "schema message")


def reason(error: Exception, encoding: str = "utf8") -> str:
    """Say why a table cannot be read.

    Args:
        error: What the library that read it said.
        encoding: In which it was read, if it is text.
    """
    text = str(error)
    if isinstance(error, UnicodeError) or "UTF8" in text or "UTF-8" in text:
        if encoding != "utf8":
            return f"{IS_NOT} {encoding} text, as its encoding was said to be; save it as UTF-8, or name another"
        return f"{IS_NOT} UTF-8 text; save it as UTF-8, or name its encoding in the mapping file ('encoding: latin1')"
    if "Expected" in text and "columns, got" in text:
        at = text.index("Expected")
        said = text[at:].partition(": ")[0].replace("Expected", "expected")
        return f"is ragged: {said}; each line must have a cell for each column"
    if "Empty CSV" in text:
        return "has no rows, so there is nobody to judge"
    if "straddl" in text:
        return f"has a row of more than {CELL_BYTES // 1_000_000} MB; is a quotation mark opened and never closed?"
    if any(sign in text for sign in CUT_SHORT):
        return "is no whole Parquet or Arrow file; it was cut short, or is another kind of file"
    if any(sign in text.lower() for sign in DAMAGED):
        return "is damaged within, or was not written to its end; copy or save it anew"
    return f"cannot be read: {text.splitlines()[0]}"


def columns_twice(names: Sequence[str]) -> str | None:
    """Say which columns have the same name; None where each has its own."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if not twice:
        return None
    if not twice[0]:
        return "has several columns without a name; name or remove them"
    return f"has several columns named {', '.join(twice)}; rename or remove all but one of each"


def wrong_line(said: str, path: Path, encoding: str, delimiter: str) -> int | None:
    """Find the line of a CSV file that is said to be wrong; None where it cannot be found.

    Args:
        said: What ``reason`` says of it.
        path: The file.
        encoding: Its encoding.
        delimiter: The sign between its cells.
    """
    if said.startswith(IS_NOT):
        return _undecodable_line(path, encoding)
    return _ragged_line(path, encoding, delimiter) if "ragged" in said else None


def _undecodable_line(path: Path, encoding: str) -> int | None:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return number
    return None


def _ragged_line(path: Path, encoding: str, delimiter: str) -> int | None:
    """Find the first line of a CSV file with other than as many cells as the head; None where it cannot be found."""
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            cells = len(next(reader))
            return next((reader.line_num for row in reader if len(row) not in (0, cells)), None)
        except csv.Error:
            return None


def refuse_types(schema: pa.Schema, name: str) -> None:
    """Refuse columns of types that tables are not judged with.

    Raises:
        DeciduaError: With each of them.
    """
    faults = [
        Fault(f"the column '{field.name}' is of the type {field.type}, which cannot be read; save it as text", name)
        for field in schema
        if any(_unreadable(kind) for kind in _within(field.type))
    ]
    if faults:
        raise DeciduaError(faults)


def _unreadable(kind: pa.DataType) -> bool:
    types = pa.types
    checks = (types.is_decimal256, types.is_interval, types.is_run_end_encoded, types.is_union)
    return any(check(kind) for check in checks)


def _within(kind: pa.DataType) -> Iterator[pa.DataType]:
    yield kind
    if isinstance(kind, pa.BaseExtensionType):
        yield from _within(kind.storage_type)
    for at in range(kind.num_fields):
        yield from _within(kind.field(at).type)
