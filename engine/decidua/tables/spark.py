"""A Spark table of women, judged where its parts are: one row in, one row out, and no shuffle.

Two ways, one meaning. ``judge_spark`` has each part of the table judged by the very judge that judges a Polars table.
``verdicts`` has the facts read in the same way and leaves the conditions to Spark: they are expressions of Spark SQL
then, by the frame engine, and a verdict is true, false or null, which is unknown.

Executors are sent the rulebook of the driver, so that all of them judge by the same rules; the code of decidua must be
installed there, in the same release.
"""

from __future__ import annotations

import datetime
import pickle
import zlib
from collections.abc import Iterable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql.types import BooleanType, DoubleType, LongType, StringType, StructField, StructType

from decidua.assessment.loading import load_rulebook
from decidua.condition.syntax import Condition, rules_in
from decidua.engines.frame import FactColumns, FramePlan, Term
from decidua.errors import DeciduaError
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.tables.cells.columns import find_sources
from decidua.tables.cells.mapping import ColumnMapping, read_mapping
from decidua.tables.judging import TableJudge
from decidua.tables.parts import Shipped, judge_part, read_part, widely_typed
from decidua.truth import NO, UNKNOWN, YES, Verdict
from decidua.version import __version__

__all__ = ["VERDICT", "judge_spark", "packed", "verdicts"]

VERDICT = "decidua_verdict_"
"""What the names of the columns begin with that ``verdicts`` appends."""
GIVEN = "given "


def judge_spark(
    table: DataFrame,
    book: Rulebook,
    mapping: ColumnMapping,
    as_of: str | datetime.date | None,
    *,
    strict: bool = False,
) -> DataFrame:
    """Return a Spark table with the columns that ``decidua.cohort`` appends; nothing is read before an action.

    Raises:
        DeciduaError: It is no classic Spark ``DataFrame``, or its columns cannot be read, with every fault.
    """
    judge, shipped = _prepared(table, book, mapping, as_of, strict=strict)
    added = [_field(name, kind) for name, kind in judge.appended.items()]
    return _numbered(table).mapInArrow(partial(judge_part, shipped), StructType([*table.schema.fields, *added]))


def verdicts(
    table: DataFrame,
    rules: Iterable[str] | None = None,
    *,
    mapping: Mapping[str, Any] | ColumnMapping | str | Path | None = None,
    as_of: str | datetime.date | None = None,
    rulebook: Rulebook | None = None,
) -> DataFrame:
    """Append the verdicts of rules to a Spark table, worked out by Spark SQL; nothing is read before an action.

    Args:
        table: A classic Spark ``DataFrame``, one row a woman, columns named as the facts, in their units.
        rules: Ids of the rules; None takes every definition and panel.
        mapping: A mapping file, or what such a file holds.
        as_of: What could be said on a date; None is the date of the evidence base.
        rulebook: The rules; None takes the shipped ones.

    Returns:
        The columns given, in order, then one column a rule, ``decidua_verdict_ID`` with ``_`` for what is no letter or
        digit: true, false or null, which is unknown.

    Raises:
        DeciduaError: There is no such rule on that date, or the table cannot be read, with every fault.
    """
    book = rulebook if rulebook is not None else load_rulebook()
    judge, shipped = _prepared(table, book, read_mapping(mapping), as_of)
    wanted = _wanted(judge.view, rules)
    facts = {fact: _plainly(columns) for fact, columns in judge.cells.facts.items()}
    plan = FramePlan(_with_those_below(judge.view, wanted), facts)
    judged = plan.judge(nw.from_native(_read(table, judge, shipped)))
    given = [nw.col(f"{GIVEN}{at}").alias(name) for at, name in enumerate(table.columns)]
    return judged.select([*given, *(_said(plan.verdict(id_)).alias(_column(id_)) for id_ in wanted)]).to_native()


def _prepared(
    table: DataFrame, book: Rulebook, mapping: ColumnMapping, as_of: str | datetime.date | None, *, strict: bool = False
) -> tuple[TableJudge, Shipped]:
    """Check the columns of a table, and pack what executors need to judge it."""
    _refuse_other_kinds(table)
    view = book.at(as_of)
    read = tuple(source.column for source in find_sources(table.columns, mapping))
    judge = TableJudge(view, read, dict.fromkeys(read, pl.Null()), mapping)
    return judge, Shipped(packed(book, as_of, mapping), __version__, tuple(table.columns), read, strict)


def packed(book: Rulebook, as_of: str | datetime.date | None, mapping: ColumnMapping) -> bytes:
    """Return what executors judge by: the rules, the date that is asked for, and how the table is read."""
    return zlib.compress(pickle.dumps((book, as_of, mapping), protocol=5))


def _refuse_other_kinds(table: object) -> None:
    kind = type(table)
    if not isinstance(table, DataFrame) or ".connect" in kind.__module__:
        raise DeciduaError(
            f"of Spark's tables a classic DataFrame is read, not {kind.__module__}.{kind.__name__}; "
            "use a session that is not one of Spark Connect"
        )
    if find_spec("pandas") is None:
        raise DeciduaError(
            "PySpark needs pandas to hand its tables to Python; install the extra: pip install 'decidua[spark]'"
        )


def _read(table: DataFrame, judge: TableJudge, shipped: Shipped) -> DataFrame:
    """Return the table with numbered columns, and its typed facts beside them."""
    nobody = pl.DataFrame(schema=dict.fromkeys(shipped.read, pl.Null()))
    given = [
        StructField(f"{GIVEN}{at}", field.dataType, field.nullable, field.metadata)
        for at, field in enumerate(table.schema.fields)
    ]
    facts = [_field(_plain(name), kind) for name, kind in widely_typed(judge.cells.typed(nobody)).schema.items()]
    return _numbered(table).mapInArrow(partial(read_part, shipped), StructType([*given, *facts]))


def _numbered(table: DataFrame) -> DataFrame:
    """Return the table with numbered columns: Spark takes the point in a fact's name for a field of a struct."""
    return table.toDF(*(f"{GIVEN}{at}" for at in range(len(table.columns))))


def _field(name: str, kind: pl.DataType) -> StructField:
    kinds = {pl.Boolean: BooleanType, pl.Int64: LongType, pl.Float64: DoubleType, pl.String: StringType}
    return StructField(name, kinds[kind.base_type()]())


def _plain(name: str) -> str:
    return name.replace(".", " ")


def _plainly(columns: FactColumns) -> FactColumns:
    low, high = (None if name is None else _plain(name) for name in (columns.low, columns.high))
    return FactColumns(_plain(columns.value), low, high)


def _column(id_: str) -> str:
    return VERDICT + "".join(letter if letter.isalnum() else "_" for letter in id_)


def _wanted(view: DatedRulebook, rules: Iterable[str] | None) -> list[str]:
    wanted = [one.id for one in (*view.definitions, *view.panels)] if rules is None else list(dict.fromkeys(rules))
    for id_ in wanted:
        if id_ not in view.rules:
            raise DeciduaError(f"there is no rule '{id_}' on {view.day} ('decidua rules list' has them)")
    return wanted


def _with_those_below(view: DatedRulebook, wanted: Iterable[str]) -> dict[str, Condition]:
    """Return the conditions of some rules and of all that they refer to."""
    found: dict[str, Condition] = {}
    waiting = list(wanted)
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found[id_] = view.rules[id_].condition
            waiting.extend(sorted(rules_in(found[id_])))
    return found


def _said(term: Term) -> nw.Expr:
    if isinstance(term, Verdict):
        return nw.lit({YES: True, NO: False, UNKNOWN: None}[term], dtype=nw.Boolean())
    return nw.col(term)
