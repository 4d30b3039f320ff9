"""Every engine that interprets conditions, in one registry: the specification runs on each of them.

An engine takes rules and women and says every rule's verdict for every woman. To add one, write such a function and
list it in ``ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from tests.local_spark import ON_SPARK, WHY_NOT, session
from tests.spec.spec import SPECIFICATION, Table

from decidua.condition.parser import parse_condition
from decidua.condition.reference import compare, evaluate
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule, facts_in
from decidua.engines.frame import FactColumns, FramePlan
from decidua.engines.production import ProductionNetwork, available
from decidua.engines.proof import judge
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cohort import as_polars as as_polars_of
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["ENGINES", "OnSpark", "SpecEngine", "judge_by_reference", "on_every_engine", "parsed", "written_case"]

Rules = Mapping[str, Condition]
Judged = list[dict[str, Verdict]]
Case = tuple[Rules, Sequence[Facts]]


@dataclass(frozen=True)
class SpecEngine:
    """One engine.

    Attributes:
        name: How tests call it.
        judge: From rules, by id, and women to the verdicts of each woman.
        installed: Whether it can run here.
        why_not: Where it cannot run.
        gathers: Whether a run takes so long that generated cases are run together, in a test of their own.
        marks: What its tests are marked with.
    """

    name: str
    judge: Callable[[Rules, Sequence[Facts]], Judged]
    installed: bool = True
    why_not: str = ""
    gathers: bool = False
    marks: tuple[pytest.MarkDecorator, ...] = ()


def judge_by_reference(rules: Rules, women: Sequence[Facts]) -> Judged:
    def judge(facts: Facts) -> dict[str, Verdict]:
        def verdict(id_: str) -> Verdict:
            return evaluate(rules[id_], facts, verdict).verdict

        return {id_: verdict(id_) for id_ in rules}

    return [judge(facts) for facts in women]


def judge_by_durable(rules: Rules, women: Sequence[Facts]) -> Judged:
    """The network says only what is YES, so each rule is compiled a second time negated: that one's YES is its NO."""
    negated = {f"not-{id_}": id_ for id_ in rules}
    compiled = [*rules.items(), *((inverse, Not(Rule(id_))) for inverse, id_ in negated.items())]
    network = ProductionNetwork(compiled, "specification")
    judged = []
    for facts in women:

        def decide(atom: Atom | Known, facts: Facts = facts) -> Verdict:
            value = facts.get(atom.fact)
            if isinstance(atom, Atom):
                return compare(value, atom)
            return NO if value is None or isinstance(value, Interval) else YES

        fired = network.fire(decide)
        both = [id_ for inverse, id_ in negated.items() if inverse in fired and id_ in fired]
        assert not both, f"yes and no at once: {both}"
        judged.append(
            {id_: YES if id_ in fired else NO if f"not-{id_}" in fired else UNKNOWN for id_ in rules},
        )
    return judged


def judge_by_proof(rules: Rules, women: Sequence[Facts]) -> Judged:
    return judge(rules, women, {name: vocabulary()[name] for name in looked_at(rules, women)})


def looked_at(rules: Rules, women: Sequence[Facts]) -> list[str]:
    names = {fact for condition in rules.values() for fact in facts_in(condition)}
    return sorted(names.union(*(facts.values for facts in women)))


COUNTS = ("losses.", "transfers.")
"""What the facts begin with that may be known within limits only."""


def lay_out(names: Iterable[str], women: Sequence[Facts]) -> tuple[pa.Table, dict[str, FactColumns]]:
    """Lay the women out as a table of some facts; those that may be limits stand in three columns."""
    types = {"yes_no": pa.bool_(), "integer": pa.int64(), "number": pa.float64(), "choice": pa.string()}
    columns: dict[str, FactColumns] = {}
    fields: list[tuple[str, pa.DataType]] = [("woman", pa.int64())]
    data: dict[str, list[Any]] = {"woman": list(range(len(women)))}
    for name in names:
        values = [facts.get(name) for facts in women]
        exact = [None if isinstance(value, Interval) else value for value in values]
        fields.append((name, types[vocabulary()[name].kind]))
        data[name] = exact
        columns[name] = FactColumns(name)
        if name.startswith(COUNTS):
            columns[name] = FactColumns(name, f"{name} low", f"{name} high")
            fields.extend([(f"{name} low", pa.float64()), (f"{name} high", pa.float64())])
            data[f"{name} low"] = [value.low if isinstance(value, Interval) else value for value in values]
            data[f"{name} high"] = [value.high if isinstance(value, Interval) else value for value in values]
    return pa.Table.from_pydict(data, schema=pa.schema(fields)), columns


def given_in(rules: Rules, women: Sequence[Facts]) -> list[str]:
    """Return the facts that rules look at and any of the women has: the others get no column."""
    names = sorted({name for condition in rules.values() for name in facts_in(condition)})
    return [name for name in names if any(name in facts.values for facts in women)]


def read_off(plan: FramePlan, ids: Iterable[str], whole: Any, rows: range) -> Judged:
    """Return the verdicts of some rows of a table that was judged."""
    words = {True: YES, False: NO, None: UNKNOWN}
    found: dict[str, list[Verdict]] = {}
    for id_ in ids:
        term = plan.verdict(id_)
        listed = None if isinstance(term, Verdict) else whole[term].to_list()[rows.start : rows.stop]
        found[id_] = [term] * len(rows) if listed is None else [words[one] for one in listed]
    return [{id_: verdicts[at] for id_, verdicts in found.items()} for at in range(len(rows))]


def judge_by_frame(make: Callable[[pa.Table], Any], rules: Rules, women: Sequence[Facts]) -> Judged:
    table, columns = lay_out(given_in(rules, women), women)
    plan = FramePlan(rules, columns)
    judged = plan.judge(nw.from_native(make(table)))
    whole = judged.collect() if isinstance(judged, nw.LazyFrame) else judged
    return read_off(plan, rules, whole, range(len(women)))


def as_is(table: pa.Table) -> pa.Table:
    return table


def as_polars(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def as_pandas(table: pa.Table) -> pl.DataFrame:
    """Pandas has no third truth value: such a table is converted before anything is computed."""
    return as_polars_of(table.to_pandas())


def as_lazy_polars(table: pa.Table) -> pl.LazyFrame:
    return as_polars(table).lazy()


class OnSpark:
    """The frame engine on a local Spark session, where each run takes seconds: many cases are run at once.

    Every case keeps what it means: its rules and facts are told from those of the others by a number before their
    names, and it sees the columns of the facts that its own women have, and no others.
    """

    def __init__(self) -> None:
        self._found: dict[str, Judged] = {}

    def judge(self, rules: Rules, women: Sequence[Facts]) -> Judged:
        """Return the verdicts of a case; the first one runs all tables of the specification with it."""
        if self._key((rules, women)) not in self._found:
            waiting = {self._key(case): case for case in [(rules, women), *written_cases()]}
            cases = [case for key, case in waiting.items() if key not in self._found]
            self._found |= {self._key(case): judged for case, judged in zip(cases, self.judge_all(cases), strict=True)}
        return self._found[self._key((rules, women))]

    @staticmethod
    def judge_all(cases: Sequence[Case]) -> list[Judged]:
        """Judge all cases in one run: one table with the women of all, one plan with the rules of all."""
        everybody = [facts for _, women in cases for facts in women]
        table, columns = lay_out(sorted({name for facts in everybody for name in facts.values}), everybody)
        rules: dict[str, Condition] = {}
        facts: dict[str, FactColumns] = {}
        for at, (own, women) in enumerate(cases):
            rules |= {f"{at} {id_}": renamed(condition, f"{at} ") for id_, condition in own.items()}
            facts |= {f"{at} {name}": without_points(columns[name]) for name in given_in(own, women)}
        plan = FramePlan(rules, facts)
        plain = table.rename_columns([name.replace(".", " ") for name in table.column_names])
        whole = plan.judge(nw.from_native(session().createDataFrame(plain))).collect("polars").sort("woman")
        judged, start = [], 0
        for at, (own, women) in enumerate(cases):
            said = read_off(plan, [f"{at} {id_}" for id_ in own], whole, range(start, start + len(women)))
            judged.append([{id_: one[f"{at} {id_}"] for id_ in own} for one in said])
            start += len(women)
        return judged

    @staticmethod
    def _key(case: Case) -> str:
        rules, women = case
        return repr((dict(rules), [dict(facts.values) for facts in women]))


def without_points(columns: FactColumns) -> FactColumns:
    """Name columns without the point, which Spark takes for a field of a struct."""
    low, high = (None if name is None else name.replace(".", " ") for name in (columns.low, columns.high))
    return FactColumns(columns.value.replace(".", " "), low, high)


def renamed(condition: Condition, before: str) -> Condition:
    """Put something before the names of all facts and rules of a condition."""
    if isinstance(condition, Atom | Known):
        return replace(condition, fact=before + condition.fact)
    if isinstance(condition, Rule):
        return Rule(before + condition.id)
    if isinstance(condition, Not):
        return Not(renamed(condition.part, before))
    if isinstance(condition, All | AnyOf | AtLeast):
        return replace(condition, parts=tuple(renamed(part, before) for part in condition.parts))
    return condition


def parsed(value: Any) -> Condition:
    """Read a condition as it stands in a rule file."""
    faults: list[str] = []
    condition = parse_condition(value, report=lambda place, message: faults.append(f"{place}: {message}"))
    assert condition is not None, faults
    return condition


def written_case(table: Table) -> Case:
    """Return the rules and the women of a table of the specification; its own condition is the rule 'this'."""
    rules = {"this": parsed(table.condition), **{id_: parsed(value) for id_, value in table.rules.items()}}
    return rules, [Facts(row.known) for row in table.rows]


def written_cases() -> list[Case]:
    return [written_case(table) for chapter in SPECIFICATION for table in chapter.tables]


ENGINES: dict[str, SpecEngine] = {
    engine.name: engine
    for engine in (
        SpecEngine("reference", judge_by_reference),
        SpecEngine("proof", judge_by_proof),
        SpecEngine(
            "durable", judge_by_durable, available(), "durable-rules is not installed here (Python 3.13 and later)"
        ),
        SpecEngine("frame-polars", partial(judge_by_frame, as_polars)),
        SpecEngine("frame-polars-lazy", partial(judge_by_frame, as_lazy_polars)),
        SpecEngine("frame-pandas", partial(judge_by_frame, as_pandas)),
        SpecEngine("frame-pyarrow", partial(judge_by_frame, as_is)),
        SpecEngine("frame-spark", OnSpark().judge, not WHY_NOT, WHY_NOT, gathers=True, marks=ON_SPARK),
    )
}

on_every_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(
            engine,
            id=engine.name,
            marks=[pytest.mark.skipif(not engine.installed, reason=engine.why_not), *engine.marks],
        )
        for engine in ENGINES.values()
    ],
)
"""Runs a test once on every engine; it takes the argument ``engine``."""
