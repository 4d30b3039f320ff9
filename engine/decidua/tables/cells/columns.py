"""The columns of a table as typed facts: what can be used is, what cannot is counted and unknown, never a silent no."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from decidua.engines.frame import FactColumns
from decidua.errors import DeciduaError, Fault, nearest
from decidua.frozen import Frozen
from decidua.profile.facts import IMPLIED
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cells.counts import CONTRADICTS
from decidua.tables.cells.mapping import ColumnMapping, Mapped
from decidua.tables.cells.names import COMPLETE, ENDINGS, PREFIX, Part, allowed_in, read_name
from decidua.tables.cells.plain import PlainColumn, plain_column, plain_columns, type_of
from decidua.tables.cells.written import as_written, ways_to_write
from decidua.tables.long.fields import KINDS
from decidua.tables.long.histories import BORN, Group, HistoryGroup, LongTables, groups_of
from decidua.tables.result import ColumnFault, Problem

__all__ = ["Cells", "Source", "find_sources"]

TRUTHS = {"yes": True, "true": True, "1": True, "1.0": True, "no": False, "false": False, "0": False, "0.0": False}
FIRST_ROWS = 3
BEYOND = 1e15
"""A whole number that no fact can have, and that whole numbers and decimals hold alike."""


class Source(Frozen):
    """A column of the table and the fact it holds; ``part`` says which end, where the fact stands in two columns."""

    column: str
    fact: Fact
    part: Part
    mapped: Mapped

    @property
    def name(self) -> str:
        """The fact as a column is named for it."""
        return self.fact.name + ENDINGS[self.part]


def find_sources(
    columns: Sequence[str], mapping: ColumnMapping, beside: LongTables | None = None
) -> tuple[Source, ...]:
    """Find the columns that hold facts.

    Args:
        columns: All columns of the table.
        mapping: How it is read.
        beside: Long tables: with them a table may hold nothing but ids, and only with them it says of a history that
            it is complete. What is counted in the table alone has gaps, and a gap is no 0.

    Raises:
        DeciduaError: A column stands there twice, is appended by decidua, is mapped and missing, or holds the same
            fact as another; or no column holds a fact.
    """
    faults = [*_unusable(columns), *mapping.missing_columns(columns)]
    sources: dict[str, Source] = {}
    for column in dict.fromkeys(columns):
        mapped = mapping.columns.get(column)
        named = column if mapped is None else mapped.fact
        found = read_name(named)
        if found is None or (named in COMPLETE and not _is_beside(beside, named)):
            continue
        if named in sources:
            faults.append(
                Fault(f"the columns '{sources[named].column}' and '{column}' both hold '{named}'; keep one of them")
            )
            continue
        sources[named] = Source(column, *found, mapped or Mapped(named, {}, ()))
    if beside is None and not sources and not faults:
        faults.append(_no_fact(columns))
    if faults:
        raise DeciduaError(faults)
    return tuple(sources.values())


def _is_beside(beside: LongTables | None, complete: str) -> bool:
    return beside is not None and any(complete == f"{kind}.complete" for kind in beside.tables)


def _unusable(columns: Sequence[str]) -> Iterable[Fault]:
    for column in dict.fromkeys(columns):
        times = columns.count(column)
        if times > 1:
            yield Fault(f"the table has {times} columns named '{column}'; rename or remove all but one")
        if column.startswith(PREFIX):
            yield Fault(f"the column '{column}' begins with '{PREFIX}', as those do that are appended; rename it")


def _no_fact(columns: Sequence[str]) -> Fault:
    near = next((hint for column in columns if (hint := nearest(column, vocabulary()))), "")
    return Fault(
        "no column of the table is named as a finding ('decidua schema facts --format csv' lists the names)"
        f"{near}; rename the columns or give a mapping file"
    )


class Cells:
    """The cells of some columns as typed facts, batch by batch, with a count of what could not be used.

    Args:
        sources: The columns.
        schema: Their types.
        mapping: How missing data and numbers are written.
        beside: Long tables from which facts are drawn too.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        schema: Mapping[str, pl.DataType],
        mapping: ColumnMapping,
        beside: LongTables | None = None,
    ) -> None:
        self.sources = sources
        self.rows = 0
        self._schema = schema
        self._mapping = mapping
        self._known: dict[str, int] = dict.fromkeys((source.column for source in sources), 0)
        self._bad: dict[tuple[str, str, Problem], int] = {}
        self._first: dict[tuple[str, str, Problem], list[int]] = {}
        self._plain = [(source.column, self._plain_column(source)) for source in sources]
        self._present = {source.fact.name: source.fact for source in sources}
        self._groups = groups_of(self._present, beside)
        counted = {name for group in self._groups for name in group.facts}
        self._limited = {source.fact.name for source in sources if source.part != "exact"} | counted
        self.facts = self._fact_columns()

    def _plain_column(self, source: Source) -> PlainColumn | None:
        if source.mapped.recode:
            return None
        codes = {*self._mapping.missing, *source.mapped.missing}
        return plain_column(source.column, source.fact, self._schema[source.column], codes)

    def _fact_columns(self) -> dict[str, FactColumns]:
        columns = {
            name: FactColumns(name, f"{name} low", f"{name} high") if name in self._limited else FactColumns(name)
            for name in dict.fromkeys([*self._present, *(name for group in self._groups for name in group.facts)])
        }
        for known, _, implied, _ in IMPLIED:
            if known in columns:
                columns.setdefault(implied, FactColumns(implied))
        return columns

    @property
    def empty(self) -> tuple[str, ...]:
        """Columns that held nothing so far."""
        return tuple(column for column, known in self._known.items() if known == 0)

    @property
    def worked_out(self) -> int:
        """For how many distinct combinations of counts their bounds were worked out."""
        return max((group.worked_out for group in self._groups), default=0)

    @property
    def faults(self) -> tuple[ColumnFault, ...]:
        """What could not be used so far, in the order of the columns."""
        order = {source.column: at for at, source in enumerate(self.sources)}
        return tuple(
            ColumnFault(*key, rows, tuple(self._first[key]), self._allowed(*key))
            for key, rows in sorted(self._bad.items(), key=lambda one: (order.get(one[0][0], -1), one[0]))
        )

    def _allowed(self, column: str, fact: str, problem: Problem) -> str:
        if problem != "contradiction":
            return allowed_in(self._present[fact])
        if fact in KINDS:
            return f"no more births and losses after transfers than {fact} have room for"
        if column in KINDS:
            return (
                f"rows that fit each other and what stands in {fact}" if fact else "what can all be true of one woman"
            )
        if fact in self._present:
            return "a lower limit not above the upper, and a value within them"
        return f"counts that fit each other in {fact}"

    def typed(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the typed facts of a batch, one column a fact or three where it may be known within limits."""
        if not self.sources:  # a table of ids: what is known stands beside it
            return self._drawn(batch.select(pl.int_range(pl.len()).alias("read row")))
        plain = plain_columns(batch, self._plain)
        rest = [(at, source) for at, source in enumerate(self.sources) if at not in plain]
        cells = batch.select([self._read(source).alias(f"read {at}") for at, source in rest])
        both = cells.with_columns(
            *(value.alias(f"typed {at}") for at, value in plain.items()),
            *(
                _typed(source.fact, cells.schema[f"read {at}"], f"read {at}", self._decimal(source)).alias(
                    f"typed {at}"
                )
                for at, source in rest
            ),
        )
        return self._drawn(self._within_limits(both, plain.keys()))

    def _drawn(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Add what the facts say of each other."""
        for group in self._groups:
            facts = self._bound(facts, group)
        facts = self._with_room_for_births(facts)
        for rule in IMPLIED:
            if rule[0] in facts.columns:
                facts = facts.with_columns(_implied(facts.columns, rule))
        self.rows += facts.height
        return facts

    def _with_room_for_births(self, facts: pl.DataFrame) -> pl.DataFrame:
        """Hold the pregnancies that came of her transfers against those she had; what does not fit is not used."""
        born = {name: count for name, count in BORN.items() if name in facts.columns}
        held = {name: f"{count} high" for name, count in born.items() if f"{count} high" in facts.columns}
        if held:
            wrong = facts.select(
                pl.any_horizontal(pl.col(name) > pl.col(high) for name, high in held.items()).fill_null(value=False)
            ).to_series()
            self._note(("transfers", "pregnancies", "contradiction"), facts, pl.lit(wrong))
            ends = {f"{name}{end}" for group in self._groups for name in group.facts for end in ("", " low", " high")}
            unused = [name for name in facts.columns if name in ends]
            facts = facts.with_columns(pl.when(~wrong).then(pl.col(name)) for name in unused)
        return facts.drop(list(born))

    def _decimal(self, source: Source) -> str:
        """Return the sign before decimals where numbers stand in text; what was a number is written with a point."""
        return "." if self._schema[source.column].is_numeric() else self._mapping.decimal

    def _read(self, source: Source) -> pl.Expr:
        """Read a column: blanks and codes of missing data are null, other codes are put into decidua's words."""
        dtype = self._schema[source.column]
        cell = pl.col(source.column)
        if isinstance(dtype, pl.Categorical | pl.Enum):
            cell, dtype = cell.cast(pl.String), pl.String()
        codes = set(ways_to_write(dict.fromkeys([*self._mapping.missing, *source.mapped.missing], "")))
        if dtype.is_float():
            cell = cell.fill_nan(None)
        if isinstance(dtype, pl.String):
            cell = cell.str.strip_chars()
            cell = pl.when(cell != "").then(cell)
        written = as_written(cell, dtype)
        if codes and written is not None:
            cell = pl.when(~written.is_in(list(codes))).then(cell)
        if source.mapped.recode and written is not None:
            recode = ways_to_write(source.mapped.recode)
            point = self._decimal(source) if source.fact.kind == "number" else "."
            words = [word.replace(".", point) for word in recode.values()]
            cell = as_written(cell, dtype).replace(list(recode), words)  # type: ignore[union-attr]
        return cell

    def _within_limits(self, both: pl.DataFrame, plain: Collection[int]) -> pl.DataFrame:
        """Drop what is out of range or contradicts itself, and count it."""
        checks: dict[tuple[str, str, Problem], pl.Expr] = {}
        used: dict[str, dict[Part, pl.Expr]] = {}
        known = []
        for at, source in enumerate(self.sources):
            value, key = pl.col(f"typed {at}"), (source.column, source.fact.name)
            if at in plain:
                known.append(value.count())
                used.setdefault(source.fact.name, {})[source.part] = value
                continue
            cell = pl.col(f"read {at}")
            known.append(cell.count())
            category = source.fact.kind in ("choice", "yes_no")
            checks[*key, "unknown_category" if category else "wrong_type"] = cell.is_not_null() & value.is_null()
            outside = _outside(source.fact, value)
            if outside is not None:
                checks[*key, "out_of_range"] = outside
                value = pl.when(~outside).then(value)
            used.setdefault(source.fact.name, {})[source.part] = value
        columns: list[pl.Expr] = []
        for name, parts in used.items():
            if name not in self._limited:
                columns.append(parts["exact"].alias(name))
                continue
            wrong, made = _joined(self._present[name], parts)
            if len(parts) > 1:
                column = next(source.column for source in self.sources if source.fact.name == name)
                checks[column, name, "contradiction"] = wrong
            columns.extend(made)
        self._count(both, checks, known)
        return both.select(columns)

    def _bound(self, facts: pl.DataFrame, group: Group) -> pl.DataFrame:
        """Let the counts of a group bound each other; where they cannot all be true, all of them are unknown."""
        bounded = group.apply(facts)
        columns = [source.column for source in self.sources if source.fact.name in group.given]
        first = group.kind if isinstance(group, HistoryGroup) else columns[0]
        self._note((first, ", ".join(columns), "contradiction"), bounded, pl.col(CONTRADICTS))
        return facts.with_columns(bounded.drop(CONTRADICTS).get_columns())

    def _count(self, both: pl.DataFrame, checks: dict[Any, pl.Expr], known: list[pl.Expr]) -> None:
        counted = both.select(known).row(0)
        for source, some in zip(self.sources, counted, strict=True):
            self._known[source.column] += some
        if not checks:
            return
        sums = both.select(
            check.fill_null(value=False).sum().alias(str(at)) for at, check in enumerate(checks.values())
        )
        for (key, check), rows in zip(checks.items(), sums.row(0), strict=True):
            if rows:
                self._note(key, both, check)

    def _note(self, key: tuple[str, str, Problem], frame: pl.DataFrame, check: pl.Expr) -> None:
        """Count the rows where a cell cannot be used, and keep the first of them."""
        found = frame.select(check.fill_null(value=False).arg_true().alias("row"))["row"]
        if found.len():
            self._bad[key] = self._bad.get(key, 0) + found.len()
            first = self._first.setdefault(key, [])
            first.extend(self.rows + int(at) + 1 for at in found.head(FIRST_ROWS - len(first)))


def _typed(fact: Fact, dtype: pl.DataType, column: str, decimal: str) -> pl.Expr:
    """Return the cells as the fact's type; null where they cannot be."""
    cell = pl.col(column)
    if isinstance(dtype, pl.Null):
        return cell.cast(type_of(fact))
    if fact.kind == "yes_no":
        return _truth(cell, dtype)
    if fact.kind == "choice":
        words = {choice.lower(): choice for choice in fact.choices}
        if not isinstance(dtype, pl.String):
            return pl.lit(None, type_of(fact))
        return cell.str.to_lowercase().replace_strict(
            list(words), list(words.values()), default=None, return_dtype=type_of(fact)
        )
    number = _number(cell, dtype, decimal)
    if number is None:
        return pl.lit(None, type_of(fact))
    if fact.kind == "number":
        return number
    return pl.when(number == number.round(0)).then(number.clip(-BEYOND, BEYOND)).cast(pl.Int64)


def _truth(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Boolean):
        return cell
    if isinstance(dtype, pl.String):
        return cell.str.to_lowercase().replace_strict(
            list(TRUTHS), list(TRUTHS.values()), default=None, return_dtype=pl.Boolean
        )
    if dtype.is_numeric():
        return pl.when(cell == 1).then(pl.lit(value=True)).when(cell == 0).then(pl.lit(value=False))
    return pl.lit(None, pl.Boolean)


def _number(cell: pl.Expr, dtype: pl.DataType, decimal: str) -> pl.Expr | None:
    if isinstance(dtype, pl.String):
        number = _with_a_point(cell, decimal).cast(pl.Float64, strict=False)
    elif dtype.is_numeric():
        number = cell.cast(pl.Float64, strict=False)
    else:
        return None
    return pl.when(~number.is_nan()).then(number)


def _with_a_point(cell: pl.Expr, decimal: str) -> pl.Expr:
    """Write numbers with a point; where they are written with a comma, a point may part thousands: no number then."""
    if decimal == ".":
        return cell
    return pl.when(~cell.str.contains(".", literal=True)).then(cell.str.replace(decimal, ".", literal=True))


def _outside(fact: Fact, value: pl.Expr) -> pl.Expr | None:
    """Say where a number is out of the fact's possible range, or infinite; None where the fact is no number."""
    if fact.kind not in ("integer", "number"):
        return None
    low = -math.inf if fact.minimum is None else fact.minimum
    high = math.inf if fact.maximum is None else fact.maximum
    outside = (value < low) | (value > high)
    return outside if fact.kind == "integer" else outside | value.is_infinite()


def _joined(fact: Fact, parts: Mapping[Part, pl.Expr]) -> tuple[pl.Expr, list[pl.Expr]]:
    """Join an exact value and two limits: where they contradict each other, and the three columns of the fact.

    Limits that meet are an exact value; limits no narrower than what is possible say nothing.
    """
    if parts.keys() == {"exact"}:
        value = parts["exact"]
        return pl.lit(value=False), [value.alias(name) for name in (fact.name, f"{fact.name} low", f"{fact.name} high")]
    nothing = pl.lit(None, pl.Float64)
    exact, least, most = (parts.get(part, nothing).cast(pl.Float64) for part in ("exact", "at_least", "at_most"))
    wrong = ((least > most) | (exact < least) | (exact > most)).fill_null(value=False)
    floor = pl.lit(float(fact.minimum or 0))
    low = pl.coalesce(exact, least, pl.when(most.is_not_null()).then(floor))
    high = pl.coalesce(exact, most)
    top = high.is_null() if fact.maximum is None else high.is_null() | (high >= fact.maximum)
    says = (exact.is_not_null() | (low > floor) | ~top) & ~wrong
    low, high = pl.when(says).then(low), pl.when(says).then(high)
    value = pl.when(low == high).then(low).cast(type_of(fact))
    return wrong, [value.alias(fact.name), low.alias(f"{fact.name} low"), high.alias(f"{fact.name} high")]


def _implied(columns: Sequence[str], rule: tuple[str, bool | str, str, bool | str]) -> pl.Expr:
    """Return a fact with what another says of it by the meaning of the words, where it was not given."""
    known, value, implied, follows = rule
    said = pl.when(pl.col(known) == value).then(pl.lit(follows).cast(type_of(vocabulary()[implied])))
    return (pl.coalesce(pl.col(implied), said) if implied in columns else said).alias(implied)
