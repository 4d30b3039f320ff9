"""What others published stands beside our own figures: their ratings, and syntheses with why they differ."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

import decidua
from decidua.assessment.evidence.published import published_ratings, synthesis_answers
from decidua.evidence.models import TrialList
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()


def strategy(id_):
    return next(one for one in BOOK.strategies if one.id == id_)


def option_of(id_):
    return next(option.option for option in BOOK.options if id_ in {one.id for one in option.strategies})


@cache
def answer(profile, as_of=None):
    return decidua.assess(decidua.load_profile(data_folder("profiles") / f"{profile}.yaml"), as_of=as_of)


def effects(profile, id_):
    return [one for option in answer(profile).options for one in option.effects if one.strategy == id_]


def synthesis(id_, of, book=BOOK, as_of=None):
    view = book.at(as_of)
    return {one.id: one for one in synthesis_answers(view, [strategy(of)])}[id_]


def with_trials(id_, **trials):
    """Return the rulebook with another list of trials in one synthesis; none means not read."""
    listed = TrialList(**trials) if trials else None
    changed = (one.model_copy(update={"trials": listed}) if one.id == id_ else one for one in BOOK.syntheses)
    return dataclasses.replace(BOOK, syntheses=tuple(changed))


# Ratings -------------------------------------------------------------------------------------------------------------


def test_a_published_rating_stands_beside_the_computed_one_and_moves_nothing():
    (line,) = effects("bleeding_now", "progesterone-bleeding")
    assert line.certainty == "moderate"
    rated = {(one.source, one.population): one.rating for one in line.published_ratings}
    assert rated["devall-cochrane-2021", "bleeding, at least one earlier miscarriage"] == "high"
    assert {one.outcome for one in line.published_ratings} == {"live_birth"}


def test_a_society_rates_its_recommendation_as_a_whole():
    lines = effects("rif_three_euploid", "scratching-rif")
    society = [one for one in lines[0].published_ratings if one.outcome is None]
    assert [(one.who, one.rating) for one in society] == [("ESHRE 2023", "moderate")]
    assert not any(one.outcome is None for line in lines[1:] for one in line.published_ratings)


def test_a_rating_of_an_outcome_stands_beside_the_first_line_on_it_only():
    lines = effects("rif_three_euploid", "scratching-rif")
    rated = [(line.outcome, line.label) for line in lines if line.published_ratings]
    assert rated == [("live_birth", ""), ("clinical_pregnancy", "in IVF in general")]


def test_a_synthesis_that_is_not_the_state_of_the_evidence_rates_nothing():
    rated = {
        rating.source
        for one in BOOK.strategies
        for ratings in published_ratings(BOOK.at(None), one, option_of(one.id)).values()
        for rating in ratings
    }
    assert {"lensen-cochrane-2021", "devall-cochrane-2021", "haas-cochrane-2019"} <= rated
    assert not rated & {one.id for one in BOOK.syntheses if not one.used}


def test_a_rating_of_a_later_year_is_not_shown_on_an_earlier_date():
    for profile in ("rif_three_euploid", "bleeding_now"):
        found = [
            rating.published
            for option in answer(profile, "2020-06").options
            for line in option.effects
            for rating in line.published_ratings
        ]
        assert all(date <= "2020-06" for date in found)
    now = [rating for line in effects("bleeding_now", "progesterone-bleeding") for rating in line.published_ratings]
    assert any(rating.published > "2020-06" for rating in now)


# Syntheses -----------------------------------------------------------------------------------------------------------


def test_a_synthesis_stands_beside_our_own_figure_on_the_outcomes_that_it_pooled():
    found = synthesis("coomarasamy-2020", "progesterone-positive-test")
    assert found.ours == (
        "live birth (started after conception; counted as: born alive after 24 weeks) RR 1.04 (95 % CI 0.94 to 1.15), from coomarasamy-2015",
    )


def test_where_the_list_of_trials_was_not_read_that_is_said():
    found = synthesis("kofod-2025", "ivig-rpl")
    assert (found.trials_read, found.differs) == ("none", ("which trials it pooled was not read",))
    assert (found.in_both, found.only_there, found.only_here) == ((), (), ())


def test_trials_that_are_only_there_are_named_with_the_rule_that_keeps_them_out_here():
    found = synthesis("haas-cochrane-2019", "dydrogesterone-rpl")
    assert found.trials_read == "some"
    words = {rule.id: rule.says for rule in BOOK.policy.pooling.never}
    said = "; ".join(found.differs)
    assert f"kumar-2014 ({words['counts-not-read']})" in said or f"kumar-2014 ({words['unusable']})" in said
    assert "coomarasamy-2015 (another question here)" in said
    assert found.differs[-1] == "the list that was read is not whole"


def test_only_a_whole_list_tells_what_is_only_here():
    asked = ("coomarasamy-2020", "progesterone-positive-test")
    part = synthesis(*asked, with_trials(asked[0], studies=("coomarasamy-2019",), complete=False))
    whole = synthesis(*asked, with_trials(asked[0], studies=("coomarasamy-2019",), complete=True))
    assert (part.only_here, part.trials_read) == ((), "some")
    assert (whole.only_here, whole.trials_read) == (("coomarasamy-2015",), "all")
    assert whole.differs[-1] == "only here: coomarasamy-2015"


def test_a_retracted_trial_inside_is_named_first():
    asked = ("coomarasamy-2020", "progesterone-positive-test")
    found = synthesis(*asked, with_trials(asked[0], studies=("coomarasamy-2015", "ismail-2018"), complete=True))
    assert found.retracted_inside == ("ismail-2018",)
    assert found.differs == ("retracted and inside it: ismail-2018", "in both: coomarasamy-2015")


def test_the_same_trials_are_said_to_be_the_same_and_a_trial_without_a_record_is_named():
    asked = ("coomarasamy-2020", "progesterone-positive-test")
    same = synthesis(*asked, with_trials(asked[0], studies=("coomarasamy-2015",), complete=True))
    assert same.differs == ("in both: coomarasamy-2015", "the same trials")
    other = synthesis(
        *asked, with_trials(asked[0], studies=("coomarasamy-2015",), others=("Nobody 1999",), complete=True)
    )
    assert other.differs[-1] == "only there: Nobody 1999 (no record here)"
    assert other.only_there == ("Nobody 1999",)


def test_trials_known_not_to_be_in_it_are_named():
    said = synthesis("kamath-2020", "g_csf-rif").differs
    assert "not in it: kalem-2020 and karimi-2020" in said


def test_a_retracted_trial_named_by_a_synthesis_is_in_its_list():
    for one in BOOK.syntheses:
        named = one.not_used_because or ""
        if "Holds the retracted" in named:
            assert one.trials is not None
            assert any(BOOK.study[id_].integrity.status == "retracted" for id_ in one.trials.studies)


@pytest.mark.parametrize("one", [one for one in BOOK.syntheses if one.trials is not None], ids=lambda one: one.id)
def test_a_list_of_trials_names_only_what_the_record_names(one):
    words = " ".join((*one.included, *one.notes, one.not_used_because or "")).lower()
    for id_ in (*one.trials.studies, *one.trials.without):
        assert id_ in words or id_.rsplit("-", 1)[0].rsplit("-", 1)[-1] in words
    for name in one.trials.others:
        assert name.lower() in words
