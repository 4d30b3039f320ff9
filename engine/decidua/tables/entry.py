"""``decidua.cohort`` and ``decidua.feasibility``: the ways in to tables, which load what they need when called."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from decidua.errors import DeciduaError

if TYPE_CHECKING:
    from decidua.rulebook.book import Rulebook
    from decidua.tables.cells.mapping import ColumnMapping
    from decidua.tables.feasibility.result import FeasibilityReport
    from decidua.tables.result import CohortReport

__all__ = ["cohort", "feasibility", "need_extra"]

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


def cohort(  # noqa: PLR0913 - one call, named arguments
    table: Table,
    *,
    pregnancies: Any = None,
    transfers: Any = None,
    id: str | None = None,  # noqa: A002 - the word people use
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
        pregnancies: A long table, one row a pregnancy, or a file of it, though not of Spark; columns named as the
            fields of one in a profile (``decidua schema pregnancies --format csv``). No row is no known history, never
            "none", unless the column ``pregnancies.complete`` of the table of women says yes.
        transfers: The same of embryo transfers.
        id: The column with the woman's id, in the table and in those beside it.
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
    from decidua.tables.long.long import Beside  # noqa: PLC0415

    return judge_any(
        table,
        beside=Beside({"pregnancies": pregnancies, "transfers": transfers}, id),
        mapping=mapping,
        as_of=as_of,
        rulebook=rulebook,
        strict=strict,
        report=report,
    )


def feasibility(
    table: Any,
    studies: str | Sequence[str],
    *,
    change: str | Sequence[str] = (),
    mapping: Mapping[str, Any] | ColumnMapping | str | Path | None = None,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
    strict: bool = False,
) -> FeasibilityReport:
    """Count how many women of a table the eligibility of studies would take, not take, or cannot tell of.

    Args:
        table: One row a woman, as for ``cohort``, though not of Spark; or the path of such a table in a file or of a
            folder of Parquet parts, which is read in batches.
        studies: Id of a study, several, or ``all``.
        change: Changes to the eligibility of one study, in the rule language: ``2: losses.total >= 2`` (criterion 2 as
            it is numbered), ``losses.total >= 3 to losses.total >= 2`` (wherever that stands), ``drop 2``,
            ``add age < 40``. The counts then stand beside those of the study's own criteria.
        mapping: A mapping file, or what such a file holds.
        as_of: What could be said on a date; None is the date of the evidence base.
        rulebook: The rules; None takes the shipped ones.
        strict: Refuse a table with cells that cannot be used; else these women are unknown there.

    Returns:
        The counts. A criterion that no finding expresses is unknown of every woman; the counts without such criteria
        stand apart.

    Raises:
        DeciduaError: The extra is not installed, there is no such study, a change cannot be made, or the table cannot
            be read, with every fault found.
    """
    need_extra()
    from decidua.tables.feasibility.feasibility import count_any  # noqa: PLC0415 - the libraries for tables are an extra

    named = (studies,) if isinstance(studies, str) else tuple(studies)
    changes = (change,) if isinstance(change, str) else tuple(change)
    return count_any(table, named, changes, mapping=mapping, as_of=as_of, rulebook=rulebook, strict=strict)
