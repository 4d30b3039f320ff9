"""Small mistakes in a condition, and which of them mean the same for every woman."""

from __future__ import annotations

import pytest

from decidua.authoring.equivalent import attainable, same_for_all
from decidua.condition.mutants import mutants_of, one_step
from decidua.condition.parser import parse_condition
from decidua.condition.written import written
from decidua.profile.vocabulary import vocabulary
from decidua.truth import NO, UNKNOWN, YES

ANY = frozenset({YES, NO, UNKNOWN})


def parsed(value):
    faults = []
    condition = parse_condition(value, report=lambda place, message: faults.append((place, message)))
    assert (faults, condition is None) == ([], False)
    return condition


def said(value):
    return {mutant.says: written(mutant.condition) for mutant in mutants_of(parsed(value), vocabulary())}


def same(one, other, may_be=lambda _: ANY):
    return same_for_all(parsed(one), parsed(other), vocabulary(), may_be)


def test_a_threshold_is_moved_by_its_smallest_step_and_takes_in_its_number_or_not():
    assert said("losses.total >= 3") == {
        "losses.total > 3 instead of >=": "losses.total > 3",
        "losses.total >= 2 instead of 3": "losses.total >= 2",
        "losses.total >= 4 instead of 3": "losses.total >= 4",
    }
    assert set(said("age < 40")) == {
        "age <= 40 instead of <",
        "age < 39.9 instead of 40",
        "age < 40.1 instead of 40",
    }
    assert set(said("losses.total >= 0")) == {"losses.total > 0 instead of >=", "losses.total >= 1 instead of 0"}


def test_weeks_are_moved_by_a_day_and_a_chance_by_a_hundredth():
    assert one_step(12, vocabulary()["pregnancy.weeks"], 1) == 85 / 7
    assert one_step(12, vocabulary()["workup.antiphospholipid_positive_weeks_apart"], -1) == 83 / 7
    assert one_step(0.6, vocabulary()["transfers.cumulative_chance"], 1) == 0.61


def test_words_are_turned_round_or_left_out_of_a_list():
    assert said("immune.ana = positive") == {"immune.ana != positive instead of =": "immune.ana != positive"}
    assert set(said("workup.uterine_finding in [septum, polyp]").values()) == {
        "workup.uterine_finding not in [septum, polyp]",
        "workup.uterine_finding in [polyp]",
        "workup.uterine_finding in [septum]",
    }


def test_parts_are_forgotten_and_joined_the_other_way():
    assert set(said({"all": ["rpl", {"not": "aps"}]}).values()) == {
        "{any: [rpl, {not: aps}]}",
        "{all: [{not: aps}]}",
        "{all: [rpl]}",
        "{all: [rpl, aps]}",
    }
    assert set(said({"at_least": 2, "of": ["rpl", "rif", "aps"]}).values()) == {
        "{at_least: 1, of: [rpl, rif, aps]}",
        "{at_least: 3, of: [rpl, rif, aps]}",
        "{at_least: 2, of: [rif, aps]}",
        "{at_least: 2, of: [rpl, aps]}",
        "{at_least: 2, of: [rpl, rif]}",
    }


def test_mistakes_that_read_alike_are_numbered():
    twice = {"any": [{"all": ["rpl", "age < 40"]}, {"all": ["rif", "age < 40"]}]}
    found = mutants_of(parsed(twice), vocabulary())
    assert len({mutant.says for mutant in found}) == len(found)
    assert "age < 39.9 instead of 40 (number 2)" in {mutant.says for mutant in found}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("losses.total >= 3", "losses.total > 2"),
        ("age >= 12", {"any": ["age >= 12", "age >= 40"]}),
        ({"all": ["rpl", {"words": "one"}, {"words": "two"}]}, {"all": ["rpl", {"words": "one"}]}),
        ({"all": [{"any": ["rpl", {"words": "two"}]}, {"words": "one"}]}, {"words": "one"}),
        (
            {"all": ["rpl", {"not": {"any": ["aps", {"unread": "a"}]}}, {"unread": "b"}]},
            {"all": ["rpl", {"not": "aps"}, {"unread": "b"}]},
        ),
        ({"any": ["losses.total >= 2", {"all": ["losses.total >= 3", "rpl"]}]}, "losses.total >= 2"),
    ],
)
def test_what_means_the_same_for_every_woman_is_recognised(one, other):
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("losses.total >= 3", "losses.total >= 2"),
        ("losses.total >= 3", {"all": ["losses.total >= 3", {"words": "one"}]}),
        ({"all": ["rpl", {"words": "one"}]}, {"words": "one"}),
        ({"any": ["rpl", {"words": "one"}]}, {"words": "one"}),
        ("losses.total = 2", {"all": ["losses.total >= 2", "losses.total <= 2", "known losses.total"]}),
        ({"any": ["immune.ana = positive", "immune.ana = negative"]}, {"any": ["age >= 12", "age < 12"]}),
        ({"at_least": 2, "of": ["rpl", "rif", {"words": "a"}]}, {"at_least": 2, "of": ["rpl", "rif", "aps"]}),
    ],
)
def test_what_differs_for_some_woman_is_never_taken_for_the_same(one, other):
    assert not same(one, other)
    assert not same(other, one)


def test_what_other_rules_can_say_is_taken_into_account():
    def never_yes(_):
        return frozenset({NO, UNKNOWN})

    assert same({"all": ["rpl", {"words": "one"}]}, {"all": ["rpl"]}, never_yes)
    assert not same({"all": ["rpl", {"words": "one"}]}, {"all": ["rpl"]})


def test_the_verdicts_that_a_condition_can_have():
    def verdicts(value):
        return attainable(parsed(value), lambda _: ANY)

    assert verdicts("age < 40") == ANY
    assert verdicts("known age") == {YES, NO}
    assert verdicts({"words": "one"}) == {UNKNOWN}
    assert verdicts({"all": ["rpl", {"words": "one"}]}) == {NO, UNKNOWN}
    assert verdicts({"not": {"all": ["rpl", {"words": "one"}]}}) == {YES, UNKNOWN}
    assert verdicts({"at_least": 2, "of": ["rpl", {"words": "a"}, {"words": "b"}]}) == {UNKNOWN}
