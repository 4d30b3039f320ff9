"""Holds every engine to the specification, and the specification to completeness."""

from __future__ import annotations

import sys
from itertools import permutations
from typing import get_args

import pytest
from tests.local_spark import WHY_NOT
from tests.spec.engines import ENGINES, SpecEngine, on_every_engine, parsed, written_case
from tests.spec.spec import AND, AT_LEAST_2_OF_3, COMPARISONS, NOT, OR, SPECIFICATION, Table

from decidua import truth
from decidua.condition.syntax import OPERATORS, All, AnyOf, AtLeast, Atom, Condition, Not, walk
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES, Verdict

TABLES = [(chapter, table) for chapter in SPECIFICATION for table in chapter.tables]
FINDINGS = ("condition.asthma", "condition.gout", "condition.lupus")
ATOMS = tuple(Atom(fact, "=", value=True) for fact in FINDINGS)


def women_with(*verdicts: Verdict) -> Facts:
    """A woman for whom the first findings have these verdicts."""
    known = {YES: True, NO: False}
    return Facts({fact: known[one] for fact, one in zip(FINDINGS, verdicts, strict=False) if one is not UNKNOWN})


def judged(engine: SpecEngine, condition: Condition, women: list[Facts]) -> list[Verdict]:
    return [one["rule"] for one in engine.judge({"rule": condition}, women)]


@on_every_engine
@pytest.mark.parametrize(("node", "table"), [(All, AND), (AnyOf, OR)], ids=["and", "or"])
def test_two_findings_are_joined_as_the_nine_rows_say(engine, node, table):
    verdicts = judged(engine, node(ATOMS[:2]), [women_with(*row) for row in table])
    assert dict(zip(table, verdicts, strict=True)) == table


@on_every_engine
def test_not_swaps_yes_and_no_and_leaves_unknown(engine):
    verdicts = judged(engine, Not(ATOMS[0]), [women_with(row) for row in NOT])
    assert dict(zip(NOT, verdicts, strict=True)) == NOT


@on_every_engine
def test_two_of_three_findings_are_counted_as_the_rows_say_in_any_order(engine):
    wanted = {order: verdict for row, verdict in AT_LEAST_2_OF_3.items() for order in permutations(row)}
    verdicts = judged(engine, AtLeast(2, ATOMS), [women_with(*row) for row in wanted])
    assert len(wanted) == 27
    assert dict(zip(wanted, verdicts, strict=True)) == wanted


@on_every_engine
@pytest.mark.parametrize(
    "table", [pytest.param(table, id=f"{chapter.title}: {table.title}") for chapter, table in TABLES]
)
def test_a_condition_means_what_its_table_says(engine, table):
    judged = engine.judge(*written_case(table))
    found = [(row.known, one["this"]) for row, one in zip(table.rows, judged, strict=True)]
    assert found == [(row.known, row.verdict) for row in table.rows]


def test_the_tables_of_the_code_are_the_tables_of_the_specification():
    assert truth.AND == AND
    assert truth.OR == OR
    assert truth.NOT == NOT


def test_joining_nothing_is_yes_for_and_and_no_for_or():
    assert truth.all_of([]) is YES
    assert truth.any_of([]) is NO


def test_the_three_verdicts_are_written_yes_no_and_unknown():
    assert [str(verdict) for verdict in Verdict] == ["yes", "no", "unknown"]


@pytest.mark.parametrize(("name", "table"), [("and", AND), ("or", OR)])
def test_the_text_of_the_truth_module_shows_the_same_nine_rows(name, table):
    shown: dict[tuple[Verdict, Verdict], Verdict] = {}
    lines = [line.strip() for line in (truth.__doc__ or "").splitlines() if line.count("|") >= 2]
    heading = lines[0]
    at = heading.index(name)
    columns = heading[at:].split("|")[1].split()[:3]
    for line in lines[1:]:
        left, cells = line[at:].split("|")[:2]
        for column, cell in zip(columns, cells.split()[:3], strict=True):
            shown[Verdict[left.strip()], Verdict[column]] = Verdict[cell]
    assert shown == table


def state_of(table: Table, fact: str) -> set[str]:
    """Say in which states a table shows a fact."""
    values = [row.known.get(fact) for row in table.rows]
    return {"missing" if value is None else "interval" if isinstance(value, Interval) else "exact" for value in values}


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_specified_for_a_fact_that_is_exact_an_interval_or_missing(operator):
    states: set[str] = set()
    for table in COMPARISONS.tables:
        condition = parsed(table.condition)
        if isinstance(condition, Atom) and condition.operator == operator:
            states |= state_of(table, condition.fact)
    assert states == {"exact", "interval", "missing"}


def test_every_kind_of_condition_is_specified():
    shown = {
        type(node)
        for _, table in TABLES
        for value in (table.condition, *table.rules.values())
        for node in walk(parsed(value))
    }
    assert shown == set(get_args(Condition))


def test_every_fact_of_the_specification_is_in_the_vocabulary_with_possible_values():
    for _, table in TABLES:
        for row in table.rows:
            for name, value in row.known.items():
                fact = vocabulary()[name]
                if fact.kind == "choice":
                    assert value in fact.choices
                elif fact.kind == "yes_no":
                    assert isinstance(value, bool)
                else:
                    assert isinstance(value, Interval | (int if fact.kind == "integer" else float))


def test_only_the_production_network_may_be_missing_from_python_3_13_on_and_spark_where_it_is_not_installed():
    missing = {name for name, engine in ENGINES.items() if not engine.installed}
    wanted = {"durable": sys.version_info >= (3, 13), "frame-spark": bool(WHY_NOT)}
    assert missing == {name for name, absent in wanted.items() if absent}


def test_every_table_of_the_specification_has_its_own_title():
    titles = [(chapter.title, table.title) for chapter, table in TABLES]
    assert len(set(titles)) == len(titles)
