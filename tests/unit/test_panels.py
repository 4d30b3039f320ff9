"""Unexplained by panel: what was needed, known, normal, abnormal, missing, and what can no longer be had."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import decidua
from decidua.assessment.asking.find_out import find_out
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.woman.panels import unexplained
from decidua.assessment.woman.summary import causes
from decidua.profile.facts import draw_facts
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
VIEW = BOOK.at()
SHIPPED = sorted(data_folder("profiles").glob("*.yaml"))
NAMES = {test.key: test.name for test in BOOK.investigations}
LOSS = {"outcome": "miscarriage", "weeks": 8, "partner": "current", "karyotype": "euploid"}
NORMAL = {
    "antiphospholipid": [{"result": "negative", "date": "2024-01-01"}],
    "thyroid": "normal",
    "anti_tpo": "negative",
    "uterine_imaging": "normal",
    "parental_karyotype": "normal",
}


def her(*losses, without=(), **findings):
    tests = {name: value for name, value in NORMAL.items() if name not in without} | findings
    singles = [{"order": at, **one} for at, one in enumerate(losses or [LOSS] * 3, 1)]
    return decidua.Profile.model_validate(
        {"pregnancies": {"complete": True, "singles": singles}, "investigations": tests}
    )


def verdicts_of(profile):
    return Verdicts(VIEW, draw_facts(profile), "reference")


def panel(profile, id_):
    return next(one for one in unexplained(verdicts_of(profile)) if one.panel == id_)


# Where she stands


def test_with_everything_normal_she_is_unexplained_and_the_sentence_says_by_how_many_tests():
    found = panel(her(), "panel-rcog-2023")
    assert found.verdict == "yes"
    assert found.says == "all 5 tests that it needs are known and normal: unexplained by it"
    assert found.needed == found.known == found.normal
    assert found.not_needed == (NAMES["parental_karyotyping"],)  # tissue of hers gave a result
    assert found.missing == found.abnormal == found.no_longer_obtainable == ()


def test_with_two_tests_missing_nothing_was_found_so_far():
    found = panel(her(without=("anti_tpo", "thyroid")), "panel-rcog-2023")
    assert found.verdict == "unknown"
    assert found.missing == (NAMES["thyroid_testing"], NAMES["anti_tpo_testing"])
    assert found.says == (
        "nothing found so far, 3 of 5 known; missing: TSH and free T4 and anti-thyroid peroxidase antibodies"
    )


def test_an_abnormal_finding_is_named_with_its_result_whatever_else_is_missing():
    found = panel(her(without=("thyroid",), uterine_imaging="abnormal"), "panel-ranzcog-2025")
    assert (found.verdict, found.abnormal) == ("no", (NAMES["uterine_imaging"],))
    assert found.says == (
        "an abnormal finding: uterine anatomy (uterine anatomy by imaging: abnormal); 3 of 4 known; "
        "missing: TSH and free T4"
    )


def test_of_nothing_known_nothing_is_said_to_be_found():
    found = panel(her(without=tuple(NORMAL)), "panel-ranzcog-2025")
    assert found.says.startswith("nothing known yet of the 4 tests that it needs; missing: ")
    assert len(found.missing) == 4


@pytest.mark.parametrize(
    ("days", "state", "verdict"),
    [(("2024-01-01", "2024-03-24"), "not_settled", "unknown"), (("2024-01-01", "2024-03-25"), "abnormal", "no")],
)
def test_two_positive_antiphospholipid_tests_83_days_apart_settle_nothing_and_84_days_apart_are_abnormal(
    days, state, verdict
):
    rounds = [{"result": "positive", "date": day} for day in days]
    found = panel(her(antiphospholipid=rounds), "panel-ranzcog-2025")
    assert found.verdict == verdict
    assert found.tests[0].state == state
    assert found.tests[0].found.startswith("antiphospholipid antibodies: positive")


def test_one_positive_test_is_not_settled_and_is_not_called_nothing_found():
    found = panel(her(antiphospholipid=[{"result": "positive", "date": "2024-01-01"}]), "panel-ranzcog-2025")
    assert found.tests[0].state == "not_settled"
    assert found.missing == (NAMES["antiphospholipid_testing"],)
    assert found.says == (
        "nothing is settled as abnormal so far, 3 of 4 known; not settled: antiphospholipid antibodies (positive)"
    )


def test_what_is_known_but_whose_normal_range_was_not_read_is_neither_missing_nor_normal():
    singles = [{"outcome": "negative_hcg", "order": at, "predicted_chance": 0.5} for at in (1, 2)]
    profile = decidua.Profile.model_validate(
        {
            "transfers": {"complete": True, "singles": singles},
            "investigations": {
                "lifestyle": "normal",
                "endometrial_thickness": {"value": 9, "unit": "mm"},
                "antiphospholipid_risk_factors": False,
            },
        }
    )
    found = panel(profile, "panel-eshre-rif-2023")
    assert found.not_judged == (NAMES["endometrial_thickness"],)
    assert found.missing == found.abnormal == ()
    assert found.not_needed == (NAMES["antiphospholipid_testing"],)
    assert found.says.endswith("known, but which result is normal was not read: endometrial thickness (9 mm)")


# A karyotype belongs to its loss


@pytest.mark.parametrize(
    ("karyotypes", "state", "says"),
    [
        (("euploid", "aneuploid", "not_tested"), "normal", ""),
        (("unbalanced", "euploid", "euploid"), "abnormal", "losses with an unbalanced rearrangement: 1"),
        (("aneuploid", "aneuploid", "aneuploid"), "abnormal", ""),
        (("aneuploid", "not_tested", "no_result"), "no_longer", "tissue of a past loss cannot be had again"),
        ((None, None, None), "no_longer", "a result already on record could still tell"),
    ],
)
def test_tissue_of_past_losses_is_judged_loss_by_loss_and_never_called_missing(karyotypes, state, says):
    losses = [{name: value for name, value in {**LOSS, "karyotype": one}.items() if value} for one in karyotypes]
    found = panel(her(*losses), "panel-japan-2025")
    tissue = next(one for one in found.tests if one.test == "poc_karyotyping")
    assert tissue.state == state
    assert says in tissue.because
    assert tissue.name not in found.missing
    assert (tissue.name in found.no_longer_obtainable) is (state == "no_longer")
    if state == "no_longer":
        assert found.verdict == "unknown"
        assert "can no longer be obtained, unless a result is on record: cytogenetics of pregnancy tissue" in found.says


TISSUE = {fact for test in BOOK.investigations if test.burden == "past" for fact in test.facts}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_tissue_of_a_past_loss_is_never_asked_for(path):
    profile = decidua.load_profile(path)
    assert TISSUE.isdisjoint(one.finding for one in decidua.assess(profile, engine="reference").next)


@pytest.mark.parametrize("name", ["empty", "rpl_secondary", "four_losses_two_described"])
def test_next_never_asks_for_tissue_of_a_past_loss_either(name):
    found = find_out(decidua.load_profile(data_folder("profiles") / f"{name}.yaml"), engine="reference")
    asked = {finding.finding for one in (*found.ask, *found.not_urged, *found.safety) for finding in one.findings}
    assert TISSUE.isdisjoint(asked)
    sets = {
        finding for one in found.open for way in (one.whole, *one.ways) for out in way.sets for finding in out.findings
    }
    assert TISSUE.isdisjoint(sets)


# Laws


karyotype = st.sampled_from([None, "euploid", "aneuploid", "unbalanced", "not_tested", "no_result"])


@given(st.lists(karyotype, min_size=2, max_size=4), st.sets(st.sampled_from(sorted(NORMAL))), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_test_that_a_panel_needs_stands_in_one_state_and_the_states_make_the_verdict(found, missing, positive):
    losses = [{name: value for name, value in {**LOSS, "karyotype": one}.items() if value} for one in found]
    more = {"antiphospholipid": [{"result": "positive"}]} if positive else {}
    for one in unexplained(verdicts_of(her(*losses, without=tuple(missing), **more))):
        states = [test.state for test in one.tests]
        assert len(one.needed) == len(states)
        parts = (*one.normal, *one.abnormal, *one.missing, *one.no_longer_obtainable, *one.not_judged)
        assert sorted(parts) == sorted(one.needed)
        assert set(one.known) == {*one.normal, *one.abnormal, *one.not_judged}
        if one.verdict == "yes":
            assert all(test.state == "normal" for test in one.tests if test.asked_for == "yes")
        if one.verdict == "no":
            assert any(test.state == "abnormal" and test.asked_for == "yes" for test in one.tests)
        if one.verdict == "unknown":
            assert any(test.state != "normal" for test in one.tests)
            assert one.missing or one.no_longer_obtainable or one.not_judged or "if needed" in one.says


# Antiphospholipid syndrome by two sets of criteria


def syndrome(*losses, days=("2024-01-01", "2024-03-25"), as_of=None, **sections):
    rounds = [{"result": "positive", "date": day, "lupus_anticoagulant": "positive"} for day in days]
    profile = her(*losses, antiphospholipid=rounds).model_dump(mode="json", exclude_defaults=True) | sections
    view = BOOK.at(as_of)
    found = causes(Verdicts(view, draw_facts(decidua.Profile.model_validate(profile)), "reference"))
    return {one.id: one for one in found}


NO_CLOT = {"conditions": {"thromboembolism_history": False, "thromboembolic_disorder": False}}


def test_three_early_losses_are_the_syndrome_by_sydney_and_never_by_acr_eular():
    found = syndrome(**NO_CLOT)
    assert (found["aps"].verdict, found["aps_acr_eular_2023"].verdict) == ("yes", "no")
    differ = found["aps"].criteria_differ
    assert differ is not None
    assert differ.startswith("by Sydney 2006: yes (")
    assert "by ACR/EULAR 2023: no (asks for births before 34 weeks for placental disease at least 1 (she: 0)" in differ
    assert "score 1" in differ


def test_a_thrombosis_leaves_acr_eular_open_since_its_points_were_not_read():
    clot = {"conditions": {"thromboembolism_history": True}}
    assert syndrome(**clot)["aps_acr_eular_2023"].verdict == "unknown"
    assert syndrome()["aps_acr_eular_2023"].verdict == "unknown"


def test_by_neither_set_do_positive_tests_83_days_apart_persist_and_a_third_one_may_yet_show_it():
    found = syndrome(days=("2024-01-01", "2024-03-24"), **NO_CLOT)
    assert (found["aps"].verdict, found["aps_acr_eular_2023"].verdict) == ("unknown", "no")
    assert found["aps"].criteria_differ is not None
    assert "at least 12 weeks (so far at least 11 weeks 6 days)" in found["aps"].criteria_differ


def test_a_further_set_of_criteria_explains_nothing_and_is_not_known_before_it_was_printed():
    found = syndrome(**NO_CLOT)
    assert found["aps_acr_eular_2023"].criterion_of == "aps"
    assert not found["aps_acr_eular_2023"].explains
    before = syndrome(as_of="2016", **NO_CLOT)
    assert "aps_acr_eular_2023" not in before
    assert before["aps"].criteria_differ is None


@pytest.mark.parametrize(
    ("losses", "verdict"),
    [
        ([LOSS] * 3, "yes"),
        ([LOSS, LOSS, {"outcome": "live_birth", "weeks": 39, "placental_disease": False}, LOSS], "no"),
        ([LOSS, LOSS, LOSS, {**LOSS, "weeks": 12, "fetus_normal": False}], "unknown"),
        ([LOSS, LOSS, {**LOSS, "outcome": "biochemical_loss", "weeks": 5}], "unknown"),
        ([LOSS, LOSS, {**LOSS, "weeks": 12, "fetus_normal": False}], "no"),
        ([LOSS, {**LOSS, "weeks": 12, "fetus_normal": True}], "yes"),
    ],
)
def test_early_losses_meet_sydney_only_where_three_clinical_ones_surely_follow_one_another(losses, verdict):
    assert syndrome(*losses)["aps"].verdict == verdict
