"""Generated conditions: the engines agree, a verdict holds in every possible world, and learning never overturns it."""

from __future__ import annotations

import operator
from collections import Counter
from itertools import combinations
from typing import Any, get_args

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.generative.strategies import DOMAINS, completions, conditions, counted, facts, learned, rulebooks, yaml_form
from tests.generative.trying import thorough
from tests.spec.engines import ENGINES, judge_by_reference

from decidua.condition.english import in_english
from decidua.condition.parser import parse_condition
from decidua.condition.reference import deciding, evaluate
from decidua.condition.syntax import (
    OPERATORS,
    All,
    AnyOf,
    AtLeast,
    Atom,
    Condition,
    Known,
    Not,
    Rule,
    Untold,
    atoms,
    facts_in,
    rules_in,
    walk,
)
from decidua.document import parse_document
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES, Verdict

# Every engine says the same


INSTALLED = [engine for engine in ENGINES.values() if engine.installed and not engine.gathers]


@thorough(150)
@given(rules=rulebooks(), women=st.lists(facts(), min_size=2, max_size=4))
def test_every_engine_gives_the_verdicts_of_the_reference_engine(rules, women):
    wanted = judge_by_reference(rules, women)
    for engine in INSTALLED:
        assert engine.judge(rules, women) == wanted, engine.name


def expanded(condition: Condition) -> Condition:
    """Write every 'at least k of' as an 'or' over every choice of k parts joined by 'and'."""
    if isinstance(condition, Not):
        return Not(expanded(condition.part))
    if isinstance(condition, All | AnyOf):
        return type(condition)(tuple(expanded(part) for part in condition.parts))
    if isinstance(condition, AtLeast):
        parts = [expanded(part) for part in condition.parts]
        return AnyOf(tuple(All(choice) for choice in combinations(parts, condition.count)))
    return condition


@thorough(50)
@given(condition=counted(conditions()), women=st.lists(facts(), min_size=2, max_size=4))
def test_at_least_is_an_or_over_every_choice_of_that_many_parts(condition, women):
    for engine in INSTALLED:
        for found in engine.judge({"short": condition, "long": expanded(condition)}, women):
            assert found["short"] == found["long"], engine.name


# What a verdict promises

CLASSICAL = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda value, wanted: value in wanted,
    "not in": lambda value, wanted: value not in wanted,
}


def holds(condition: Condition, rules: Any, world: Any, told: Any, known: Facts) -> bool:
    """Say by plain two-valued logic whether a condition holds in a world where everything is known."""

    def count(parts: tuple[Condition, ...]) -> int:
        return sum(holds(part, rules, world, told, known) for part in parts)

    match condition:
        case Atom(fact, sign, wanted):
            truth = CLASSICAL[sign](world[fact], wanted)
        case Known(fact):
            truth = fact in known.values and not isinstance(known.values[fact], Interval)
        case Rule(id_):
            truth = holds(rules[id_], rules, world, told, known)
        case Untold(text):
            truth = told[text]
        case Not(part):
            truth = count((part,)) == 0
        case All(parts):
            truth = count(parts) == len(parts)
        case AnyOf(parts):
            truth = count(parts) > 0
        case AtLeast(least, parts):
            truth = count(parts) >= least
    return truth


@thorough(100)
@given(rules=rulebooks(), known=facts())
def test_a_yes_or_no_holds_in_every_completion_of_what_is_unknown(rules, known):
    worlds = list(completions(rules, known))
    assume(len(worlds) <= 1000)
    settled = {id_: verdict for id_, verdict in judge_by_reference(rules, [known])[0].items() if verdict is not UNKNOWN}
    assume(settled)
    for world, told in worlds:
        for id_, verdict in settled.items():
            assert holds(rules[id_], rules, world, told, known) is (verdict is YES), (id_, world, told)


@thorough(60)
@given(condition=conditions(), known=facts())
def test_a_condition_without_unread_points_is_settled_once_everything_is_known(condition, known):
    assume(not any(isinstance(node, Untold) for node in walk(condition)))
    world, told = next(completions({"rule": condition}, known))
    everything = Facts(world)
    truth = holds(condition, {}, world, told, everything)
    assert judge_by_reference({"rule": condition}, [everything]) == [{"rule": YES if truth else NO}]


@thorough(100)
@given(data=st.data(), rules=rulebooks(known=False), before=facts())
def test_learning_more_never_overturns_a_yes_or_no(data, rules, before):
    after = data.draw(learned(before))
    for engine in INSTALLED:
        earlier, later = engine.judge(rules, [before, after])
        for id_, verdict in earlier.items():
            assert verdict in (UNKNOWN, later[id_]), engine.name


@thorough(60)
@given(rules=rulebooks(known=False))
def test_silence_alone_never_fires_a_rule_nor_refuses_it(rules):
    for engine in INSTALLED:
        assert set(engine.judge(rules, [Facts({})])[0].values()) == {UNKNOWN}, engine.name


# The proof of a verdict


def unreferenced(_id: str) -> Verdict:
    raise AssertionError("no rule is referred to here")


@thorough(100)
@given(condition=conditions(), known=facts())
def test_the_proof_gives_each_comparison_what_is_known_and_only_unknown_leaves_decide_an_unknown(condition, known):
    proof = evaluate(condition, known, unreferenced)
    leaves = list(deciding(proof))
    assert leaves
    for leaf in leaves:
        assert not leaf.parts
        if isinstance(leaf.condition, Atom | Known):
            assert leaf.value == known.get(leaf.condition.fact)
    if proof.verdict is UNKNOWN:
        assert {leaf.verdict for leaf in leaves} == {UNKNOWN}


@thorough(60)
@given(condition=conditions(known=False), known=facts())
def test_what_is_known_beyond_the_deciding_leaves_of_a_verdict_may_be_forgotten(condition, known):
    proof = evaluate(condition, known, unreferenced)
    kept = {leaf.condition.fact for leaf in deciding(proof) if isinstance(leaf.condition, Atom)}
    less = Facts({fact: value for fact, value in known.values.items() if fact in kept})
    if proof.verdict is not UNKNOWN:
        assert evaluate(condition, less, unreferenced).verdict is proof.verdict


# Written down and read again


def read(value: Any) -> Condition:
    faults: list[str] = []
    condition = parse_condition(value, report=lambda place, message: faults.append(f"{place}: {message}"))
    assert not faults
    assert condition is not None
    return condition


@thorough(120)
@given(condition=conditions(("rpl", "a-rule", "rule_2")))
def test_a_condition_written_to_yaml_is_read_back_as_the_same_condition(condition):
    text = yaml.safe_dump({"when": yaml_form(condition)})
    again = read(parse_document(text, name="rule.yaml").value["when"])
    assert again == condition
    assert facts_in(again) == facts_in(condition)
    assert rules_in(again) == rules_in(condition)


@thorough(120)
@given(condition=conditions(("rpl", "a-rule")))
def test_a_condition_in_english_names_every_finding_and_every_rule_in_it(condition):
    titles = {"rpl": "Recurrent loss"}
    text = in_english(condition, vocabulary(), titles).casefold()
    for fact in facts_in(condition):
        assert vocabulary()[fact].label.casefold() in text
    for id_ in rules_in(condition):
        assert titles.get(id_, id_).casefold() in text
    for node in walk(condition):
        if isinstance(node, Untold):
            assert node.text.casefold() in text


@thorough(60)
@given(condition=conditions(("rpl",)))
def test_a_condition_over_facts_without_a_label_is_still_said_in_english(condition):
    text = in_english(condition, {}, {})
    assert all(fact in text for fact in facts_in(condition))


# The generator itself


def test_every_kind_of_condition_operator_and_knowledge_is_generated():
    nodes: Counter[Any] = Counter()
    operators: Counter[str] = Counter()
    known: Counter[str] = Counter()
    verdicts: Counter[Verdict] = Counter()

    @thorough(100)
    @given(rules=rulebooks(), woman=facts())
    def look(rules, woman):
        for condition in rules.values():
            nodes.update(node.why if isinstance(node, Untold) else type(node) for node in walk(condition))
            operators.update(atom.operator for atom in atoms(condition) if isinstance(atom, Atom))
            for fact in facts_in(condition):
                value = woman.get(fact)
                open_ended = isinstance(value, Interval) and value.high is None
                kind = "missing" if value is None else "interval" if isinstance(value, Interval) else "exact"
                known.update([kind, *(["open-ended interval"] if open_ended else [])])
        verdicts.update(judge_by_reference(rules, [woman])[0].values())

    look()
    kinds = set(get_args(Condition)) - {Untold} | {"unread", "words"}
    assert {kind: nodes[kind] >= 5 for kind in kinds} == dict.fromkeys(kinds, True)
    assert {one: operators[one] >= 5 for one in OPERATORS} == dict.fromkeys(OPERATORS, True)
    assert {kind for kind, times in known.items() if times >= 5} == {
        "missing",
        "exact",
        "interval",
        "open-ended interval",
    }
    assert {verdict for verdict, times in verdicts.items() if times >= 20} == {YES, NO, UNKNOWN}


def test_the_generated_facts_are_real_ones_of_every_kind_a_rule_can_compare():
    kinds = {vocabulary()[fact].kind for fact in DOMAINS}
    assert kinds == {fact.kind for fact in vocabulary().values()}


def test_the_reference_engine_is_one_of_those_compared():
    assert ENGINES["reference"].judge is judge_by_reference
