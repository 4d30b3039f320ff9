"""Feasibility on small tables: criteria taken apart, counted, hidden, kept as text, and changed on request."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

import decidua
from decidua.condition.parser import parse_condition
from decidua.condition.written import written
from decidua.errors import DeciduaError
from decidua.tables.feasibility import feasibility as feasibility_module
from decidua.tables.feasibility.asked import ask_for
from decidua.tables.feasibility.criteria import criteria_of
from decidua.tables.result import Counted
from decidua.truth import NO, UNKNOWN, YES

VIEW = decidua.load_rulebook().at()

# clark-2010 asks for 1 losses.consecutive >= 2, 2 losses before 24 weeks (in part text), 3 imaging, 4 karyotypes, and
# leaves out 5 thyroid, 6 diabetes, 7 (text), 8 aps, 9 autoimmune disease, 10 (text).
WOMEN = pl.DataFrame(
    {
        "losses.consecutive": [1, 2, 3, 4, None],
        "losses.before_24_weeks": [2, 2, 3, 4, 3],
        "workup.uterine_imaging": ["normal", "normal", "abnormal", "normal", "normal"],
        "workup.parental_karyotype": ["normal"] * 5,
        "workup.thyroid": ["normal"] * 5,
        "condition.diabetes": [False] * 5,
        "workup.antiphospholipid": ["negative"] * 5,
        "condition.autoimmune_disease": [False, False, False, None, False],
        "age": [30, 31, 32, 33, 41],
    }
)


def parsed(value):
    faults = []
    condition = parse_condition(value, report=lambda place, message: faults.append(message))
    assert not faults
    return condition


def criteria(value):
    return [written(one.condition) for one in criteria_of(parsed(value))]


def study(*change, table=WOMEN, id_="clark-2010", **how):
    return decidua.feasibility(table, id_, change=change, **how).studies[0]


def numbers(counts):
    return [(one.number, one.counted.met, one.counted.not_met, one.counted.unknown) for one in counts.criteria]


# Criteria


def test_an_eligibility_is_taken_apart_at_every_all_and_at_an_exclusion_of_any():
    found = criteria(
        {
            "all": [
                "rpl",
                {"all": ["age >= 18", {"not": {"not": "age < 40"}}]},
                {"not": {"any": ["condition.lupus = yes", {"not": "rif"}, {"words": "something else"}]}},
                {"not": {"all": ["rif", "condition.diabetes = yes"]}},
                {"any": ["rif", "rpl"]},
                "rpl",
            ]
        }
    )
    assert found == [
        "rpl",
        "age >= 18",
        "age < 40",
        "{not: condition.lupus = yes}",
        "rif",
        "{not: {words: something else}}",
        "{not: {all: [rif, condition.diabetes = yes]}}",
        "{any: [rif, rpl]}",
    ]


@pytest.mark.parametrize(
    ("value", "in_text", "kind"),
    [
        ("age < 40", "no", "asks_for"),
        ({"not": "age < 40"}, "no", "leaves_out"),
        ({"words": "good embryos"}, "wholly", "asks_for"),
        ({"not": {"unread": "which"}}, "wholly", "leaves_out"),
        ({"any": [{"words": "a"}, {"unread": "b"}]}, "wholly", "asks_for"),
        ({"any": ["rpl", {"words": "a"}]}, "in_part", "asks_for"),
        ({"not": {"all": ["age < 40", {"words": "a"}]}}, "in_part", "leaves_out"),
    ],
)
def test_a_criterion_knows_whether_it_stays_as_text_and_leaves_women_out(value, in_text, kind):
    one = criteria_of(parsed(value))[0]
    assert (one.in_text, one.kind) == (in_text, kind)
    assert bool(one.points) == (in_text != "no")


# Counts


def test_each_criterion_is_counted_alone_and_after_those_before_it():
    own = study().own
    assert numbers(own)[:4] == [(1, 3, 1, 1), (2, 5, 0, 0), (3, 4, 1, 0), (4, 5, 0, 0)]
    assert [(one.number, one.so_far) for one in own.criteria if one.number < 4] == [
        (1, Counted(3, 1, 1)),
        (2, Counted(3, 1, 1)),
        (3, Counted(2, 2, 1)),
    ]
    assert {one.number: one.kind for one in own.criteria}[9] == "leaves_out"
    assert own.criteria[8].says == "systemic autoimmune disease"


def test_a_criterion_in_text_lets_nobody_be_certainly_taken_and_the_others_are_counted_apart():
    own = study().own
    assert own.text_criteria == (7, 10)
    assert own.counted == Counted(0, 2, 3)
    assert own.on_expressible == Counted(1, 2, 2)
    assert [one.so_far for one in own.criteria if one.number in own.text_criteria] == [None, None]
    assert own.criteria[6].points == ("another endocrine disorder",)


def test_an_eligibility_without_text_is_counted_alike_both_ways():
    table = pl.DataFrame({"losses.total": [0, 2, 4, None], "age": [30, 31, 32, 33]})
    for one in decidua.feasibility(table, "all").studies:
        assert sum((one.own.counted.met, one.own.counted.not_met, one.own.counted.unknown)) == 4
        assert (one.own.counted == one.own.on_expressible) or one.own.text_criteria
        assert not (one.own.text_criteria and one.own.counted.met)


def test_the_finding_that_hides_most_women_comes_first_and_says_whether_the_table_has_it():
    hidden = study(table=WOMEN.drop("workup.thyroid")).own.hidden_by
    assert (hidden[0].fact, hidden[0].women, hidden[0].in_table) == ("workup.thyroid", 3, False)
    assert {one.fact: (one.women, one.in_table) for one in hidden[1:]} == {
        "losses.consecutive": (1, True),
        "condition.autoimmune_disease": (1, True),
    }


def test_nobody_is_hidden_where_all_is_known():
    table = WOMEN[1:2]
    assert study(table=table).own.hidden_by == ()
    assert study(table=table).own.on_expressible == Counted(1, 0, 0)


# Changes


def test_a_change_stands_beside_the_studys_own_with_the_difference():
    answer = study("1: losses.consecutive >= 4", "drop 3", "drop 7", "drop 10")
    assert answer.changed is not None
    assert answer.own == study().own
    assert (answer.changed.text_criteria, answer.changed.counted) == ((), Counted(0, 3, 2))
    assert answer.changed.counted == answer.changed.on_expressible
    assert (answer.difference.met, answer.difference.not_met, answer.difference.unknown) == (0, 1, -1)
    assert (answer.difference_on_expressible.met, answer.difference_on_expressible.not_met) == (-1, 1)
    assert [(one.number, one.what) for one in answer.changes] == [
        (1, "changed"),
        (3, "dropped"),
        (7, "dropped"),
        (10, "dropped"),
    ]
    assert [one.number for one in answer.changed.criteria] == [1, 2, 4, 5, 6, 8, 9]
    assert [one.origin for one in answer.changed.criteria][:2] == ["changed", "own"]


def test_women_who_move_are_counted_by_both_verdicts():
    answer = study("1: losses.consecutive >= 3", "drop 3", "drop 9")
    assert {(one.own, one.changed): one.women for one in answer.moves} == {
        (YES, NO): 1,
        (NO, NO): 1,
        (NO, YES): 1,
        (UNKNOWN, YES): 1,
        (UNKNOWN, UNKNOWN): 1,
    }


def test_a_comparison_is_changed_wherever_the_criteria_hold_it():
    answer = study("losses.before_24_weeks >= 2 to losses.before_24_weeks >= 4")
    assert [one.number for one in answer.changes] == [2]
    assert answer.changes[0].after.startswith("{any: [losses.before_24_weeks >= 4, {all: [losses.of_any_kind >= 2")
    assert answer.changed.criteria[1].counted == Counted(1, 0, 4)


def test_criteria_that_are_added_come_after_the_last():
    answer = study("add age < 32", "add not: losses.consecutive >= 3")
    added = answer.changed.criteria[-2:]
    assert [(one.number, one.origin, one.kind) for one in added] == [
        (11, "added", "asks_for"),
        (12, "added", "leaves_out"),
    ]
    assert [one.counted for one in added] == [Counted(2, 3, 0), Counted(2, 2, 1)]
    assert answer.changes[1].after_says == "leaves out: longest run of consecutive losses at least 3"


def test_with_every_criterion_dropped_every_woman_is_taken():
    answer = study(*(f"drop {at}" for at in range(1, 11)))
    assert answer.changed.counted == answer.changed.on_expressible == Counted(5, 0, 0)
    assert answer.changed.criteria == ()


def test_a_change_to_what_stands_there_already_changes_nothing():
    answer = study("1: losses.consecutive >= 2")
    assert answer.changes == ()
    assert answer.changed == answer.own
    assert (answer.difference.met, answer.difference.not_met, answer.difference.unknown) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["2: loses.total >= 2"], "'loses.total' is no fact of the vocabulary; did you mean 'losses.total'?"),
        (["1: losses.total >= 2000"], "2000 is outside the possible range of 'losses.total' (0 to 60)"),
        (["1: workup.thyroid = odd"], "'workup.thyroid' has no value 'odd'; it may be normal, abnormal"),
        (["1: losses.total = yes"], "'losses.total' is a whole number"),
        (["1: known losses.total"], "may stand in panels and policies only"),
        (["1: rpll"], "'rpll' is no rule; did you mean 'rpl'?"),
        (["1: [a"], "'[a' is no condition"),
        (["1: {every: [rpl]}"], "'every' joins no conditions"),
        (["add "], "is no change that can be read; write '2: CONDITION'"),
        (["1:"], "is no change that can be read"),
        (["losses.total >= 2"], "is no change that can be read"),
        (["drop two"], "is no change that can be read"),
        (["drop 11"], "'clark-2010' has no criterion 11; they are numbered 1 to 10"),
        (["0: rpl"], "has no criterion 0"),
        (["drop 1", "1: rpl"], "criterion 1 is changed already"),
        (["1: losses.consecutive >= 3", "drop 1"], "criterion 1 is changed already"),
        (["losses.consecutive >= 2 to rpl", "drop 1"], "criterion 1 is changed already"),
        (["age < 40 to age < 35"], "no criterion of 'clark-2010' holds 'age < 40'"),
        (
            ["losses.consecutive >= 3 to losses.consecutive >= 4"],
            "holds 'losses.consecutive >= 3'; did you mean 'losses.consecutive >= 2'?",
        ),
        (
            ["6: condition.lupus = yes"],
            "criterion 6 leaves women out; write '6: not: condition.lupus = yes' to leave out others, or 'drop 6' and",
        ),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_and_the_cure_is_named(changes, said):
    with pytest.raises(DeciduaError) as caught:
        study(*changes)
    assert said in str(caught.value)
    assert f"change '{changes[-1].strip()}'" in str(caught.value)


def test_every_change_that_cannot_be_made_is_named_at_once():
    with pytest.raises(DeciduaError) as caught:
        study("drop 30", "add agee < 3", "drop 1")
    assert [fault.field for fault in caught.value.faults] == ["change 'drop 30'", "change 'add agee < 3'"]


def test_only_one_study_can_be_changed_at_a_time():
    for named in (["clark-2010", "metwally-2021"], "all"):
        with pytest.raises(DeciduaError, match="one study can be changed at a time"):
            decidua.feasibility(WOMEN, named, change="drop 1")


# Which studies


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("clark2010", "there is no study 'clark2010'; did you mean 'clark-2010'"),
        ("Clark", "there is no study 'Clark'; did you mean 'clark-2010'?"),
        ("Q", "there is no study 'Q'; "),
        ([], "no study is named; give the id of one, or 'all'"),
        (["all", "clerk-2010"], "there is no study 'clerk-2010'; did you mean 'clark-2010'"),
    ],
)
def test_a_study_that_there_is_not_is_refused_with_the_nearest_that_there_are(named, said):
    with pytest.raises(DeciduaError) as caught:
        decidua.feasibility(WOMEN, named)
    assert said in str(caught.value)


def test_a_study_counts_from_the_day_it_was_published():
    with pytest.raises(DeciduaError, match="'clark-2010' was not published by 2009-12-31; give a later date"):
        study(as_of=2009)
    assert study(as_of="2010-12").own.counted == study().own.counted


def test_a_study_whose_criteria_were_not_read_is_refused():
    view = decidua.load_rulebook().at()
    bare = view.studies["clark-2010"].model_copy(update={"eligibility": None})
    other = type(view)(view.book, None)
    other.studies["clark-2010"] = bare
    with pytest.raises(DeciduaError, match="the criteria of 'clark-2010' were not read, so nobody can be counted"):
        ask_for(other, ["clark-2010"])


def test_a_study_named_twice_is_counted_once_and_all_keeps_the_order_of_the_rulebook():
    assert len(decidua.feasibility(WOMEN, ["clark-2010", "clark-2010"]).studies) == 1
    every = [one.study for one in decidua.feasibility(WOMEN, "all").studies]
    assert every == [one.id for one in VIEW.studies.values() if one.eligibility is not None]


def test_a_retracted_study_and_a_second_filing_say_so():
    found = {one.study: one for one in decidua.feasibility(WOMEN, "all").studies}
    assert found["ismail-2016"].integrity == "retracted"
    assert found["nyborg-2014-corticosteroids"].second_filing_of is not None


# Tables


@pytest.mark.parametrize("make", [pl.DataFrame.lazy, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_every_kind_of_table_is_counted_alike(make):
    assert decidua.feasibility(make(WOMEN), "clark-2010") == decidua.feasibility(WOMEN, "clark-2010")


def test_a_file_is_counted_in_batches_as_the_table_is(tmp_path, monkeypatch):
    path = tmp_path / "women.parquet"
    WOMEN.write_parquet(path)
    whole = decidua.feasibility(WOMEN, "clark-2010", change="drop 3")
    monkeypatch.setattr(feasibility_module, "BATCH", 2)
    assert decidua.feasibility(WOMEN, "clark-2010", change="drop 3") == whole
    assert decidua.feasibility(path, "clark-2010", change="drop 3") == whole
    assert decidua.feasibility(str(path), "clark-2010", change="drop 3") == whole


def test_cells_that_cannot_be_used_are_counted_and_refused_where_strict():
    table = WOMEN.with_columns(pl.Series("age", [30, 300, 31, 32, 33]))
    report = decidua.feasibility(table, "clark-2010")
    assert [(one.column, one.problem, one.first) for one in report.faults] == [("age", "out_of_range", (2,))]
    with pytest.raises(DeciduaError, match="1 cell cannot be used"):
        decidua.feasibility(table, "clark-2010", strict=True)


def test_a_mapping_renames_and_recodes():
    table = pd.DataFrame({"run": [1, 2, -9]})
    mapping = {"columns": {"run": {"fact": "losses.consecutive", "missing": [-9]}}}
    assert study(table=table, mapping=mapping).own.criteria[0].counted == Counted(1, 1, 1)


def test_a_table_of_nobody_or_of_no_finding_is_refused():
    with pytest.raises(DeciduaError, match="has no rows, so there is nobody to judge"):
        decidua.feasibility(WOMEN[:0], "clark-2010")
    with pytest.raises(DeciduaError, match="no column of the table is named as a finding"):
        decidua.feasibility(pl.DataFrame({"x": [1]}), "clark-2010")
    with pytest.raises(DeciduaError, match="the table is a Polars DataFrame"):
        decidua.feasibility([1, 2], "clark-2010")


def test_a_table_that_says_nothing_of_a_study_leaves_every_woman_open():
    answer = study("drop 2", table=pl.DataFrame({"bmi": [20.0, 30.0]}), id_="clark-2010")
    assert answer.own.counted == answer.changed.counted == Counted(0, 0, 2)
    assert [(one.own, one.changed, one.women) for one in answer.moves] == [(UNKNOWN, UNKNOWN, 2)]
