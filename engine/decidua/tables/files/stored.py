"""Arrow tables with types of other software's own taken as what they are stored as: a month as a number, say."""

from __future__ import annotations

import pyarrow as pa

__all__ = ["as_stored"]

MARK = b"ARROW:extension:"


def as_stored(table: pa.Table) -> pa.Table:
    """Return a table without types that Arrow itself does not have, such as a month, which is stored as a number.

    Polars would warn of each.
    """
    columns = [_storage(column) for column in table.columns]
    fields = [
        pa.field(field.name, column.type, field.nullable, _unmarked(field.metadata))
        for field, column in zip(table.schema, columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _storage(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    return pa.chunked_array([chunk.storage for chunk in column.chunks], type=column.type.storage_type)


def _unmarked(metadata: dict[bytes, bytes] | None) -> dict[bytes, bytes] | None:
    kept = {key: value for key, value in (metadata or {}).items() if not key.startswith(MARK)}
    return kept or None
