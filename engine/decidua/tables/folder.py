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
from decidua.tables.reasons import reason

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
        self._files = [_opened(part) for part in self._paths]
        own = self._files[0].schema_arrow
        for part, name in zip(self._files, self._paths, strict=True):
            if part.schema_arrow != own:
                said = f"has other columns or types than {self._paths[0]}{_difference(own, part.schema_arrow)}"
                raise DeciduaError(Fault(said, file=str(name)))
        self._values = [_named_for(path, part) for part in self._paths] if path.is_dir() else [{}]
        self._named = tuple(name for name in self._values[0] if name not in own.names)
        for values, name in zip(self._values, self._paths, strict=True):
            if values.keys() != self._values[0].keys():
                said = f"lies in folders that are named for other columns than those of {self._paths[0]}"
                raise DeciduaError(Fault(said, file=str(name)))
        self.schema = pa.schema([*own, *(pa.field(name, pa.string()) for name in self._named)])
        self.rows = sum(part.metadata.num_rows for part in self._files)

    def batches(self, rows: int, column: str | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, at most so many at once; of one column alone where it is named."""
        named = [name for name in self._named if column in (None, name)]
        own = None if column is None else [one for one in (column,) if one not in named]
        for part, values in zip(self._files, self._values, strict=True):
            for batch in part.iter_batches(rows, columns=own):
                more = [pa.array([values[name]] * batch.num_rows, pa.string()) for name in named]
                yield pa.RecordBatch.from_arrays(
                    [*batch.columns, *more],
                    schema=pa.schema([*batch.schema, *(pa.field(name, pa.string()) for name in named)]),
                )


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
