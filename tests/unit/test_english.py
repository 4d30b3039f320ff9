"""Conditions and values in English, as a clinician would say them."""

from __future__ import annotations

import datetime as dt

import pytest

from decidua.condition.english import in_english, lower_first, value_in_english
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Known, Not, Rule, Untold
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import AGGREGATES

FACTS = {
    fact.name: fact
    for fact in (
        Fact("losses", "integer", "Pregnancy losses", minimum=0, maximum=60),
        Fact("asthma", "yes_no", "Asthma"),
        Fact("gout", "yes_no", "Gout"),
        Fact("nk", "number", "NK cells in blood", "percent", 0, 100),
        Fact("ratio", "number", "Th1/Th2 ratio", "ratio", 0, 100),
        Fact("acl", "number", "Anticardiolipin", "GPL_or_MPL", 0, 100),
        Fact("cells", "number", "Plasma cells", "plasma_cells_per_hpf", 0, 100),
        Fact("titre", "number", "ANA titre", "reciprocal_titre", 0, 10000),
        Fact("uterus", "choice", "Uterine anomaly", choices=("none", "septum", "large_fibroid")),
    )
}
TITLES = {"rpl": "Recurrent loss", "aps": "APS by Sydney"}
ASTHMA, GOUT = Atom("asthma", "=", value=True), Atom("gout", "=", value=True)
LOSSES = Atom("losses", ">=", 3)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (LOSSES, "pregnancy losses at least 3"),
        (Atom("losses", ">", 3), "pregnancy losses over 3"),
        (Atom("losses", "<=", 3), "pregnancy losses at most 3"),
        (Atom("losses", "<", 3), "pregnancy losses under 3"),
        (Atom("losses", "=", 3), "pregnancy losses exactly 3"),
        (Atom("losses", "!=", 3), "pregnancy losses is not 3"),
        (Atom("losses", "in", (2, 3)), "pregnancy losses is 2 or 3"),
        (Not(LOSSES), "pregnancy losses under 3"),
        (Not(Atom("losses", ">", 3)), "pregnancy losses at most 3"),
        (Not(Atom("losses", "<", 3)), "pregnancy losses at least 3"),
        (Not(Atom("losses", "<=", 3)), "pregnancy losses over 3"),
        (Not(Atom("losses", "!=", 3)), "pregnancy losses exactly 3"),
        (ASTHMA, "asthma"),
        (Atom("asthma", "=", value=False), "asthma: no"),
        (Atom("asthma", "!=", value=True), "asthma: no"),
        (Atom("asthma", "!=", value=False), "asthma"),
        (Not(ASTHMA), "asthma: no"),
        (Not(Atom("asthma", "=", value=False)), "asthma"),
        (Not(Atom("asthma", "!=", value=True)), "asthma"),
        (Atom("nk", ">", 12.5), "NK cells in blood over 12.5 %"),
        (Atom("nk", "=", 12), "NK cells in blood is 12 %"),
        (Not(Atom("nk", "=", 12)), "NK cells in blood is not 12 %"),
        (Atom("ratio", ">=", 10.3), "Th1/Th2 ratio at least 10.3"),
        (Atom("acl", ">", 40), "anticardiolipin over 40 GPL or MPL"),
        (Atom("cells", ">=", 5), "plasma cells at least 5 plasma cells per hpf"),
        (Atom("titre", ">=", 160), "ANA titre at least 160 (as 1:x)"),
        (Atom("uterus", "=", "septum"), "uterine anomaly: septum"),
        (Atom("uterus", "!=", "large_fibroid"), "uterine anomaly: not large fibroid"),
        (Atom("uterus", "in", ("septum",)), "uterine anomaly is septum"),
        (Atom("uterus", "in", ("none", "septum", "large_fibroid")), "uterine anomaly is none, septum or large fibroid"),
        (Atom("uterus", "not in", ("none", "septum")), "uterine anomaly is not none or septum"),
        (Not(Atom("uterus", "in", ("none", "septum"))), "uterine anomaly is not none or septum"),
        (Not(Atom("uterus", "not in", ("none", "septum"))), "uterine anomaly is none or septum"),
        (Known("losses"), "pregnancy losses is known"),
        (Not(Known("losses")), "not (pregnancy losses is known)"),
        (Rule("rpl"), "recurrent loss"),
        (Rule("aps"), "APS by Sydney"),
        (Rule("no-title"), "no-title"),
        (Not(Rule("rpl")), "not (recurrent loss)"),
        (Untold("whether they count", "unread"), "not read: whether they count"),
        (Untold("two centres at most", "words"), "two centres at most"),
        (All((ASTHMA, GOUT)), "asthma and gout"),
        (AnyOf((ASTHMA, GOUT)), "asthma or gout"),
        (All((LOSSES, AnyOf((ASTHMA, GOUT)))), "pregnancy losses at least 3 and (asthma or gout)"),
        (AnyOf((All((ASTHMA, GOUT)), LOSSES)), "(asthma and gout) or pregnancy losses at least 3"),
        (All((AnyOf((ASTHMA,)), GOUT)), "asthma and gout"),
        (Not(AnyOf((ASTHMA, GOUT))), "not (asthma or gout)"),
        (Not(Not(ASTHMA)), "not (asthma: no)"),
        (AtLeast(2, (ASTHMA, GOUT, LOSSES)), "at least 2 of: asthma; gout; pregnancy losses at least 3"),
        (Atom("strange.fact", ">", 3), "strange.fact over 3"),
        (Atom("strange.fact", "=", value=True), "strange.fact is yes"),
        (Not(Atom("strange.fact", "=", value=True)), "not (strange.fact is yes)"),
        (Known("strange.fact"), "strange.fact is known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_condition_is_said_in_words(condition, words):
    assert in_english(condition, FACTS, TITLES) == words


@pytest.mark.parametrize("joined", [All, AnyOf])
def test_where_a_count_of_conditions_ends_is_said_before_another_condition_follows(joined):
    """One of asthma and gout, with three losses, is not one of asthma and of gout with three losses."""
    ends = joined((AtLeast(1, (ASTHMA, GOUT)), LOSSES))
    goes_on = AtLeast(1, (ASTHMA, joined((GOUT, LOSSES))))
    assert in_english(ends, FACTS, TITLES) != in_english(goes_on, FACTS, TITLES)


def test_where_a_count_of_conditions_inside_another_ends_is_said():
    """Of four findings the third may belong to the inner count or to the outer one."""
    nk = Atom("nk", ">", 12)
    inner_of_two = AtLeast(2, (AtLeast(1, (ASTHMA, GOUT)), LOSSES, nk))
    inner_of_three = AtLeast(2, (AtLeast(1, (ASTHMA, GOUT, LOSSES)), nk))
    assert in_english(inner_of_two, FACTS, TITLES) != in_english(inner_of_three, FACTS, TITLES)


@pytest.mark.parametrize(
    ("value", "fact", "words"),
    [
        (None, "losses", "not known"),
        (3, "losses", "3"),
        (True, "asthma", "yes"),
        (False, "asthma", "no"),
        (12.5, "nk", "12.5 %"),
        ("large_fibroid", "uterus", "large fibroid"),
        (Interval(2, 4), "losses", "2 to 4"),
        (Interval(2, None), "losses", "at least 2"),
        (Interval(2, 60), "losses", "at least 2"),
        (Interval(5, 12), "nk", "5 to 12 %"),
        (Interval(5, None), "nk", "at least 5 %"),
        (dt.date(2024, 2, 29), "losses", "2024-02-29"),
        (3, "strange", "3"),
        (Interval(2, 4), "strange", "2 to 4"),
    ],
    ids=str,
)
def test_what_is_known_of_a_finding_is_said_with_its_unit(value, fact, words):
    assert value_in_english(value, FACTS.get(fact)) == words


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Asthma", "asthma"),
        ("Th1 cells", "Th1 cells"),
        ("TSH", "TSH"),
        ("G-CSF tried", "G-CSF tried"),
        ("IgA and anti-IgA antibodies", "IgA and anti-IgA antibodies"),
        ("CD138 plasma cells", "CD138 plasma cells"),
        ("Sydney criteria", "Sydney criteria"),
        ("Sydney, criteria of", "Sydney, criteria of"),
        ("A good frozen embryo", "A good frozen embryo"),
        ("losses", "losses"),
    ],
)
def test_a_label_is_lowered_inside_a_sentence_unless_it_is_a_name_or_an_abbreviation(title, inside):
    assert lower_first(title) == inside


def test_the_titles_of_rules_that_collect_others_read_on_in_a_sentence():
    assert in_english(All((Rule("rpl"), ASTHMA)), FACTS, AGGREGATES).startswith(
        "recurrent pregnancy loss by at least one"
    )


@pytest.mark.parametrize(
    ("label", "within"),
    [
        ("Anti-beta2-glycoprotein I, highest value", "anti-beta2-glycoprotein I, highest value"),
        ("Anti-HLA antibodies", "anti-HLA antibodies"),
        ("Anti-thyroid peroxidase antibodies", "anti-thyroid peroxidase antibodies"),
        ("TSH and free T4", "TSH and free T4"),
    ],
)
def test_within_a_sentence_an_antibody_begins_small_and_an_abbreviation_does_not(label, within):
    assert lower_first(label) == within


def test_what_is_not_so_is_said_of_every_finding_as_english():
    for fact in vocabulary().values():
        if fact.kind == "yes_no":
            says = in_english(Atom(fact.name, "=", value=False), vocabulary(), {})
            assert says == f"{lower_first(fact.label)}: no"
            assert not says.startswith("no ")
