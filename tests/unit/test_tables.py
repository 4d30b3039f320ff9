"""Tables from Python: what counts as missing, what is implied, and what a plan of conditions refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import decidua
from decidua.assessment.options.judged import judge_option
from decidua.assessment.options.status import any_of_which_counts, judge_strategy
from decidua.condition.syntax import All, AnyOf, Atom, Not, Rule, Untold
from decidua.engines.frame import FactColumns, FramePlan
from decidua.errors import DeciduaError, RulebookError
from decidua.profile.counting import PREGNANCY_COUNTS
from decidua.profile.facts import IMPLIED, Facts, draw_facts, with_finding
from decidua.profile.interval import Interval
from decidua.tables import statuses
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.judging import TableJudge
from decidua.tables.result import CohortReport
from decidua.tables.statuses import GivenVerdicts, OptionJudge
from decidua.truth import NO, UNKNOWN, YES, Verdict

VIEW = decidua.load_rulebook().at()


def typed(frame, mapping=None):
    judge = TableJudge(VIEW, frame.columns, frame.schema, read_mapping(mapping))
    return judge.cells.typed(frame), judge.cells.faults


def facts_in(frame, row=0):
    table, _ = typed(frame)
    return {name: table[name][row] for name in table.columns if table[name][row] is not None}


# Missing is not no


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_whatever_stands_for_missing_in_pandas_is_unknown(missing):
    table = pd.DataFrame({"condition.lupus": [missing, True, False], "age": [missing, 30, "41"]}, dtype=object)
    answer = decidua.cohort(table)
    plain = decidua.cohort(pl.DataFrame({"condition.lupus": [None, True, False], "age": [None, 30.0, 41.0]}))
    appended = list(plain.columns[2:])
    found = pl.from_pandas(answer[appended]).select(pl.all().cast(pl.String))
    assert found.equals(plain.select(appended).select(pl.all().cast(pl.String)))


def test_numbers_and_text_in_one_column_of_pandas_are_read_alike():
    table = pd.DataFrame({"bmi": [30.5, "30,5", Decimal("30.5"), np.float32(30.5), 30, "30.5"]}, dtype=object)
    reports = []
    decidua.cohort(table, mapping={"decimal": ","}, report=reports.append)
    assert [(fault.rows, fault.first) for fault in reports[0].faults] == [(1, (6,))]


@pytest.mark.parametrize("odd", [[1 + 2j, 3j], [10**30, 1], [{1}, {2}], ["\ud800", "x"]])
def test_what_only_pandas_can_hold_is_passed_on(odd):
    table = pd.DataFrame({"losses.total": [3, 0], "odd": pd.Series(odd, dtype=None if odd[0] == 1 + 2j else object)})
    answer = decidua.cohort(table)
    assert answer["odd"].tolist() == odd
    assert answer["decidua_definition_rpl_eshre_2022"].tolist() == [True, pd.NA]


def test_a_pandas_table_keeps_its_index_and_its_columns_as_they_were():
    table = pd.DataFrame(
        {"age": pd.Series([30, 31], dtype="int32"), "what": pd.Categorical(["x", "y"])}, index=["first", "second"]
    )
    answer = decidua.cohort(table)
    pd.testing.assert_frame_equal(answer[["age", "what"]], table)
    verdicts = answer["decidua_definition_rpl_eshre_2022"]
    assert str(verdicts.dtype) == "boolean"
    assert verdicts.isna().all()


@pytest.mark.parametrize(
    ("name", "values", "known"),
    [
        ("condition.lupus", ["yes", "No", " TRUE ", "0", ""], [True, False, True, False, None]),
        ("condition.lupus", [1, 0, None], [True, False, None]),
        ("condition.lupus", [1.0, 0.0, float("nan")], [True, False, None]),
        ("condition.lupus", ["1.0", "0.0", None], [True, False, None]),
        ("losses.total", ["3", "4.0", None], [3, 4, None]),
        ("losses.total", [3.0, None], [3, None]),
        ("losses.total", [Decimal(3), None], [3, None]),
        ("age", ["30.5", "31"], [30.5, 31.0]),
        ("workup.thyroid", ["Normal", "abnormal "], ["normal", "abnormal"]),
    ],
)
def test_cells_are_read_in_the_ways_that_people_write_them(name, values, known):
    table, faults = typed(pl.DataFrame({name: values}))
    assert table[name].to_list() == known
    assert faults == ()


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("condition.lupus", ["perhaps"], "unknown_category"),
        ("condition.lupus", [2], "unknown_category"),
        ("condition.lupus", [date(2020, 1, 1)], "unknown_category"),
        ("workup.thyroid", [1], "unknown_category"),
        ("workup.thyroid", [True], "unknown_category"),
        ("losses.total", [True], "wrong_type"),
        ("losses.total", ["two"], "wrong_type"),
        ("losses.total", [2.5], "wrong_type"),
        ("losses.total", [-1], "out_of_range"),
        ("losses.total", ["1e300"], "out_of_range"),
        ("age", [[30]], "wrong_type"),
        ("age", [float("inf")], "out_of_range"),
        ("age", ["30,5"], "wrong_type"),
    ],
)
def test_what_cannot_be_used_is_unknown_and_counted(name, values, problem):
    table, faults = typed(pl.DataFrame({name: values}))
    assert table[name].to_list() == [None]
    assert [(fault.problem, fault.rows, fault.first) for fault in faults] == [(problem, 1, (1,))]


def test_a_missing_code_is_no_value_and_a_decimal_comma_is_read():
    frame = pl.DataFrame({"age": ["30,5", "-9"], "losses.total": [3, 99]})
    mapping = {"decimal": ",", "missing": [-9], "columns": {"losses.total": {"fact": "losses.total", "missing": [99]}}}
    table, faults = typed(frame, mapping)
    assert (table["age"].to_list(), table["losses.total"].to_list(), faults) == ([30.5, None], [3, None], ())


def test_a_code_is_the_same_where_other_software_wrote_it_with_a_point():
    frame = pl.DataFrame({"losses.total": ["9.0", "3.0", "9"], "APL": ["1.0", "0.0", "-9.0"]})
    recode = {"fact": "workup.antiphospholipid", "recode": {1: "positive", 0: "negative"}}
    table, faults = typed(frame, {"missing": [9, -9], "columns": {"APL": recode}})
    assert table["losses.total"].to_list() == [None, 3, None]
    assert table["workup.antiphospholipid"].to_list() == ["positive", "negative", None]
    assert faults == ()


def test_a_point_in_a_number_with_a_decimal_comma_is_not_taken_for_one():
    columns = {"workup.tsh": {"fact": "workup.tsh", "recode": {"low": 0.4}}}
    mapping = {"decimal": ",", "columns": columns}
    table, faults = typed(pl.DataFrame({"workup.tsh": ["1,5", "1.500", "2", "low"]}), mapping)
    assert table["workup.tsh"].to_list() == [1.5, None, 2.0, 0.4]
    numbers, _ = typed(pl.DataFrame({"workup.tsh": [1.5, 9.0]}), mapping)
    assert numbers["workup.tsh"].to_list() == [1.5, 9.0]
    assert [(fault.problem, fault.first) for fault in faults] == [("wrong_type", (2,))]


def test_a_row_counter_goes_on_from_batch_to_batch():
    frame = pl.DataFrame({"age": [30, 300]})
    judge = TableJudge(VIEW, frame.columns, frame.schema, read_mapping(None))
    for _ in range(3):
        judge.cells.typed(frame)
    assert [(fault.rows, fault.first) for fault in judge.cells.faults] == [(3, (2, 4, 6))]


# What follows from the meaning of the words


@pytest.mark.parametrize(("known", "value", "implied", "follows"), IMPLIED, ids=[f"{a}={b}" for a, b, _, _ in IMPLIED])
def test_what_a_finding_says_of_another_holds_in_a_table_as_in_a_profile(known, value, implied, follows):
    assert facts_in(pl.DataFrame({known: [value]})) == dict(with_finding(Facts({}), known, value).values)
    assert facts_in(pl.DataFrame({known: [value]}))[implied] == follows


def test_what_is_implied_never_overrides_what_was_given():
    frame = pl.DataFrame({"workup.thyroid": ["normal"], "workup.thyroid_disease": ["hyperthyroidism"]})
    assert facts_in(frame)["workup.thyroid_disease"] == "hyperthyroidism"


@pytest.mark.parametrize(
    "given",
    [
        {"losses": 4, "live_births": 0},
        {"clinical_losses": 3, "biochemical_losses": 1},
        {"losses": 3, "euploid_losses": 1, "aneuploid_losses": 1},
        {"losses_from_14_weeks": 2},
        {"losses": 5, "live_births": 1, "ectopic": 0, "molar": 0, "stillbirths": 0, "terminations": 0},
    ],
)
def test_counts_bound_each_other_in_a_table_as_in_a_profile(given):
    profile = draw_facts(decidua.Profile.model_validate({"pregnancies": given})).values
    frame = pl.DataFrame({PREGNANCY_COUNTS[field]: [count] for field, count in given.items()})
    table, _ = typed(frame)
    for name, value in profile.items():
        ends = (value.low, value.high) if isinstance(value, Interval) else (value, value)
        assert (table[f"{name} low"][0], table[f"{name} high"][0]) == ends, name


# Kinds of table


def test_a_lazy_table_stays_lazy_and_has_no_report():
    looked: list[int] = []

    def look(frame):
        looked.append(frame.height)
        return frame

    lazy = pl.DataFrame({"age": [30, 31], "losses.total": [2, 3]}).lazy().map_batches(look)
    answer = decidua.cohort(lazy)
    assert isinstance(answer, pl.LazyFrame)
    names = answer.collect_schema().names()
    assert looked == []
    assert answer.collect().columns == names
    assert looked == [2]
    with pytest.raises(DeciduaError, match="a lazy table has no report"):
        decidua.cohort(lazy, report=print)


def test_no_table_at_all_and_nobody_in_it_are_refused():
    with pytest.raises(DeciduaError, match="a table is a Polars DataFrame"):
        decidua.cohort({"age": [30]})
    with pytest.raises(DeciduaError, match=r"'women\.csv' is a path, not a table; read it first"):
        decidua.cohort("women.csv")
    with pytest.raises(DeciduaError, match=r"a PyArrow Table or the path of a file, not builtins\.dict"):
        decidua.feasibility({"age": [30]}, "clark-2010")
    with pytest.raises(DeciduaError, match="nobody to judge"):
        decidua.cohort(pl.DataFrame({"age": []}, schema={"age": pl.Float64}))
    with pytest.raises(DeciduaError, match="several columns named 'age'"):
        decidua.cohort(pd.DataFrame([[1, 2]], columns=["age", "age"]))
    with pytest.raises(DeciduaError, match="several columns named 'age'"):
        decidua.cohort(pa.table([pa.array([1]), pa.array([2])], names=["age", "age"]))
    with pytest.raises(DeciduaError, match="both hold 'age'"):
        decidua.cohort(pl.DataFrame({"age": [30], "AGE": [31]}), mapping={"columns": {"AGE": "age"}})


def test_strict_refuses_from_python_too():
    with pytest.raises(DeciduaError, match="age: 1 cell cannot be used"):
        decidua.cohort(pl.DataFrame({"age": [300]}), strict=True)


def test_a_date_asks_what_could_be_said_then():
    frame = pl.DataFrame({"losses.total": [2]})
    before, now = decidua.cohort(frame, as_of="2016"), decidua.cohort(frame)
    assert before.columns != now.columns


# Statuses by combination


def test_a_spread_of_combinations_is_said_and_stays_right(monkeypatch):
    monkeypatch.setattr(statuses, "KEPT", 1)
    monkeypatch.setattr(statuses, "SPREAD_FROM", 0)
    frame = pl.DataFrame({"losses.total": [2, None, 0], "workup.antiphospholipid": ["positive", None, "negative"]})
    reports: list[CohortReport] = []
    few = decidua.cohort(frame, report=reports.append)
    assert reports[0].spread
    monkeypatch.undo()
    assert decidua.cohort(frame, report=reports.append).equals(few)
    assert not reports[1].spread


def test_all_that_a_strategy_reads_is_known_before_any_woman_is_judged():
    for option in VIEW.book.options:
        for strategy in VIEW.strategies_of(option):
            asked = []
            for verdict in Verdict:
                given = GivenVerdicts(VIEW, dict.fromkeys(VIEW.rules, verdict))
                judge_strategy(given, strategy, option.option)
                asked.append(given.asked.keys())
            assert asked[0] == asked[1] == asked[2], strategy.id
            assert set().union(*any_of_which_counts(VIEW, strategy)) <= asked[0]


def test_given_verdicts_judge_as_those_worked_out_do():
    option = VIEW.book.option["progestogens"]
    given = GivenVerdicts(VIEW, dict.fromkeys(VIEW.rules, UNKNOWN))
    assert judge_option(given, option).status == "undetermined"
    assert given.verdict("no-such-rule") is UNKNOWN
    assert OptionJudge(VIEW, option, FramePlan({id_: one.condition for id_, one in VIEW.rules.items()}, {})).judge(
        pl.DataFrame({"x": [1, 2]})
    )["status"].to_list() == ["undetermined", "undetermined"]


# Plans


def test_a_rule_that_is_not_there_or_refers_to_itself_is_refused():
    with pytest.raises(RulebookError, match="no rule 'b'"):
        FramePlan({"a": Rule("b")}, {})
    with pytest.raises(RulebookError, match="refers to itself"):
        FramePlan({"a": Not(Rule("b")), "b": AnyOf((Rule("a"),))}, {})


def test_a_fact_without_a_column_is_unknown_and_costs_no_column():
    asthma, gout = Atom("condition.asthma", "=", value=True), Atom("condition.gout", "=", value=True)
    plan = FramePlan(
        {
            "absent": gout,
            "no": All((Not(gout), Untold("x", "words"))),
            "either": AnyOf((asthma, gout)),
            "known": Not(gout),
        },
        {"condition.asthma": FactColumns("condition.asthma")},
    )
    assert [plan.verdict(id_) for id_ in ("absent", "no", "known")] == [UNKNOWN, UNKNOWN, UNKNOWN]
    column = plan.verdict("either")
    table = plan.judge(nw.from_native(pl.DataFrame({"condition.asthma": [True, False, None]})))
    assert table[column].to_list() == [True, None, None]


def test_what_two_rules_share_is_one_column():
    asthma = Atom("condition.asthma", "=", value=True)
    plan = FramePlan({"a": Not(asthma), "b": Not(asthma), "c": Rule("a")}, {"condition.asthma": FactColumns("x")})
    assert plan.verdict("a") == plan.verdict("b") == plan.verdict("c")
    assert {YES, NO}.isdisjoint({plan.verdict("a")})
