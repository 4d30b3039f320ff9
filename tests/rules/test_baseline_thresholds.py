"""Every number and joint in the rules of her chance without treatment is held by women who differ in one finding."""

from __future__ import annotations

import pytest

import decidua
from decidua.authoring.equivalent import same_for_all
from decidua.condition.mutants import mutants_of
from decidua.condition.reference import evaluate
from decidua.evidence.certainty import refers_to_no_rule
from decidua.profile.facts import Facts
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES, Verdict

RULES = {rule.id: rule for rule in decidua.load_rulebook().policy.baseline.rules}
THREE, ONE_OR_TWO = "prism-three-losses-bleeding", "prism-one-or-two-losses-bleeding"
BLEEDS = {
    "pregnancy.bleeding": True,
    "pregnancy.intrauterine_on_scan": True,
    "pregnancy.weeks": 8.0,
    "age": 30.0,
}
EDGES: list[tuple[dict[str, object], Verdict]] = [
    ({"pregnancy.bleeding": False}, NO),
    ({"pregnancy.intrauterine_on_scan": False}, NO),
    ({"pregnancy.weeks": 12.0}, NO),
    ({"pregnancy.weeks": 83 / 7}, YES),
    ({"pregnancy.weeks": 85 / 7}, NO),
    ({"age": 16.0}, YES),
    ({"age": 15.9}, NO),
    ({"age": 16.1}, YES),
    ({"age": 39.0}, YES),
    ({"age": 39.1}, NO),
    ({"age": 38.9}, YES),
]


def losses(total: int, clinical: int) -> dict[str, object]:
    return {"losses.total": total, "losses.clinical": clinical}


WOMEN = {
    THREE: [
        (losses(3, 3), YES),
        (losses(4, 4), YES),
        (losses(2, 2), NO),
        (losses(3, 2), UNKNOWN),
        (losses(4, 2), UNKNOWN),
        ({"losses.total": 3}, UNKNOWN),
        ({"losses.total": 2, "losses.clinical": 3}, YES),
        *((losses(3, 3) | edge, verdict) for edge, verdict in EDGES),
    ],
    ONE_OR_TWO: [
        (losses(1, 1), YES),
        (losses(2, 2), YES),
        (losses(3, 3), NO),
        (losses(0, 0), NO),
        (losses(1, 0), UNKNOWN),
        (losses(2, 0), UNKNOWN),
        (losses(3, 2), UNKNOWN),
        (losses(3, 1), UNKNOWN),
        (losses(2, 1), YES),
        ({"losses.total": 2, "losses.clinical": 3}, YES),
        *((losses(1, 1) | edge, verdict) for edge, verdict in EDGES),
    ],
}


def verdict(rule, facts):
    return evaluate(rule, Facts(BLEEDS | facts), refers_to_no_rule).verdict


@pytest.mark.parametrize("id_", RULES)
def test_each_number_of_a_chance_lies_where_it_is_declared(id_):
    assert id_ in WOMEN, f"put women below, at and above the numbers of {id_} into this file"
    assert [(facts, verdict(RULES[id_].when, facts)) for facts, _ in WOMEN[id_]] == WOMEN[id_]


@pytest.mark.parametrize("id_", RULES)
def test_every_small_mistake_in_a_rule_of_a_chance_is_noticed(id_):
    rule = RULES[id_].when
    unnoticed = [
        mutant.says
        for mutant in mutants_of(rule, vocabulary())
        if all(verdict(mutant.condition, facts) is wanted for facts, wanted in WOMEN[id_])
        and not same_for_all(rule, mutant.condition, vocabulary(), lambda _: frozenset())
    ]
    assert unnoticed == []
