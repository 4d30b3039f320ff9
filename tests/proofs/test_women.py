"""The women over whom is proved are those whom profiles can describe: none is left out, and each found one is real."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.generative.profiles import described, shipped, women

import decidua
from decidua.condition.syntax import All, Untold
from decidua.engines.formulas import Logic, Number, Search
from decidua.engines.proof import Translator, told
from decidua.profile.facts import draw_facts
from decidua.profile.interval import Interval
from decidua.profile.reading import parse_profile
from decidua.proving.describing import describe, to_yaml
from decidua.proving.women import Woman

LOGIC = Logic()
WOMAN = Woman(LOGIC)
POSSIBLE = Search(LOGIC, WOMAN.possible())
DESCRIBABLE = Search(LOGIC, [*WOMAN.possible(), *WOMAN.describable()])


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_example_profile_is_a_possible_woman(name):
    assert POSSIBLE.find(told(LOGIC, WOMAN.known, draw_facts(described(shipped()[name])))) is not None


@settings(max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(document=women())
def test_every_generated_profile_is_a_possible_woman(document):
    assert POSSIBLE.find(told(LOGIC, WOMAN.known, draw_facts(described(document)))) is not None


@pytest.mark.parametrize(
    "contradiction",
    [
        ("workup.thyroid", "normal", "workup.thyroid_disease", "hyperthyroidism"),
        ("workup.uterine_imaging", "abnormal", "workup.uterine_finding", "none"),
        ("workup.antiphospholipid", "negative", "workup.lupus_anticoagulant", "positive"),
        ("pregnancy.pregnant", False, "pregnancy.bleeding", True),
        ("pregnancy.heartbeat", True, "pregnancy.missed_miscarriage", True),
        ("condition.lupus", True, "condition.autoimmune_disease", False),
    ],
)
def test_no_woman_has_two_findings_that_a_profile_refuses_together(contradiction):
    first, value, second, other = contradiction
    assert POSSIBLE.find(WOMAN.is_(first, value)) is not None
    assert POSSIBLE.find(WOMAN.is_(second, other)) is not None
    assert POSSIBLE.find(WOMAN.is_(first, value), WOMAN.is_(second, other)) is None


def test_counts_that_contradict_each_other_are_no_womans():
    losses, run = WOMAN.number("losses.total"), WOMAN.number("losses.consecutive")
    known = [losses.given, run.given, LOGIC.negated(losses.spread), LOGIC.negated(run.spread)]
    assert POSSIBLE.find(*known, losses.low == 3, run.low == 3) is not None
    assert POSSIBLE.find(*known, losses.low == 3, run.low == 4) is None


def rules_of_kinds(*kinds: str) -> list[str]:
    return [id_ for id_, rule in decidua.load_rulebook().at().rules.items() if rule.kind in kinds]


@pytest.mark.parametrize("rule", rules_of_kinds("definition", "cause", "subset"))
def test_the_profile_written_for_a_woman_draws_exactly_what_the_search_found_of_her(rule):
    conditions = {id_: one.condition for id_, one in decidua.load_rulebook().at().rules.items()}
    found = DESCRIBABLE.find(Translator(LOGIC, WOMAN.known, conditions).rule(rule).yes)
    if found is None:
        whole = conditions[rule]
        assert isinstance(whole, All)
        assert any(isinstance(part, Untold) for part in whole.parts), "only a point that was not read keeps it from YES"
        return
    facts = draw_facts(parse_profile(to_yaml(describe(WOMAN, found))))
    for name, known in WOMAN.known.items():
        value = facts.get(name)
        if isinstance(known, Number) and isinstance(value, float):
            assert found.holds(known.given)
            assert float(found.number(known.low)) == pytest.approx(value, abs=1e-9)
        elif isinstance(known, Number) and isinstance(value, Interval) and isinstance(value.low, float):
            assert found.holds(LOGIC.both([known.given, known.open if value.high is None else known.spread]))
            assert float(found.number(known.low)) == pytest.approx(value.low, abs=1e-9)
        else:
            assert found.holds(LOGIC.is_told(known, value)), (name, value)
