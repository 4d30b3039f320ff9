"""Rows of a CSV file that a stray quotation mark swallowed: the women in them would be lost without a word."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from decidua.errors import DeciduaError, Fault
from decidua.tables.files.reasons import CELL_BYTES

__all__ = ["refuse_swallowed"]

READ_AT_ONCE = 1_000_000


def refuse_swallowed(path: Path, encoding: str, delimiter: str, rows: int) -> None:
    """Refuse a file in which a quoted cell runs over several lines and is not closed as a cell is.

    Where each row is one line nothing is looked at.

    Args:
        path: The file.
        encoding: Its encoding.
        delimiter: The sign between its cells.
        rows: How many rows were read, the head apart.

    Raises:
        DeciduaError: With the line in which the quotation mark is opened.
    """
    if _lines(path) == rows + 1:
        return
    with path.open(encoding=encoding, errors="replace", newline="") as stream, _long_cells():
        if _well_quoted(stream, delimiter):
            return
    number = -1
    with path.open(encoding=encoding, errors="replace", newline="") as stream, _long_cells():
        held: list[str] = []
        try:
            for row in csv.reader(_kept(stream, held), delimiter=delimiter):
                number += bool(row)
                if len(held) > 1 and not _well_quoted(held, delimiter):
                    raise DeciduaError(_fault(path, number, open_ended=not stream.read(1)))
                held.clear()
        except csv.Error:
            return


def _fault(path: Path, row: int, *, open_ended: bool) -> Fault:
    what = "never closes it" if open_ended else "closes it in another, within a cell"
    return Fault(
        f"opens a quotation mark in row {row} and {what}, so that the rows after it are in one cell; "
        "remove it, or write each mark within a cell twice",
        file=str(path),
    )


def _lines(path: Path) -> int:
    """Count the lines of a file; the last need not be ended."""
    count, last = 0, b"\n"
    with path.open("rb") as stream:
        while data := stream.read(READ_AT_ONCE):
            count, last = count + data.count(b"\n"), data[-1:]
    return count + (last != b"\n")


def _kept(lines: Iterator[str], held: list[str]) -> Iterator[str]:
    for line in lines:
        held.append(line)
        yield line


def _well_quoted(lines: Iterable[str], delimiter: str) -> bool:
    try:
        deque(csv.reader(lines, delimiter=delimiter, strict=True), maxlen=0)
    except csv.Error:
        return False
    return True


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be as long as a row may be."""
    before = csv.field_size_limit(CELL_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)
