"""The eligibility of studies over tables: what is said of every woman is what the one-woman judgement says of her."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from tests.generative.tables import facts_of, tables
from tests.generative.test_tables import WORDS, frame_of
from tests.generative.trying import thorough

import decidua
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import evaluate
from decidua.condition.syntax import All, Untold
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.feasibility.asked import ask_for
from decidua.tables.feasibility.criteria import criteria_of
from decidua.tables.feasibility.feasibility import FeasibilityJudge
from decidua.tables.feasibility.result import EligibilityCount
from decidua.tables.made_up.synth import make_register
from decidua.tables.result import Counted
from decidua.truth import NO, UNKNOWN, YES, Verdict

VIEW = decidua.load_rulebook().at()


def rows_of(register: pl.DataFrame) -> list[dict[str, Any]]:
    names = [column for column in register.columns if column in vocabulary()]
    return [{name: row[name] for name in names if row[name] is not None} for row in register.rows(named=True)]


def women_in(rows: list[dict[str, Any]]) -> list[Verdicts]:
    return [Verdicts(VIEW, facts_of(row), "reference") for row in rows]


def counted(verdicts: list[Verdict]) -> Counted:
    times = Counter(verdicts)
    return Counted(times[YES], times[NO], times[UNKNOWN])


def judge_of(frame: pl.DataFrame, *studies: str, changes: tuple[str, ...] = ()) -> FeasibilityJudge:
    return FeasibilityJudge(ask_for(VIEW, studies, changes), frame.columns, frame.schema, read_mapping(None))


@pytest.mark.parametrize("as_of", [None, "2012", "2004-06"])
def test_every_woman_of_a_made_up_register_has_the_standing_that_she_has_alone(as_of):
    view = decidua.load_rulebook().at(as_of)
    register = make_register(120, 17)
    judge = FeasibilityJudge(ask_for(view, ["all"]), register.columns, register.schema, read_mapping(None))
    said = judge.count(register)
    women = [Verdicts(view, facts_of(row), "reference") for row in rows_of(register)]
    studies = [study for study in view.studies.values() if study.eligibility is not None]
    assert len(studies) == len(judge.report().studies) > 10
    for study in studies:
        alone = [woman.verdict(f"study:{study.id}") for woman in women]
        found = said[f"decidua_eligible_{study.id.replace('-', '_')}"].to_list()
        assert [WORDS[one] for one in found] == alone, study.id
        answer = next(one for one in judge.report().studies if one.study == study.id)
        assert answer.own.counted == counted(alone)


def test_every_count_over_a_register_is_that_of_the_women_one_by_one():
    register = make_register(60, 23)
    judge = judge_of(register, "all")
    judge.count(register[:25])
    judge.count(register[25:])
    women = women_in(rows_of(register))
    for answer in judge.report().studies:
        compare_eligibility(answer.study, answer.own, women)


def compare_eligibility(id_: str, said: EligibilityCount, women: list[Verdicts]) -> None:
    rule = f"study:{id_}"
    criteria = criteria_of(VIEW.rules[rule].condition)
    assert [one.number for one in said.criteria] == list(range(1, len(criteria) + 1))
    so_far: list[Any] = []
    for one, count in zip(criteria, said.criteria, strict=True):
        assert count.counted == by_each(one.condition, women)
        assert (count.in_text == "wholly") == (one.number in said.text_criteria) == (count.so_far is None)
        if count.so_far is not None:
            so_far.append(one.condition)
            assert count.so_far == by_each(All(tuple(so_far)), women)
    assert said.on_expressible == by_each(All(tuple(so_far)), women)
    assert said.counted == counted([woman.verdict(rule) for woman in women])
    hidden = Counter(fact for woman in women for fact in woman.unknown_facts(woman.proof(rule)))
    assert {one.fact: one.women for one in said.hidden_by} == hidden
    assert [one.women for one in said.hidden_by] == sorted(hidden.values(), reverse=True)


def by_each(condition: Any, women: list[Verdicts]) -> Counted:
    return counted([evaluate(condition, woman.facts, woman.verdict).verdict for woman in women])


@thorough(6)
@given(tables())
def test_generated_tables_are_counted_as_their_women_are(table):
    columns, rows = table
    frame = frame_of(columns, rows)
    women = women_in(rows)
    for answer in decidua.feasibility(frame, "all").studies:
        assert answer.own.counted == counted([woman.verdict(f"study:{answer.study}") for woman in women])
        hidden = {fact for woman in women for fact in woman.unknown_facts(woman.proof(f"study:{answer.study}"))}
        assert {one.fact for one in answer.own.hidden_by} == hidden


def test_a_changed_eligibility_is_counted_as_its_women_are_judged_by_it():
    changes = ("drop 3", "losses.consecutive >= 2 to losses.consecutive >= 3", "add age < 35", "add not: rif")
    register = make_register(80, 29)
    judge = judge_of(register, "clark-2010", changes=changes)
    said = judge.count(register)
    question = ask_for(VIEW, ["clark-2010"], changes)
    changed = question.studies[0].changed
    assert changed is not None
    women = women_in(rows_of(register))
    whole = All(tuple(one.condition for one in changed))
    rest = All(tuple(one.condition for one in changed if one.in_text != "wholly"))
    own_rest = All(tuple(one.condition for one in question.studies[0].own if one.in_text != "wholly"))
    answer = judge.report().studies[0]
    assert answer.changed is not None
    assert answer.changed.counted == by_each(whole, women)
    assert answer.changed.on_expressible == by_each(rest, women)
    alone = [evaluate(whole, woman.facts, woman.verdict).verdict for woman in women]
    assert [WORDS[one] for one in said["decidua_eligible_clark_2010_as_changed"]] == alone
    pairs = Counter(
        (evaluate(own_rest, one.facts, one.verdict).verdict, evaluate(rest, one.facts, one.verdict).verdict)
        for one in women
    )
    assert {(one.own, one.changed): one.women for one in answer.moves} == pairs


def test_the_criteria_of_every_study_mean_together_what_its_eligibility_means():
    women = women_in(rows_of(make_register(40, 31)))
    for study in VIEW.studies.values():
        assert study.eligibility is not None
        criteria = criteria_of(study.eligibility)
        joined = All(tuple(one.condition for one in criteria))
        for woman in women:
            assert evaluate(joined, woman.facts, woman.verdict).verdict is woman.verdict(f"study:{study.id}")
        assert not any(isinstance(one.condition, All) for one in criteria)
        assert all(one.in_text == "wholly" for one in criteria if isinstance(one.condition, Untold))
