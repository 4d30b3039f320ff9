"""What commands over a table of women share: the formats of their counts, the long tables named, and their progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from decidua.cli.stopping import stopping

if TYPE_CHECKING:
    from decidua.tables.long.fields import LongKind
    from decidua.tables.run import Progress

__all__ = ["CohortFormat", "long_tables", "progress_of"]


class CohortFormat(StrEnum):
    """Formats of the counts over a table."""

    text = "text"
    json = "json"
    markdown = "markdown"
    csv = "csv"


def long_tables(pregnancies: Path | None, transfers: Path | None) -> dict[LongKind, Path]:
    """Return the long tables that were named."""
    named: dict[LongKind, Path | None] = {"pregnancies": pregnancies, "transfers": transfers}
    return {kind: path for kind, path in named.items() if path is not None}


@contextmanager
def progress_of(what: str) -> Iterator[Progress]:
    """Show progress on standard error where a person is watching, and stop after a batch where that is asked."""
    with stopping() as noted:
        if not sys.stderr.isatty():
            yield lambda done, total: noted.here()  # noqa: ARG005 - nobody looks
            return
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import TextColumn

        columns = (*Bar.get_default_columns(), TextColumn("{task.completed} women"))
        with Bar(*columns, console=Console(stderr=True), redirect_stdout=False, transient=True) as bar:
            task = bar.add_task(what, total=None)

            def told(done: int, total: int | None) -> None:
                bar.update(task, completed=done, total=total)
                noted.here()

            yield told
