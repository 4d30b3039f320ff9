"""What the shipped rules know, in sentences that a clinician can check."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import decidua
from decidua.assessment.options.status import judge_strategy
from decidua.assessment.options.stopping import stops
from decidua.assessment.verdicts import Verdicts
from decidua.condition.syntax import All, AnyOf, Atom, Condition, Not
from decidua.document import read_document
from decidua.evidence.models import OPTION_KEYS
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.interval import Interval
from decidua.rulebook.folder import data_folder
from decidua.truth import NO, UNKNOWN, YES

BOOK = decidua.load_rulebook()
MISCARRIAGE = {"outcome": "miscarriage", "weeks": 8, "confirmed_by": "ultrasound", "partner": "current"}
BIOCHEMICAL = {"outcome": "biochemical_loss", "weeks": 5, "confirmed_by": "serum_hcg", "partner": "current"}


@cache
def shipped(name):
    return read_document(data_folder("profiles") / f"{name}.yaml", limit=1_000_000).value or {}


def losses(*singles, complete=True, **counts):
    """Her pregnancies in order, and nothing else happened."""
    ordered = [{"order": at, **single} for at, single in enumerate(singles, 1)]
    return {"pregnancies": {"complete": complete, "singles": ordered, **counts}}


def verdict(woman, rule, as_of=None):
    found = Verdicts(BOOK.at(as_of), draw_facts(decidua.Profile.model_validate(woman)), "reference")
    return found.verdict(rule)


def assess(woman, as_of=None):
    return decidua.assess(decidua.Profile.model_validate(woman), as_of=as_of, engine="reference")


def options(woman, as_of=None):
    return {option.option: option for option in assess(woman, as_of).options}


def statuses(woman, as_of=None):
    return {one.id: one.status for option in assess(woman, as_of).options for one in option.strategies}


# What there is

FOR_WHOM = {
    "progestogens": {"rpl", "threatened_miscarriage"},
    "corticosteroids": {"rpl", "rif", "aps"},
    "intralipid": {"rpl", "rif"},
    "tnf_antagonists": {"rpl", "rif", "aps"},
    "g_csf": {"rpl", "rif"},
    "hydroxychloroquine": {"rpl", "rif", "aps"},
    "ivig": {"rpl", "rif", "aps"},
    "endometrial_scratching": {"rif"},
}


BEYOND_THE_REVIEW = {
    "lit": {"rpl", "rif"},
    "calcineurin_inhibitors": {"rpl", "rif"},
    "prp": {"rpl", "rif"},
    "pbmc": {"rif"},
    "hcg_intrauterine": {"rif"},
    "antithrombotics": {"rpl", "rif", "aps"},
}
NO_SAFETY_RECORD = {"lit", "prp", "pbmc", "hcg_intrauterine"}


def test_all_eight_options_of_the_review_are_there_and_marked_as_its_own():
    assert {option.option for option in BOOK.options if option.class_of_the_review} == set(FOR_WHOM)
    assert {option.option for option in BOOK.options if not option.class_of_the_review} == set(BEYOND_THE_REVIEW)
    assert {option.option for option in BOOK.options} == set(OPTION_KEYS)


@pytest.mark.parametrize("option", FOR_WHOM | BEYOND_THE_REVIEW)
def test_an_option_has_ways_for_each_condition_it_is_used_in(option):
    assert {strategy.condition for strategy in BOOK.option[option].strategies} == (FOR_WHOM | BEYOND_THE_REVIEW)[option]


def test_every_way_names_a_drug_whose_safety_record_was_read_or_none_was_and_rests_on_a_source():
    recorded = {drug.option for drug in BOOK.drugs}
    assert NO_SAFETY_RECORD.isdisjoint(recorded)
    for option in BOOK.options:
        for strategy in option.strategies:
            assert bool(strategy.drugs) is (option.option not in NO_SAFETY_RECORD), strategy.id
            assert all(BOOK.drug[key].cautions for key in strategy.drugs), strategy.id
            assert strategy.source, strategy.id


def test_every_contraindication_has_a_source_and_an_inference_never_stops():
    for drug in BOOK.drugs:
        for caution in drug.cautions:
            assert caution.level == "inference" or caution.source is not None, (drug.key, caution.finding)
            assert caution.level == "contraindication" or not stops(caution), (drug.key, caution.finding)


# Definitions


def test_two_clinical_losses_are_recurrent_for_eshre_and_not_for_rcog():
    two = losses(MISCARRIAGE, MISCARRIAGE)
    assert verdict(two, "rpl-eshre-2022") is YES
    assert verdict(two, "rpl-asrm-2012") is YES
    assert verdict(two, "rpl-rcog-2023") is NO
    assert verdict(two, "rpl-rcog-2011", "2016") is NO


def test_three_clinical_losses_are_recurrent_for_every_society():
    three = losses(MISCARRIAGE, MISCARRIAGE, MISCARRIAGE)
    for date in (None, "2016"):
        for definition in BOOK.at(date).definitions:
            if definition.term == "rpl":
                assert verdict(three, definition.id, date) is YES, definition.id


def test_biochemical_losses_count_for_eshre_and_not_for_asrm():
    for early in (losses(BIOCHEMICAL, BIOCHEMICAL), losses(BIOCHEMICAL, MISCARRIAGE)):
        assert verdict(early, "rpl-eshre-2022") is YES
        assert verdict(early, "rpl-asrm-2012") is NO
        assert verdict(early, "rpl-japan-2025") is NO


def test_two_losses_of_unknown_kind_leave_the_asrm_definition_open():
    unknown = losses({"outcome": "loss_of_unknown_kind"}, {"outcome": "loss_of_unknown_kind"})
    assert verdict(unknown, "rpl-asrm-2012") is UNKNOWN
    assert verdict(unknown, "rpl-eshre-2022") is YES


def test_a_birth_between_losses_breaks_the_run_that_rcog_2011_asked_for():
    birth = {"outcome": "live_birth", "weeks": 39}
    broken = losses(MISCARRIAGE, MISCARRIAGE, birth, MISCARRIAGE)
    assert verdict(broken, "rpl-rcog-2011", "2016") is NO
    assert verdict(losses(birth, *[MISCARRIAGE] * 3), "rpl-rcog-2011", "2016") is YES
    assert verdict(broken, "rpl-rcog-2023") is YES
    assert verdict(broken, "rpl-eshre-2022") is YES


def test_losses_with_an_earlier_partner_count_for_rcog_and_not_surely_for_the_australasian_guideline():
    earlier = {**MISCARRIAGE, "partner": "earlier"}
    changed = losses(earlier, earlier, MISCARRIAGE)
    assert verdict(changed, "rpl-rcog-2023") is YES
    assert verdict(changed, "rpl-anz-2024") is UNKNOWN


def test_whether_stillbirths_count_was_not_read_for_eshre_so_a_woman_with_two_is_open():
    stillbirth = {"outcome": "stillbirth", "weeks": 30}
    assert verdict(losses(stillbirth, stillbirth), "rpl-eshre-2022") is UNKNOWN
    assert verdict(losses(stillbirth), "rpl-eshre-2022") is NO
    assert verdict(losses(stillbirth, stillbirth), "rpl-japan-2025") is YES


def test_one_second_trimester_loss_alone_is_no_recurrent_loss():
    late = losses({**MISCARRIAGE, "weeks": 16})
    assert verdict(late, "rpl") is NO


def test_an_ectopic_pregnancy_is_no_loss():
    assert verdict(losses(MISCARRIAGE, {"outcome": "ectopic"}), "rpl-eshre-2022") is NO


EUPLOID = {"stage": "blastocyst", "quality": "good", "ploidy": "euploid"}


def transfers(count, age=38, **embryo):
    single = {"outcome": "negative_hcg", "embryos": [{**EUPLOID, **embryo}]}
    singles = [{"order": at, **single} for at in range(1, count + 1)]
    return {"age": age, "transfers": {"complete": True, "singles": singles}}


def test_three_failed_euploid_blastocysts_are_implantation_failure_by_lugano_and_two_are_not():
    assert verdict(transfers(3), "rif-lugano-2022") is YES
    assert verdict(transfers(2), "rif-lugano-2022") is NO
    assert verdict(transfers(3, ploidy="untested"), "rif-lugano-2022") is UNKNOWN


def test_china_2023_and_coughlan_2014_speak_of_women_under_40_only():
    for rule, number in (("rif-china-2023", 3), ("rif-coughlan-2014", 4)):
        assert verdict(transfers(number, age=39), rule) is YES
        assert verdict(transfers(number, age=40), rule) is NO


def test_the_eshre_threshold_is_the_chance_of_all_her_failed_transfers_together():
    def with_chances(*chances):
        singles = [{"order": at, "outcome": "negative_hcg", "predicted_chance": p} for at, p in enumerate(chances, 1)]
        return {"transfers": {"complete": True, "singles": singles}}

    assert verdict(with_chances(0.4, 0.4), "rif-eshre-2023") is YES  # 1 - 0.6 x 0.6 = 0.64
    assert verdict(with_chances(0.36, 0.36), "rif-eshre-2023") is NO  # 0.59
    assert verdict(with_chances(0.5, 0.2), "rif-eshre-2023") is NO  # exactly 0.6
    assert verdict(with_chances(0.4, None), "rif-eshre-2023") is UNKNOWN


def test_who_is_funded_in_ontario_has_no_implantation_failure_by_that_alone():
    failed = {"transfers": {"failed_with_immunomodulation": 1}, "age": 35}
    assert verdict(failed, "rif-igum-ontario") is YES
    assert verdict(failed, "rif") is not YES


# Counts that are ranges


def test_of_four_losses_two_of_them_described_the_others_stay_open():
    described = losses(
        {**MISCARRIAGE, "karyotype": "euploid"}, {**BIOCHEMICAL, "partner": "earlier"}, complete=False, losses=4
    )
    facts = draw_facts(decidua.Profile.model_validate(described)).values
    assert facts["losses.total"] == 4
    assert facts["losses.euploid"] == Interval(1, 4)
    assert facts["losses.clinical"] == Interval(1, 3)
    assert facts["losses.biochemical"] == Interval(1, 3)
    assert facts["losses.with_current_partner"] == Interval(1, 3)
    assert verdict(described, "rpl-eshre-2022") is YES
    assert verdict(described, "rpl-rcog-2023") is UNKNOWN
    assert verdict(described, "rpl_euploid_loss") is YES
    assert verdict(described, "refractory_rpl") is YES
    assert verdict(described, "ivig-four-losses") is NO  # one of the four was biochemical


def test_a_loss_of_which_no_karyotype_is_told_may_have_been_euploid_and_one_never_tested_was_not_shown_to_be():
    assert verdict(losses(*[MISCARRIAGE] * 3), "rpl_euploid_loss") is UNKNOWN
    assert verdict(losses(*[MISCARRIAGE] * 3), "aneuploid_losses") is UNKNOWN
    never = losses(*[{**MISCARRIAGE, "karyotype": "not_tested"}] * 3)
    assert verdict(never, "rpl_euploid_loss") is NO
    assert verdict(never, "panel-japan-2025") is not YES


# Antiphospholipid antibodies


LUPUS_ANTICOAGULANT = {"lupus_anticoagulant": "positive"}


def with_rounds(*dates, pregnancies=None, found=LUPUS_ANTICOAGULANT):
    """Positive antiphospholipid tests on these days, after three early losses unless told otherwise."""
    rounds = [{"result": "positive", **found, **({"date": date} if date else {})} for date in dates]
    history = pregnancies or losses(*[MISCARRIAGE] * 3)
    return {**history, "investigations": {"antiphospholipid": rounds}}


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        (("2024-01-01", "2024-03-25"), YES),  # 84 days
        (("2024-01-01", "2024-03-24"), UNKNOWN),  # 83 days: a third one may yet tell
        (("2024-01-01", None), UNKNOWN),
        (("2024-01-01",), UNKNOWN),
        (("2024-01-01", "2024-02-01", "2024-06-01"), YES),
    ],
)
def test_antibodies_persist_when_found_twice_at_least_12_weeks_apart(dates, found):
    assert verdict(with_rounds(*dates), "apl_persistent") is found
    assert verdict(with_rounds(*dates), "aps") is found
    assert verdict(with_rounds(*dates), "apl_positive") is YES


@pytest.mark.parametrize(
    ("anticardiolipin", "beta2", "lupus", "sydney"),
    [
        (None, None, "positive", YES),
        (40.1, 0, "negative", YES),
        (0, 99.1, "negative", YES),
        (40, 99, "negative", UNKNOWN),  # her anticardiolipin may lie above the 99th percentile all the same
        (18, 60, "negative", UNKNOWN),
        (None, None, None, UNKNOWN),  # called positive by the laboratory's own limits, and no more is told
    ],
)
def test_the_syndrome_asks_for_the_levels_of_its_criteria(anticardiolipin, beta2, lupus, sydney):
    levels = {"anticardiolipin": (anticardiolipin, "GPL"), "anti_beta2gpi": (beta2, "percentile")}
    found = {name: {"value": value, "unit": unit} for name, (value, unit) in levels.items() if value is not None}
    if lupus is not None:
        found["lupus_anticoagulant"] = lupus
    woman = with_rounds("2024-01-01", "2024-06-01", found=found)
    assert verdict(woman, "apl_persistent") is YES
    assert verdict(woman, "aps") is sydney
    assert (statuses(woman)["aspirin-heparin-aps"] == "undetermined") is (sydney is UNKNOWN)


def test_antibodies_without_an_event_are_no_syndrome():
    two = losses(MISCARRIAGE, MISCARRIAGE)
    assert verdict(with_rounds("2024-01-01", "2024-06-01", pregnancies=two), "aps") is NO
    one_late = losses({**MISCARRIAGE, "weeks": 11, "fetus_normal": True})
    assert verdict(with_rounds("2024-01-01", "2024-06-01", pregnancies=one_late), "aps") is YES


def test_the_syndrome_explains_her_losses_so_what_is_for_unexplained_loss_does_not_apply():
    found = statuses(shipped("antiphospholipid_syndrome"))
    for strategy in BOOK.strategies:
        if strategy.needs_unexplained and strategy.condition == "rpl":
            assert found[strategy.id] == "not_applicable", strategy.id
    assert found["hcq-aps"] not in ("not_applicable", "undetermined")


def test_with_the_syndrome_progesterone_for_bleeding_stays_possible():
    bleeding = {"pregnant": True, "weeks": 7, "bleeding": True, "intrauterine_on_scan": True, "heartbeat": True}
    woman = {**shipped("antiphospholipid_syndrome"), "pregnancy": bleeding}
    assert statuses(woman)["progesterone-bleeding"] == "consider"
    assert options(woman)["progestogens"].status == "consider"


def test_the_cause_comes_with_what_is_usual_for_it():
    found = {cause.id: cause for cause in assess(shipped("antiphospholipid_syndrome")).causes}
    first = next(iter(found.values()))
    assert (first.id, first.verdict, first.explains) == ("aps", "yes", True)
    assert any("aspirin" in care and "heparin" in care for care in first.usual_care)


@pytest.mark.parametrize(
    ("name", "cause"), [("balanced_translocation", "parental_rearrangement"), ("septate_uterus", "uterine_septum")]
)
def test_a_translocation_and_a_septum_explain_loss_too(name, cause):
    result = assess(shipped(name))
    assert {one.id for one in result.causes if one.verdict == "yes" and one.explains} == {cause}
    found = statuses(shipped(name))
    assert all(found[one.id] == "not_applicable" for one in BOOK.strategies if one.needs_unexplained)


def test_a_risk_factor_explains_nothing():
    for cause in ("thyroid_autoimmunity", "inherited_thrombophilia", "chronic_endometritis", "aneuploid_losses"):
        assert not next(one for one in BOOK.causes if one.id == cause).explains


# Immune markers


def test_uterine_nk_cells_are_never_read_from_a_blood_value():
    blood = {"immune": {"nk_blood": {"value": 18, "unit": "percent", "assay": "flow cytometry"}}}
    assert verdict(blood, "nk_blood_above_12") is YES
    assert verdict(blood, "unk_above_5_of_stroma") is UNKNOWN
    assert verdict(blood, "unk_reported_high") is UNKNOWN
    assert statuses({**shipped("rpl_four_losses"), **blood})["prednisolone-high-unk"] == "undetermined"


def test_a_trial_that_does_not_say_where_it_counted_nk_cells_fits_no_woman_for_sure():
    blood = {"immune": {"nk_blood": {"value": 18, "unit": "percent", "assay": "flow cytometry"}}}
    woman = {**shipped("rpl_four_losses"), **blood, "plan": {"next": "transfer"}}
    assert verdict(woman, "intralipid-rpl-ivf-nk") is UNKNOWN


def test_a_value_in_a_unit_without_exact_conversion_decides_nothing():
    given = {"immune": {"nk_blood": {"value": 300, "unit": "cells per microlitre", "assay": "flow cytometry"}}}
    assert verdict(given, "nk_blood_above_12") is UNKNOWN
    assert any("no exact conversion" in note for note in assess(given).notes)


# Bleeding and progesterone


def bleeding(scan):
    now = {"pregnant": True, "weeks": 7, "bleeding": True}
    if scan is not None:
        now["intrauterine_on_scan"] = scan
    complete = {"complete": True}
    return {
        **losses(MISCARRIAGE),
        "pregnancy": {**now, "breastfeeding": False},
        "conditions": complete,
        "allergies": complete,
    }


@pytest.mark.parametrize(("scan", "found"), [(True, NO), (None, UNKNOWN), (False, YES)])
def test_bleeding_is_undiagnosed_until_a_scan_shows_where_the_pregnancy_is(scan, found):
    assert verdict(bleeding(scan), "finding:undiagnosed_vaginal_bleeding") is found


def test_bleeding_after_a_miscarriage_with_a_pregnancy_in_the_uterus_is_what_progesterone_is_considered_for():
    assert statuses(bleeding(scan=True))["progesterone-bleeding"] == "consider"
    assert statuses(bleeding(scan=None))["progesterone-bleeding"] == "undetermined"
    unseen = statuses(bleeding(scan=False))
    assert unseen["progesterone-bleeding"] in ("contraindicated", "not_applicable")
    assert "consider" not in {unseen[one.id] for one in BOOK.option["progestogens"].strategies}


def test_bleeding_without_an_earlier_loss_is_no_ground_for_progesterone():
    woman = {**bleeding(scan=True), "pregnancies": {"complete": True}}
    assert statuses(woman)["progesterone-bleeding"] == "not_applicable"


def test_what_is_for_bleeding_ends_with_12_weeks():
    late = bleeding(scan=True)
    late["pregnancy"] = {**late["pregnancy"], "weeks": 13}
    assert statuses(late)["progesterone-bleeding"] == "not_applicable"


def test_before_prism_was_printed_progesterone_for_bleeding_was_no_way_of_its_own():
    assert "progesterone-bleeding" not in statuses(bleeding(scan=True), "2019-04")
    assert "progesterone-bleeding" in statuses(bleeding(scan=True), "2019-05")


# Contraindications


def making_true(condition: Condition) -> dict[str, Any]:
    """What has to be known for a finding to be present; enough for the forms that findings have."""
    if isinstance(condition, Atom):
        number = isinstance(condition.value, int | float) and not isinstance(condition.value, bool)
        below = {"<": -1}.get(condition.operator, 0)
        return {condition.fact: condition.value + below if number else condition.value}
    if isinstance(condition, AnyOf):
        return making_true(condition.parts[0])
    if isinstance(condition, All):
        return {name: value for part in condition.parts for name, value in making_true(part).items()}
    assert isinstance(condition, Not)
    return {name: not value for name, value in making_true(condition.part).items()}


def judged(found: dict[str, Any], base: str):
    """Every way for a shipped woman of whom one thing more is known."""
    facts = draw_facts(decidua.Profile.model_validate(shipped(base))).values
    verdicts = Verdicts(BOOK.at(), Facts({**facts, **found}), "reference")
    return verdicts, {
        strategy.id: judge_strategy(verdicts, strategy, option.option)
        for option in BOOK.options
        for strategy in option.strategies
    }


USED = sorted({key for strategy in BOOK.strategies for key in strategy.drugs})
BASES = ("rpl_four_losses", "rif_untested_embryos", "bleeding_now", "antiphospholipid_syndrome")


STOPPED = [key for key in USED if any(stops(caution) for caution in BOOK.drug[key].cautions)]


def test_every_medicine_has_a_contraindication_and_only_a_scratch_has_none():
    assert set(USED) - set(STOPPED) == {"endometrial_scratching"}


@pytest.mark.parametrize("drug", STOPPED)
def test_a_contraindication_that_is_present_stops_every_way_to_use_the_drug(drug):
    ways = [strategy for strategy in BOOK.strategies if drug in strategy.drugs]
    for caution in BOOK.drug[drug].cautions:
        if not stops(caution):
            continue
        finding = BOOK.finding[caution.finding]
        for base in BASES:
            verdicts, found = judged(making_true(finding.when), base)
            assert verdicts.verdict(f"finding:{finding.key}") is YES, finding.key
            for way in ways:
                one = found[way.id]
                outside = one.population.verdict is NO or bool(one.explained_by)
                assert one.status == ("not_applicable" if outside else "contraindicated"), (finding.key, base, way.id)
                assert finding.label in one.stopped_by


def warnings():
    """Findings that are a caution somewhere and stop nothing anywhere, each with its drug."""
    stopping = {caution.finding for key in USED for caution in BOOK.drug[key].cautions if stops(caution)}
    stopping |= {finding for strategy in BOOK.strategies for finding in strategy.stops}
    pairs = {(key, caution.finding) for key in USED for caution in BOOK.drug[key].cautions} - {
        (key, finding) for key in USED for finding in stopping
    }
    alone = {
        key for key, one in BOOK.finding.items() if isinstance(one.when, Atom) and "pregnancy" not in one.when.fact
    }
    return sorted(pair for pair in pairs if pair[1] in alone)


@pytest.mark.parametrize(("drug", "finding"), warnings())
def test_a_caution_alone_changes_no_status(drug, finding):
    verdicts, after = judged(making_true(BOOK.finding[finding].when), "rpl_four_losses")
    _, before = judged({}, "rpl_four_losses")
    assert verdicts.verdict(f"finding:{finding}") is YES
    for way in BOOK.strategies:
        if drug in way.drugs:
            assert after[way.id].status == before[way.id].status
            assert after[way.id].stopped_by == ()


def test_progesterone_past_the_first_trimester_is_warned_of_and_not_stopped():
    levels = {
        (caution.level, caution.hard_stop)
        for caution in BOOK.drug["progesterone"].cautions
        if caution.finding == "beyond_first_trimester"
    }
    assert levels == {("caution", True), ("contraindication", False)}
    late = {**losses(*[MISCARRIAGE] * 3), "pregnancy": {"pregnant": True, "weeks": 15}}
    option = options(late)["progestogens"]
    shown = [one for one in option.cautions if one.key == "beyond_first_trimester" and one.drug == "progesterone"]
    assert {(one.verdict, one.stops) for one in shown} == {("yes", False)}
    assert "contraindicated" not in {one.status for one in option.strategies}


def test_an_option_is_contraindicated_only_when_every_way_that_applies_is():
    peanut = {**shipped("rpl_four_losses"), "allergies": {"complete": True, "peanut": True}}
    found, option = statuses(peanut), options(peanut)["progestogens"]
    assert found["progesterone-positive-test"] == "contraindicated"
    assert found["dydrogesterone-rpl"] != "contraindicated"
    assert option.status == found["dydrogesterone-rpl"]
    both = {**peanut, "allergies": {"complete": True, "peanut": True, "dydrogesterone": True}}
    assert options(both)["progestogens"].status == "contraindicated"


def test_a_contraindication_that_is_not_known_is_asked_for_and_never_taken_for_absent():
    silent = {key: value for key, value in shipped("rpl_four_losses").items() if key not in ("allergies", "conditions")}
    option = options(silent)["ivig"]
    assert option.status != "contraindicated"
    checks = [line for line in option.missing if line.startswith("contraindications to rule out first")]
    assert len(checks) == 1
    assert "anaphylaxis or severe reaction to human immunoglobulin before" in checks[0].lower()


def test_hepatitis_b_is_not_ruled_out_by_a_complete_list_of_conditions_without_the_test():
    base = {"conditions": {"complete": True}}
    assert verdict(base, "finding:hepatitis_b") is UNKNOWN
    assert verdict({**base, "checks": {"hepatitis_b": True}}, "finding:hepatitis_b") is NO
    assert verdict({**base, "checks": {"hepatitis_b": False}}, "finding:hepatitis_b") is UNKNOWN
    assert verdict({"conditions": {"hepatitis_b": True}}, "finding:hepatitis_b") is YES


def test_contraindications_hold_on_every_date():
    peanut = {**shipped("rpl_four_losses"), "allergies": {"complete": True, "immunoglobulin": True}}
    for date in (None, "2000", "2016"):
        assert options(peanut, date)["ivig"].status == "contraindicated"


# Statuses


def test_of_a_woman_of_whom_nothing_is_known_every_option_is_undetermined():
    assert {one.status for one in options({}).values()} == {"undetermined"}


def test_eshre_lets_high_dose_ivig_be_considered_after_four_losses_and_not_after_three():
    four = shipped("rpl_four_losses")
    assert statuses(four)["ivig-four-losses"] == "consider"
    three = {**four, "pregnancies": {**four["pregnancies"], "singles": four["pregnancies"]["singles"][:3]}}
    assert statuses(three)["ivig-four-losses"] == "not_applicable"


def test_scratching_is_for_women_with_a_transfer_ahead_only():
    assert options(shipped("rpl_four_losses"))["endometrial_scratching"].status == "not_applicable"
    assert options(shipped("rif_untested_embryos"))["endometrial_scratching"].status == "advised_against"
    pregnant = {**shipped("rif_untested_embryos"), "pregnancy": {"pregnant": True, "weeks": 5}}
    assert options(pregnant)["endometrial_scratching"].status == "not_applicable"


def test_what_starts_before_conception_is_too_late_in_pregnancy():
    pregnant = {**shipped("rpl_four_losses"), "pregnancy": {"pregnant": True, "weeks": 8}, "plan": {}}
    found = statuses(pregnant)
    for id_ in ("hcq-rpl", "progesterone-luteal", "g_csf-rpl", "ivig-four-losses", "progesterone-positive-test"):
        assert found[id_] == "not_applicable", id_


def test_a_retracted_trial_moves_nothing():
    for option in assess(shipped("rpl_four_losses")).options:
        for effect in option.effects:
            retracted = {id_ for id_ in effect.study_ids if BOOK.study[id_].integrity.status == "retracted"}
            assert not retracted, effect.strategy
    shown = {study.id: study.integrity for study in options(shipped("rpl_four_losses"))["progestogens"].studies}
    assert shown["ismail-2018"] == "retracted"


def test_only_current_guidelines_of_societies_move_a_status():
    for option in assess(shipped("rpl_four_losses")).options:
        for position in option.positions:
            document = BOOK.guideline[position.guideline]
            if position.moves_status:
                assert document.kind == "society_document"
                assert not document.superseded_by
            else:
                assert position.remark


def test_a_position_on_ivf_in_general_speaks_to_a_woman_with_a_transfer_ahead_and_says_so():
    positions = options(shipped("rif_untested_embryos"))["endometrial_scratching"].positions
    general = [one for one in positions if one.remark == "speaks of IVF in general"]
    assert general
    assert all(one.moves_status for one in general)


def test_the_review_of_2016_does_not_stand_as_the_state_of_the_evidence():
    synthesis = BOOK.synthesis["mekinian-2016"]
    assert not synthesis.used
    assert synthesis.not_used_because


@pytest.mark.parametrize(
    ("cause", "usual"),
    [(cause.id, usual) for cause in BOOK.causes for usual in cause.usual_care if usual.guideline is not None],
)
def test_usual_care_is_that_of_the_document_it_names(cause, usual):
    document = {one.id: one for one in BOOK.guidelines}[usual.guideline]
    assert usual.says.startswith(document.society_name.split()[0]), cause
    assert str(document.year or document.published[:4]) in usual.says
