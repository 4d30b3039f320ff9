"""The terminal tool on tests: who says what of one, in the rulebook's own listing and in what to find out next."""

from __future__ import annotations

import json
import re

import pytest
from tests.functional.running import PROFILES, run, told

import decidua

BOOK = decidua.load_rulebook()
RECORDS = {
    "care_position": [one.id for one in BOOK.care_positions],
    "subject": [one.key for one in BOOK.subjects],
    "contradiction": [one.id for one in BOOK.contradictions],
    "comparison": [one.id for one in BOOK.comparisons],
    "unreliable": [one.id for one in BOOK.unreliable],
}


def squeezed(text):
    return re.sub(r"\s+", "", text).casefold()


@pytest.mark.parametrize("kind", RECORDS)
def test_every_record_of_a_kind_is_listed_with_its_file(kind):
    entries = json.loads(told("rules", "list", "--kind", kind, "--format", "json").out)
    assert [one["id"] for one in entries] == RECORDS[kind]
    assert {one["file"] for one in entries} <= {"evidence/guidelines_tests.yaml", "evidence/guidelines.yaml"}


def test_a_position_on_a_test_is_shown_with_its_grade_population_and_source():
    said = squeezed(told("rules", "show", "rcog-gtg17-2023--nk_testing").out)
    assert squeezed("care_position 'rcog-gtg17-2023--nk_testing'") in said
    for text in ("within research only", "Population: recurrent miscarriage", "RCOG grade C", "read abstract"):
        assert squeezed(text) in said


@pytest.mark.parametrize("output", ["text", "markdown", "html"])
def test_a_test_is_shown_with_who_says_what_of_it_and_with_what_contradicts(output):
    said = squeezed(told("rules", "show", "nk_peripheral_testing", "--format", output).out)
    for text in ("Who says what of it", "RCOG 2023", "2023-06-19", "superseded by", "a rating"):
        assert squeezed(text) in said
    assert squeezed("Recommends against: ESHRE 2017, ESHRE 2023, Japan") in said
    assert squeezed("Keeps to research: RCOG 2023") in said


def test_a_treatment_that_is_no_option_is_shown_with_who_says_what_of_it():
    said = squeezed(told("rules", "show", "levothyroxine").out)
    assert squeezed("Who says what of it") in said
    assert squeezed("Would consider: ASRM 2015, ATA 2017, RCOG 2023.") in said
    assert squeezed("Suggests against: ETA 2021.") in said


def test_a_test_without_a_recorded_position_says_so():
    ran = run("rules", "show", "tnf_il10_testing")
    assert (ran.code, ran.err) == (0, "")
    assert "No position on it is recorded" in " ".join(ran.out.split())


def test_a_contradiction_is_shown_with_its_sides():
    said = squeezed(told("rules", "show", "poc-karyotype").out)
    assert squeezed("Recommends: RCOG 2023") in said
    assert squeezed("Suggests against: ESHRE 2022") in said


def test_a_source_that_is_not_relied_on_says_why():
    said = squeezed(told("rules", "show", "midirs-nice-2021").out)
    assert squeezed("not relied on:") in said
    assert squeezed("drops_condition") in said


def test_what_to_find_out_next_names_who_advises_against_a_test():
    said = squeezed(told("assess", PROFILES["rpl_secondary"], "--all").out)
    assert squeezed("advised against by RCOG 2023 (RPL, outside research) and ESHRE 2023 (RIF)") in said
    answer = json.loads(told("assess", PROFILES["rpl_secondary"], "--format", "json").out)
    tnf = next(one for one in answer["next"] if one["finding"] == "immune.tnf_serum_raised")
    assert tnf["advised_against_by"] == ["RCOG 2023 (RPL, outside research)", "ESHRE 2023 (RIF)"]
    assert tnf["advised_by"] == []


def test_on_an_earlier_date_the_edition_of_that_date_is_named():
    call = ("assess", PROFILES["rpl_secondary"], "--as-of", "2018-05", "--format", "json")
    answer = json.loads(told(*call).out)
    named = {name for one in answer["next"] for name in one["advised_against_by"]}
    assert named == {"ESHRE 2017 (RPL)"}
