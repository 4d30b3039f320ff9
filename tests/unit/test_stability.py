"""What hangs on a single study: held against a rulebook without it, whole; and what on her chance, against assess."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.generative.profiles import women

import decidua
from decidua.assessment.answers.stability import OptionOverRange, Place
from decidua.assessment.supposing.stability import same_throughout
from decidua.assessment.supposing.stability_words import (
    Moved,
    change_words,
    ordinal,
    range_words,
    summary_words,
    what_differs,
)
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
UNITS = ("next_pregnancy", "transfer")
WOMEN = ("rpl_four_losses", "rif_untested_embryos", "rpl_two_losses", "antiphospholipid_syndrome", "pregnant_now")


def woman(name):
    return decidua.load_profile(data_folder("profiles") / f"{name}.yaml")


def assess(profile, book=BOOK, **more):
    return decidua.assess(profile, rulebook=book, engine="reference", **more)


@cache
def asked(name):
    return assess(woman(name), stability=True).stability


def option(answer, key):
    return next(one for one in answer.options if one.option == key)


def change(answer, key, study):
    return next(one for one in option(answer, key).changes if one.without == study)


@cache
def book_without(records):
    """The shipped rulebook as if these records had never been in its files."""
    return replace(BOOK, studies=tuple(one for one in BOOK.studies if one.id not in records))


def places(result):
    return {one.option: (one.status, one.rank, one.certainty, one.leading_strategy) for one in result.options}


def said_without(answer, study):
    """Where the answer says that every option stands without a study."""
    found = {}
    for one in answer.options:
        told = [change.after for change in one.changes if change.without == study]
        place = told[0] if told else one.now
        found[one.option] = (place.status, place.rank, place.certainty, told[0].leading_strategy if told else None)
    return found


def holds_without(profile, answer, left_out):
    """Check one study against a whole assessment without its records; the leading way of use where a change is told."""
    truth = places(assess(profile, book_without(frozenset({left_out.id, *left_out.filings}))))
    told = said_without(answer, left_out.id)
    assert {key: place[:3] for key, place in told.items()} == {key: place[:3] for key, place in truth.items()}
    assert all(truth[key][3] == place[3] for key, place in told.items() if place[3] is not None)


# Without each study in turn


def test_it_is_said_only_where_it_is_asked_for_and_changes_nothing_else():
    profile = woman("rpl_four_losses")
    plain, added = assess(profile), assess(profile, stability=True)
    assert plain.stability is None
    assert added.stability is not None
    assert added.model_copy(update={"stability": None}) == plain
    assert decidua.Assessment.model_validate_json(added.model_dump_json()) == added
    assert assess(profile, stability=True).model_dump_json() == added.model_dump_json()


@pytest.mark.parametrize("name", WOMEN)
def test_a_rulebook_without_the_study_says_the_same(name):
    answer, profile = asked(name), woman(name)
    told = [one for one in answer.studies if one.moves]
    others = [one for one in answer.studies if not one.moves]
    for left_out in [*told, *others[:: max(len(others) // 2, 1)]]:
        holds_without(profile, answer, left_out)


@settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(document=women(), data=st.data())
def test_of_any_woman_a_rulebook_without_the_study_says_the_same(document, data):
    profile = decidua.Profile.model_validate(document)
    answer = assess(profile, stability=True).stability
    assume(answer.studies)
    holds_without(profile, answer, data.draw(st.sampled_from(answer.studies)))


@pytest.mark.parametrize("name", WOMEN)
def test_every_study_of_a_line_that_is_or_may_be_hers_is_left_out_and_no_other(name):
    result = assess(woman(name))
    applying = {one.id for option in result.options for one in option.strategies if one.status != "not_applicable"}
    in_lines = {
        id_
        for option in result.options
        for effect in option.effects
        if effect.strategy in applying
        for id_ in effect.study_ids
    }
    left_out = asked(name).studies
    assert {id_ for one in left_out for id_ in (one.id, *one.filings)} >= in_lines
    assert {one.id for one in left_out} <= in_lines
    filed = [id_ for one in left_out for id_ in (one.id, *one.filings)]
    assert len(filed) == len(set(filed))


def test_other_filings_of_a_paper_are_left_out_with_it():
    filings = {one.id: one.filings for one in asked("rif_untested_embryos").studies}
    second = next(one.id for one in BOOK.studies if one.same_as == "pbmc-hcg-three-arm")
    together = {id_ for id_, others in filings.items() if {id_, *others} & {second, "pbmc-hcg-three-arm"}}
    assert len(together) == 1
    (id_,) = together
    assert {id_, *filings[id_]} == {second, "pbmc-hcg-three-arm"}


def test_a_paper_filed_under_two_options_is_left_out_of_both_at_once():
    second = BOOK.study["yamada-2022"].model_copy(update={"same_as": "reznikoff-etievant-1999"})
    book = replace(BOOK, studies=tuple(second if one.id == second.id else one for one in BOOK.studies))
    answer = assess(woman("rpl_four_losses"), book, stability=True).stability
    (filed,) = (one for one in answer.studies if {one.id, *one.filings} & {"yamada-2022", "reznikoff-etievant-1999"})
    assert (filed.id, filed.filings) == ("reznikoff-etievant-1999", ("yamada-2022",))
    assert set(filed.options) == {"corticosteroids", "ivig"}
    assert change(answer, "corticosteroids", filed.id).after.rank == 4
    assert change(answer, "ivig", filed.id).after.certainty is None
    assert "yamada-2022" not in {found.without for one in answer.options for found in one.changes}


def test_what_moves_of_itself_is_told_from_what_moves_because_another_moved_past_it():
    answer = asked("rif_untested_embryos")
    ivig = change(answer, "ivig", "stephenson-2000-ivf")
    assert (ivig.own, ivig.changed, ivig.moved_past) == (True, ("rank",), ())
    assert ivig.says == (
        "without Stephenson 2000 [stephenson-2000-ivf] it rises from 11th to 8th: its live-birth effect per woman is "
        "favourable then"
    )
    intralipid = change(answer, "intralipid", "stephenson-2000-ivf")
    assert (intralipid.own, intralipid.changed, intralipid.moved_past) == (False, ("rank",), ("ivig",))
    assert intralipid.says.endswith("it falls from 9th to 10th since intravenous immunoglobulin moved past it")


@pytest.mark.parametrize("name", WOMEN)
def test_whatever_moves_only_with_others_has_one_that_moved_past_it_of_itself(name):
    for one in asked(name).options:
        for found in one.changes:
            assert found.changed
            assert found.own or (found.changed == ("rank",) and found.moved_past and found.because is None)
            for passing in found.moved_past:
                other = change(asked(name), passing, found.without)
                assert other.own
                assert (other.after.rank < found.after.rank) != (option(asked(name), passing).now.rank < one.now.rank)


def test_a_fall_into_a_tie_says_that_the_order_there_is_by_name():
    found = change(asked("pregnant_now"), "lit", "aoki-1993")
    assert found.after.rank == 7
    assert len(found.after.level_with) == 7
    assert "from 1st to 7th (level there with 7 others, in order of name)" in found.says
    assert "no certainty can be computed for it any more (now very low)" in found.says


def test_a_status_that_rests_on_one_trial_falls_without_it():
    without_societies = replace(BOOK, positions=())
    answer = assess(woman("bleeding_now"), without_societies, stability=True).stability
    first = answer.options[0]
    assert (first.option, first.now.status) == ("progestogens", "consider")
    (found,) = first.changes
    assert found.changed == ("status", "certainty")
    assert found.says.startswith(
        "without Coomarasamy 2019 [coomarasamy-2019] its status goes from consider to research only, its certainty "
        "goes from moderate to very low and the way of use that leads is "
    )
    assert "also to the status of 1 option" in answer.says


def test_the_worst_comes_first_and_what_no_study_moves_last():
    options = asked("rpl_four_losses").options
    own = [any(found.own for found in one.changes) for one in options]
    moved = [bool(one.changes) for one in options]
    assert own == sorted(own, reverse=True)
    assert moved == sorted(moved, reverse=True)
    assert options[0].option == "corticosteroids"  # it alone falls in rank
    last = [one.now.rank for one in options if not one.changes]
    assert last == sorted(last)
    assert option(asked("rpl_four_losses"), "progestogens").says == "no single study moves it"


def test_of_a_woman_of_whom_nothing_is_known_nothing_hangs_on_a_study():
    answer = asked("empty")
    assert answer.says.startswith("Nothing hangs on a study: nothing is known of her")
    assert (answer.studies, answer.options, answer.ranges) == ((), (), ())


def test_where_no_option_is_known_to_apply_that_is_said():
    assert "No option is known to apply to her yet" in asked("rpl_two_losses").says
    assert "No option is known to apply" not in asked("rpl_four_losses").says


def test_on_a_date_only_what_was_published_by_then_is_left_out():
    answer = assess(woman("rpl_four_losses"), as_of="2010", stability=True).stability
    published = {one.id: one.published for one in BOOK.studies}
    assert answer.studies
    assert all(published[one.id][:4] <= "2010" for one in answer.studies)
    assert "yamada-2022" not in {one.id for one in answer.studies}


def test_retracted_work_is_not_left_out_since_it_is_in_no_line():
    retracted = {one.id for one in BOOK.studies if one.integrity.status == "retracted"}
    assert retracted
    assert not retracted & {one.id for name in WOMEN for one in asked(name).studies}


# Over a range of chances


@pytest.mark.parametrize("name", ["rpl_four_losses", "rif_untested_embryos"])
def test_the_range_says_what_assess_says_at_each_chance(name):
    for found in asked(name).ranges:
        assert found.chances == BOOK.policy.stability.chances
        for at in range(0, len(found.chances), 3):
            result = assess(woman(name), baseline={found.unit: found.chances[at]})
            assert {one.option: one.ranks[at] for one in found.options} == {
                one.option: one.rank for one in result.options
            }
            for one in result.options:
                shown = next(other for other in found.options if other.option == one.option)
                main = next((effect for effect in one.effects if effect.strategy == one.leading_strategy), None)
                assert (shown.statuses[at], shown.certainties[at]) == (one.status, one.certainty)
                if shown.carried:
                    assert main.baseline == found.chances[at]
                    assert (shown.per_1000[at], shown.carried_by[at]) == (main.per_1000, main.carried_by)
                elif main is not None:
                    assert not main.baseline_from.startswith("her own chance")
                    assert shown.per_1000 == ()


def test_the_rank_is_the_same_at_every_chance_and_the_effect_per_1000_is_not():
    pregnancy, transfer = asked("rpl_four_losses").ranges
    assert (pregnancy.unit, transfer.unit) == UNITS
    assert pregnancy.same
    assert pregnancy.says.startswith("Rank, status and certainty of every option are the same at every chance")
    assert "from 100 to 900 per 1000" in pregnancy.says
    ivig = next(one for one in pregnancy.options if one.option == "ivig")
    assert ivig.carried
    assert ivig.per_1000[0] == (167.2, 106.5, 262.4)
    assert ivig.carried_by == ("RR",) * 3 + ("OR",) * 6
    assert transfer.same
    assert "carries no main effect" in transfer.says


def test_the_range_and_its_steps_come_from_the_policy():
    policy = BOOK.policy.stability.model_copy(update={"chances": (0.25, 0.75), "source": "a register"})
    book = replace(BOOK, policy=BOOK.policy.model_copy(update={"stability": policy}))
    for found in assess(woman("rpl_four_losses"), book, stability=True).stability.ranges:
        assert (found.chances, found.source) == ((0.25, 0.75), "a register")
        assert "from 250 to 750 per 1000" in found.says
        assert all(len(one.ranks) == 2 for one in found.options)


def test_her_own_chance_moves_nothing_of_it():
    profile = woman("rpl_four_losses")
    assert assess(profile, baseline={"next_pregnancy": 0.55}, stability=True).stability == asked("rpl_four_losses")


def over(ranks, statuses=("consider", "consider"), certainties=("low", "low")):
    return OptionOverRange("ivig", "IVIG", ranks, statuses, certainties, "ivig", None, None, False, (), ())


def test_a_range_over_which_anything_differs_is_not_the_same_throughout():
    assert same_throughout([over((1, 1)), over((2, 2))])
    assert not same_throughout([over((1, 1)), over((2, 3))])
    assert not same_throughout([over((1, 1), statuses=("consider", "research_only"))])
    assert not same_throughout([over((1, 1), certainties=("low", None))])
    assert range_words("transfer", (0.1, 0.9), same=False, carried=True).startswith(
        "Rank, status or certainty of an option differs with her chance"
    )


# The words


def test_ranks_are_said_as_ordinals():
    said = "1st 2nd 3rd 4th 11th 12th 13th 14th 21st 22nd 101st 111th"
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 101, 111)] == said.split()


def moved(**more):
    now = Place("consider", 2, "low", (), "mine", ("a",))
    after = Place("consider", 5, "low", (), "mine", ("b",))
    whole = {"now": now, "after": after, "changed": ("rank",), "by_itself": True, "passed": (), "level_with": ()}
    return Moved(study="scarpellini-2009", name="Scarpellini 2009", leads="Mine", because=None, **{**whole, **more})


def test_a_fall_reads_as_a_clinician_would_say_it():
    assert change_words(moved()) == "without Scarpellini 2009 [scarpellini-2009] it falls from 2nd to 5th"
    level = change_words(moved(level_with=("IVIG", "G-CSF")))
    assert level.endswith("to 5th (level there with IVIG and G-CSF, in order of name)")
    came = moved(
        now=Place("consider", 2, None, (), "mine", ()),
        after=Place("consider", 2, "low", (), "mine", ("b",)),
        changed=("certainty",),
    )
    assert change_words(came).endswith("its certainty, not computed now, is low")


@pytest.mark.parametrize(
    ("now", "after", "said"),
    [
        ((0, 1, -1.05), (1, 1, -1.05), None),
        ((0, 1, -1.05), (0, 4, 0.0), "it has no favourable live-birth effect per woman then"),
        ((0, 4, 0.0), (0, 1, -1.05), "its live-birth effect per woman is favourable then"),
        ((0, 1, -1.05), (0, 3, -1.05), "its favourable live-birth effect is of very low certainty then"),
        ((0, 1, -1.05), (0, 1, -1.01), "the conservative end of its live-birth effect goes from 1.05 to 1.01"),
    ],
)
def test_it_says_what_of_the_evidence_made_the_move(now, after, said):
    assert what_differs(now, after) == said


def test_the_summary_counts():
    assert summary_words(0, [], applies=True).startswith("Nothing hangs on a study: none stands in a line")
    assert "Nothing hangs on a single one" in summary_words(3, [], applies=True)
    assert summary_words(1, [], applies=True).startswith("The one study in a line of evidence")
