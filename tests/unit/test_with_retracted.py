"""Retracted and questioned work: it moves nothing, and what would be said with it is pooled, named and labelled."""

from __future__ import annotations

from dataclasses import replace

import pytest

import decidua
from decidua.assessment.supposing.with_retracted import SAYS
from decidua.evidence.models import Arm
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
FOUR = decidua.load_profile(data_folder("profiles") / "rpl_four_losses.yaml")
RIF = decidua.load_profile(data_folder("profiles") / "rif_untested_embryos.yaml")


def assess(profile, book=BOOK, **more):
    return decidua.assess(profile, rulebook=book, engine="reference", **more)


def asked(profile, book=BOOK, **more):
    return assess(profile, book, with_retracted=True, **more).with_retracted


def with_counts(events, total):
    """The shipped rulebook, with the retracted trial's counts as if they had been read and live births counted."""
    study = BOOK.study["ismail-2018"]
    outcome = study.outcomes[0].model_copy(
        update={
            "outcome": "live_birth",
            "treated": Arm(events=events, total=total),
            "control": Arm(events=250, total=total),
            "counts": "printed",
        }
    )
    changed = study.model_copy(update={"outcomes": (outcome,)})
    return replace(BOOK, studies=tuple(changed if one.id == study.id else one for one in BOOK.studies))


def test_it_is_said_only_where_it_is_asked_for_and_changes_nothing_else():
    plain, added = assess(FOUR), assess(FOUR, with_retracted=True)
    assert plain.with_retracted is None
    assert added.with_retracted is not None
    assert added.model_copy(update={"with_retracted": None}) == plain
    assert decidua.Assessment.model_validate_json(added.model_dump_json()) == added


def test_it_is_labelled_as_not_to_be_relied_upon():
    assert asked(FOUR).says == SAYS
    assert SAYS.startswith("Not to be relied upon")


def test_the_retracted_trial_is_named_with_why_it_would_enter_nothing():
    answer = asked(FOUR)
    (ismail,) = (one for one in answer.works if one.id == "ismail-2018")
    assert (ismail.integrity, ismail.enters) == ("retracted", False)
    assert ismail.because == "the counts of both arms were not read"
    assert not any("ismail-2018" in one.by for one in answer.retracted_counted)


def test_the_retracted_trial_with_counts_would_add_a_harm_and_move_no_status():
    answer = asked(FOUR)
    (badawy,) = (one for one in answer.works if one.id == "badawy-2008")
    assert (badawy.integrity, badawy.enters) == ("retracted", True)
    assert {one.by for one in answer.retracted_counted} == {("badawy-2008",)}
    assert not {one.what for one in answer.retracted_counted} & {"status", "rank", "certainty"}


def test_with_counts_the_retracted_trial_would_be_pooled_and_lead_its_way_of_use():
    book = with_counts(320, 340)
    assert [one.effects for one in assess(FOUR, book).options] == [one.effects for one in assess(FOUR).options]
    answer = asked(FOUR, book)
    assert {one.id: one.enters for one in answer.works}["ismail-2018"]
    moved = {(one.id, one.what): one for one in answer.retracted_counted}
    effect = moved["progesterone-luteal", "effect"]
    assert effect.after.startswith("live birth RR 1.28 (1.19 to 1.37), randomised, ismail-2018")
    assert "ismail-2018" not in effect.before
    assert (effect.by, effect.how) == (("ismail-2018",), "alone")
    assert moved["progestogens", "rank"].before == "2"


def test_a_retracted_trial_that_shows_harm_would_show_harm():
    moved = {(one.id, one.what): one for one in asked(FOUR, with_counts(100, 340)).retracted_counted}
    assert moved["progesterone-luteal", "effect"].after.startswith("live birth RR 0.40")


def test_questioned_work_is_pooled_as_sound_only_in_the_second_scenario():
    answer = asked(RIF)
    assert answer.retracted_counted == ()
    moved = {(one.id, one.what): one for one in answer.all_counted}
    assert "with a questioned study" in moved["intralipid", "effect"].before
    assert "with a questioned study" not in moved["intralipid", "effect"].after
    assert moved["intralipid", "rank"].by == ("singh-2019",)


def test_what_keeps_a_questioned_study_out_for_another_reason_stays():
    works = {one.id: one for one in asked(FOUR).works}
    assert not BOOK.study["el-sayed-2022"].pooled
    assert works["el-sayed-2022"].because == "its record keeps its counts out of every pool"
    assert not BOOK.study["el-sayed-2022"].as_if_sound().pooled
    assert BOOK.study["ismail-2018"].as_if_sound().pooled
    assert BOOK.study["ismail-2018"].integrity.status == "retracted"


def test_questioned_syntheses_are_named_and_never_pooled():
    syntheses = [one for one in asked(FOUR).works if one.kind == "synthesis"]
    assert syntheses
    assert not any(one.enters for one in syntheses)


def test_on_a_date_before_the_work_nothing_of_it_is_said():
    early = asked(FOUR, as_of="2009-06")
    assert {one.id for one in early.works} == {"stricker-2005", "badawy-2008"}
    assert {one.id for one in asked(FOUR, as_of="2008-06").works} == {"stricker-2005"}
    assert asked(FOUR, as_of="2004").works == ()


@pytest.mark.parametrize("profile", [FOUR, RIF], ids=["four losses", "failed transfers"])
def test_every_named_work_is_questioned_and_every_change_names_a_work(profile):
    answer = asked(profile)
    named = {one.id for one in answer.works}
    assert all(one.integrity != "none_known" for one in answer.works)
    assert all(change.by and set(change.by) <= named for change in answer.all_counted)
