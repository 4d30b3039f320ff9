"""``decidua assess --stability`` as a person meets it: every shipped woman, every format, 80 columns, ASCII."""

from __future__ import annotations

import json

import jsonschema
import pytest
from tests.functional.running import PROFILES, columns_of, run, run_on_terminal, told, widest, without_colour

FOUR_LOSSES = PROFILES["rpl_four_losses"]
HEADING = "HOW MUCH HANGS ON ONE STUDY"


def said(name, *more):
    ran = told("assess", PROFILES[name], "--stability", "--engine", "reference", *more)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def part(text):
    return text.partition(HEADING)[2].partition("PLEASE NOTE")[0]


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted(PROFILES)[::3])
def test_every_third_shipped_woman_reads_well_in_80_columns(name):
    text = said(name)
    assert columns_of(widest(text)) <= 80
    found = part(text)
    assert found.strip()
    assert "None" not in found
    assert not [word for word in ("research_only", "very_low", "not_applicable", "next_pregnancy") if word in found]


def test_it_is_appended_and_changes_nothing_above():
    plain = told("assess", FOUR_LOSSES, "--engine", "reference").out
    assert HEADING not in plain
    assert plain.startswith(said("rpl_four_losses").partition(HEADING)[0])


def test_it_says_what_falls_without_which_study_and_what_follows_from_that():
    text = flat(part(said("rpl_four_losses")))
    assert "without Reznikoff-Etievant 1999 [reznikoff-etievant-1999] it falls from 3rd to 4th" in text
    assert "Moved only by others" in text
    assert "where corticosteroids moved: calcineurin inhibitors 4th to 3rd" in text
    assert "No single study moves: progestogens, G-CSF, lymphocyte immunisation and antithrombotics." in text
    assert "No study in a line of evidence: intralipid." in text


def test_it_says_that_the_rank_is_the_same_at_every_chance_and_what_changes():
    text = flat(part(said("rpl_four_losses")))
    assert "Rank, status and certainty of every option are the same at every chance" in text
    assert "at 100: 167 (106 to 262); at 200: 334 (213 to 525)" in text
    assert "From 400 on the odds ratio carries it" in text
    assert "The range of chances is decidua's own choice" in text


def test_of_a_woman_of_whom_nothing_is_known_it_says_that_nothing_hangs_on_a_study():
    text = flat(part(said("empty")))
    assert text.startswith("Nothing hangs on a study: nothing is known of her")
    assert "Over a range" not in text


def test_at_length_every_study_that_was_left_out_is_named():
    text = flat(said("rif_untested_embryos", "--all"))
    answer = json.loads(said("rif_untested_embryos", "--format", "json"))["stability"]
    listed = text.partition("Left out in turn")[2].partition("Over a range")[0]
    assert answer["studies"]
    assert all(f"[{one['id']}]" in listed for one in answer["studies"])
    assert listed.count("makes a difference.") == sum(one["moves"] for one in answer["studies"])


def test_without_utf_8_everything_is_said_in_ascii_and_colour_adds_no_word():
    ran = run("assess", FOUR_LOSSES, "--stability", "--engine", "reference", encoding="ascii")
    assert ran.code == 0
    assert ran.out.isascii()
    assert columns_of(widest(ran.out)) <= 80
    seen = without_colour(run_on_terminal("assess", FOUR_LOSSES, "--stability", "--engine", "reference"))
    assert flat(part(seen)) == flat(part(said("rpl_four_losses")))


@pytest.mark.parametrize("output", ["markdown", "html"])
def test_it_is_in_every_format_that_people_read(output):
    text = said("rpl_four_losses", "--format", output)
    assert "How much hangs on one study" in text
    assert "it falls from 3rd to 4th" in text
    assert "Over a range of chances without treatment" in text


def test_the_json_is_a_valid_assessment_and_null_where_not_asked():
    schema = json.loads(told("schema", "assessment").out)
    plain = json.loads(told("assess", FOUR_LOSSES, "--engine", "reference", "--format", "json").out)
    added = json.loads(said("rpl_four_losses", "--format", "json"))
    for answer in (plain, added):
        jsonschema.validate(answer, schema)
    assert plain["stability"] is None
    assert {**added, "stability": None} == plain
    assert len(added["stability"]["options"]) == 14


def test_several_women_get_theirs_each():
    ran = run(
        *("assess", FOUR_LOSSES, PROFILES["empty"], "--stability", "--engine", "reference", "--format", "json"),
    )
    assert ran.code == 0
    four, empty = (json.loads(line)["stability"] for line in ran.out.splitlines())
    assert four["studies"]
    assert not empty["studies"]


def test_the_policy_says_its_range_is_an_own_choice():
    text = flat(run("rules", "show", "stability").out)
    assert "Chances: 0.1, 0.2" in text
    assert "Source: decidua's own choice" in text
