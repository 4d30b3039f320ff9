"""The six options beyond the review's eight: who is in each way, what comes out and why, and what it rests on."""

from __future__ import annotations

import pytest
from tests.rules.test_knowledge import BOOK, assess, losses, options, shipped, statuses, verdict

from decidua.assessment.evidence.effects import rate_strategy
from decidua.assessment.evidence.positions import speaks_of
from decidua.truth import NO, UNKNOWN, YES

SIX = ("lit", "calcineurin_inhibitors", "prp", "pbmc", "hcg_intrauterine", "antithrombotics")
WAYS = {way.id: way for key in SIX for way in BOOK.option[key].strategies}

RPL = shipped("rpl_four_losses")
RIF = shipped("rif_untested_embryos")
APS = shipped("antiphospholipid_syndrome")
NOTHING: dict[str, object] = {}
RAISED = {"immune": {"ifng_il4_ratio": {"value": 12, "unit": "ratio", "assay": "flow cytometry"}}}
LOSS = {"outcome": "miscarriage", "weeks": 8, "confirmed_by": "ultrasound", "partner": "current"}
LATE = {"pregnancy": {"pregnant": True, "weeks": 20}, "plan": {}}


def changed(woman, **more):
    """The same woman, of whom some sections say more."""
    return {**woman, **{name: {**woman.get(name, {}), **section} for name, section in more.items()}}


def antibodies(*dates):
    return {
        "antiphospholipid": [{"result": "positive", "date": date, "lupus_anticoagulant": "positive"} for date in dates]
    }


TWO_WITH_ANTIBODIES = changed(losses(LOSS, LOSS), investigations=antibodies("2024-01-01", "2024-06-01"))
FAILED = changed(APS, tried={"aspirin_and_heparin_failed": True})
THROMBOPHILIA = changed(RPL, investigations={"inherited_thrombophilia": "present"})
RPL_IN_IVF = changed(RPL, plan={"next": "transfer"})

WHO = {
    "lit-rpl": (RPL, {**RPL, **LATE}, NOTHING),
    "lit-rpl-in-pregnancy": (RPL, {**RPL, **LATE}, NOTHING),
    "lit-third-party-rpl": (RPL, {**RPL, **LATE}, NOTHING),
    "lit-rif": (RIF, RPL, NOTHING),
    "tacrolimus-rpl": ({**RPL, **RAISED}, APS, RPL),
    "ciclosporin-rpl": (RPL, {**RPL, **LATE}, NOTHING),
    "tacrolimus-rif": ({**RIF, **RAISED}, RPL, RIF),
    "ciclosporin-rif": (RIF, RPL, NOTHING),
    "prp-rif": (RIF, RPL, NOTHING),
    "prp-rpl-ivf": (RPL_IN_IVF, RPL, NOTHING),
    "pbmc-rif": (RIF, RPL, NOTHING),
    "hcg-rif": (RIF, RPL, NOTHING),
    "aspirin-heparin-aps": (APS, RPL, shipped("antiphospholipid_once")),
    "heparin-raised-refractory-aps": (FAILED, APS, changed(NOTHING, tried={"aspirin_and_heparin_failed": True})),
    "aspirin-apl": (TWO_WITH_ANTIBODIES, APS, shipped("antiphospholipid_once")),
    "aspirin-heparin-apl": (TWO_WITH_ANTIBODIES, APS, shipped("antiphospholipid_once")),
    "heparin-rpl": (RPL, {**RPL, **LATE}, NOTHING),
    "aspirin-rpl": (RPL, {**RPL, **LATE}, NOTHING),
    "aspirin-heparin-rpl": (RPL, {**RPL, **LATE}, NOTHING),
    "heparin-rpl-thrombophilia": (THROMBOPHILIA, APS, RPL),
    "heparin-rif": (RIF, RPL, NOTHING),
    "aspirin-rif": (RIF, RPL, NOTHING),
}
"""Of each way: a woman it is for, one it is not for, and one of whom that cannot be known."""


def test_every_way_of_the_six_has_its_three_women():
    assert set(WHO) == set(WAYS)


@pytest.mark.parametrize("way", WHO)
def test_a_way_is_for_one_woman_not_for_another_and_open_for_a_third(way):
    assert [verdict(woman, way) for woman in WHO[way]] == [YES, NO, UNKNOWN]


# What comes out, and by which row of the table


@pytest.mark.parametrize(
    ("woman", "option", "status", "lead", "row"),
    [
        (RPL, "lit", "research_only", "lit-rpl", "no-safety-record"),
        (RPL, "calcineurin_inhibitors", "research_only", "ciclosporin-rpl", "research"),
        (RPL, "prp", "not_applicable", "prp-rif", "outside"),
        (RPL, "pbmc", "not_applicable", "pbmc-rif", "outside"),
        (RPL, "hcg_intrauterine", "not_applicable", "hcg-rif", "outside"),
        (RPL, "antithrombotics", "advised_against", "heparin-rpl", "societies-against"),
        (APS, "lit", "not_applicable", "lit-rpl", "explained"),
        (APS, "antithrombotics", "consider", "aspirin-heparin-aps", "society-for"),
        (RIF, "lit", "research_only", "lit-rif", "no-safety-record"),
        (RIF, "calcineurin_inhibitors", "research_only", "ciclosporin-rif", "research"),
        (RIF, "prp", "advised_against", "prp-rif", "societies-against"),
        (RIF, "pbmc", "advised_against", "pbmc-rif", "societies-against"),
        (RIF, "hcg_intrauterine", "research_only", "hcg-rif", "no-safety-record"),
        (RIF, "antithrombotics", "research_only", "heparin-rif", "research"),
        (RPL_IN_IVF, "prp", "advised_against", "prp-rpl-ivf", "societies-against"),
    ],
)
def test_an_option_has_this_status_for_her_by_this_row(woman, option, status, lead, row):
    found = options(woman)[option]
    rows = {one.id: one.row for one in found.strategies}
    assert (found.status, found.leading_strategy, rows[found.leading_strategy]) == (status, lead, row)


def test_heparin_with_aspirin_comes_first_in_the_syndrome_and_is_called_usual_care():
    found = options(APS)["antithrombotics"]
    assert found.rank == 1
    assert "usual care" in found.why
    assert found.in_brief == "for: RCOG, ACR and FEBRASGO"


def test_usual_care_goes_on_in_the_second_trimester():
    assert statuses({**APS, "pregnancy": {"pregnant": True, "weeks": 20}})["aspirin-heparin-aps"] == "consider"


def test_more_heparin_where_aspirin_with_heparin_failed_is_contested_and_usual_care_is_not():
    found = {one.id: one for one in options(FAILED)["antithrombotics"].strategies}
    assert found["heparin-raised-refractory-aps"].row == "contested"
    assert found["aspirin-heparin-aps"].row == "society-for"


def test_with_antibodies_and_no_syndrome_aspirin_alone_is_suggested_and_heparin_advised_against():
    found = statuses(TWO_WITH_ANTIBODIES)
    assert found["aspirin-apl"] == "consider"
    assert found["aspirin-heparin-apl"] == "advised_against"
    assert found["aspirin-heparin-aps"] == "not_applicable"


def test_in_unexplained_loss_two_societies_stand_against_antithrombotics():
    found = options(RPL)["antithrombotics"]
    against = {one.society for one in found.positions if one.moves_status and one.matches_her == "yes"}
    assert against == {"NGF (Norway)", "Japan Association of Obstetricians and Gynecologists"}


def test_heparin_for_an_inherited_thrombophilia_is_advised_against():
    assert statuses(THROMBOPHILIA)["heparin-rpl-thrombophilia"] == "advised_against"


def test_a_way_that_can_only_be_advised_against_is_no_reason_for_a_test():
    asked = {one.finding for one in assess(RPL).next}
    assert statuses(RPL)["heparin-rpl-thrombophilia"] == "undetermined"
    assert not asked & {"workup.inherited_thrombophilia", "workup.protein_c", "workup.antithrombin"}


# Regulators, and what no safety record means


@pytest.mark.parametrize("option", ["lit", "prp", "pbmc", "hcg_intrauterine"])
def test_what_has_no_safety_record_is_never_more_than_research(option):
    for woman in (RPL, RIF, APS, RPL_IN_IVF, {**RIF, **RAISED}):
        assert options(woman)[option].status in ("research_only", "advised_against", "not_applicable")


def test_the_rule_of_the_fda_on_lymphocytes_is_shown_for_recurrent_loss_and_is_no_guideline():
    (rule,) = (one for one in options(RPL)["lit"].positions if one.guideline == "fda-lit-2002")
    assert (rule.position, rule.matches_her, rule.moves_status) == ("research_only", "yes", False)
    assert rule.remark == "a rule on access or funding, no guideline"


def test_every_position_on_the_six_speaks_of_a_way():
    silent = [
        position.id
        for position in BOOK.positions
        if position.option in SIX
        and not any(speaks_of(position, way) for way in BOOK.option[position.option].strategies)
    ]
    assert silent == []


# Cautions


@pytest.mark.parametrize(
    ("more", "stopped", "spared"),
    [
        ({"allergies": {"heparin": True}}, "heparin-rpl", "aspirin-rpl"),
        ({"allergies": {"salicylate": True}}, "aspirin-rpl", "heparin-rpl"),
        ({"allergies": {"ciclosporin": True}}, "ciclosporin-rpl", "heparin-rpl"),
        ({"conditions": {"hit_history": True}}, "heparin-rpl", "aspirin-rpl"),
    ],
)
def test_a_contraindication_stops_the_ways_of_its_drug_and_no_other(more, stopped, spared):
    found = statuses(changed(RPL, **more))
    assert found[stopped] == "contraindicated"
    assert found["aspirin-heparin-rpl"] == ("advised_against" if stopped == "ciclosporin-rpl" else "contraindicated")
    assert found[spared] == "advised_against"


def test_an_allergy_to_heparin_rules_out_usual_care_in_the_syndrome():
    assert options(changed(APS, allergies={"heparin": True}))["antithrombotics"].status == "contraindicated"


@pytest.mark.parametrize(
    ("condition", "option", "drugs"),
    [
        ("renal_impairment", "antithrombotics", {"aspirin", "heparin"}),
        ("renal_impairment", "calcineurin_inhibitors", {"tacrolimus", "ciclosporin"}),
        ("malignancy", "calcineurin_inhibitors", {"ciclosporin"}),
    ],
)
def test_a_caution_that_is_present_is_shown_for_its_drugs_and_stops_nothing(condition, option, drugs):
    found = options(changed(RPL, conditions={condition: True}))[option]
    present = {one.drug for one in found.cautions if one.verdict == "yes" and one.key == condition}
    assert present == drugs
    assert found.status == options(RPL)[option].status


# What it rests on

LINES = [
    ("lit-rpl", "ongoing_pregnancy", ("ober-1999-remis",), (31, 86, 41, 85), (0.75, 0.52, 1.07)),
    ("lit-rpl", "live_birth", ("cauchi-1991",), (13, 21, 19, 25), (0.81, 0.55, 1.22)),
    ("tacrolimus-rpl", "live_birth", ("nakagawa-2022",), (50, 71, 14, 29), (1.46, 0.97, 2.19)),
    ("prp-rpl-ivf", "live_birth", ("nazari-2022-rpl",), (3, 20, 0, 20), (7.0, 0.38, 127.32)),
    ("prp-rif", "live_birth", ("eftekhar-2018",), (11, 40, 6, 43), (1.97, 0.8, 4.83)),
    ("pbmc-rif", "clinical_pregnancy", ("yu-2016",), (43, 93, 22, 105), (2.21, 1.43, 3.4)),
    ("hcg-rif", "biochemical_pregnancy", ("afzalipour-2021",), (15, 62, 14, 64), (1.11, 0.58, 2.1)),
    ("hcg-rif", "clinical_pregnancy", ("hcg-pbmc-three-arm",), (36, 67, 29, 67), (1.24, 0.87, 1.77)),
    ("aspirin-heparin-aps", "live_birth", ("kutteh-1996",), (20, 25, 11, 25), (1.82, 1.12, 2.95)),
    ("heparin-rpl", "live_birth", ("schleussner-2015",), (185, 215, 183, 211), (0.99, 0.92, 1.07)),
    ("heparin-rpl", "live_birth", ("pasquier-2015",), (92, 138, 86, 118), (0.91, 0.78, 1.07)),
    ("aspirin-rpl", "live_birth", ("blomqvist-2018",), (166, 200, 171, 200), (0.97, 0.89, 1.06)),
    ("aspirin-heparin-rpl", "pregnancy_loss", ("clark-2010",), (32, 147, 29, 147), (1.1, 0.71, 1.73)),
    ("heparin-rif", "live_birth", ("urman-2009",), (26, 75, 20, 75), (1.3, 0.8, 2.12)),
]
"""Counts as they were read, and the risk ratio with its interval as noted beside them while reading."""


@pytest.mark.parametrize(("way", "outcome", "studies", "counts", "ratio"), LINES)
def test_a_line_has_the_counts_that_were_read_and_the_ratio_that_follows(way, outcome, studies, counts, ratio):
    lines = [one.line for one in rate_strategy(BOOK.at(), WAYS[way])]
    (line,) = (
        one
        for one in lines
        if one.outcome == outcome and one.per == "woman" and tuple(row.study.id for row in one.rows) == studies
    )
    (table,) = (row.table for row in line.rows)
    assert (table.treated_events, table.treated_total, table.control_events, table.control_total) == counts
    assert line.ratio == pytest.approx(ratio, abs=0.006)


def test_routes_drugs_and_populations_are_pooled_only_where_they_are_alike():
    pooled = {
        (way.id, one.line.outcome): {row.study.id for row in one.line.rows}
        for way in WAYS.values()
        for one in rate_strategy(BOOK.at(), way)
        if len(one.line.rows) > 1
    }
    assert pooled == {
        ("prp-rif", "clinical_pregnancy"): {"nazari-2020", "allahveisi-2020", "ershadi-2022", "obidniak-2023"},
        ("prp-rif", "biochemical_pregnancy"): {"nazari-2020", "allahveisi-2020", "yazd-prp-rif", "ershadi-2022"},
        ("heparin-rif", "clinical_pregnancy"): {"urman-2009", "singh-aiims"},
    }


def test_a_birth_called_a_success_is_not_shown_as_a_plain_live_birth():
    (line,) = (one for one in options(RPL)["lit"].effects if one.study_ids == ("cauchi-1991",))
    assert line.label == "counted as: success"


def test_an_effect_of_heparin_or_aspirin_is_not_said_of_antithrombotics_at_large():
    for way in BOOK.option["antithrombotics"].strategies:
        assert way.called
    sentences = {one.strategy: one.sentence for one in options(APS)["antithrombotics"].effects}
    said = "The evidence is very uncertain about the effect of heparin beside aspirin on live birth."
    assert sentences["aspirin-heparin-aps"] == said


NOT_USED = {
    "ahmadi-2019": "sirolimus is no calcineurin inhibitor, has no safety record, and its pregnancies were not read",
}


@pytest.mark.parametrize("topic", SIX)
def test_every_study_of_a_topic_is_used_or_left_out_for_a_reason(topic):
    classes = {
        "lit": {"lit"},
        "calcineurin_inhibitors": {"calcineurin_inhibitor", "mtor_inhibitor"},
        "prp": {"prp"},
        "pbmc": {"pbmc"},
        "hcg_intrauterine": {"hcg_intrauterine"},
        "antithrombotics": {"lmwh", "aspirin", "lmwh_plus_aspirin", "ufh_plus_aspirin"},
    }[topic]
    read = {study.id for study in BOOK.studies if study.treatment.class_ in classes}
    used = {use.study for way in BOOK.option[topic].strategies for use in way.evidence}
    assert read
    assert read - used == set(NOT_USED) & read
    assert all(NOT_USED.values())


def test_retracted_trials_are_shown_and_move_nothing():
    shown = {study.id: study.integrity for woman in (RPL, APS) for study in options(woman)["antithrombotics"].studies}
    assert shown["badawy-2008"] == shown["ismail-2016"] == "retracted"
    lines = [row.study.id for way in WAYS.values() for one in rate_strategy(BOOK.at(), way) for row in one.line.rows]
    assert not {"badawy-2008", "ismail-2016"} & set(lines)
