"""What is judged over all combinations of answers at once is what the reference engine says of each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.generative.strategies import conditions, facts, rulebooks
from tests.generative.trying import thorough

from decidua.authoring.meaning import Space, expanded, without_a_part
from decidua.condition.reference import evaluate
from decidua.condition.syntax import Untold, walk
from decidua.evidence.lines import refers_to_no_rule
from decidua.profile.facts import Facts
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES


def judge(condition, values):
    known = Facts({name: value for name, value in values.items() if value is not None})
    return evaluate(condition, known, refers_to_no_rule).verdict


@thorough(100)
@given(condition=conditions(), data=st.data())
def test_each_combination_has_the_verdict_of_the_reference_engine(condition, data):
    space = Space([condition], vocabulary(), unknown=True)
    yes, no = space.masks(condition)
    assert not yes & no
    for at in {data.draw(st.integers(0, space.size - 1)) for _ in range(5)}:
        verdict = judge(condition, space.example(1 << at))
        assert verdict is (YES if yes >> at & 1 else NO if no >> at & 1 else UNKNOWN)


@thorough(150)
@given(condition=conditions(), known=facts())
def test_what_no_combination_can_be_no_woman_is(condition, known):
    yes, no = Space([condition], vocabulary(), unknown=True).masks(condition)
    verdict = judge(condition, known.values)
    assert yes or verdict is not YES
    assert no or verdict is not NO


@thorough(150)
@given(condition=conditions(), known=facts())
def test_a_part_that_changes_nothing_changes_nothing_for_any_woman(condition, known):
    space = Space([condition], vocabulary(), unknown=True)
    for drop in without_a_part(condition):
        if space.same(condition, drop.whole):
            assert judge(condition, known.values) is judge(drop.whole, known.values)


@thorough(100)
@given(condition=conditions(known=False))
def test_once_everything_is_settled_nothing_is_left_open(condition):
    space = Space([condition], vocabulary(), unknown=False)
    yes, no = space.masks(condition)
    assert yes | no == space.whole
    if not any(isinstance(node, Untold) for node in walk(condition)):
        for mask, verdict in ((yes, YES), (no, NO)):
            if mask:
                assert judge(condition, space.example(mask)) is verdict


@thorough(100)
@given(rules=rulebooks(), known=facts())
def test_a_rule_written_out_has_the_verdict_of_the_rule(rules, known):
    def verdict_of(id_):
        return evaluate(rules[id_], known, verdict_of).verdict

    for id_, condition in rules.items():
        assert judge(expanded(condition, rules), known.values) is verdict_of(id_)
