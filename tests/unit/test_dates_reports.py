"""The reports on two dates, on retracted work and on an export: what is said where there is little, or much, to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

import decidua
from decidua.assessment.answers.change import Change, WithRetracted, WorkLeftOut
from decidua.assessment.comparing.comparison import Step
from decidua.evidence.retractions import Match, Notice, Paper, RaggedRow, RetractionCheck
from decidua.report.change import change_words
from decidua.report.comparison import comparison_blocks
from decidua.report.markdown import render_markdown
from decidua.report.retractions import retraction_blocks
from decidua.report.with_retracted import with_retracted_blocks
from decidua.rulebook.folder import data_folder


def text(blocks):
    return render_markdown(list(blocks)).replace("\\", "")


@pytest.fixture(scope="module")
def story():
    profile = decidua.load_profile(data_folder("profiles") / "rpl_four_losses.yaml")
    return decidua.compare(profile, "2016-07", "2019-03", engine="reference")


# Two dates


def test_where_nothing_changed_the_report_says_so(story):
    quiet = replace(
        story,
        steps=(),
        outside=(),
        retracted=(),
        not_dated=(),
        options=tuple(replace(one, after=one.before, changed=()) for one in story.options),
    )
    said = text(comparison_blocks(quiet))
    assert "No source that came in between the two dates changed what is said of any option for her." in said
    assert "Unchanged but for rank: Corticosteroids (research only)" in said
    for heading in ("Definitions", "Retracted", "Came in and changed nothing", "Not dated"):
        assert heading not in said


def test_usual_care_that_changed_is_given_with_its_source(story):
    change = Change("cause", "aps", "Antiphospholipid syndrome", None, "usual_care", None, "Heparin.", ("a",), "alone")
    said = text(comparison_blocks(replace(story, outside=(change,))))
    assert "**Antiphospholipid syndrome:** usual care changed [a]; now: Heparin." in said


def test_an_option_that_changes_without_a_source_is_under_the_day_it_changed(story):
    change = Change("option", "ivig", "IVIG", "ivig", "status", "consider", "research_only")
    said = text(comparison_blocks(replace(story, steps=(Step("2018-03-03", (), (change,)),))))
    assert "### 2018-03-03: the end of a definition or panel" in said
    assert "**IVIG:** status consider -> research only" in said


@pytest.mark.parametrize(
    ("how", "words"),
    [("alone", "[a and b]"), ("together", "[a and b together]"), ("each_alone", "[a and b, each by itself]")],
)
def test_of_several_sources_it_is_said_how_they_made_a_change(how, words):
    change = Change("option", "ivig", "IVIG", "ivig", "certainty", "very_low", "low", ("a", "b"), how)
    assert change_words(change, several=True) == f"certainty very low -> low {words}"
    assert change_words(change, several=False) == "certainty very low -> low"


def test_a_line_that_only_goes_away_is_said_to():
    change = Change("strategy", "s", "S", "ivig", "further_effects", "one\ntwo", "two", ("a",), "alone")
    assert change_words(change, several=False) == "no longer beside it one"
    new = replace(change, before="one", after="one\ntwo")
    assert change_words(new, several=False) == "beside it two"


# Retracted work


def test_where_no_option_names_such_work_that_is_all_that_is_said():
    said = text(with_retracted_blocks(WithRetracted("Not to be relied upon.", (), (), ()), full=False))
    assert "No option names a retracted or questioned work of that date." in said


def test_with_questioned_work_alone_nothing_is_said_of_retracted_work():
    work = WorkLeftOut(
        "doubt", "study", "concern", "2010", "Someone 2010", ("ivig",), for_her=True, enters=True, because=None
    )
    said = text(with_retracted_blocks(WithRetracted("Not to be relied upon.", (work,), (), ()), full=False))
    assert "With the questioned work too: not to be relied upon" in said
    assert "Nothing would differ with doubt." in said
    assert "With the retracted work" not in said


def test_questioned_work_that_is_not_hers_is_counted_and_named_at_length():
    work = WorkLeftOut(
        "doubt", "study", "concern", "2010", "Someone 2010", ("ivig",), for_her=False, enters=True, because=None
    )
    answer = WithRetracted("Not to be relied upon.", (work,), (), ())
    assert "1 more questioned work on ways" in text(with_retracted_blocks(answer, full=False))
    assert "Nothing would differ." in text(with_retracted_blocks(answer, full=False))
    assert "doubt (concern)" in text(with_retracted_blocks(answer, full=True))


# An export


PAPER = Paper("ours", "study", None, "42", "none_known")
EMPTY = RetractionCheck(3, "utf-8", 1, (), (), (), (), holds=True)


def checked(**changes):
    return text(retraction_blocks(replace(EMPTY, **changes), name="file.csv"))


def test_a_clean_file_says_that_none_that_could_be_looked_up_is_in_it():
    assert "No record that could be looked up is in the file." in checked()


def test_a_notice_without_a_date_or_with_an_odd_one_says_so():
    for printed, words in (("", "no date"), ("soon", "date 'soon', not readable")):
        notice = Notice(7, "Correction", None, printed, "", "", "10.1/n", "9")
        match = Match(PAPER, notice, "pmid", "look", "look at it", "the file gives DOI 10.1/x, our record 10.1/y")
        said = checked(matches=(match,))
        assert f"Correction, {words}, PMID 42, line 7: to be looked at" in said
        assert "Notice: doi:10.1/n and PMID 9." in said
        assert "Look twice: the file gives DOI 10.1/x, our record 10.1/y." in said
        assert "Every notice that was found is reflected in our records or needs only a look." in said


def test_ragged_rows_are_listed_with_their_lines_and_those_that_name_ours_first():
    rows = tuple(RaggedRow(line, 3, ("ours",) if line == 9 else ()) for line in range(2, 40))
    said = checked(ragged=rows, holds=False)
    assert "Rows that do not fit the header: 38" in said
    assert "**line 9:** names ours" in said
    assert "20 and 21; and 18 more." in said
    assert "A row that could not be read by its columns names a record of ours: look at it below." in said


def test_a_paper_retracted_by_our_record_alone_is_named_with_its_keys():
    gone = replace(PAPER, id="gone", doi="10.1/g", integrity="retracted")
    assert "gone (doi:10.1/g and PMID 42)" in checked(not_in_file=(gone,))
