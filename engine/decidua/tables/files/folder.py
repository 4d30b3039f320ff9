"""A folder of Parquet parts as one table: the parts in the order of their names, and what their folders are named for.

A folder named ``COLUMN=VALUE``, as other software lays parts out, says of every row in it what stands in no part. Such
a column comes last, as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from decidua.errors import DeciduaError, Fault
from decidua.tables.files.reasons import reason

__all__ = ["ParquetParts"]

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is named where the value is missing."""


class ParquetParts:
    """The parts of a table: those in a folder, or one file alone.

    Args:
        path: A folder, or a Parquet file.

    Attributes:
        schema: Names and types of the columns.
        rows: How many rows.

    Raises:
        DeciduaError: There is no part, one is no Parquet file, or they have different columns.
    """

    def __init__(self, path: Path) -> None:
        self._paths = sorted(_parts(path)) if path.is_dir() else [path]
        if not self._paths:
            raise DeciduaError(Fault("holds no .parquet file", file=str(path)))
        heads = [_head(part) for part in self._paths]
        own = heads[0][0]
        for (schema, _), name in zip(heads, self._paths, strict=True):
            if schema != own:
                said = f"has other columns or types than {self._paths[0]}{_difference(own, schema)}"
                raise DeciduaError(Fault(said, file=str(name)))
        self.rows = sum(rows for _, rows in heads)
        self._values = [_named_for(path, part) for part in self._paths] if path.is_dir() else [{}]
        self._named = tuple(name for name in self._values[0] if name not in own.names)
        for values, name in zip(self._values, self._paths, strict=True):
            if values.keys() != self._values[0].keys():
                said = f"lies in folders that are named for other columns than those of {self._paths[0]}"
                raise DeciduaError(Fault(said, file=str(name)))
        self.schema = pa.schema([*own, *(pa.field(name, pa.string()) for name in self._named)])

    def batches(self, rows: int, column: str | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, at most so many at once; of one column alone where it is named."""
        named = [name for name in self._named if column in (None, name)]
        own = None if column is None else [one for one in (column,) if one not in named]
        for path, values in zip(self._paths, self._values, strict=True):
            with _opened(path) as part:
                for batch in part.iter_batches(rows, columns=own):
                    yield _with_text(batch, {name: values[name] for name in named})


def _with_text(batch: pa.RecordBatch, more: dict[str, str | None]) -> pa.RecordBatch:
    """Return a batch with columns that hold the same text in every row."""
    columns = [pa.array([text] * batch.num_rows, pa.string()) for text in more.values()]
    schema = pa.schema([*batch.schema, *(pa.field(name, pa.string()) for name in more)])
    return pa.RecordBatch.from_arrays([*batch.columns, *columns], schema=schema)


def _parts(folder: Path) -> Iterator[Path]:
    """Yield the parts in a folder; what is hidden or begins with an underscore is another program's."""
    for part in folder.rglob("*.parquet"):
        if not any(name.startswith((".", "_")) for name in part.relative_to(folder).parts):
            yield part


def _opened(part: Path) -> pyarrow.parquet.ParquetFile:
    try:
        return pyarrow.parquet.ParquetFile(part)
    except pa.ArrowException as error:
        raise DeciduaError(Fault(reason(error), file=str(part))) from None


def _head(part: Path) -> tuple[pa.Schema, int]:
    """Return the columns and how many rows; a part is open only while it is looked at, for there may be thousands."""
    with _opened(part) as opened:
        return opened.schema_arrow, opened.metadata.num_rows


def _named_for(folder: Path, part: Path) -> dict[str, str | None]:
    """Return what the folders of a part are named for, by column."""
    pairs = (name.partition("=") for name in part.parent.relative_to(folder).parts)
    return {
        _unescaped(column): None if value == NO_VALUE else _unescaped(value)
        for column, sign, value in pairs
        if column and sign
    }


def _unescaped(name: str) -> str:
    """Return a name with its signs themselves in place of their codes: ``%2F`` is a stroke."""
    signs = re.sub(rb"%([0-9A-Fa-f]{2})", lambda code: bytes.fromhex(code[1].decode()), name.encode("utf-8", "replace"))
    return signs.decode("utf-8", "replace")


def _difference(first: pa.Schema, other: pa.Schema) -> str:
    """Name a column in which two parts differ."""
    for name in first.names:
        if name not in other.names:
            return f", which has the column '{name}' too"
        if other.field(name).type != first.field(name).type:
            return f": '{name}' holds {other.field(name).type} here and {first.field(name).type} there"
    more = next((name for name in other.names if name not in first.names), None)
    return ": their order differs" if more is None else f": '{more}' is here alone"
