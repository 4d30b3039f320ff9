"""Two dates compared: which sources came in, which of them made a difference, and that the way there is the truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

import decidua
from decidua.assessment.answers.change import Change
from decidua.assessment.comparing.comparison import Comparison
from decidua.assessment.comparing.newcomers import all_newcomers
from decidua.assessment.supposing.worlds import Aspect, World, attribute, differences, judge_world
from decidua.errors import DeciduaError
from decidua.evidence.models import last_day
from decidua.profile.facts import draw_facts
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()


def woman(name):
    return decidua.load_profile(data_folder("profiles") / f"{name}.yaml")


FOUR = woman("rpl_four_losses")


def compare(*dates, profile=FOUR, rulebook=BOOK, engine="reference"):
    return decidua.compare(profile, *dates, rulebook=rulebook, engine=engine)


# The two dates


def test_the_same_date_twice_is_refused_however_it_is_written():
    for same in ("2016-07", "2016-07-31", dt.date(2016, 7, 31)):
        with pytest.raises(DeciduaError, match=r"^both dates are 2016-07-31; name two different ones$"):
            compare("2016-07", same)


@pytest.mark.parametrize("dates", [("2016-13",), ("July",), ("2016-07", "2016-02-30")])
def test_what_is_no_date_is_refused(dates):
    with pytest.raises(DeciduaError, match="is no date; write 2016, 2016-07 or 2016-07-31"):
        compare(*dates)


def test_a_first_date_after_the_evidence_base_needs_a_second_one():
    with pytest.raises(DeciduaError, match=r"2030-12-31 is after the date of the evidence base \(2026-11-22\)"):
        compare("2030")


def test_the_story_is_told_forward_in_time_whichever_date_comes_first():
    forward, backward = compare("2016-07", "2019-03"), compare("2019-03", "2016-07")
    assert (backward.earlier, backward.later) == ("2016-07-31", "2019-03-31")
    assert any("told forward in time" in note for note in backward.notes)
    assert replace(backward, notes=()) == replace(forward, notes=())


def test_a_date_after_the_evidence_base_is_said_to_add_nothing():
    late = compare("2019-03", "2031")
    assert any("nothing later was read" in note for note in late.notes)
    assert max(step.day for step in late.steps) <= "2026-12-31"


def test_the_second_date_is_that_of_the_evidence_base_where_none_is_given():
    story = compare("2023")
    assert (story.later, story.undated_count) == (BOOK.manifest.as_of, True)
    assert not compare("2019", "2023").undated_count


def test_where_nothing_came_in_nothing_changed():
    story = compare("2016-08-01", "2016-08-15")
    assert story.steps == ()
    assert story.outside == ()
    assert all(one.changed == () and one.before == one.after for one in story.options)


def test_the_same_question_gives_the_same_bytes_and_they_can_be_read_back():
    adapter = TypeAdapter(Comparison)
    once, again = adapter.dump_json(compare("2012", "2023")), adapter.dump_json(compare("2012", "2023"))
    assert once == again
    assert adapter.validate_json(once) == compare("2012", "2023")


def test_both_ends_are_what_the_assessments_of_the_two_dates_say():
    story = compare("2012", "2023")
    for date, side in (("2012", "before"), ("2023", "after")):
        for answer in decidua.assess(FOUR, as_of=date, rulebook=BOOK, engine="reference").options:
            there = getattr(next(one for one in story.options if one.option == answer.option), side)
            assert there.rank == answer.rank
            assert there.status in (answer.status, "not_yet_described")


# What came in


def test_a_newcomer_brings_the_rules_of_its_date():
    found = {one.id: one for one in all_newcomers(BOOK)}
    assert found["yamada-2022"].records == {"yamada-2022", "ivig-four-losses", "rpl_euploid_loss"}
    assert found["rcog-gtg17-2023"].records >= {"rpl-rcog-2023", "panel-rcog-2023"}
    assert found["rcog-gtg17-2023"].everywhere
    assert found["coomarasamy-2019"].options == {"progestogens"}
    assert found["rpl-who"].day is None


def test_everything_that_can_move_a_status_is_among_the_newcomers_once():
    found = all_newcomers(BOOK)
    ids = [one.id for one in found]
    assert len(ids) == len(set(ids))
    brought = [id_ for one in found for id_ in one.records]
    assert len(brought) == len(set(brought))
    used = {use.study for strategy in BOOK.strategies for use in strategy.evidence}
    spoken = {one.guideline for one in BOOK.positions if one.option in BOOK.option}
    rules = {one.id for one in (*BOOK.definitions, *BOOK.panels, *BOOK.subsets, *BOOK.strategies)}
    assert used | spoken | rules <= set(brought)


def test_newcomers_come_in_order_and_the_undated_last():
    days = [one.day for one in all_newcomers(BOOK)]
    dated = [day for day in days if day is not None]
    assert days == sorted(dated) + [None] * (len(days) - len(dated))


# Each step is what a full judgement of that day says


@pytest.mark.parametrize("name", ["rpl_four_losses", "rif_three_euploid"])
def test_judging_only_what_a_source_bears_on_gives_what_judging_everything_gives(name):
    facts = draw_facts(woman(name))
    story = compare("2018", "2024", profile=woman(name))
    said = dict(judge_world(BOOK.at("2018"), facts).said)
    for step in story.steps:
        for change in step.changes:
            key = Aspect(change.about, change.id, change.what, change.option)
            assert said.get(key) == change.before
            if change.after is None:
                del said[key]
            else:
                said[key] = change.after
        if step.changes or step.day.endswith("12-31"):
            assert said == judge_world(BOOK.at(step.day), facts).said, step.day


def test_a_source_that_alone_made_a_change_is_missed_where_it_is_left_out():
    facts = draw_facts(FOUR)
    everything = judge_world(BOOK.at("2023-02-01"), facts)
    without = judge_world(BOOK.at("2023-02-01", without=frozenset({"eshre-rpl-2022", "rpl-eshre-2022"})), facts)
    status = Aspect("option", "ivig", "status", "ivig")
    assert (without.said[status], everything.said[status]) == ("research_only", "consider")
    assert differences(everything, everything) == {}


# Who made a difference


KEY = Aspect("option", "ivig", "status", "ivig")


def world(value):
    return World({}, {} if value is None else {KEY: value}, {"ivig": "IVIG"}, {})


def attributed(table, ids="ab"):
    """Attribute a change where ``table`` gives what is said with each set of sources."""

    def judge_without(left_out):
        return world(table["".join(one for one in ids if one not in left_out)])

    found = attribute(world(table[""]), world(table[ids]), [(one, one) for one in ids], judge_without)
    return [(change.by, change.how) for change in found]


def test_a_change_is_laid_to_the_one_source_that_makes_it():
    assert attributed({"": "x", "a": "y", "b": "x", "ab": "y"}) == [(("a",), "alone")]


def test_a_change_that_takes_two_sources_is_laid_to_both_together():
    assert attributed({"": "x", "a": "x", "b": "x", "ab": "y"}) == [(("a", "b"), "together")]


def test_a_figure_that_two_trials_move_is_laid_to_both_together():
    assert attributed({"": None, "a": "1", "b": "2", "ab": "3"}) == [(("a", "b"), "together")]


def test_a_change_that_each_of_two_would_make_is_laid_to_each():
    assert attributed({"": "x", "a": "y", "b": "y", "ab": "y"}) == [(("a", "b"), "each_alone")]


def test_a_third_that_changes_nothing_is_not_named():
    table = {"": "x", "a": "y", "b": "y", "c": "x", "ab": "y", "ac": "y", "bc": "y", "abc": "y"}
    assert attributed(table, "abc") == [(("a", "b"), "each_alone")]


def test_a_change_that_happens_without_any_source_is_laid_to_none():
    before, after = world("x"), world("y")
    assert attribute(before, after, [("a", "a")], lambda _: after)[0].how == "not_known"
    assert attribute(before, after, [("a", "a"), ("b", "b")], lambda _: after)[0] == Change(
        "option", "ivig", "IVIG", "ivig", "status", "x", "y", (), "not_known"
    )
    assert attribute(before, after, [], lambda _: after)[0].by == ()


# A definition that ends without a document, and a source on the same day as another


def test_a_definition_that_ends_on_a_day_of_its_own_is_a_step_without_a_source():
    shorter = [
        one.model_copy(update={"valid": one.valid.model_copy(update={"until": "2016-03-03"})})
        if one.id == "rpl-cngof-2014"
        else one
        for one in BOOK.definitions
    ]
    story = compare("2016", "2015", rulebook=replace(BOOK, definitions=tuple(shorter)))
    step = next(one for one in story.steps if one.day == "2016-03-03")
    assert step.sources == ()
    assert [(one.id, one.after, one.how) for one in step.changes] == [("rpl-cngof-2014", None, "not_known")]


def test_a_definition_goes_with_the_document_that_supersedes_its_own():
    held_back = BOOK.at("2023-12", without=frozenset({"rcog-gtg17-2023"}))
    assert "rpl-rcog-2011" in {one.id for one in held_back.definitions}
    assert "rpl-rcog-2011" not in {one.id for one in BOOK.at("2023-12").definitions}
    assert held_back.superseded(BOOK.guideline["rcog-gtg17-2011"]) is None


def test_a_view_without_a_record_is_not_kept_and_changes_no_other():
    before = dict(BOOK._views)
    view = BOOK.at(without=frozenset({"yamada-2022"}))
    assert "yamada-2022" not in view.studies
    assert "study:yamada-2022" not in view.rules
    assert BOOK._views == before
    assert "yamada-2022" in BOOK.at().studies


def test_views_near_each_other_share_lines_only_where_the_same_studies_count():
    start = BOOK.at("2018")
    later = start.near("2019-12-31")
    assert later.share(("row",), lambda: "made") == start.share(("row",), lambda: "other")
    facts = draw_facts(FOUR)
    assert judge_world(later, facts).said == judge_world(BOOK.at("2019"), facts).said
    assert judge_world(start, facts).said == judge_world(replace(BOOK).at("2018"), facts).said


def test_an_option_without_a_way_of_use_on_record_says_so_on_that_date():
    early = {one.option: one for one in decidua.assess(FOUR, as_of="2009-06", engine="reference").options}
    assert early["g_csf"].in_brief == "no way to use it was on record by this date"
    assert early["g_csf"].why == "No way to use it was on record by this date."
    assert early["g_csf"].status == "not_applicable"
    assert early["ivig"].in_brief != early["g_csf"].in_brief
    today = decidua.assess(FOUR, engine="reference").options
    assert not any("on record by this date" in one.in_brief for one in today)


def test_days_between_the_dates_are_those_of_the_sources():
    story = compare("2016-07", "2019-03")
    days = {last_day(one.published) for step in story.steps for one in step.sources}
    assert days == {step.day for step in story.steps}
    assert all("2016-07-31" < day <= "2019-03-31" for day in days)
