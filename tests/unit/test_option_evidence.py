"""The evidence on an option, against the shipped rules and arithmetic of another library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

import decidua
from decidua.assessment.answers.evidence import OptionEvidence
from decidua.assessment.evidence.on_option import evidence_overview, option_evidence
from decidua.assessment.evidence.studies import counted_women, short_names
from decidua.assessment.verdicts import Verdicts
from decidua.errors import DeciduaError
from decidua.evidence.models import OPTION_KEYS, last_day
from decidua.profile.facts import draw_facts
from decidua.rulebook.folder import data_folder

BOOK = decidua.load_rulebook()
NOW = BOOK.at(None)
every_option = pytest.mark.parametrize("option", OPTION_KEYS)
FOUR = decidua.load_profile(data_folder("profiles") / "rpl_four_losses.yaml")


def verdicts_at(view, profile=FOUR):
    return Verdicts(view, draw_facts(profile), "reference")


def of(option, study, view=NOW, **narrow):
    return next(one for one in option_evidence(view, option, **narrow).studies if one.id == study)


def log_ratio(a, n1, c, n0):
    """Return a log risk ratio and its variance by numpy; 0.5 in each cell where one is zero."""
    cells = np.array([a, n1 - a, c, n0 - c], dtype=float)
    if (cells == 0).any():
        cells += 0.5
    treated, control = cells[0] + cells[1], cells[2] + cells[3]
    log = np.log(cells[0] / treated) - np.log(cells[2] / control)
    return log, 1 / cells[0] - 1 / treated + 1 / cells[2] - 1 / control


# Studies


@every_option
def test_every_study_of_the_topic_is_shown_newest_first_whether_a_strategy_uses_it_or_not(option):
    shown = option_evidence(NOW, option).studies
    topic = {id_ for id_, name in BOOK.topics.items() if name == option and id_ in BOOK.study}
    assert topic <= {study.id for study in shown}
    dates = [last_day(study.published) if study.published else "" for study in shown]
    assert dates == sorted(dates, reverse=True)
    for study in shown:
        record = BOOK.study[study.id]
        assert len(study.results) == len(record.outcomes)
        assert study.integrity == record.integrity.status
        assert (study.not_pooled is None) is bool(study.lines)


@every_option
def test_every_ratio_is_recomputed_from_the_counts_of_the_record(option):
    for study in option_evidence(NOW, option).studies:
        for result in study.results:
            counts = (result.treated_events, result.treated_total, result.control_events, result.control_total)
            if None in counts or result.read == "none":
                assert result.risk_ratio is None
                assert result.no_ratio
                continue
            if result.no_ratio is not None:
                assert result.risk_ratio is result.odds_ratio is None
                assert counts[0] + counts[2] in (0, counts[1] + counts[3])
                continue
            log, variance = log_ratio(*counts)
            half = stats.norm.ppf(0.975) * math.sqrt(variance)
            ratio = result.risk_ratio
            assert (ratio.value, ratio.low, ratio.high) == pytest.approx(
                tuple(np.exp([log, log - half, log + half])), rel=1e-5
            )


def test_counts_of_a_known_trial_and_its_odds_ratio_by_scipy():
    result = next(one for one in of("g_csf", "eapen-2019").results if one.outcome == "live_birth")
    assert (result.treated_events, result.treated_total, result.control_events, result.control_total) == (
        45,
        76,
        48,
        74,
    )
    assert result.risk_ratio.value == pytest.approx((45 / 76) / (48 / 74), rel=1e-5)
    assert result.odds_ratio.value == pytest.approx((45 * 26) / (31 * 48), rel=1e-5)
    other = stats.contingency.relative_risk(45, 76, 48, 74)
    interval = other.confidence_interval(0.95)
    assert result.risk_ratio.low == pytest.approx(interval.low, rel=1e-5)
    assert result.risk_ratio.high == pytest.approx(interval.high, rel=1e-5)


def test_retracted_studies_are_shown_and_stand_in_no_line_on_any_option():
    retracted = {study.id for study in BOOK.studies if study.integrity.status == "retracted"}
    seen = set()
    for option in OPTION_KEYS:
        evidence = option_evidence(NOW, option)
        for study in evidence.studies:
            if study.id in retracted:
                seen.add(study.id)
                assert study.lines == ()
                assert study.not_pooled == "retracted: it moves nothing"
        assert not retracted & {row.study for line in evidence.lines for row in line.rows}
    assert seen == retracted
    assert retracted


@pytest.mark.parametrize(
    ("option", "study", "says"),
    [
        ("ivig", "kim-2022", "one arm"),
        ("corticosteroids", "nyborg-2014-corticosteroids", "a second filing of the paper that stands as nyborg-2014"),
        ("g_csf", "jiang-2021", "no strategy for it in the rulebook draws on this study"),
        ("g_csf", "karimi-2020", "events not known for both arms"),
    ],
)
def test_a_study_outside_the_lines_says_why_in_words(option, study, says):
    assert says in of(option, study).not_pooled


def test_women_are_the_most_read_in_one_comparison_and_never_cycles_or_transfers():
    assert counted_women(BOOK.study["eapen-2019"]) == 150
    assert counted_women(BOOK.study["coulam-1995"]) == 95  # conceptions (61) are a part of the women
    assert counted_women(BOOK.study["davari-tanha-2016"]) == 100  # the widest of its contrasts, not their sum
    for study in BOOK.studies:
        if all(outcome.per != "woman" for outcome in study.outcomes):
            assert counted_women(study) is None


def test_names_are_author_and_year_and_the_id_where_none_was_read_or_two_would_share_one():
    names = short_names(BOOK.studies)
    assert names["eapen-2019"] == "Eapen 2019"
    assert names["stephenson-2010"] == "stephenson-2010"  # its authors were not read
    assert len(set(names.values())) == len(names)


# Lines


@every_option
def test_every_line_is_pooled_as_its_rows_say_by_another_arithmetic(option):
    for line in option_evidence(NOW, option).lines:
        rows = [
            log_ratio(row.treated_events, row.treated_total, row.control_events, row.control_total)
            for row in line.rows
            if row.risk_ratio is not None
        ]
        if not rows:
            assert line.risk_ratio is None
            continue
        logs, variances = (np.array(column) for column in zip(*rows, strict=True))
        weights = 1 / (variances + (line.tau2 or 0.0))
        log = float((weights * logs).sum() / weights.sum())
        assert line.risk_ratio.value == pytest.approx(math.exp(log), rel=2e-5)
        told = [row.weight for row in line.rows if row.weight is not None]
        assert told == pytest.approx(list(weights / weights.sum()), rel=1e-4)
        if len(rows) == 1:
            assert (line.tau2, line.q, line.i2, line.fixed, line.mantel_haenszel) == (None,) * 5
            continue
        plain = 1 / variances
        fixed = float((plain * logs).sum() / plain.sum())
        q = float((plain * (logs - fixed) ** 2).sum())
        assert line.fixed.value == pytest.approx(math.exp(fixed), rel=1e-5)
        assert line.q == pytest.approx(q, rel=1e-4)
        assert line.q_p == pytest.approx(stats.chi2.sf(q, len(rows) - 1), rel=1e-3)
        assert line.i2[0] == pytest.approx(max(0.0, 1 - (len(rows) - 1) / q), abs=1e-3)
        arms = [(row.treated_events, row.treated_total, row.control_events, row.control_total) for row in line.rows]
        top, bottom = sum(a * n0 / (n1 + n0) for a, n1, _, n0 in arms), sum(c * n1 / (n1 + n0) for _, n1, c, n0 in arms)
        assert line.mantel_haenszel.value == pytest.approx(top / bottom, rel=1e-5)
        assert (line.prediction is None) is (len(rows) < 3)
        assert (line.leave_one_out is None) is (len(rows) < 3)


def test_leaving_one_study_out_names_the_ends_of_the_range():
    line = next(one for one in option_evidence(NOW, "ivig").lines if len(one.rows) >= 3)
    out = line.leave_one_out
    assert out.low.value < line.risk_ratio.value < out.high.value
    assert {out.low_without, out.high_without} <= {row.study for row in line.rows}
    kept = [row for row in line.rows if row.study != out.low_without]
    rows = [log_ratio(row.treated_events, row.treated_total, row.control_events, row.control_total) for row in kept]
    logs, variances = (np.array(column) for column in zip(*rows, strict=True))
    q = ((logs - (logs / variances).sum() / (1 / variances).sum()) ** 2 / variances).sum()
    assert q < len(rows) - 1  # so that tau2 is nought and fixed weights give the same
    assert out.low.value == pytest.approx(math.exp((logs / variances).sum() / (1 / variances).sum()), rel=1e-4)


def test_lines_are_numbered_and_each_study_names_those_it_stands_in():
    for option in OPTION_KEYS:
        evidence = option_evidence(NOW, option)
        assert [line.number for line in evidence.lines] == list(range(1, len(evidence.lines) + 1))
        labels = {study.id: study.label for study in evidence.studies}
        assert len(set(labels.values())) == len(labels)
        assert all(row.label == labels[row.study] for line in evidence.lines for row in line.rows)
        for study in evidence.studies:
            assert study.lines == tuple(
                line.number for line in evidence.lines if study.id in {row.study for row in line.rows}
            )


# Narrowed, and on a date


def test_one_outcome_leaves_the_studies_lines_and_results_that_speak_of_it():
    evidence = option_evidence(NOW, "g_csf", outcome="live_birth")
    assert {result.outcome for study in evidence.studies for result in study.results} == {"live_birth"}
    assert {line.outcome for line in evidence.lines} == {"live_birth"}
    assert len(evidence.studies) + evidence.other_studies == len(option_evidence(NOW, "g_csf").studies)


@pytest.mark.parametrize("date", ["2012", "2016-07", "2020-01-01"])
@every_option
def test_nothing_on_a_date_is_later_or_undated(option, date):
    view = BOOK.at(date)
    records = (*BOOK.studies, *BOOK.syntheses)
    dates = [last_day(one.published) for one in records if BOOK.topics[one.id] == option and one.published]
    if min(dates) > view.day:
        with pytest.raises(DeciduaError, match=f"nothing published by {view.day} was read on '{option}'"):
            option_evidence(view, option)
        return
    evidence = option_evidence(view, option)
    dated = [one.published for one in (*evidence.studies, *evidence.syntheses, *evidence.documents)]
    assert all(day is not None and last_day(day) <= view.day for day in dated)
    assert not evidence.ongoing
    for one in evidence.contradictions:
        assert one.why is None
        assert len(one.sides) > 1


@pytest.mark.parametrize(
    ("option", "narrow", "says"),
    [
        ("ivigg", {}, "did you mean 'ivig'?"),
        ("ivig", {"outcome": "live_brith"}, "did you mean 'live_birth'?"),
        ("prp", {"outcome": "stillbirth"}, "has 'stillbirth'; they report"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_nearest(option, narrow, says):
    with pytest.raises(DeciduaError) as caught:
        option_evidence(NOW, option, **narrow)
    assert says in str(caught.value)


# Her standing


@every_option
def test_her_standing_is_that_of_the_assessment_and_is_counted_without_retracted_papers(option):
    verdicts = verdicts_at(NOW)
    evidence = option_evidence(NOW, option, verdicts=verdicts)
    counted = evidence.summary.eligibility
    apart = [one for one in evidence.studies if one.integrity != "retracted" and one.same_as is None]
    assert counted.studies == len(apart) == counted.yes + counted.no + counted.unknown
    assert counted.yes == sum(one.standing.verdict == "yes" for one in apart)
    assert counted.women_in_them == sum(one.women or 0 for one in apart if one.standing.verdict == "yes")
    assert counted.women == evidence.summary.women
    answer = next((one for one in decidua.assess(FOUR, engine="reference").options if one.option == option), None)
    for study in answer.studies if answer else ():
        mine = next(one for one in evidence.studies if one.id == study.id)
        assert (mine.standing.verdict, mine.standing.because) == (study.standing, study.because)


def test_a_study_whose_criteria_were_not_read_is_unknown_for_everyone():
    unread = [study.id for study in BOOK.studies if study.eligibility is None]
    shown = {
        study.id: study.standing
        for option in OPTION_KEYS
        for study in option_evidence(NOW, option, verdicts=verdicts_at(NOW)).studies
    }
    for id_ in unread:
        if id_ in shown:
            assert (shown[id_].verdict, shown[id_].because) == ("unknown", "its criteria were not read")


def test_a_profile_changes_nothing_that_is_kept_for_the_date():
    before = option_evidence(NOW, "ivig")
    option_evidence(NOW, "ivig", verdicts=verdicts_at(NOW))
    assert option_evidence(NOW, "ivig") is before
    assert all(study.standing is None for study in before.studies)


# Positions


@every_option
def test_every_position_on_the_option_stands_once_in_the_matrix(option):
    said = [one for row in option_evidence(NOW, option).documents for one in row.said]
    assert sorted(one.id for one in said) == sorted(one.id for one in NOW.positions if one.option == option)
    assert [one.number for one in said] == list(range(1, len(said) + 1))
    recorded = {one.id for one in BOOK.contradictions if option in one.options}
    assert {one.id for one in option_evidence(NOW, option).contradictions} == recorded


def test_superseded_documents_come_after_the_current_ones_and_name_what_replaced_them():
    rows = option_evidence(NOW, "ivig").documents
    states = [row.superseded_by is not None for row in rows]
    assert states == sorted(states)
    assert {row.guideline: row.superseded_by for row in rows}["rcog-gtg17-2011"] == "RCOG 2023"


# The overview


def test_the_overview_names_all_fourteen_options_and_counts_no_paper_twice():
    overview = evidence_overview(NOW)
    assert tuple(row.option for row in overview.options) == OPTION_KEYS
    assert len(overview.options) == 14
    papers = [one for one in BOOK.studies if one.same_as is None and one.integrity.status != "retracted"]
    outside = sum(number for _, number in overview.outside)
    assert overview.total.studies + outside == len(papers)
    assert overview.total.women <= sum(row.women for row in overview.options)
    assert overview.total.retracted == sum(study.integrity.status == "retracted" for study in BOOK.studies)
    for row in overview.options:
        summary = option_evidence(NOW, row.option).summary
        assert summary == row
        assert row.randomised <= row.studies
        assert row.counting_women <= row.studies


def test_documents_for_and_against_are_current_documents_of_societies():
    row = next(one for one in evidence_overview(NOW).options if one.option == "ivig")
    documents = option_evidence(NOW, "ivig").documents
    current = [one for one in documents if one.superseded_by is None and one.kind == "society_document"]
    stances = [{said.position for said in one.said} for one in current]
    assert row.documents_for == sum(bool(one & {"recommend", "suggest", "consider"}) for one in stances)
    assert row.documents_against == sum(bool(one & {"suggest_against", "recommend_against"}) for one in stances)
    assert 0 < row.documents_for < len(documents)


@every_option
def test_the_answer_goes_to_json_and_back(option):
    adapter = TypeAdapter(OptionEvidence)
    evidence = option_evidence(NOW, option, verdicts=verdicts_at(NOW))
    text = adapter.dump_json(evidence)
    assert adapter.dump_json(adapter.validate_json(text)) == text
