"""The laws, held by the shipped rulebook: silence only asks, the same input gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.profiles import Document, shipped, women
from tests.generative.trying import thorough

import decidua
from decidua.assessment.options.status import row_for
from decidua.assessment.verdicts import Verdicts
from decidua.condition.reference import evaluate
from decidua.condition.syntax import Atom, atoms, facts_in
from decidua.engines.production import available
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.model import Profile
from decidua.rulebook.policy import STATUS_FACTS, Status
from decidua.truth import UNKNOWN, YES, Verdict

DATES = (None, "2010", "2016-07-01", "2020", "2023-06-30")
needs_durable = pytest.mark.skipif(not available(), reason="durable-rules is not installed (Python 3.13 and later)")


# Missing is not no


@pytest.mark.parametrize("as_of", DATES)
def test_of_a_woman_of_whom_nothing_is_known_no_rule_says_yes_or_no(as_of):
    view = decidua.load_rulebook().at(as_of)
    found = Verdicts(view, draw_facts(Profile()), "reference")
    assert {id_: found.verdict(id_) for id_ in view.rules} == dict.fromkeys(view.rules, UNKNOWN)


@pytest.mark.parametrize("as_of", DATES)
def test_of_a_woman_of_whom_nothing_is_known_every_option_and_strategy_is_undetermined(as_of):
    result = decidua.assess(Profile(), as_of=as_of)
    view = decidua.load_rulebook().at(as_of)
    described = [one for one in result.options if view.known_strategies(view.book.option[one.option])]
    assert described
    assert {option.option: option.status for option in described} == {
        option.option: "undetermined" for option in described
    }
    assert {one.status for option in described for one in option.strategies} == {"undetermined"}
    assert all(option.missing for option in described)
    later = [one for one in result.options if one not in described]  # what the date rules out, not her silence
    assert {row.row for option in later for row in option.strategies} <= {"not-yet-described"}
    assert result.next


def test_a_reason_for_being_here_is_no_finding():
    assert draw_facts(Profile(why="Four losses and asthma.")).values == {}


@thorough(18)
@given(document=women())
def test_an_undetermined_option_names_what_is_missing_and_what_it_could_become(document):
    for option in decidua.assess(Profile.model_validate(document), engine="reference").options:
        if option.status == "undetermined":
            assert option.missing
            assert len(option.could_be) >= 2
            assert "undetermined" not in option.could_be


# Same input, same bytes; one meaning on every engine


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(one) for one in value] if isinstance(value, list) else value


@thorough(10)
@given(document=women())
def test_the_same_woman_gives_the_same_bytes_whatever_the_order_in_which_she_is_described(document):
    first, second = Profile.model_validate(document), Profile.model_validate(reversed_keys(document))
    assert decidua.assess(first).model_dump_json() == decidua.assess(second).model_dump_json()


ASK = """
import sys, json, decidua
for document in json.load(sys.stdin):
    print(decidua.assess(decidua.Profile.model_validate(document)).model_dump_json())
"""


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    documents = [shipped()[name] for name in ("rpl_four_losses", "rif_untested_embryos", "contraindications")]
    given_ = json.dumps(documents, default=str)
    here = "".join(decidua.assess(Profile.model_validate(one)).model_dump_json() + "\n" for one in documents)
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        there = subprocess.run(
            [sys.executable, "-c", ASK], input=given_, capture_output=True, text=True, env=environment, check=True
        )
        assert there.stdout == here
        assert there.stderr == ""


def without_engine(document: Document, engine: Any, as_of: str | None = None) -> str:
    result = decidua.assess(Profile.model_validate(document), engine=engine, as_of=as_of)
    return json.dumps(result.model_dump(mode="json", exclude={"engine"}))


@needs_durable
@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_production_network_gives_a_worked_example_the_answer_of_the_reference_engine(name):
    assert without_engine(shipped()[name], "durable") == without_engine(shipped()[name], "reference")


@needs_durable
@thorough(18)
@given(document=women(), as_of=st.sampled_from(DATES))
def test_the_production_network_gives_any_woman_on_any_date_the_answer_of_the_reference_engine(document, as_of):
    assert without_engine(document, "durable", as_of) == without_engine(document, "reference", as_of)


@needs_durable
def test_only_the_field_that_names_the_engine_differs_between_engines():
    alone = decidua.assess(Profile(), engine="reference").model_dump()
    both = decidua.assess(Profile(), engine="durable").model_dump()
    assert {key for key in alone if alone[key] != both[key]} == {"engine"}


# One row of the status table for every woman


def domain(name: str) -> tuple[Any, ...]:
    fact = STATUS_FACTS[name]
    return {"choice": fact.choices, "yes_no": (True, False), "integer": (0, 1, 2)}[fact.kind]


def no_rules(_id: str) -> Verdict:
    raise AssertionError("the status table refers to no rule")


def test_for_every_combination_of_policy_facts_exactly_one_status_row_applies():
    rows = decidua.load_rulebook().policy.status.rows
    names = list(STATUS_FACTS)
    looked_at = {row.id: [at for at, name in enumerate(names) if name in facts_in(row.when)] for row in rows}
    conditions = {row.id: row.when for row in rows}

    @cache
    def applies(id_: str, values: tuple[Any, ...]) -> bool:
        facts = Facts(dict(zip((names[at] for at in looked_at[id_]), values, strict=True)))
        verdict = evaluate(conditions[id_], facts, no_rules).verdict
        assert verdict is not UNKNOWN
        return verdict is YES

    faults, used = [], set()
    for values in product(*(domain(name) for name in names)):
        holding = [id_ for id_, places in looked_at.items() if applies(id_, tuple([values[at] for at in places]))]
        used.update(holding)
        if len(holding) != 1:
            faults.append((holding, dict(zip(names, values, strict=True))))
    assert faults == []
    assert used == set(looked_at)


def test_counts_of_societies_above_two_can_make_no_difference_to_a_status():
    for row in decidua.load_rulebook().policy.status.rows:
        for atom in atoms(row.when):
            if isinstance(atom, Atom) and STATUS_FACTS[atom.fact].kind == "integer":
                assert atom.value in (0, 1)


def test_every_status_is_reached_by_a_row_and_has_its_place_in_the_ranking():
    policy = decidua.load_rulebook().policy
    assert {row.status for row in policy.status.rows} == set(get_args(Status))
    assert sorted(policy.rank.statuses) == sorted(get_args(Status))


def test_where_two_rows_apply_or_none_the_table_is_refused_and_the_rows_are_named():
    rows = decidua.load_rulebook().policy.status.rows
    outside = next(row for row in rows if row.id == "outside")
    facts = Facts({"described": True, "population": "not_hers", "explained": False})
    with pytest.raises(decidua.RulebookError, match="not: outside, outside"):
        row_for([outside, outside], facts)
    with pytest.raises(decidua.RulebookError, match="not: none"):
        row_for([outside], Facts({"described": True, "population": "hers", "explained": False}))
