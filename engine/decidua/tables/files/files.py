"""Tables in files: CSV, Parquet (also a folder of parts) and Arrow or Feather, read and written in batches.

What is written goes to a temporary file beside the one named and takes its name when it is whole: a run that fails
leaves nothing half done, and a file that exists is never overwritten unasked.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from decidua.errors import DeciduaError, Fault
from decidua.tables.cells.mapping import ColumnMapping
from decidua.tables.files.folder import ParquetParts
from decidua.tables.files.reasons import CELL_BYTES, columns_twice, reason, refuse_types, wrong_line
from decidua.tables.files.stored import as_stored
from decidua.tables.files.swallowed import refuse_swallowed

__all__ = ["TableFile", "TableWriter", "kind_of", "open_column", "open_table", "refuse_itself"]

Kind = Literal["csv", "parquet", "arrow"]
ENDINGS: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
DELIMITERS = (",", ";", "\t", "|")
FIRST_LINE_BYTES = 4_000_000
ROWS = 100_000
"""Rows of a Parquet file that are read at once: as many as are judged at once, so that none need be put together."""


class TableFile:
    """A table that can be read batch by batch, once.

    Attributes:
        columns: Names of the columns.
        schema: Their types.
        rows: How many rows; None where that is not known before all are read.
    """

    def __init__(
        self,
        name: str,
        schema: pa.Schema,
        batches: Iterator[pa.RecordBatch],
        rows: int | None,
        where: Callable[[str], int | None] = lambda _: None,
        encoding: str = "utf8",
    ) -> None:
        self.name = name
        self._where = where
        self._encoding = encoding
        self.columns: tuple[str, ...] = tuple(schema.names)
        self.rows = rows
        self._batches = batches
        twice = columns_twice(self.columns)
        if twice is not None:
            raise DeciduaError(Fault(twice, file=name))
        refuse_types(schema, name)
        empty = pl.from_arrow(as_stored(schema.empty_table()))
        self.schema = empty.schema if isinstance(empty, pl.DataFrame) else pl.Schema()

    def batches(self, women: int) -> Iterator[pl.DataFrame]:
        """Yield the rows in order, about so many at once.

        Raises:
            DeciduaError: The file cannot be read to its end; said with the row or byte where that is known.
        """
        waiting: list[pa.RecordBatch] = []
        held = 0
        try:
            for batch in self._batches:
                if tuple(batch.schema.names) != self.columns:
                    raise DeciduaError(Fault("names its columns in a way that cannot be read", self.name, 1))
                waiting.append(batch)
                held += batch.num_rows
                if held >= women:
                    yield from _sliced(waiting, women)
                    waiting, held = [], 0
        except (pa.ArrowException, UnicodeError) as error:
            said = reason(error, self._encoding)
            raise DeciduaError(Fault(said, self.name, self._where(said))) from None
        except OSError as error:
            said = reason(error) if error.strerror is None else f"cannot be read: {error.strerror}"
            raise DeciduaError(Fault(said, file=self.name)) from None
        if held:
            yield from _sliced(waiting, women)


def _sliced(batches: list[pa.RecordBatch], women: int) -> Iterator[pl.DataFrame]:
    table = as_stored(pa.Table.from_batches(batches))
    frame = pl.from_arrow(table.rename_columns([str(at) for at in range(table.num_columns)]))
    if isinstance(frame, pl.DataFrame):
        frame.columns = table.column_names  # a name that is empty would not be kept
        for at in range(0, frame.height, women):
            yield frame.slice(at, women)


def kind_of(path: Path) -> Kind:
    """Return the kind of table that a file's name stands for; a folder holds Parquet parts.

    Raises:
        DeciduaError: The name ends in nothing that is known.
    """
    kind = "parquet" if path.is_dir() else ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise DeciduaError(
            Fault(f"is no table that is known; its name must end in {', '.join(ENDINGS)}", file=str(path))
        )
    return kind


def open_table(path: str | Path, mapping: ColumnMapping) -> TableFile:
    """Open a table; nothing but its head is read.

    Args:
        path: A file, or a folder of Parquet parts, which are read in the order of their names.
        mapping: Says the encoding and the delimiter of a CSV file.

    Raises:
        DeciduaError: It does not exist, is empty, is not what its name says, or has a column twice.
    """
    path = Path(path)
    openers = {"csv": _open_csv, "parquet": _open_parquet, "arrow": _open_arrow}
    try:
        if not path.exists():
            raise DeciduaError(Fault("does not exist; check the path", file=str(path)))
        return openers[kind_of(path)](path, mapping)
    except pa.ArrowException as error:
        raise DeciduaError(Fault(reason(error), file=str(path))) from None
    except OSError as error:
        raise DeciduaError(Fault(f"cannot be read: {error.strerror or error}", file=str(path))) from None


def _open_csv(path: Path, mapping: ColumnMapping) -> TableFile:
    names, delimiter = _first_line(path, mapping)
    twice = columns_twice(names)
    if twice is not None:
        raise DeciduaError(Fault(twice, file=str(path)))
    schema = pa.schema([(name, pa.string()) for name in names])
    encoding = _encoding(mapping)
    return TableFile(
        str(path),
        schema,
        _csv_batches(path, schema, encoding, delimiter),
        None,
        lambda said: wrong_line(said, path, encoding, delimiter),
        encoding,
    )


def _csv_batches(path: Path, schema: pa.Schema, encoding: str, delimiter: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows as text: what a cell means is said later, by the finding it holds."""
    rows = 0
    alone = len(schema) == 1  # an empty line is a row then, with a cell that is empty
    for batch in pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(block_size=CELL_BYTES, encoding=encoding),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=not alone
        ),
        convert_options=pyarrow.csv.ConvertOptions(column_types=schema, strings_can_be_null=True, null_values=[""]),
    ):
        rows += batch.num_rows
        yield batch
    refuse_swallowed(path, encoding, delimiter, rows)


def _first_line(path: Path, mapping: ColumnMapping) -> tuple[list[str], str]:
    """Return the names in the first line, and the sign between them."""
    with path.open("rb") as stream:
        data = stream.read(FIRST_LINE_BYTES)
    if not data.strip():
        raise DeciduaError(Fault("is empty; the first line must name the columns", file=str(path)))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DeciduaError(Fault("is UTF-16 text; save it as UTF-8", file=str(path)))
    if b"\x00" in data:
        raise DeciduaError(Fault("is binary, not text; is it another kind of table?", file=str(path)))
    encoding = _encoding(mapping)
    try:
        line = data.partition(b"\n")[0].decode("utf-8-sig" if encoding == "utf8" else encoding).rstrip("\r")
    except UnicodeError as error:
        raise DeciduaError(Fault(reason(error, encoding), str(path), 1)) from None
    if not line.strip():
        raise DeciduaError(Fault("begins with a blank line; the first line must name the columns", str(path), 1))
    if "\r" in line:
        raise DeciduaError(Fault("ends its lines in an old way (CR alone); save it as CSV anew", str(path), 1))
    delimiter = mapping.delimiter or max(DELIMITERS, key=re.sub('"[^"]*"', "", line).count)
    try:
        return next(csv.reader([line], delimiter=delimiter), []), delimiter
    except csv.Error:
        raise DeciduaError(Fault("names its columns in a way that cannot be read", str(path), 1)) from None


def _encoding(mapping: ColumnMapping) -> str:
    """Return the encoding of a CSV file by one name, whichever of its names was written."""
    try:
        name = codecs.lookup(mapping.encoding).name
        "".encode(name)  # of those that are known some are for other things than text
    except LookupError:
        raise DeciduaError(f"there is no encoding '{mapping.encoding}'; write utf8 or latin1, say") from None
    return "utf8" if name in ("utf-8", "utf-8-sig") else name


def _open_parquet(path: Path, mapping: ColumnMapping) -> TableFile:  # noqa: ARG001 - all are opened alike
    parts = ParquetParts(path)
    return TableFile(str(path), parts.schema, parts.batches(ROWS), parts.rows)


def open_column(path: Path, mapping: ColumnMapping, column: str) -> TableFile:
    """Open a table of which one column is wanted; of Parquet nothing else is read then.

    Raises:
        DeciduaError: As ``open_table`` says.
    """
    if kind_of(path) != "parquet":
        return open_table(path, mapping)
    parts = ParquetParts(path)
    return TableFile(str(path), pa.schema([parts.schema.field(column)]), parts.batches(ROWS, column), parts.rows)


def _open_arrow(path: Path, mapping: ColumnMapping) -> TableFile:  # noqa: ARG001 - all are opened alike
    source = pa.memory_map(str(path))
    try:
        reader = pa.ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        stream = pa.ipc.open_stream(source)
        return TableFile(str(path), stream.schema, iter(stream), None)
    return TableFile(str(path), reader.schema, (reader.get_batch(at) for at in range(reader.num_record_batches)), None)


def refuse_itself(table: Path, out: Path) -> None:
    """Refuse to write to the file that is read, or among the parts in a folder that is.

    Raises:
        DeciduaError: They are one file, or the table is a folder and the file would lie in it.
    """
    try:
        among = table.is_dir() and table.resolve() in out.resolve().parents
        same = not among and out.samefile(table)
    except OSError:  # one of them is not there, or cannot be; that is said where it is opened
        return
    if among:
        raise DeciduaError(Fault(f"would lie among the parts in {table}, which are read; name another", file=str(out)))
    if same:
        raise DeciduaError(Fault("is a table that is read; name another file", file=str(out)))


class TableWriter:
    """Writes a table batch by batch; the file has its name only once it is whole.

    Args:
        path: Where it goes; its ending says the kind.
        overwrite: Whether it may replace a file that exists.

    Raises:
        DeciduaError: The file exists, or cannot be written: the disk is full, say.
    """

    def __init__(self, path: str | Path, *, overwrite: bool) -> None:
        self.path = Path(path)
        self._part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        self._writer: Any = None
        self._stream: Any = None
        try:
            self._kind = kind_of(self.path)
            self._check(overwrite=overwrite)
        except OSError as error:
            raise self._failed(error) from None
        self._overwrite = overwrite

    def _check(self, *, overwrite: bool) -> None:
        name = str(self.path)
        if self.path.is_dir():
            raise DeciduaError(Fault("is a folder; name a file", file=name))
        if self.path.exists() and not overwrite:
            raise DeciduaError(Fault("exists already; name another file, or say --force to replace it", file=name))
        if not self.path.parent.is_dir():
            raise DeciduaError(Fault(f"the folder {self.path.parent} does not exist", file=name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.discard()

    def write(self, batch: pl.DataFrame) -> None:
        """Write some rows."""
        try:
            self._write(batch)
        except OSError as error:
            raise self._failed(error) from None
        except (pl.exceptions.PolarsError, pa.ArrowException) as error:
            self.discard()
            said = f"cannot be written as {self._kind}: {str(error).splitlines()[0]}; another kind of file may hold it"
            raise DeciduaError(Fault(said, file=str(self.path))) from None

    def _write(self, batch: pl.DataFrame) -> None:
        if self._stream is None:
            self._stream = self._part.open("xb")
        if self._kind == "csv":
            truths = [name for name, kind in batch.schema.items() if kind == pl.Boolean]
            words = [
                pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name)
                for name in truths
            ]
            separator = "\t" if self.path.suffix.lower() == ".tsv" else ","
            batch.with_columns(words).write_csv(self._stream, include_header=self._writer is None, separator=separator)
            self._writer = True
            return
        if self._kind == "arrow":  # an Arrow file holds one list of categories, and a later batch may have others
            batch = batch.with_columns(cs.categorical().cast(pl.String))
        table = batch.to_arrow()
        if self._writer is None:
            make = pyarrow.parquet.ParquetWriter if self._kind == "parquet" else pa.ipc.new_file
            self._writer = make(self._stream, table.schema)
        self._writer.write_table(table.cast(self._writer.schema) if self._kind == "parquet" else table)

    def finish(self) -> None:
        """Give the file its name."""
        try:
            if self._kind != "csv" and self._writer is not None:
                self._writer.close()
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._name()
        except FileExistsError:
            self.discard()
            raise DeciduaError(Fault("came to exist meanwhile; nothing was replaced", file=str(self.path))) from None
        except OSError as error:
            raise self._failed(error) from None

    def _name(self) -> None:
        """Give the file its name; where it must not replace another, a hard link makes sure, if the disk has them."""
        if not self._overwrite:
            try:
                os.link(self._part, self.path)
            except FileExistsError:
                raise
            except OSError:
                if self.path.exists():
                    raise FileExistsError from None
            else:
                self._part.unlink()
                return
        self._part.replace(self.path)

    def discard(self) -> None:
        """Remove what was written so far."""
        if self._stream is not None:
            if self._kind != "csv" and self._writer is not None:
                with suppress(OSError, ValueError, pa.ArrowException):  # it would end the file by itself, and complain
                    self._writer.close()
            with suppress(OSError):
                self._stream.close()
            with suppress(OSError):
                self._part.unlink()
            self._stream = None

    def _failed(self, error: OSError) -> DeciduaError:
        self.discard()
        reason = (error.strerror or str(error)).lower().partition(" (os error")[0]
        return DeciduaError(Fault(f"cannot be written: {reason}; nothing was left behind", file=str(self.path)))
