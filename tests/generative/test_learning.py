"""Learning more never overturns a verdict: unknown may become yes or no, never yes no or no yes."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.profiles import Document, described, fields, histories, leaves, only, shipped, without
from tests.generative.trying import thorough

import decidua
from decidua.assessment.verdicts import Verdicts
from decidua.profile.facts import draw_facts
from decidua.profile.model import Profile
from decidua.truth import UNKNOWN, Verdict

DATES = ("2010", "2016-07-01", "2020", "2023-06-30")
MAY_CHANGE = ("panel",)
"""Panels may ask what is known, so learning may change them, and what rests on them alone."""


def verdicts(document: Document, as_of: str | None = None) -> dict[str, Verdict]:
    """Every verdict that learning may not overturn."""
    profile = described(document)
    assert profile is not None, f"forgetting something made her impossible: {document}"
    view = decidua.load_rulebook().at(as_of)
    found = Verdicts(view, draw_facts(profile), "reference")
    return {
        id_: found.verdict(id_)
        for id_, rule in view.rules.items()
        if rule.kind not in MAY_CHANGE and not id_.startswith("unexplained")
    }


def overturned(before: dict[str, Verdict], after: dict[str, Verdict]) -> dict[str, str]:
    return {
        id_: f"{verdict} -> {after[id_]}"
        for id_, verdict in before.items()
        if verdict is not UNKNOWN and after[id_] is not verdict
    }


@pytest.mark.parametrize("name", sorted(shipped()))
def test_each_finding_of_a_worked_example_may_come_last_without_overturning_a_verdict(name):
    document = shipped()[name]
    after = verdicts(document)
    faults = {
        leaf: found for leaf in leaves(document) if (found := overturned(verdicts(without(document, leaf)), after))
    }
    assert faults == {}


@thorough(45)
@given(history=histories())
def test_learning_one_more_finding_never_overturns_a_verdict(history):
    moments = [verdicts(document) for document in history]
    for before, after in pairwise(moments):
        assert overturned(before, after) == {}


@thorough(20)
@given(history=histories(), as_of=st.sampled_from(DATES))
def test_learning_more_never_overturns_what_could_be_said_at_an_earlier_date(history, as_of):
    moments = [verdicts(document, as_of) for document in history]
    for before, after in pairwise(moments):
        assert overturned(before, after) == {}


SEVERE_AND_MILD = (
    ("heart_failure_nyha_3_4", "heart_failure"),
    ("severe_renal_impairment", "renal_impairment"),
    ("severe_hepatic_dysfunction", "liver_disease"),
    ("lupus", "autoimmune_disease"),
)


@pytest.mark.parametrize(("severe", "mild"), SEVERE_AND_MILD)
def test_declaring_the_conditions_complete_does_not_deny_the_mild_form_of_a_severe_disease(severe, mild):
    before = {"conditions": {severe: True}, "checks": {"renal_function": True}}
    after = {"conditions": {severe: True, "complete": True}, "checks": {"renal_function": True}}
    for document in (before, after):
        assert draw_facts(Profile.model_validate(document)).get(f"condition.{mild}") is True
    assert overturned(verdicts(before), verdicts(after)) == {}


TWO_SAMPLES = [{"result": "positive", "date": "2024-01-01"}, {"result": "positive", "date": "2024-06-01"}]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"lupus_anticoagulant": "negative"}, {"lupus_anticoagulant": "positive"}),
        ({"anticardiolipin": {"value": 10, "unit": "GPL"}}, {"anticardiolipin": {"value": 80, "unit": "GPL"}}),
        (
            {"anti_beta2gpi": {"value": 50, "unit": "percentile"}},
            {"anti_beta2gpi": {"value": 100, "unit": "percentile"}},
        ),
    ],
    ids=["lupus anticoagulant", "anticardiolipin", "anti-beta2-glycoprotein I"],
)
def test_what_a_second_blood_sample_showed_may_come_to_be_known_without_overturning_a_verdict(first, second):
    history = {"pregnancies": {"losses": 3, "clinical_losses": 3, "complete": True}}
    told_once = {**history, "investigations": {"antiphospholipid": [TWO_SAMPLES[0] | first, TWO_SAMPLES[1]]}}
    told_twice = {**history, "investigations": {"antiphospholipid": [TWO_SAMPLES[0] | first, TWO_SAMPLES[1] | second]}}
    assert overturned(verdicts(told_once), verdicts(told_twice)) == {}


def test_the_generated_women_reach_every_section_most_fields_and_every_verdict():
    filled: set[tuple[Any, ...]] = set()
    seen: set[tuple[str, Verdict]] = set()

    @thorough(60)
    @given(history=histories())
    def look(history):
        filled.update(tuple(step for step in leaf if isinstance(step, str)) for leaf in leaves(history[-1]))
        found = verdicts(history[1])
        rules = decidua.load_rulebook().at().rules
        seen.update((rules[id_].kind, verdict) for id_, verdict in found.items())

    look()
    paths = {path for path, _ in fields()}
    assert {path[0] for path in paths} == {leaf[0] for leaf in filled}
    assert len(paths & filled) >= len(paths) / 2
    assert {("pregnancies", "singles", "karyotype"), ("transfers", "singles", "embryos")} <= filled
    kinds = ("definition", "cause", "subset", "strategy", "finding", "position", "study")
    assert seen >= set(product(kinds, Verdict))


def test_what_is_forgotten_of_an_example_is_only_what_it_said():
    """The steps by which she is described lead from nothing to the whole of her."""
    for document in shipped().values():
        said = {name: value for name, value in document.items() if name != "why"}
        assert described(only(document, frozenset(leaves(document)))) == described(said)
        assert only(document, frozenset()) == {name: {} for name, value in said.items() if isinstance(value, dict)}
