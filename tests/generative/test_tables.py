"""Generated tables: every row of every kind of table says what the one-woman code says of that woman."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from tests.generative.tables import facts_of, tables
from tests.generative.trying import thorough

import decidua
from decidua.assessment.options.judged import judge_option
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import evaluate
from decidua.condition.syntax import AnyOf, Not, facts_in
from decidua.profile.facts import Facts
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cells.columns import Cells
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.cells.names import read_name
from decidua.tables.judging import TableJudge
from decidua.tables.made_up.synth import make_register
from decidua.truth import NO, UNKNOWN, YES, Verdict

WORDS = {True: YES, False: NO, None: UNKNOWN}
KINDS = {"yes_no": pl.Boolean, "choice": pl.String, "integer": pl.Int64, "number": pl.Float64}
VIEW = decidua.load_rulebook().at()
LOOKED_AT = {
    fact
    for rule in VIEW.rules.values()
    if rule.kind in ("definition", "panel", "cause", "strategy", "finding")
    for fact in facts_in(rule.condition)
}


def kind_of(column: str) -> Any:
    found = read_name(column)
    assert found is not None
    fact: Fact = found[0]
    return KINDS[fact.kind]


def frame_of(columns: list[str], rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {column: pl.Series([row.get(column) for row in rows], dtype=kind_of(column)) for column in columns}
    )


@thorough(12)
@given(tables())
def test_every_fact_and_every_verdict_of_a_row_is_that_of_the_woman(table):
    columns, rows = table
    frame = frame_of(columns, rows)
    judge = TableJudge(VIEW, frame.columns, frame.schema, read_mapping(None))
    typed = judge.cells.typed(frame)
    judged = judge.plan.judge(nw.from_native(typed)).to_native()
    for at, row in enumerate(rows):
        facts = facts_of(row)
        assert found_facts(judge.cells, typed, at) == dict(facts.values)
        verdicts = Verdicts(VIEW, facts, "reference")
        for id_ in VIEW.rules:
            term = judge.plan.verdict(id_)
            found = term if isinstance(term, Verdict) else WORDS[judged[term][at]]
            assert found is verdicts.verdict(id_), id_


def found_facts(cells: Cells, typed: pl.DataFrame, at: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, columns in cells.facts.items():
        value = typed[columns.value][at]
        if value is not None:
            found[name] = value
        elif columns.low is not None and typed[columns.low][at] is not None:
            found[name] = Interval(typed[columns.low][at], typed[columns.high][at])
    return found


@thorough(4)
@given(tables())
def test_every_status_definition_panel_and_count_of_a_row_is_that_of_the_woman_in_any_kind_of_table(table):
    columns, rows = table
    frame = frame_of(columns, rows)
    answers = [
        decidua.cohort(frame),
        decidua.cohort(frame.lazy()).collect(),
        pl.from_arrow(decidua.cohort(frame.to_arrow())),
        pl.from_pandas(decidua.cohort(frame.to_pandas()))[decidua.cohort(frame).columns],
    ]
    for answer in answers[1:]:
        appended = [column for column in answer.columns if column.startswith("decidua_")]
        assert answer.select(appended).equals(answers[0].select(appended))
    for row, said in zip(rows, answers[0].rows(named=True), strict=True):
        compare_with_the_woman(row, said)


def test_every_status_of_a_made_up_register_is_that_of_the_woman():
    register = make_register(40, 11)
    for said in decidua.cohort(register).rows(named=True):
        row = {name: said[name] for name in register.columns if name in vocabulary() and said[name] is not None}
        compare_with_the_woman(row, said)


def compare_with_the_woman(row: dict[str, Any], said: dict[str, Any]) -> None:
    compare_with_facts(facts_of(row), said)


def compare_with_facts(facts: Facts, said: dict[str, Any]) -> None:
    verdicts = Verdicts(VIEW, facts, "reference")
    for definition in VIEW.definitions:
        name = f"decidua_definition_{definition.id.replace('-', '_')}"
        assert WORDS[said[name]] is verdicts.verdict(definition.id)
    for panel in VIEW.panels:
        key = panel.id.removeprefix("panel-").replace("-", "_")
        assert WORDS[said[f"decidua_unexplained_{key}"]] is verdicts.verdict(panel.id)
        asked = [AnyOf((Not(item.needed), item.normal)) if item.needed else item.normal for item in panel.items]
        tests = [evaluate(one, verdicts.facts, verdicts.verdict).verdict for one in asked]
        assert said[f"decidua_open_tests_{key}"] == tests.count(UNKNOWN)
    assert said["decidua_missing"] == len(LOOKED_AT - verdicts.facts.values.keys())
    for option in VIEW.book.options:
        judged = judge_option(verdicts, option)
        assert said[f"decidua_status_{option.option}"] == judged.status
        assert said[f"decidua_could_be_{option.option}"] == ("|".join(judged.could_be) or None)
        assert said[f"decidua_certainty_{option.option}"] == judged.best.certainty


@thorough(4)
@given(tables())
def test_the_attrition_counts_are_those_of_the_women_one_by_one(table):
    columns, rows = table
    reports: list[Any] = []
    decidua.cohort(frame_of(columns, rows), report=reports.append)
    women = [Verdicts(VIEW, facts_of(row), "reference") for row in rows]
    for option in reports[0].options:
        ids = [one.id for one in VIEW.strategies_of(VIEW.book.option[option.option])]
        placed = [any_of_them(one, ids) for one in women]
        assert (option.counted.met, option.counted.not_met, option.counted.unknown) == tuple(
            placed.count(verdict) for verdict in (YES, NO, UNKNOWN)
        )
        hidden: dict[str, int] = {}
        for woman, verdict in zip(women, placed, strict=True):
            facts = {fact for id_ in ids for fact in woman.unknown_facts(woman.proof(id_))}
            for fact in facts if verdict is UNKNOWN else ():
                hidden[fact] = hidden.get(fact, 0) + 1
        most = min(hidden, key=lambda fact: (-hidden[fact], fact), default=None)
        assert (option.hides, option.hides_women) == (most, hidden.get(most, 0))


def any_of_them(woman: Verdicts, ids: list[str]) -> Verdict:
    verdicts = [woman.verdict(id_) for id_ in ids]
    return YES if YES in verdicts else UNKNOWN if UNKNOWN in verdicts else NO


def test_the_generated_facts_are_of_every_kind_that_a_column_can_hold():
    assert {fact.kind for fact in vocabulary().values()} == set(KINDS)


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table], ids=["polars", "pandas", "pyarrow"])
def test_a_table_comes_out_of_the_kind_it_came_in(make):
    table = make({"age": [30, 41], "name": ["x", "y"]})
    judged = decidua.cohort(table)
    assert type(judged) is type(table)
    names = judged.column_names if isinstance(judged, pa.Table) else list(judged.columns)
    assert names[:2] == ["age", "name"]
    assert all(name.startswith("decidua_") for name in names[2:])
