"""Every engine that interprets conditions, in one registry: the specification runs on each of them.

An engine takes rules and women and says every rule's verdict for every woman. To add one, write such a function and
list it in ``ENGINES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from decidua.condition.reference import compare, evaluate
from decidua.condition.syntax import Atom, Condition, Known, Not, Rule, facts_in
from decidua.engines.frame import FactColumns, FramePlan
from decidua.engines.production import ProductionNetwork, available
from decidua.engines.proof import judge
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cohort import as_polars as as_polars_of
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["ENGINES", "SpecEngine", "on_every_engine"]

Rules = Mapping[str, Condition]
Judged = list[dict[str, Verdict]]


@dataclass(frozen=True)
class SpecEngine:
    """One engine.

    Attributes:
        name: How tests call it.
        judge: From rules, by id, and women to the verdicts of each woman.
        installed: Whether it can run here.
        why_not: Where it cannot run.
    """

    name: str
    judge: Callable[[Rules, Sequence[Facts]], Judged]
    installed: bool = True
    why_not: str = ""


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


def judge_by_frame(make: Callable[[dict[str, Any], Any], Any], rules: Rules, women: Sequence[Facts]) -> Judged:
    """Lay the women out as a table; a fact that none of them has gets no column."""
    names = sorted({name for condition in rules.values() for name in facts_in(condition)})
    names = [name for name in names if any(name in facts.values for facts in women)]
    types = {"yes_no": pa.bool_(), "integer": pa.int64(), "number": pa.float64(), "choice": pa.string()}
    columns: dict[str, FactColumns] = {}
    fields: list[tuple[str, pa.DataType]] = [("woman", pa.int64())]
    data: dict[str, list[Any]] = {"woman": list(range(len(women)))}
    for name in names:
        values = [facts.get(name) for facts in women]
        exact = [None if isinstance(value, Interval) else value for value in values]
        kind = types[vocabulary()[name].kind]
        fields.append((name, kind))
        data[name] = exact
        columns[name] = FactColumns(name)
        if name.startswith(COUNTS):
            columns[name] = FactColumns(name, f"{name} low", f"{name} high")
            fields.extend([(f"{name} low", pa.float64()), (f"{name} high", pa.float64())])
            data[f"{name} low"] = [value.low if isinstance(value, Interval) else value for value in values]
            data[f"{name} high"] = [value.high if isinstance(value, Interval) else value for value in values]
    plan = FramePlan(rules, columns)
    judged = plan.judge(nw.from_native(make(data, pa.schema(fields))))
    whole = judged.collect() if isinstance(judged, nw.LazyFrame) else judged
    words = {True: YES, False: NO, None: UNKNOWN}
    found: dict[str, list[Verdict]] = {}
    for id_ in rules:
        term = plan.verdict(id_)
        found[id_] = [term] * len(women) if isinstance(term, Verdict) else [words[one] for one in whole[term].to_list()]
    return [{id_: verdicts[at] for id_, verdicts in found.items()} for at in range(len(women))]


def as_arrow(data: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pydict(data, schema=schema)


def as_polars(data: dict[str, Any], schema: pa.Schema) -> pl.DataFrame:
    frame = pl.from_arrow(as_arrow(data, schema))
    assert isinstance(frame, pl.DataFrame)
    return frame


def as_pandas(data: dict[str, Any], schema: pa.Schema) -> pl.DataFrame:
    """Pandas has no third truth value: such a table is converted before anything is computed."""
    return as_polars_of(as_arrow(data, schema).to_pandas())


def as_lazy_polars(data: dict[str, Any], schema: pa.Schema) -> pl.LazyFrame:
    return as_polars(data, schema).lazy()


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
        SpecEngine("frame-pyarrow", partial(judge_by_frame, as_arrow)),
    )
}

on_every_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(engine, id=engine.name, marks=pytest.mark.skipif(not engine.installed, reason=engine.why_not))
        for engine in ENGINES.values()
    ],
)
"""Runs a test once on every engine; it takes the argument ``engine``."""
