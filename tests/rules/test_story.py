"""The story of the field as the shipped evidence tells it, date by date: what changed for a woman, and through what."""

from __future__ import annotations

from functools import cache

import pytest

import decidua
from decidua.rulebook.folder import data_folder


@cache
def compared(name, as_of, other=None):
    profile = decidua.load_profile(data_folder("profiles") / f"{name}.yaml")
    return decidua.compare(profile, as_of, other, engine="reference")


def option(comparison, key):
    return next(one for one in comparison.options if one.option == key)


def changes(comparison, source):
    """What one source changed, ranks apart."""
    found = [change for step in comparison.steps for change in step.changes if source in change.by]
    return {(change.id, change.what): (change.before, change.after) for change in found if change.what != "rank"}


def came(comparison, source):
    return next(one for step in comparison.steps for one in step.sources if one.id == source)


FOUR = "rpl_four_losses"


# A woman with four unexplained losses


def test_in_mid_2009_no_way_to_give_her_g_csf_was_on_record_and_a_month_later_one_was():
    story = compared(FOUR, "2009-06", "2012")
    assert option(story, "g_csf").before.status == "not_yet_described"
    assert option(story, "g_csf").after.status == "research_only"
    moved = changes(story, "scarpellini-2009")
    assert moved["g_csf", "status"] == ("not_yet_described", "research_only")
    assert moved["g_csf", "effect"][1].startswith("live birth RR 1.71 (1.17 to 2.51)")
    assert "with a questioned study" in moved["g_csf", "effect"][1]
    assert came(story, "scarpellini-2009").integrity == "concern"


def test_the_trial_of_2019_took_the_promise_of_g_csf_away():
    story = compared(FOUR, "2016-07", "2019-03")
    assert option(story, "g_csf").through == ("zafardoust-2017", "eapen-2019")
    before, after = changes(story, "eapen-2019")["g_csf", "effect"]
    assert before.startswith("live birth RR 1.71")
    assert after.startswith("live birth RR 0.91 (0.71 to 1.17), randomised, eapen-2019")
    assert option(story, "g_csf").after.status == "research_only"


def test_promise_brought_a_moderate_certainty_of_little_and_prism_a_use_for_bleeding_after_a_loss():
    story = compared(FOUR, "2012", "2023")
    promise = changes(story, "coomarasamy-2015")
    assert promise["progestogens", "certainty"] == (None, "moderate")
    assert promise["progestogens", "effect"][1].startswith("live birth RR 1.04 (0.94 to 1.15)")
    assert ("progestogens", "status") not in promise
    prism = changes(story, "coomarasamy-2019")
    assert prism["progesterone-bleeding", "status"] == (None, "undetermined")
    assert prism["progesterone-bleeding", "effect"][1].startswith("live birth RR 1.08 (1.02 to 1.14)")


def test_nice_advised_against_progesterone_without_bleeding_in_2021():
    moved = changes(compared(FOUR, "2019-03", "2023"), "nice-ng126")
    assert moved["progesterone-positive-test", "status"] == ("research_only", "advised_against")


def test_ivig_rose_with_the_trial_of_2022_and_was_allowed_by_eshre_a_year_later():
    story = compared(FOUR, "2019-03", "2023")
    ivig = option(story, "ivig")
    assert (ivig.before.status, ivig.after.status) == ("research_only", "consider")
    assert ivig.through == ("yamada-2022", "eshre-rpl-2022")
    trial, society = changes(story, "yamada-2022"), changes(story, "eshre-rpl-2022")
    assert trial["ivig", "leading_strategy"][1].startswith("High-dose IVIG")
    assert trial["ivig", "effect"][1].startswith("live birth RR 1.67 (1.07 to 2.62)")
    assert ("ivig", "status") not in trial
    assert society["ivig", "status"] == ("research_only", "consider")


def test_before_that_six_trials_of_ivig_stood_at_no_effect():
    assert option(compared(FOUR, "2009-06", "2016-07"), "ivig").through == ("christiansen-2015",)
    before, after = changes(compared(FOUR, "2009-06", "2016-07"), "christiansen-2015")["ivig", "effect"]
    assert before.startswith("live birth RR 1.00 (0.81 to 1.22)")
    assert after.startswith("live birth RR 1.01 (0.86 to 1.19)")


def test_the_review_of_2016_itself_changed_nothing_for_her():
    assert not came(compared(FOUR, "2012", "2016-07"), "mekinian-2016").moved


def test_the_retracted_trial_of_2017_moves_nothing_and_is_named_as_retracted():
    story = compared(FOUR, "2016-07", "2019-03")
    assert [one.id for one in story.retracted] == ["ismail-2018"]
    assert not came(story, "ismail-2018").moved
    assert not changes(story, "ismail-2018")
    assert compared(FOUR, "2018", "2019-03").retracted == ()


def test_definitions_that_changed_are_named_with_what_they_say_and_the_document():
    outside = {one.id: one for one in compared(FOUR, "2019-03", "2023").outside}
    eshre, old = outside["rpl-eshre-2022"], outside["rpl-rcog-2011"]
    assert (eshre.before, eshre.after, eshre.by) == (None, "yes", ("eshre-rpl-2022",))
    assert eshre.says is not None
    assert eshre.says.startswith("Two losses suffice")
    assert (old.before, old.after, old.by) == ("yes", None, ("rcog-gtg17-2023",))
    assert came(compared(FOUR, "2019-03", "2023"), "rcog-gtg17-2023").supersedes == ("rcog-gtg17-2011",)


def test_what_bears_no_date_comes_last_and_only_where_no_second_date_is_asked_for():
    today, dated = compared(FOUR, "2023"), compared(FOUR, "2019-03", "2023")
    undated = {one.id for one in today.steps[-1].sources}
    assert today.steps[-1].day is None
    assert "rpl-who" in undated
    assert today.not_dated == ()
    assert undated == set(dated.not_dated)
    assert all(step.day is not None for step in dated.steps)


def test_today_her_first_option_is_ivig_and_nothing_since_2023_changed_that():
    story = compared(FOUR, "2023")
    assert story.options[0].option == "ivig"
    assert story.options[0].changed == ()


# A woman whose transfers failed


def test_scratching_fell_from_a_trial_of_2013_to_advice_against_it_in_2023():
    story = compared("rif_untested_embryos", "2012")
    scratching = option(story, "endometrial_scratching")
    assert (scratching.before.status, scratching.after.status) == ("research_only", "advised_against")
    assert changes(story, "nastri-2013")["endometrial_scratching", "effect"][1].startswith("live birth RR 1.83")
    assert changes(story, "gibreel-2015")["endometrial_scratching", "effect"][1].startswith("live birth RR 1.24")
    beside = changes(story, "lensen-2019")["scratching-rif", "further_effects"]
    assert "RR 1.83" in beside[0]
    assert "RR 1.30" in beside[1]
    assert changes(story, "eshre-addons-2023")["endometrial_scratching", "status"] == (
        "research_only",
        "advised_against",
    )


def test_prednisone_at_transfer_stayed_without_effect_in_the_trial_of_2023():
    moved = changes(compared("rif_untested_embryos", "2012"), "sun-2023")
    assert moved["corticosteroids", "effect"][1].startswith("live birth RR 0.97 (0.81 to 1.17)")


@pytest.mark.parametrize("name", [FOUR, "rif_untested_embryos", "empty"])
def test_the_last_step_says_what_the_second_date_says_and_every_change_has_a_source(name):
    story = compared(name, "2009-06")
    ends: dict[tuple[str, str], str | None] = {}
    for step in story.steps:
        for change in step.changes:
            assert change.by or change.how == "not_known"
            assert set(change.by) <= {one.id for one in step.sources}
            if change.about == "option":
                if (change.id, change.what) in ends:
                    assert ends[change.id, change.what] == change.before
                ends[change.id, change.what] = change.after
    for one in story.options:
        assert ends.get((one.option, "status"), one.before.status) == one.after.status
        assert ends.get((one.option, "rank"), str(one.before.rank)) == str(one.after.rank)
        assert ends.get((one.option, "certainty"), one.before.certainty) == one.after.certainty
        moved = {change.what for step in story.steps for change in step.changes if change.id == one.option}
        assert set(one.changed) <= moved


def test_no_change_on_any_shipped_date_is_left_without_a_source():
    story = compared(FOUR, "2005")
    assert [change for step in story.steps for change in step.changes if change.how == "not_known"] == []
