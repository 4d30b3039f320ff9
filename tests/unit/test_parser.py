"""The parser of conditions: every form, and for every fault a message with its place and its cure."""

from __future__ import annotations

import pickle

import pytest

from decidua.condition.parser import parse_condition
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold, one_of_each, walk


def parsed(value, place=("when",)):
    """Return the tree and the faults, each as place and message."""
    faults: list[tuple[str, str]] = []
    condition = parse_condition(
        value, report=lambda spot, message: faults.append((".".join(map(str, spot)), message)), place=place
    )
    return condition, faults


@pytest.mark.parametrize(
    ("value", "condition"),
    [
        ("rpl", Rule("rpl")),
        ("panel-rcog-2023", Rule("panel-rcog-2023")),
        ("  rpl  ", Rule("rpl")),
        ("known losses.total", Known("losses.total")),
        ("known   losses.total", Known("losses.total")),
        ("losses.total >= 3", Atom("losses.total", ">=", 3)),
        ("losses.total>=3", Atom("losses.total", ">=", 3)),
        ("losses.total = 3", Atom("losses.total", "=", 3)),
        ("losses.total == 3", Atom("losses.total", "=", 3)),
        ("losses.total != 3", Atom("losses.total", "!=", 3)),
        ("losses.total <= 3", Atom("losses.total", "<=", 3)),
        ("losses.total < 3", Atom("losses.total", "<", 3)),
        ("losses.total > 3", Atom("losses.total", ">", 3)),
        ("age > 37.5", Atom("age", ">", 37.5)),
        ("workup.tsh > .5", Atom("workup.tsh", ">", 0.5)),
        ("a.change >= -2", Atom("a.change", ">=", -2)),
        ("condition.asthma = yes", Atom("condition.asthma", "=", value=True)),
        ("condition.asthma = true", Atom("condition.asthma", "=", value=True)),
        ("condition.asthma = no", Atom("condition.asthma", "=", value=False)),
        ("condition.asthma != false", Atom("condition.asthma", "!=", value=False)),
        ("workup.antiphospholipid = negative", Atom("workup.antiphospholipid", "=", "negative")),
        ("immune.kir_genotype = AA", Atom("immune.kir_genotype", "=", "AA")),
        ("workup.prolactin = normal", Atom("workup.prolactin", "=", "normal")),
        ("losses.total in [2, 3]", Atom("losses.total", "in", (2, 3))),
        ("workup.uterine_finding in [septum]", Atom("workup.uterine_finding", "in", ("septum",))),
        (
            "workup.uterine_finding not  in [septum, fibroid]",
            Atom("workup.uterine_finding", "not in", ("septum", "fibroid")),
        ),
        ({"all": ["rpl"]}, All((Rule("rpl"),))),
        ({"any": ["rpl", "rif"]}, AnyOf((Rule("rpl"), Rule("rif")))),
        ({"not": "rpl"}, Not(Rule("rpl"))),
        ({"not": {"any": ["rpl", "rif"]}}, Not(AnyOf((Rule("rpl"), Rule("rif"))))),
        ({"at_least": 1, "of": ["rpl", "rif"]}, AtLeast(1, (Rule("rpl"), Rule("rif")))),
        ({"unread": " whether they count "}, Untold("whether they count", "unread")),
        ({"words": "no more than two centres"}, Untold("no more than two centres", "words")),
        (
            {"words": "both", "not": "rif", "all": ["rpl"], "at_least": 1, "of": ["aps"]},
            All((All((Rule("rpl"),)), Not(Rule("rif")), AtLeast(1, (Rule("aps"),)), Untold("both", "words"))),
        ),
    ],
    ids=str,
)
def test_a_condition_is_read_as_it_is_written(value, condition):
    assert parsed(value) == (condition, [])


def test_a_whole_number_stays_whole_and_a_decimal_one_does_not():
    whole, decimal = parsed("age >= 35")[0], parsed("age >= 35.0")[0]
    assert type(whole.value) is int
    assert type(decimal.value) is float


SHAPE = "is no condition; write a rule's id, 'known FACT' or FACT OPERATOR VALUE with one of = != < <= > >= in not in"

KEYS = ("all", "any", "not", "at_least", "of", "unread", "words")

FAULTS = [
    # what is written, where the fault is, the message
    (["rpl"], "when", "a list says not how its parts are joined; write 'all:' or 'any:' before it"),
    (3, "when", "3 is no condition; write a comparison such as 'losses.total >= 3'"),
    (None, "when", "None is no condition; write a comparison such as 'losses.total >= 3'"),
    ({"not": True}, "when.not", "True is no condition; write a comparison such as 'losses.total >= 3'"),
    ({}, "when", "is empty; a condition must say something"),
    (
        {"and": ["rpl"]},
        "when.and",
        "'and' joins no conditions; use one of all, any, not, at_least, of, unread, words; did you mean 'any'?",
    ),
    (
        {"xyz": ["rpl"]},
        "when.xyz",
        "'xyz' joins no conditions; use one of all, any, not, at_least, of, unread, words",
    ),
    (
        {"atleast": 2, "all": ["rpl"]},
        "when.atleast",
        f"'atleast' joins no conditions; use one of {', '.join(KEYS)}; did you mean 'at_least'?",
    ),
    ({"all": []}, "when.all", "'all' takes a list of at least one condition"),
    ({"all": "rpl"}, "when.all", "'all' takes a list of at least one condition"),
    ({"any": None}, "when.any", "'any' takes a list of at least one condition"),
    ({"any": {"not": "rpl"}}, "when.any", "'any' takes a list of at least one condition"),
    ({"unread": ""}, "when.unread", "'unread' takes a sentence"),
    ({"unread": "  "}, "when.unread", "'unread' takes a sentence"),
    ({"words": ["a", "b"]}, "when.words", "'words' takes a sentence"),
    ({"at_least": "2", "of": ["rpl"]}, "when.at_least", "'at_least' takes a whole number and stands beside 'of'"),
    ({"at_least": True, "of": ["rpl"]}, "when.at_least", "'at_least' takes a whole number and stands beside 'of'"),
    ({"at_least": 1.5, "of": ["rpl"]}, "when.at_least", "'at_least' takes a whole number and stands beside 'of'"),
    ({"of": ["rpl"]}, "when.at_least", "'at_least' takes a whole number and stands beside 'of'"),
    ({"at_least": 2}, "when.of", "'of' takes a list of at least one condition"),
    ({"at_least": 2, "of": []}, "when.of", "'of' takes a list of at least one condition"),
    ({"at_least": 3, "of": ["rpl", "rif"]}, "when.at_least", "'at_least: 3' of 2 parts; write 1 to 2"),
    ({"at_least": 0, "of": ["rpl", "rif"]}, "when.at_least", "'at_least: 0' of 2 parts; write 1 to 2"),
    ({"at_least": -1, "of": ["rpl"]}, "when.at_least", "'at_least: -1' of 1 parts; write 1 to 1"),
    ("", "when", f"'' {SHAPE}"),
    ("Losses.total >= 3", "when", f"'Losses.total >= 3' {SHAPE}"),
    ("three losses or more", "when", f"'three losses or more' {SHAPE}"),
    ("losses.total ~ 3", "when", f"'losses.total ~ 3' {SHAPE}"),
    ("losses.total", "when", f"'losses.total' {SHAPE}"),
    ("known losses.total >= 3", "when", f"'known losses.total >= 3' {SHAPE}"),
    ("losses.total >= ", "when", "'' is no number, word, yes or no to compare 'losses.total' with"),
    ("losses.total >= 1 + 2", "when", "'1 + 2' is no number, word, yes or no to compare 'losses.total' with"),
    ("losses.total => 3", "when", "'> 3' is no number, word, yes or no to compare 'losses.total' with"),
    ("losses.total >= 1e3", "when", "'1e3' is no number, word, yes or no to compare 'losses.total' with"),
    ("workup.thyroid = 'normal'", "when", "''normal'' is no number, word, yes or no to compare 'workup.thyroid' with"),
    ("losses.total >= [3]", "when", "'[3]' is no number, word, yes or no to compare 'losses.total' with"),
    ("losses.total in 3", "when", "'in' takes a list such as [septum, fibroid], not '3'"),
    ("losses.total in []", "when", "'in' takes a list such as [septum, fibroid], not '[]'"),
    ("losses.total in [2, ]", "when", "'in' takes a list such as [septum, fibroid], not '[2, ]'"),
    ("losses.total in [2, 3", "when", "'in' takes a list such as [septum, fibroid], not '[2, 3'"),
    ("losses.total not  in (2, 3)", "when", "'not in' takes a list such as [septum, fibroid], not '(2, 3)'"),
]


@pytest.mark.parametrize(("value", "place", "message"), FAULTS, ids=[str(value) for value, _, _ in FAULTS])
def test_what_is_no_condition_is_refused_with_its_place_and_what_to_write(value, place, message):
    assert parsed(value) == (None, [(place, message)])


def test_a_fault_deep_inside_names_the_way_to_it():
    condition, faults = parsed({"all": ["rpl", {"any": ["rif", {"not": "losses.total >="}]}]})
    assert condition is None
    assert faults == [
        ("when.all.1.any.1.not", "'' is no number, word, yes or no to compare 'losses.total' with"),
    ]


def test_every_fault_of_a_condition_is_found_in_one_go():
    condition, faults = parsed(
        {
            "every": ["rpl"],
            "all": ["rpl", 3, "two words"],
            "any": [],
            "not": ["rpl"],
            "at_least": 2,
            "of": ["x >= ", "rif"],
            "words": "",
        }
    )
    assert condition is None
    assert [place for place, _ in faults] == [
        "when.every",
        "when.all.1",
        "when.all.2",
        "when.any",
        "when.not",
        "when.of.0",
        "when.words",
    ]


def test_a_condition_at_the_top_of_its_document_has_no_place():
    assert parsed(3, place=())[1] == [("", "3 is no condition; write a comparison such as 'losses.total >= 3'")]


# Equal trees, once each


def test_a_part_that_stands_in_several_conditions_becomes_one_object_and_no_condition_changes():
    conditions = [
        All((Atom("age", ">=", 18), Not(Atom("losses.total", "<", 2)))),
        AnyOf((Not(Atom("losses.total", "<", 2)), AtLeast(1, (Atom("age", ">=", 18), Known("age"))))),
    ]
    met: dict = {}
    shared = [one_of_each(one, met) for one in conditions]
    assert shared == conditions
    nodes = [node for one in shared for node in walk(one)]
    assert len({id(node) for node in nodes}) == len(set(nodes)) == 7 < len(nodes)


@pytest.mark.parametrize("other", [True, 1.0, "1", (1,)])
def test_a_comparison_with_a_value_of_another_type_is_another_comparison(other):
    one, like = Atom("age", "=", 1), Atom("age", "=", other)
    assert one != like
    assert one_of_each(like, {one: one}) is like
    assert one == Atom("age", "=", 1)
    assert one != "age = 1"


def test_what_is_kept_of_a_condition_holds_no_hash_for_the_next_process_would_make_another():
    one = All((Atom("age", ">=", 18), Rule("rpl")))
    before = pickle.dumps(one)
    hash(one)
    assert pickle.dumps(one) == before
