"""``decidua next`` as a person meets it: every shipped woman, every format, 80 columns, ASCII."""

from __future__ import annotations

import json

import pytest
from tests.functional.running import PROFILES, columns_of, run, told, widest, without_colour

HEADING = "What to find out next"


def said(name, *more):
    ran = told("next", PROFILES[name], "--engine", "reference", *more)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_shipped_woman_reads_well_in_80_columns(name):
    text = said(name)
    assert text.startswith(HEADING)
    assert columns_of(widest(without_colour(text))) <= 80
    assert "None" not in text
    assert not [status for status in ("research_only", "not_applicable", "advised_against") if status in text]


def test_without_utf_8_everything_is_said_in_ascii():
    ran = run("next", PROFILES["rpl_two_losses"], "--engine", "reference", encoding="ascii")
    assert ran.code == 0
    assert ran.out.isascii()
    assert flat(said("rpl_two_losses")).partition("decidua")[2].count(" -> ") == flat(ran.out).count(" -> ") > 0


@pytest.mark.parametrize("name", ["rpl_two_losses", "bleeding_no_scan", "rpl_four_losses"])
def test_json_holds_the_whole_answer_the_same_every_time(name):
    text = said(name, "--format", "json")
    assert run("next", PROFILES[name], "--engine", "reference", "--format", "json").out == text
    answer = json.loads(text)
    assert {one["option"] for one in answer["open"]} & set(answer["settled"]) == set()
    assert len(answer["open"]) + len(answer["settled"]) == 14
    for option in answer["open"]:
        assert option["ways"]
        for way in (option["whole"], *option["ways"]):
            assert way["sets"] or not way["complete"]


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_other_formats_say_the_same(form):
    text = said("bleeding_no_scan", "--format", form)
    assert HEADING in text
    assert "Scan in early pregnancy" in text


def test_a_woman_who_bleeds_is_asked_for_a_scan_and_told_what_each_answer_does():
    text = flat(said("bleeding_no_scan"))
    assert "1 of 14 options is not settled." in text
    assert "1. Scan in early pregnancy: imaging; by itself could settle 1 of 1" in text
    assert "intrauterine pregnancy seen on scan yes: Progestogens -> consider" in text
    assert "would change no option's status" in text


def test_of_an_empty_profile_the_present_pregnancy_and_the_plan_are_asked_first():
    answer = json.loads(said("empty", "--format", "json"))
    assert len(answer["open"]) == 14
    assert {one["question"] for one in answer["ask"][:2]} == {"pregnancy.pregnant", "plan.next"}
    assert all(way["sets"] for option in answer["open"] for way in option["ways"])


def test_immune_markers_stand_apart_and_are_not_urged():
    text = said("rpl_two_losses")
    order, _, rest = text.partition("IMMUNE MARKERS: NOT URGED")
    assert "an immune marker: no threshold is validated" in flat(rest)
    assert "NK" not in order.partition("WHAT WOULD SETTLE")[0]


def test_what_is_lost_and_what_must_wait_is_said_and_not_asked_for():
    text = flat(said("rpl_two_losses"))
    assert "Can no longer be found out: losses with an unbalanced rearrangement" in text
    assert "Not before the next pregnancy: vaginal bleeding in this pregnancy" in text


def test_where_every_option_is_settled_nothing_is_asked():
    text = flat(said("bleeding_now"))
    assert "The status of all 14 options is settled" in text
    assert "IN THIS ORDER" not in text


def test_all_shows_every_answer_and_every_finding_that_changes_nothing():
    short, full = said("rpl_two_losses"), said("rpl_two_losses", "--all")
    assert len(full) > len(short)
    assert "further way" not in full
    assert "list: --all" in short
    assert "list: --all" not in full


def test_a_date_a_profile_or_an_engine_that_cannot_be_is_refused_with_nothing_on_standard_output(tmp_path):
    for words in (
        ("next", PROFILES["empty"], "--as-of", "2016-13"),
        ("next", str(tmp_path / "nobody.yaml")),
        ("next", PROFILES["empty"], "--engine", "rete"),
    ):
        ran = run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err


def test_an_earlier_date_asks_only_what_was_open_then():
    text = said("rpl_two_losses", "--as-of", "2012")
    assert "evidence as of 2012-12-31" in text


def test_the_order_of_burdens_and_the_limits_are_declared_and_printed():
    text = flat(run("rules", "show", "next").out)
    assert "Burdens: history, blood, imaging, embryo, partner, biopsy" in text
    assert "Most combinations: 20000" in text


def test_sets_that_recur_are_named_once_and_referred_to_by_letter():
    text = flat(said("rpl_two_losses")).partition("WHAT WOULD SETTLE EACH OPTION")[2]
    assert "A: TSH and free T4, anti-thyroid peroxidase antibodies, karyotype of both partners" in text
    assert "Endometrial scratching: undetermined" in text
    assert "after failed transfers: set C *" in text
    assert "usual care in antiphospholipid syndrome: set B" in text


def test_an_immune_marker_is_not_urged_and_who_advises_against_it_is_named():
    text = flat(said("rpl_two_losses"))
    _, _, apart = text.partition("IMMUNE MARKERS: NOT URGED")
    assert "advised against by" in apart
    assert "RCOG 2023 (RPL, outside research)" in apart
    asked = json.loads(said("rpl_two_losses", "--format", "json"))["not_urged"]
    assert any("RCOG 2023 (RPL, outside research)" in one["advised_against_by"] for one in asked)


def test_where_a_test_is_disputed_the_order_names_who_is_against_it_and_who_is_for_it():
    text = flat(said("rpl_secondary"))
    asked = text.partition("7. Inherited thrombophilia: blood;")[2].partition("WHAT WOULD SETTLE")[0]
    assert "advised against by RCOG 2023 (some women with RPL, factor V Leiden" in asked
    assert "; advised, or would be considered, by Japan 2025 (RPL)" in asked
    told_of = next(
        one
        for one in json.loads(said("rpl_secondary", "--format", "json"))["ask"]
        if one["question"] == "inherited_thrombophilia_testing"
    )
    assert told_of["advised_by"] == ["Japan 2025 (RPL)"]
    assert len(told_of["advised_against_by"]) == 2


def test_answers_of_several_findings_that_do_the_same_stand_together():
    text = flat(said("rpl_secondary"))
    assert "protein C abnormal or antithrombin abnormal: Antithrombotics -> advised against, with research only" in text
    assert text.count("Antithrombotics -> advised against, with research only still possible by another way") == 1


def test_a_repeat_of_antibodies_is_named_by_what_it_tells_and_a_negative_one_is_said_to_settle_nothing():
    text = flat(said("antiphospholipid_once"))
    first = text.partition("1. Antiphospholipid antibodies: blood;")[2].partition(" 2. ")[0]
    assert "time between the first and the last positive antiphospholipid test under 12 weeks: " in first
    assert "a repeat that is negative, or that has no date: leaves it unknown, and settles nothing" in first
    assert "No set with the time between the first and the last positive antiphospholipid test settles anything" in text
    finding = json.loads(said("antiphospholipid_once", "--format", "json"))["ask"][0]["findings"][0]
    assert finding["stays_unknown_if"] == "a repeat that is negative, or that has no date"
    assert "settles anything" not in flat(said("rpl_four_losses"))


def test_an_option_that_an_answer_unsettles_is_not_called_still_open():
    text = flat(said("rif_untested_embryos"))
    assert "The status of all 14 options is settled" in text
    assert "balanced rearrangement: Calcineurin inhibitors open again, for research only or not applicable" in text
    assert "still open" not in text


def test_the_short_list_of_an_assessment_counts_what_is_many_and_says_once_what_is_said_of_several():
    ran = told("assess", PROFILES["rpl_two_losses"], "--engine", "reference")
    short = ran.out.partition("WHAT TO FIND OUT NEXT")[2].partition("\nSOURCES")[0]
    assert "Thyroid disease found and thyroid function (TSH and free T4): blood; bears on 11 options and 3 panels" in (
        flat(short)
    )
    assert "What each answer would do: 'decidua next'." in flat(short)
    full = told("assess", PROFILES["rpl_two_losses"], "--engine", "reference", "--all").out
    full = flat(full.partition("WHAT TO FIND OUT NEXT")[2].partition("\nSOURCES")[0])
    assert "bears on Progestogens, Antithrombotics, Calcineurin inhibitors" in full
    assert len(short) < len(full)


def test_in_the_short_list_a_test_that_is_advised_against_and_by_none_for_stands_last():
    found = json.loads(told("assess", PROFILES["rpl_two_losses"], "--format", "json").out)["next"]
    left_alone = [bool(one["advised_against_by"]) and not one["advised_by"] for one in found]
    assert any(left_alone)
    assert left_alone == sorted(left_alone)
