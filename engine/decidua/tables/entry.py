"""``decidua.cohort``: the way in to tables, which loads what they need only when it is called."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from decidua.errors import DeciduaError

if TYPE_CHECKING:
    from decidua.rulebook.book import Rulebook
    from decidua.tables.mapping import ColumnMapping
    from decidua.tables.result import CohortReport

__all__ = ["cohort", "need_extra"]

NEEDED = ("narwhals", "polars", "pyarrow")

Table = TypeVar("Table")


def need_extra() -> None:
    """Check that the libraries for tables are installed.

    Raises:
        DeciduaError: One is missing; says how to install it.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise DeciduaError(
            f"tables need {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed; "
            "install the extra: pip install 'decidua[cohort]'"
        )


def cohort(
    table: Table,
    *,
    mapping: Mapping[str, Any] | ColumnMapping | str | Path | None = None,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    strict: bool = False,
    report: Callable[[CohortReport], None] | None = None,
) -> Table:
    """Judge a table of women: one row in, one row out, the columns given first and ``decidua_`` columns appended.

    Args:
        table: One row a woman, columns named as the facts, in their units: a Polars ``DataFrame`` or ``LazyFrame``, a
            pandas ``DataFrame``, a PyArrow ``Table`` or a Spark ``DataFrame`` (extra ``decidua[spark]``). What is lazy
            stays so: it is read when it is collected or written.
        mapping: A mapping file, or what such a file holds.
        as_of: What could be said on a date; None is the date of the evidence base.
        rulebook: The rules; None takes the shipped ones.
        strict: Refuse a table with cells that cannot be used; else these women are unknown there.
        report: Called with the counts over the whole table; not for a lazy table, which may be read in parts.

    Returns:
        A table of the same kind. Verdicts are true, false or null, which is unknown.

    Raises:
        DeciduaError: The extra is not installed, or the table cannot be read, with every fault found.
    """
    need_extra()
    from decidua.tables.cohort import judge_any  # noqa: PLC0415 - the libraries for tables are an extra

    return judge_any(table, mapping=mapping, as_of=as_of, rulebook=rulebook, strict=strict, report=report)
