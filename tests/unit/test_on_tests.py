"""What documents say of tests: who is named for and against, on which date, and what the rulebook holds to."""

from __future__ import annotations

import dataclasses
import shutil

import pytest

import decidua
from decidua.assessment.answers.result import NextFinding
from decidua.assessment.evidence.on_tests import (
    NONE_CURRENT,
    NONE_RECORDED,
    advised,
    advised_against,
    contradictions_on_test,
    investigations_yielding,
    said_of_test,
    with_positions,
)
from decidua.errors import RulebookError
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
NOW = BOOK.at()
NK_BLOOD = "immune.nk_blood_percent"
NK_TEST = "nk_peripheral_testing"
CARE = "evidence/guidelines_tests.yaml"


def finding(fact, remark=None):
    return NextFinding(finding=fact, label=fact, settles=("ivig",), burden="blood", remark=remark)


# Who is named


def test_current_documents_of_societies_are_named_newest_first_with_whom_they_speak_of():
    assert advised_against(NOW, NK_BLOOD) == (
        "ESHRE 2023 (IVF)",
        "RCOG 2023 (RPL, outside research)",
        "ESHRE 2023 (RIF)",
    )
    assert advised(NOW, NK_BLOOD) == ()


@pytest.mark.parametrize(
    ("date", "named"),
    [
        ("2018-04-05", ()),
        ("2018-04-06", ("ESHRE 2017 (RPL)",)),
        ("2021", ("Japan (AMED research group) 2021 (RPL, outside research)", "ESHRE 2017 (RPL)")),
        ("2023-02-01", ("Japan (AMED research group) 2021 (RPL, outside research)",)),
        ("2023-06-18", ("ESHRE 2023 (RIF)", "Japan (AMED research group) 2021 (RPL, outside research)")),
        ("2025-06", ("ESHRE 2023 (IVF)", "RCOG 2023 (RPL, outside research)", "ESHRE 2023 (RIF)")),
    ],
)
def test_the_date_decides_who_speaks_and_who_is_superseded(date, named):
    assert advised_against(BOOK.at(date), NK_BLOOD) == named


def test_a_superseded_edition_speaks_again_where_its_successor_is_held_back():
    assert "ESHRE 2017 (RPL)" in advised_against(BOOK.at(without=frozenset({"eshre-rpl-2022"})), NK_BLOOD)


def test_ratings_lists_and_drafts_are_shown_and_never_named_as_societies_advice():
    kinds = {one.kind for one in said_of_test(NOW, "hysteroscopy")}
    assert {"consultation_draft", "choosing_wisely_list", "society_document"} <= kinds
    fact = "workup.hysteroscopy"
    assert advised_against(NOW, fact) == ("ESHRE 2023 (IVF)",)
    assert advised(NOW, fact) == ("Japan 2025 (RPL)", "ESHRE 2023 (RIF)")
    assert advised_against(NOW, "workup.pgt_a") == ()


@pytest.mark.parametrize(
    ("fact", "against", "favour"),
    [
        ("workup.protein_c", ("RCOG 2023 (RPL, protein C, antithrombin and MTHFR)",), ("Japan 2025 (RPL)",)),
        (
            "workup.factor_v_leiden",
            ("RCOG 2023 (some women with RPL, factor V Leiden, prothrombin variant and protein S, outside research)",),
            ("Japan 2025 (RPL)",),
        ),
        ("workup.factor_xii", (), ("Japan 2025 (RPL)",)),
        ("immune.kir_genotype", ("ESHRE 2023 (IVF)",), ()),
        ("immune.paternal_hla_c2", ("ESHRE 2023 (IVF)", "ESHRE 2023 (RIF, HLA-C)"), ()),
    ],
)
def test_a_document_that_speaks_of_a_part_of_a_test_is_named_for_that_part_only(fact, against, favour):
    assert advised_against(NOW, fact) == against
    assert advised(NOW, fact) == favour


def test_what_a_group_of_tests_is_told_holds_for_each_of_them():
    (group,) = (one for one in BOOK.subjects if one.kind == "test_group")
    for key in group.tests:
        assert "rcog-gtg17-2023--nk_testing" in {one.id for one in said_of_test(NOW, key)}


# What a finding says


def test_a_test_on_which_nothing_is_recorded_says_so():
    assert investigations_yielding(NOW, "immune.tnf_il10_ratio") == ("tnf_il10_testing",)
    told = with_positions(NOW, finding("immune.tnf_il10_ratio"))
    assert (told.remark, told.advised_against_by, told.advised_by) == (NONE_RECORDED, (), ())
    assert with_positions(BOOK.at("2018-04-05"), finding(NK_BLOOD)).remark == NONE_RECORDED


def test_a_test_of_which_only_superseded_documents_speak_says_that():
    told = with_positions(NOW, finding("immune.ifng_il4_ratio", remark="an immune marker"))
    assert told.remark == f"an immune marker; {NONE_CURRENT}"
    assert told.advised_against_by == ()
    before = with_positions(BOOK.at("2024"), finding("immune.ifng_il4_ratio"))
    assert before.advised_against_by == ("Japan (AMED research group) 2021 (RPL)",)
    assert before.remark is None


def test_what_no_test_yields_is_left_as_it_is():
    asked = finding("losses.total", remark="hers")
    assert investigations_yielding(NOW, "losses.total") == ()
    assert with_positions(NOW, asked) is asked


def test_every_finding_of_every_shipped_profile_names_only_current_societies_or_says_that_there_is_none():
    named = set()
    for file in sorted(data_folder("profiles").glob("*.yaml")):
        for one in decidua.assess(decidua.load_profile(file)).next:
            if investigations_yielding(NOW, one.finding):
                spoken = one.advised_against_by or one.advised_by
                assert bool(spoken) is not bool(one.remark and "no position on testing it recorded" in one.remark)
            named.update(one.advised_against_by)
            assert one.remark is None or "societies" not in one.remark
    current = {
        f"{guideline.society_name} {guideline.year}"
        for guideline in NOW.guidelines.values()
        if guideline.kind == "society_document" and NOW.superseded(guideline) is None
    }
    assert named
    assert {name.partition(" (")[0] for name in named} <= current


def test_the_assessment_honours_the_date_for_who_advises_against_a_test():
    profile = decidua.load_profile(data_folder("profiles") / "rpl_secondary.yaml")
    then = {one.finding: one for one in decidua.assess(profile, as_of="2018-05").next}
    immune = [one for one in then.values() if one.finding.startswith("immune.")]
    assert immune
    named = {name for one in immune for name in one.advised_against_by}
    assert named == {"ESHRE 2017 (RPL)"}


# Side by side


def test_every_position_on_a_test_is_shown_once_current_societies_first():
    for test in BOOK.investigations:
        said = said_of_test(NOW, test.key)
        ids = [one.id for one in said]
        expected = {one.id for one in BOOK.care_positions if test.key in BOOK.tests_of[one.subject]}
        assert len(ids) == len(set(ids))
        assert set(ids) == expected
        rank = [(one.superseded_by is not None, one.kind != "society_document") for one in said]
        assert rank == sorted(rank)


def test_contradictions_on_a_test_name_each_side_and_need_two_sides_on_an_earlier_date():
    (one,) = contradictions_on_test(NOW, "poc_karyotyping")
    sides = dict(one.sides)
    assert sides == {
        "recommend": ("RCOG 2023", "Japan (AMED research group) 2021"),
        "suggest_against": ("ESHRE 2022",),
    }
    assert one.why
    assert list(contradictions_on_test(BOOK.at("2022"), "poc_karyotyping")) == []


def test_each_contradiction_is_on_options_or_on_tests_and_those_on_tests_have_two_sides():
    on_tests = [one for one in BOOK.contradictions if one.tests]
    assert len(on_tests) == 8
    assert [one.id for one in BOOK.contradictions if bool(one.options) is bool(one.tests)] == []
    for one in on_tests:
        told = {side.id: side for test in one.tests for side in contradictions_on_test(NOW, test)}
        assert len(told[one.id].sides) > 1


def test_positions_on_tests_move_no_status():
    bare = dataclasses.replace(BOOK, care_positions=(), comparisons=(), unreliable=())
    profile = decidua.load_profile(data_folder("profiles") / "raised_blood_nk.yaml")
    with_them, without = decidua.assess(profile), decidua.assess(profile, rulebook=bare)
    assert with_them.options == without.options
    assert with_them.next != without.next


# What the rulebook holds to

FAULTS = {
    "a document that does not exist": (
        "  guideline: eshre-rif-2023\n  subject: vitamin_d_testing\n",
        "  guideline: eshre-rif-2032\n  subject: vitamin_d_testing\n",
        "refers to the guideline 'eshre-rif-2032', which does not exist",
    ),
    "a subject that does not exist": (
        "  subject: vitamin_d_testing\n",
        "  subject: vitamin_testing\n",
        "refers to the investigation or subject 'vitamin_testing', which does not exist",
    ),
    "a group of a test that does not exist": (
        "  tests: [nk_peripheral_testing, nk_uterine_testing]\n",
        "  tests: [nk_peripheral_testing, nk_womb_testing]\n",
        "refers to the investigation 'nk_womb_testing', which does not exist",
    ),
    "a finding that does not exist": (
        "  facts: [immune.kir_genotype]\n",
        "  facts: [immune.kir_genotyp]\n",
        "refers to the fact 'immune.kir_genotyp', which does not exist",
    ),
    "an id given twice": (
        "- id: eshre-rif-2023--vitamin_d_testing\n",
        "- id: eshre-rif-2023--cytokine_testing\n",
        "the position id 'eshre-rif-2023--cytokine_testing' is used 2 times",
    ),
    "an id that a position on an option has": (
        "- id: eshre-rif-2023--vitamin_d_testing\n",
        "- id: nice-ng126--progesterone\n",
        "the position id 'nice-ng126--progesterone' is used 2 times",
    ),
    "a subject with the key of an investigation": (
        "- key: levothyroxine\n",
        "- key: hysteroscopy\n",
        "the test 'hysteroscopy' is used 2 times",
    ),
    "a contradiction on a test that does not exist": (
        "  tests: [poc_karyotyping]\n",
        "  tests: [poc_karyotype]\n",
        "refers to the investigation 'poc_karyotype', which does not exist",
    ),
    "a contradiction of a position that does not exist": (
        "  - eshre-rpl-2022--poc_karyotyping\n",
        "  - eshre-rpl-2022--poc\n",
        "refers to the position 'eshre-rpl-2022--poc', which does not exist",
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_in_the_positions_on_tests_is_said_with_its_cure(what, tmp_path, monkeypatch):
    monkeypatch.setenv("DECIDUA_CACHE", "off")
    folder = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), folder)
    before, after, said = FAULTS[what]
    text = (folder / CARE).read_text(encoding="utf-8")
    assert text.count(before) == 1
    (folder / CARE).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        decidua.load_rulebook(folder)
    assert any(said in fault.message for fault in caught.value.faults)
    assert {fault.file for fault in caught.value.faults if said in fault.message} <= {
        CARE,
        "evidence/guidelines.yaml",
        "workup/investigations.yaml",
    }


# Overlays

OVERLAY = """topic: guidelines_tests
care_positions:
  - {id: mine--nk, guideline: rcog-gtg17-2011, subject: tnf_il10_testing, condition: rpl, position: recommend_against,
     strength: not_graded, certainty: not_read, population: mine, in_brief: mine, source: {read: full_text}}
  - {id: mine--nk-2, guideline: eshre-rif-2023, subject: tnf_il10_testing, condition: rif, position: consider,
     strength: not_graded, certainty: not_read, population: mine, in_brief: mine, source: {read: full_text}}
"""


def test_an_overlay_may_bring_a_position_on_a_test(tmp_path):
    folder = tmp_path / "mine"
    (folder / "evidence").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text("overlay: true\nname: mine\nversion: '1'\nwhy: a reason\n")
    (folder / CARE).write_text(OVERLAY)
    book = decidua.load_rulebook(folder)
    assert book.overlay_of("care_position", "mine--nk") == "mine"
    assert len(book.care_positions) == len(BOOK.care_positions) + 2
    view = book.at()
    assert advised_against(view, "immune.tnf_il10_ratio") == ()  # an edition that is superseded
    assert advised(view, "immune.tnf_il10_ratio") == ("ESHRE 2023 (RIF)",)
    assert book.evidence_sha256 != BOOK.evidence_sha256
