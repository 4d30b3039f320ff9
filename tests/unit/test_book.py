"""The rulebook on a date: which day is meant, what holds on it, and what is said where nothing was read."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace

import pytest

from decidua.assessment.loading import load_rulebook
from decidua.assessment.verdicts import Verdicts
from decidua.condition.syntax import AnyOf, Rule
from decidua.errors import DeciduaError
from decidua.profile.facts import Facts
from decidua.rulebook.book import AGGREGATES
from decidua.truth import UNKNOWN


@pytest.fixture(scope="module")
def book():
    return load_rulebook()


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2016", "2016-12-31"),
        ("2016-02", "2016-02-29"),
        ("2015-02", "2015-02-28"),
        ("2016-07", "2016-07-31"),
        ("2016-07-01", "2016-07-01"),
        (" 2016-07-01 ", "2016-07-01"),
        (dt.date(2016, 7, 1), "2016-07-01"),
        (dt.datetime(2016, 7, 1, 23, 59, tzinfo=dt.UTC), "2016-07-01"),
    ],
    ids=str,
)
def test_a_year_or_a_month_means_its_last_day(book, given, day):
    view = book.at(given)
    assert (view.as_of, view.day) == (day, day)


@pytest.mark.parametrize(
    "given", ["", "16", "2016-13", "2016-00", "2016-02-30", "2016-7", "July 2016", "0000", "2016-07-01T12"]
)
def test_what_is_no_date_is_refused_with_how_to_write_one(book, given):
    with pytest.raises(DeciduaError, match=r"is no date; write 2016, 2016-07 or 2016-07-31$"):
        book.at(given)


def test_without_a_date_the_day_is_that_of_the_evidence_base(book):
    assert book.at().as_of is None
    assert book.at().day == book.manifest.as_of


def test_a_date_is_worked_out_once_and_many_dates_do_not_pile_up(book):
    again = pickle.loads(pickle.dumps(book))  # noqa: S301 - what was just pickled here
    first = again.at("2016")
    assert again.at("2016-12-31") is first
    for year in range(1990, 2016):
        again.at(str(year))
    assert len(again._views) <= 16
    assert again.at("2016").rules == first.rules


def test_a_rulebook_sent_to_another_process_holds_the_same_rules(book):
    again = pickle.loads(pickle.dumps(book))  # noqa: S301 - what was just pickled here
    assert again.sha256 == book.sha256
    assert again.at("2016").rules == book.at("2016").rules


def test_on_a_date_counts_only_what_was_published_by_then(book):
    view = book.at("2016-07-01")
    for records in (view.studies, view.syntheses, view.guidelines):
        assert records
        assert all(record.published is not None and record.published <= "2016-07-01" for record in records.values())
    assert all(position.guideline in view.guidelines for position in view.positions)
    assert len(view.studies) < len(book.at().studies) == len(book.studies)


def test_what_has_no_date_counts_only_when_no_date_is_asked_for(book):
    undated = {study.id for study in book.studies if study.published is None}
    assert undated <= set(book.at().studies)
    assert not undated & set(book.at(book.at().day).studies)


def test_safety_does_not_wait_so_every_finding_is_asked_on_every_date(book):
    asked = {f"finding:{finding.key}" for finding in book.findings}
    for date in (None, "1990", "2016"):
        assert asked <= set(book.at(date).rules)


def test_before_any_definition_was_read_the_oldest_stands_in_and_is_named(book):
    view = book.at("1990")
    dated = [one for one in book.definitions if one.kind == "society" and one.valid.since is not None]
    for term in ("rpl", "rif"):
        oldest = min((one for one in dated if one.term == term), key=lambda one: one.valid.since)
        assert oldest.id in view.stand_ins
        assert oldest.id in {one.id for one in view.definitions}
    assert not any(one in book.at().stand_ins for one in (definition.id for definition in dated))


def test_an_older_document_is_superseded_only_once_the_newer_one_is_out(book):
    dated = [one for one in book.guidelines if one.published is not None]
    pairs = [(one, book.guideline[id_]) for one in dated for id_ in one.superseded_by]
    older, newer = next(pair for pair in pairs if pair[1].published is not None)
    assert book.at(newer.published).superseded(older) == newer.id
    assert book.at(older.published).superseded(older) in (None, *(set(older.superseded_by) - {newer.id}))


def test_a_loss_is_recurrent_by_at_least_one_society_and_by_no_trial_or_funder_alone(book):
    society = {one.id: one.kind for one in book.at().definitions}
    condition = book.at().rules["rpl"].condition
    assert isinstance(condition, AnyOf)
    assert {society[part.id] for part in condition.parts if isinstance(part, Rule)} == {"society"}


def test_an_option_that_does_not_exist_is_refused_with_the_nearest(book):
    with pytest.raises(DeciduaError, match=r"no option 'progestogen'; did you mean 'progestogens'\?; the options are"):
        book.at().option_of("progestogen")
    assert book.at().option_of("ivig").option == "ivig"


def test_every_rule_has_a_title_to_be_said_by(book):
    assert all(rule.title for rule in book.at().rules.values())
    for id_ in (*AGGREGATES, *(strategy.id for strategy in book.strategies)):
        assert book.titles[id_]


@pytest.mark.parametrize("left_out", ["definitions", "panels"])
def test_where_no_definition_or_panel_was_read_silence_is_no_verdict(book, left_out):
    """Nothing was read, so whether her case is recurrent or unexplained cannot be known: it is not 'no'."""
    view = replace(book, **{left_out: ()}).at()
    found = Verdicts(view, Facts({}), "reference")
    assert {id_: found.verdict(id_) for id_ in AGGREGATES} == dict.fromkeys(AGGREGATES, UNKNOWN)
