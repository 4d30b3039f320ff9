"""Definitions side by side: which losses count for whom, how many of hers, and why societies do not agree on her."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import decidua
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.woman.definitions import as_if, differences, with_counts
from decidua.assessment.woman.summary import definitions
from decidua.assessment.woman.who_counts import counting_of, hers_counted
from decidua.profile.facts import draw_facts
from decidua.truth import NO, UNKNOWN, YES

BOOK = decidua.load_rulebook()
VIEW = BOOK.at()
RPL = [one for one in VIEW.definitions if one.term == "rpl"]

MISCARRIAGE = {"outcome": "miscarriage", "weeks": 8, "partner": "current"}
BIOCHEMICAL = {"outcome": "biochemical_loss", "weeks": 5, "partner": "current"}
LATE = {**MISCARRIAGE, "weeks": 16}
BIRTH = {"outcome": "live_birth", "weeks": 39}


def verdicts_of(*singles, complete=True, **counts):
    ordered = [{"order": at, **one} for at, one in enumerate(singles, 1)]
    profile = decidua.Profile.model_validate(
        {"pregnancies": {"complete": complete, "singles": ordered, **counts}, "transfers": {"complete": True}}
    )
    return Verdicts(VIEW, draw_facts(profile), "reference")


def counted(found, id_):
    answers = {one.id: one for one in with_counts(found, definitions(found))}
    return (answers[id_].counted.low, answers[id_].counted.high)


def reasons(found):
    return {point.point: point for one in differences(found) if one.term == "rpl" for point in one.points}


def side(point, id_):
    return next(one.says for one in point.sides if id_ in one.definitions)


# Which losses count for whom: as read, where null is "not read"

AS_READ = {
    # id: least losses, in a row, biochemical, ectopic, molar, stillbirth
    "rpl-eshre-2022": (2, NO, YES, NO, NO, UNKNOWN),
    "rpl-asrm-2012": (2, UNKNOWN, NO, UNKNOWN, UNKNOWN, UNKNOWN),
    "rpl-acog": (2, UNKNOWN, NO, NO, NO, UNKNOWN),
    "rpl-rcog-2011": (3, YES, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "rpl-rcog-2023": (3, NO, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "rpl-who": (3, YES, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "rpl-cngof-2014": (3, YES, UNKNOWN, UNKNOWN, UNKNOWN, NO),  # a stillbirth lies beyond its 14 weeks
    "rpl-japan-2025": (2, NO, NO, NO, NO, YES),
    "rpl-anz-2024": (2, NO, YES, UNKNOWN, UNKNOWN, UNKNOWN),
    "rpl-ranzcog-2025": (2, NO, NO, NO, UNKNOWN, UNKNOWN),
}


@pytest.mark.parametrize("id_", AS_READ)
def test_which_losses_count_is_what_was_read_of_the_definition(id_):
    view = BOOK.at("2016") if id_ == "rpl-rcog-2011" else VIEW
    definition = next(one for one in view.definitions if one.id == id_)
    found = counting_of(view, definition)
    kinds = [found.kinds[kind] for kind in ("biochemical", "ectopic", "molar", "stillbirth")]
    assert (found.asks_for, found.in_a_row, *kinds) == AS_READ[id_]


def test_every_definition_of_recurrent_loss_is_in_that_table():
    assert set(AS_READ) == {one.id for one in BOOK.definitions if one.term == "rpl"}


def test_a_second_trimester_loss_counts_for_all_but_the_one_that_ends_at_14_weeks():
    late = {one.id for one in RPL if counting_of(VIEW, one).kinds["second_trimester"] is not YES}
    assert late == {"rpl-cngof-2014"}
    weeks = counting_of(VIEW, next(one for one in RPL if one.id == "rpl-cngof-2014")).weeks
    assert (weeks[12], weeks[14]) == (YES, NO)


def test_a_loss_known_to_be_aneuploid_counts_for_all_since_no_text_that_was_read_leaves_it_out():
    assert all(counting_of(VIEW, one).kinds["aneuploid"] is YES for one in RPL)


def test_only_the_australasian_guideline_asks_for_one_partner():
    assert [one.id for one in RPL if counting_of(VIEW, one).one_partner is YES] == ["rpl-anz-2024"]


# How many of hers count


@pytest.mark.parametrize(
    ("singles", "id_", "count"),
    [
        ([MISCARRIAGE, BIOCHEMICAL], "rpl-eshre-2022", (2, 2)),
        ([MISCARRIAGE, BIOCHEMICAL], "rpl-asrm-2012", (1, 1)),
        ([MISCARRIAGE, BIOCHEMICAL], "rpl-rcog-2023", (1, 2)),  # not read whether it counts
        ([MISCARRIAGE, {"outcome": "ectopic"}], "rpl-eshre-2022", (1, 1)),
        ([MISCARRIAGE, {"outcome": "ectopic"}], "rpl-asrm-2012", (1, 2)),
        ([MISCARRIAGE, {"outcome": "molar"}], "rpl-ranzcog-2025", (1, 2)),
        ([MISCARRIAGE, {"outcome": "stillbirth", "weeks": 30}], "rpl-japan-2025", (2, 2)),
        ([MISCARRIAGE, MISCARRIAGE, LATE], "rpl-cngof-2014", (2, 2)),
        ([MISCARRIAGE, MISCARRIAGE, LATE], "rpl-rcog-2023", (3, 3)),
        ([{"outcome": "loss_of_unknown_kind"}] * 2, "rpl-japan-2025", (0, 2)),
        ([{**MISCARRIAGE, "karyotype": "aneuploid"}] * 2, "rpl-eshre-2022", (2, 2)),
        ([{**MISCARRIAGE, "partner": "earlier"}] * 2 + [MISCARRIAGE], "rpl-anz-2024", (1, 2)),
        ([{"outcome": "miscarriage", "weeks": 8}] * 2, "rpl-anz-2024", (0, 2)),
        ([BIRTH, {"outcome": "termination"}], "rpl-eshre-2022", (0, 0)),
    ],
)
def test_how_many_of_her_losses_count_for_a_definition(singles, id_, count):
    assert counted(verdicts_of(*singles), id_) == count


def test_losses_that_are_only_counted_are_counted_as_intervals():
    found = verdicts_of(MISCARRIAGE, complete=False, losses=3, ectopic=0, molar=0, stillbirths=0)
    assert counted(found, "rpl-eshre-2022") == (3, 3)
    assert counted(found, "rpl-japan-2025") == (1, 3)


history = st.lists(
    st.fixed_dictionaries(
        {
            "outcome": st.sampled_from(
                [
                    "miscarriage",
                    "biochemical_loss",
                    "loss_of_unknown_kind",
                    "ectopic",
                    "molar",
                    "stillbirth",
                    "live_birth",
                ]
            )
        },
        optional={"weeks": st.sampled_from([5, 9, 12, 16]), "partner": st.sampled_from(["current", "earlier"])},
    ),
    max_size=5,
)


@given(history, st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_definition_holds_only_where_as_many_as_it_asks_for_may_count_and_always_where_surely_more_do(
    pasts, complete
):
    found = verdicts_of(*pasts, complete=complete)
    for one in RPL:
        counting = counting_of(VIEW, one)
        hers = hers_counted(counting, found.facts)
        assert hers.high is None or hers.low <= hers.high
        if hers.high is not None and hers.high < counting.asks_for:
            assert found.verdict(one.id) is NO
        if found.verdict(one.id) is NO and counting.in_a_row is NO:
            assert hers.low < counting.asks_for
        if hers.low >= counting.asks_for and counting.in_a_row is NO:
            assert found.verdict(one.id) is YES


# Why they differ


def test_where_all_agree_there_is_no_difference():
    assert list(differences(verdicts_of(*[MISCARRIAGE] * 3))) == []
    assert list(differences(verdicts_of(BIRTH))) == []


def test_two_clinical_losses_are_a_matter_of_number():
    found = reasons(verdicts_of(MISCARRIAGE, MISCARRIAGE))
    assert set(found) == {"number"}
    assert (side(found["number"], "rpl-eshre-2022"), side(found["number"], "rpl-rcog-2023")) == ("2", "3")
    assert found["number"].hers == "2"


def test_a_clinical_and_a_biochemical_loss_are_a_matter_of_what_counts():
    found = reasons(verdicts_of(MISCARRIAGE, BIOCHEMICAL))
    assert set(found) == {"number", "biochemical"}  # for three losses she has too few, however they are counted
    point = found["biochemical"]
    assert side(point, "rpl-eshre-2022") == "count"
    assert side(point, "rpl-japan-2025") == "do not count"
    assert side(point, "rpl-rcog-2023") == "not read whether they count"
    assert point.hers == "1"


def test_three_clinical_losses_with_a_birth_between_are_a_matter_of_their_order():
    found = reasons(verdicts_of(MISCARRIAGE, MISCARRIAGE, BIRTH, MISCARRIAGE))
    assert set(found) == {"in_a_row"}
    assert side(found["in_a_row"], "rpl-who") == "asked for"
    assert side(found["in_a_row"], "rpl-rcog-2023") == "not asked for"


def test_a_late_loss_and_an_earlier_partner_are_reasons_of_their_own():
    assert set(reasons(verdicts_of(MISCARRIAGE, MISCARRIAGE, LATE))) == {"second_trimester"}
    earlier = {**MISCARRIAGE, "partner": "earlier"}
    assert set(reasons(verdicts_of(earlier, earlier, MISCARRIAGE))) == {"one_partner"}


def test_stillbirths_ectopic_and_molar_pregnancies_are_reasons_where_they_decide():
    stillbirth = {"outcome": "stillbirth", "weeks": 30}
    assert "stillbirth" in reasons(verdicts_of(MISCARRIAGE, stillbirth))
    ectopic = reasons(verdicts_of(MISCARRIAGE, {"outcome": "ectopic"}))
    assert side(ectopic["ectopic"], "rpl-eshre-2022") == "do not count"
    assert side(ectopic["ectopic"], "rpl-asrm-2012") == "not read whether they count"
    assert "molar" in reasons(verdicts_of(MISCARRIAGE, {"outcome": "molar"}))


@given(history)
@settings(max_examples=40, deadline=None)
def test_a_reason_that_is_named_makes_a_definition_hold_when_she_is_read_otherwise(pasts):
    found = verdicts_of(*pasts)
    named = tuple(point for point in reasons(found) if point != "number")
    if not named:
        return
    otherwise = Verdicts(VIEW, as_if(found.facts, named), "reference")
    assert any(found.verdict(one.id) is not YES and otherwise.verdict(one.id) is YES for one in RPL)


def test_of_implantation_failure_the_findings_that_decide_are_named_with_what_each_asks():
    singles = [
        {"outcome": "negative_hcg", "predicted_chance": 0.1, "embryos": [{"stage": "blastocyst", "quality": "good"}]}
    ] * 3
    ordered = [{**one, "order": at} for at, one in enumerate(singles, 1)]
    woman = {"age": 39, "pregnancies": {"complete": True}, "transfers": {"complete": True, "singles": ordered}}
    found = Verdicts(VIEW, draw_facts(decidua.Profile.model_validate(woman)), "reference")
    (difference,) = differences(found)
    points = {one.point: one for one in difference.points}
    assert difference.term == "rif"
    assert points["embryos.failed_good"].hers == "3"
    assert side(points["embryos.failed_good"], "rif-coughlan-2014") == "at least 4"
    assert side(points["embryos.failed_good"], "rif-china-2023") == "at least 3"
    assert side(points["transfers.cumulative_chance"], "rif-eshre-2023") == "over 0.6"


def test_a_definition_that_an_overlay_would_bring_is_tried_in_the_same_way():
    japan = next(one for one in BOOK.definitions if one.id == "rpl-japan-2025")
    own = japan.model_copy(update={"id": "rpl-own-2026", "when": next(o.when for o in RPL if o.id == "rpl-eshre-2022")})
    view = replace(BOOK, definitions=(*BOOK.definitions, own)).at()
    counting = counting_of(view, own)
    assert (counting.asks_for, counting.kinds["biochemical"]) == (2, YES)
